/** The MLflow run that a run of a pipeline left. */

export interface ITracked {
  /** Id of the run. */
  run: string;
  /** Where MLflow keeps it. */
  uri: string;
  /** The executed notebook that tracked it, on the server. */
  notebook: string;
}

/** The run that an executed notebook says it left, from the text of its outputs. */
export function readTracked(
  content: unknown,
  notebook: string
): ITracked | null {
  const { cells } = (content ?? {}) as {
    cells?: { outputs?: { text?: string | string[] }[] }[];
  };
  const text = (cells ?? [])
    .flatMap(cell => cell.outputs ?? [])
    .map(({ text }) => (Array.isArray(text) ? text.join('') : (text ?? '')))
    .join('\n');
  const [, run, uri] = /^MLflow run ([0-9a-f]{32}) in (\S+)/m.exec(text) ?? [];
  return run && uri ? { run, uri, notebook } : null;
}

/** The page of a server that shows runs; null where the runs are in a file, which has no page. */
export function serverOf({ uri }: ITracked): string | null {
  return /^https?:\/\//.test(uri) ? uri : null;
}
