/** The rows of the list of cells, and where each lies. Pure functions. */

import type { IOutlineCell, Severity } from '../rest/contract';
import type { IBand, IPlan } from './edit';
import { bandsOf } from './edit';

/** Something to tell at a cell. */
export interface INote {
  cell: number;
  severity: Severity;
  message: string;
}

export type Row =
  | {
      kind: 'stage';
      key: string;
      /** Number of the band that begins here. */
      band: number;
      stage: string;
      cells: number[];
    }
  | {
      kind: 'cell';
      key: string;
      cell: number;
      outline: IOutlineCell;
      /** Null for what is left out. */
      stage: string | null;
      /** Whether it is code that can be in a stage. */
      code: boolean;
    }
  | {
      kind: 'note';
      key: string;
      cell: number;
      /** Of the cell that it is about. */
      stage: string | null;
      note: INote;
    };

export type CellRow = Extract<Row, { kind: 'cell' }>;
export type StageRow = Extract<Row, { kind: 'stage' }>;

/** Pixels. Heights are fixed, so that the place of a row is known without drawing those above it. */
const HEIGHTS = { stage: 36, line: 18, padding: 10, note: 64 };
/** Lines that are shown of a code cell. */
export const LINES = 2;

/** The code cells that can be in a stage, in the order in which they run. */
export function orderOf(outline: readonly IOutlineCell[]): number[] {
  return outline.filter(isCode).map(({ cell }) => cell);
}

function isCode({ kind, text }: IOutlineCell): boolean {
  return kind === 'code' && text !== '';
}

/** Cells below the head of their band; Markdown goes with the code cell after it. */
export function rowsOf(
  plan: IPlan,
  outline: readonly IOutlineCell[],
  notes: readonly INote[] = []
): Row[] {
  const bands = bandsOf(plan, orderOf(outline));
  const bandOf = new Map<number, number>(
    bands.flatMap(({ cells }, band) => cells.map(cell => [cell, band] as const))
  );
  const notesOf = new Map<number, INote[]>();
  notes.forEach(note =>
    notesOf.set(note.cell, [...(notesOf.get(note.cell) ?? []), note])
  );
  const rows: Row[] = [];
  let waiting: IOutlineCell[] = [];
  let band = -1;
  const push = (entry: IOutlineCell, stage: string | null) => {
    const { cell } = entry;
    rows.push({
      kind: 'cell',
      key: `cell ${cell}`,
      cell,
      outline: entry,
      stage,
      code: isCode(entry)
    });
    notesOf.get(cell)?.forEach((note, index) =>
      rows.push({
        kind: 'note',
        key: `note ${cell} ${index}`,
        cell,
        stage,
        note
      })
    );
  };
  const flush = () => {
    waiting.forEach(entry => push(entry, bands[band]?.stage ?? null));
    waiting = [];
  };
  for (const entry of outline) {
    const next = bandOf.get(entry.cell);
    if (!isCode(entry)) {
      waiting.push(entry);
    } else if (next === undefined) {
      flush();
      push(entry, null);
    } else {
      if (next !== band) {
        band = next;
        rows.push(headOf(bands[band], band));
      }
      flush();
      push(entry, bands[band].stage);
    }
  }
  flush();
  return rows;
}

function headOf({ stage, cells }: IBand, band: number): Row {
  return { kind: 'stage', key: `band ${cells[0]}`, band, stage, cells };
}

export function heightOf(row: Row): number {
  switch (row.kind) {
    case 'stage':
      return HEIGHTS.stage;
    case 'note':
      return HEIGHTS.note;
    case 'cell': {
      const lines = row.code ? row.outline.text.split('\n').length : 1;
      return HEIGHTS.padding + HEIGHTS.line * Math.min(lines, LINES);
    }
  }
}

/** The top of each row, and at last the height of all. */
export function topsOf(rows: readonly Row[]): number[] {
  const tops = [0];
  for (const row of rows) {
    tops.push(tops[tops.length - 1] + heightOf(row));
  }
  return tops;
}

/** The first and the last row but one that can be seen. */
export function inView(
  tops: readonly number[],
  from: number,
  height: number
): [number, number] {
  const last = tops.length - 1;
  let [low, high] = [0, last];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tops[middle + 1] <= from) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  let end = low;
  while (end < last && tops[end] < from + height) {
    end++;
  }
  return [low, end];
}

/**
 * Which cell becomes the first below a boundary that is dragged.
 *
 * @param band the number of the band below the boundary.
 * @param y where the head of that band is dragged to, in pixels from the top of the rows as they were.
 * @returns a cell of the two bands beside the boundary, so that both keep one.
 */
export function cellAt(
  rows: readonly Row[],
  tops: readonly number[],
  bands: readonly IBand[],
  band: number,
  y: number
): number {
  const candidates = [...bands[band - 1].cells, ...bands[band].cells].slice(1);
  const head = rows.findIndex(row => row.kind === 'stage' && row.band === band);
  const at = new Map<number, number>();
  rows.forEach((row, index) => {
    if (row.kind === 'cell') {
      // Where the cell would be if the head that is dragged took no room.
      const shift = index > head ? HEIGHTS.stage : 0;
      at.set(row.cell, (tops[index] + tops[index + 1]) / 2 - shift);
    }
  });
  return (
    candidates.find(cell => (at.get(cell) ?? 0) > y) ??
    candidates[candidates.length - 1]
  );
}

/** The heading that a code cell stands below directly; the empty text where there is none. */
export function headingBefore(
  outline: readonly IOutlineCell[],
  cell: number
): string {
  const at = outline.findIndex(entry => entry.cell === cell);
  for (const entry of outline.slice(0, Math.max(at, 0)).reverse()) {
    if (isCode(entry)) {
      return '';
    }
    const heading = entry.text.split('\n').find(line => /^#{1,6}\s/.test(line));
    if (heading) {
      return heading;
    }
  }
  return '';
}
