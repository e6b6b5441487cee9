/** What the conversion panel shows of a conversion. Pure functions. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type {
  IConversion,
  IHandOver,
  IJobEvent,
  IStage
} from '../rest/contract';

/** How a verdict is to be taken: good, worth a look, bad, or neither. */
export type Tone = 'good' | 'warning' | 'bad' | 'neutral';

export const PHASES = [
  'read',
  'analyse',
  'observe',
  'plan',
  'emit',
  'verify',
  'write'
];

/** Where a conversion stands. */
export interface IProgress {
  /** Index in `PHASES`; -1 before the first. */
  phase: number;
  message: string;
  cell: number | null;
  cells: number | null;
  stage: string | null;
  /** Of the whole, 0 to 1; never goes back. */
  fraction: number;
}

export const NO_PROGRESS: IProgress = {
  phase: -1,
  message: '',
  cell: null,
  cells: null,
  stage: null,
  fraction: 0
};

/** The share of the whole that is done when a phase begins; running the notebook and its proof take the time. */
const BEGINS = [0, 0.02, 0.06, 0.48, 0.52, 0.56, 0.96, 1];

/** The progress after one more event; others than progress change nothing. */
export function advance(progress: IProgress, event: IJobEvent): IProgress {
  if (event.event !== 'progress') {
    return progress;
  }
  const known = PHASES.indexOf(event.phase ?? '');
  const phase = known === -1 ? progress.phase : known;
  const cell = event.cell ?? null;
  const cells = event.cells ?? null;
  const within = event.fraction ?? (cell !== null && cells ? cell / cells : 0);
  const begins = BEGINS[Math.max(phase, 0)];
  const ends = BEGINS[Math.max(phase, 0) + 1];
  const share = begins + (ends - begins) * Math.min(Math.max(within, 0), 1);
  return {
    phase: Math.max(phase, progress.phase),
    message: event.message ?? '',
    cell,
    cells,
    stage: event.stage ?? null,
    fraction: Math.max(progress.fraction, share)
  };
}

export function phaseText(phase: string, trans: TranslationBundle): string {
  switch (phase) {
    case 'read':
      return trans.__('Read');
    case 'analyse':
      return trans.__('Analyse');
    case 'observe':
      return trans.__('Observe');
    case 'plan':
      return trans.__('Plan');
    case 'emit':
      return trans.__('Generate');
    case 'verify':
      return trans.__('Prove');
    case 'write':
      return trans.__('Write');
    default:
      return phase;
  }
}

/** What a phase does, for tooltips. */
export function phaseHelp(phase: string, trans: TranslationBundle): string {
  switch (phase) {
    case 'read':
      return trans.__('Reads the notebook');
    case 'analyse':
      return trans.__('Finds what each cell defines, uses and changes');
    case 'observe':
      return trans.__('Runs the notebook once in a scratch copy');
    case 'plan':
      return trans.__('Chooses stages, parameters and hand-overs');
    case 'emit':
      return trans.__('Prepares the files of the pipeline');
    case 'verify':
      return trans.__(
        'Runs the pipeline and compares each cell with the notebook'
      );
    case 'write':
      return trans.__('Puts the files in place');
    default:
      return phase;
  }
}

export interface IVerdict {
  tone: Tone;
  title: string;
  text: string;
}

/** The verdict of the whole. */
export function verdictOf(
  conversion: IConversion,
  trans: TranslationBundle
): IVerdict {
  const { verdict, cells } = conversion.verification;
  const counted = trans._n('%1 cell', '%1 cells', cells.length);
  const conflicts = conversion.conflicts?.length ?? 0;
  if (conflicts > 0) {
    return {
      tone: 'warning',
      title: trans._n('%1 conflict', '%1 conflicts', conflicts),
      text: trans.__(
        'You and the notebook changed the same in different ways. Nothing was written.'
      )
    };
  }
  switch (verdict) {
    case 'equivalent':
      return {
        tone: 'good',
        title: trans.__('Proven equal'),
        text: trans.__(
          'The pipeline gives the same results as the notebook, compared in %1.',
          counted
        )
      };
    case 'equivalent-within-tolerance':
      return {
        tone: 'good',
        title: trans.__('Proven equal within tolerance'),
        text: trans.__(
          'The pipeline gives the same results as the notebook, as far as the notebook itself repeats them, compared in %1.',
          counted
        )
      };
    case 'edited':
      return {
        tone: 'good',
        title: trans.__('Proven equal, apart from your edits'),
        text: trans.__(
          'As generated, the pipeline gives the same results as the notebook. With your edits, %1 of %2 give others.',
          cells.filter(cell => cell.verdict === 'edited').length,
          counted
        )
      };
    case 'differs':
      return {
        tone: 'bad',
        title: trans.__('Results differ'),
        text: trans.__(
          'The pipeline would run, but %1 of %2 give other results than the notebook. Nothing was written. See which below.',
          cells.filter(cell => toneOf(cell.verdict) === 'bad').length,
          counted
        )
      };
    case 'failed':
      return {
        tone: 'bad',
        title: trans.__('The pipeline did not run'),
        text: conversion.verification.edits?.length
          ? trans.__(
              'As generated it gives the results of the notebook, but it does not run with your edits. Nothing was written: mend the edit, and convert again.'
            )
          : trans.__('A stage failed during the proof. See which cell below.')
      };
    case 'not-run':
      return {
        tone: 'warning',
        title: trans.__('Converted without proof'),
        text: trans.__(
          'Nothing was run, so it is not known whether the results are the same.'
        )
      };
    default:
      return { tone: 'neutral', title: verdict, text: '' };
  }
}

/** Seconds that the notebook must have taken for it to matter what runs again. */
const WORTH_TELLING = 1;

/** What running again costs, before and after; empty where there is nothing to save. */
export function rerunText(
  { rerun }: IConversion,
  trans: TranslationBundle
): string {
  const stages = Object.entries(rerun?.stages ?? {});
  if (!rerun || rerun.seconds < WORTH_TELLING || stages.length < 2) {
    return '';
  }
  const [name, seconds] = stages[stages.length - 1];
  if (seconds < 0.1) {
    return trans.__(
      'Running again: %1 s for the whole notebook, next to nothing after a change in %2.',
      rerun.seconds.toFixed(1),
      name
    );
  }
  return trans.__(
    'Running again: %1 s for the whole notebook, %2 s after a change in %3.',
    rerun.seconds.toFixed(1),
    seconds.toFixed(1),
    name
  );
}

export function toneOf(verdict: string): Tone {
  switch (verdict) {
    case 'identical':
    case 'equivalent':
    case 'within-tolerance':
    case 'equivalent-within-tolerance':
      return 'good';
    case 'differs':
    case 'failed':
    case 'missing':
      return 'bad';
    case 'not-deterministic':
    case 'nondeterministic':
    case 'edited':
      return 'warning';
    default:
      return 'neutral';
  }
}

export function verdictText(verdict: string, trans: TranslationBundle): string {
  switch (verdict) {
    case 'identical':
    case 'equivalent':
      return trans.__('Identical');
    case 'within-tolerance':
    case 'equivalent-within-tolerance':
      return trans.__('Within tolerance');
    case 'not-deterministic':
    case 'nondeterministic':
      return trans.__('Varies in the notebook too');
    case 'edited':
      return trans.__('Differs by your edit');
    case 'differs':
      return trans.__('Differs');
    case 'failed':
      return trans.__('Failed');
    case 'not-run':
      return trans.__('Not run');
    default:
      return verdict;
  }
}

/** One thing that was compared. */
export interface IProofRow {
  /** The cell it is about; null for hand-overs and files. */
  cell: number | null;
  /** The variable or the file; empty for cells. */
  name: string;
  stage: string;
  verdict: string;
  tone: Tone;
  detail: string;
}

/** What was compared, in the notebook's order: cells, then what is handed over, then files. */
export function proofRows(conversion: IConversion): IProofRow[] {
  const { cells, hand_overs, files } = conversion.verification;
  const stageOf = new Map(
    conversion.stages.flatMap(stage =>
      stage.source_cells.map(cell => [cell, stage.name] as const)
    )
  );
  const row = (
    compared: { verdict: string; detail?: string | null },
    cell: number | null,
    name: string,
    stage: string
  ): IProofRow => ({
    cell,
    name,
    stage,
    verdict: compared.verdict,
    tone: toneOf(compared.verdict),
    detail: compared.detail ?? ''
  });
  return [
    ...cells
      .slice()
      .sort((a, b) => a.source_cell - b.source_cell)
      .map(cell =>
        row(
          cell,
          cell.source_cell,
          '',
          cell.stage ?? stageOf.get(cell.source_cell) ?? ''
        )
      ),
    ...(hand_overs ?? []).map(one => row(one, null, one.variable, one.stage)),
    ...(files ?? []).map(file => row(file, null, file.path, ''))
  ];
}

/** "1–3, 5": cells are counted from 1 for people. */
export function cellsText(cells: number[]): string {
  const sorted = [...new Set(cells)].sort((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const cell of sorted) {
    const last = runs[runs.length - 1];
    if (last?.[1] === cell - 1) {
      last[1] = cell;
    } else {
      runs.push([cell, cell]);
    }
  }
  return runs
    .map(([first, last]) =>
      first === last ? `${first + 1}` : `${first + 1}–${last + 1}`
    )
    .join(', ');
}

/** What a stage takes in, by name. */
export function inputNames(stage: IStage): string[] {
  return stage.inputs.map(input =>
    typeof input === 'string' ? input : input.variable
  );
}

export interface IEdge {
  from: string;
  to: string;
  /** What is handed over. */
  variables: string[];
}

/** Which stage hands what to which. */
export function edgesOf(stages: IStage[]): IEdge[] {
  const edges: IEdge[] = [];
  for (const consumer of stages) {
    for (const producer of stages) {
      if (producer === consumer) {
        continue;
      }
      const variables = consumer.inputs
        .flatMap(input =>
          producer.outputs.filter(output => matches(input, output))
        )
        .map(output => output.variable);
      if (variables.length) {
        edges.push({
          from: producer.name,
          to: consumer.name,
          variables: [...new Set(variables)]
        });
      }
    }
  }
  return [...edges, ...lastEdges(stages, edges)];
}

/** What a stage hands to another. */
export function handedOver(
  stages: IStage[],
  from: string,
  to: string
): IHandOver[] {
  const producer = stages.find(({ name }) => name === from);
  const consumer = stages.find(({ name }) => name === to);
  return (producer?.outputs ?? []).filter(output =>
    consumer?.inputs.some(input => matches(input, output))
  );
}

/** The stage that tracks the run takes nothing in and begins when all others have ended. */
function lastEdges(stages: IStage[], edges: IEdge[]): IEdge[] {
  const ends = stages.filter(
    ({ name, source_cells }) =>
      source_cells.length && !edges.some(edge => edge.from === name)
  );
  return stages
    .filter(
      ({ source_cells, inputs }) => !source_cells.length && !inputs.length
    )
    .flatMap(({ name }) =>
      ends.map(end => ({ from: end.name, to: name, variables: [] }))
    );
}

function matches(input: string | IHandOver, output: IHandOver): boolean {
  return typeof input === 'string'
    ? input === output.path || input === output.variable
    : input.path === output.path;
}

export interface INode {
  stage: IStage;
  column: number;
  row: number;
}

export interface IGraph {
  nodes: INode[];
  edges: IEdge[];
  columns: number;
  rows: number;
}

/** What is looked at in a graph. */
export type Selection =
  | { kind: 'stage'; name: string }
  | { kind: 'edge'; from: string; to: string }
  | null;

/** Stages from left to right: each one column after the last of those it waits for. */
export function graphOf(stages: IStage[]): IGraph {
  const edges = edgesOf(stages);
  const columnOf = new Map<string, number>();
  for (const stage of stages) {
    const before = edges
      .filter(edge => edge.to === stage.name)
      .map(edge => columnOf.get(edge.from) ?? -1);
    columnOf.set(stage.name, Math.max(-1, ...before) + 1);
  }
  const filled: number[] = [];
  const nodes = stages.map(stage => {
    const column = columnOf.get(stage.name) ?? 0;
    const row = filled[column] ?? 0;
    filled[column] = row + 1;
    return { stage, column, row };
  });
  return {
    nodes,
    edges,
    columns: filled.length,
    rows: Math.max(0, ...filled)
  };
}

/** A parameter's value as it stands in params.yaml. */
export function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A metric, as many digits as people compare. */
export function metricText(value: unknown): string {
  return typeof value === 'number' && !Number.isInteger(value)
    ? `${Number(value.toPrecision(5))}`
    : valueText(value);
}

/** IPython's tracebacks come with the terminal's escape sequences. */
export function withoutColours(text: string): string {
  return text.replace(/\u001b\[[0-9;]*m/g, '');
}
