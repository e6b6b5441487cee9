/** Unified diffs as lines with their numbers. Pure functions. */

export type LineKind = 'added' | 'removed' | 'same' | 'place';

export interface IDiffLine {
  kind: LineKind;
  /** Without the sign. */
  text: string;
  /** 1-based, in the file before; null where it was not there. */
  before: number | null;
  /** 1-based, in the file after; null where it is no longer there. */
  after: number | null;
}

/** The lines of a diff of one file. What stands before its first place, such as the file's names, is left out. */
export function parseDiff(diff: string): IDiffLine[] {
  const lines: IDiffLine[] = [];
  let [before, after] = [0, 0];
  const source = diff.split('\n');
  if (source[source.length - 1] === '') {
    source.pop();
  }
  const start = source.findIndex(line => line.startsWith('@@'));
  for (const line of start < 0 ? [] : source.slice(start)) {
    const place = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (place) {
      // Of an empty side the line before it is named.
      before = Number(place[1]) + (place[2] === '0' ? 1 : 0);
      after = Number(place[3]) + (place[4] === '0' ? 1 : 0);
    } else if (line.startsWith('@@')) {
      // A cell of a notebook, whose lines are counted by themselves.
      [before, after] = [1, 1];
    }
    const text = line.slice(1);
    if (line.startsWith('@@')) {
      lines.push({ kind: 'place', text: line, before: null, after: null });
    } else if (line.startsWith('+')) {
      lines.push({ kind: 'added', text, before: null, after: after++ });
    } else if (line.startsWith('-')) {
      lines.push({ kind: 'removed', text, before: before++, after: null });
    } else if (!line.startsWith('\\')) {
      lines.push({ kind: 'same', text, before: before++, after: after++ });
    }
  }
  return lines;
}

/** How many lines a diff adds and removes. */
export function countDiff(lines: readonly IDiffLine[]): {
  added: number;
  removed: number;
} {
  const count = (kind: LineKind) =>
    lines.filter(line => line.kind === kind).length;
  return { added: count('added'), removed: count('removed') };
}
