/** The MLflow run that a run of a pipeline left. */

export interface ITracked {
  /** Id of the run. */
  run: string;
  /** Where MLflow keeps it. */
  uri: string;
  /** The executed notebook that tracked it, on the server. */
  notebook: string;
}

/** The run that a run of a pipeline left, from the file that names it: `products/mlflow_run.json`. */
export function readTracked(text: string, notebook: string): ITracked | null {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return null;
  }
  const { run_id: run, tracking_uri: uri } = (content ?? {}) as Record<
    string,
    unknown
  >;
  return typeof run === 'string' &&
    /^[0-9a-f]{32}$/.test(run) &&
    typeof uri === 'string' &&
    uri
    ? { run, uri, notebook }
    : null;
}

/** The page of a server that shows runs; null where the runs are in a file, which has no page. */
export function serverOf({ uri }: ITracked): string | null {
  return /^https?:\/\//.test(uri) ? uri : null;
}
