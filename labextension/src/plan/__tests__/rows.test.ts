import { nullTranslator } from '@jupyterlab/translation/lib/base';

import { actionsAt } from '../actions';
import type { ActionId } from '../actions';
import { bandsOf, skip } from '../edit';
import { planOf } from '../model';
import {
  cellAt,
  headingBefore,
  heightOf,
  inView,
  rowsOf,
  topsOf
} from '../rows';
import { ORDER, OUTLINE, planned } from './samples';

const trans = nullTranslator.load('');
const plan = planOf(planned().plan);

/** Rows in short: the name of a stage, the number of a cell, ! for a note. */
const inShort = (...args: Parameters<typeof rowsOf>) =>
  rowsOf(...args).map(row =>
    row.kind === 'stage' ? row.stage : row.kind === 'note' ? '!' : row.cell
  );

describe('rows', () => {
  it('have Markdown with the code after it, and empty cells where they are', () =>
    expect(inShort(plan, OUTLINE)).toEqual([
      'load',
      0,
      1,
      2,
      3,
      4,
      'train',
      5,
      6,
      7,
      8
    ]));

  it('show what is left out and what there is to tell', () => {
    const without = skip(plan, ORDER, 3);
    const notes = [{ cell: 4, severity: 'error', message: 'm' }] as const;
    expect(inShort(without, OUTLINE, [...notes])).toEqual([
      'load',
      0,
      1,
      2,
      3,
      4,
      '!',
      'train',
      5,
      6,
      7,
      8
    ]);
    const row = rowsOf(without, OUTLINE).find(
      one => one.kind === 'cell' && one.cell === 3
    );
    expect(row).toMatchObject({ stage: null, code: true });
  });

  it('lie one below the other', () => {
    const rows = rowsOf(plan, OUTLINE);
    const tops = topsOf(rows);
    expect(tops).toHaveLength(rows.length + 1);
    rows.forEach((row, index) =>
      expect(tops[index + 1] - tops[index]).toBe(heightOf(row))
    );
    expect(inView(tops, 0, tops[2])).toEqual([0, 2]);
    expect(inView(tops, tops[3], 1)).toEqual([3, 4]);
    expect(inView(tops, tops[3] - 1, 2)).toEqual([2, 4]);
    expect(inView(tops, tops[rows.length] + 10, 100)).toEqual([
      rows.length,
      rows.length
    ]);
  });

  it('say which cell comes first below a boundary that is dragged', () => {
    const rows = rowsOf(plan, OUTLINE);
    const tops = topsOf(rows);
    const bands = bandsOf(plan, ORDER);
    const at = (y: number) => cellAt(rows, tops, bands, 1, y);
    const top = (cell: number) =>
      tops[rows.findIndex(row => row.kind === 'cell' && row.cell === cell)];
    expect(at(-1000)).toBe(3);
    expect(at(top(3))).toBe(3);
    expect(at(top(4) - 2)).toBe(4);
    expect(at(tops[6])).toBe(6);
    expect(at(100_000)).toBe(8);
  });

  it('find the heading of a cell', () => {
    expect(headingBefore(OUTLINE, 3)).toBe('## Load');
    expect(headingBefore(OUTLINE, 4)).toBe('');
    expect(headingBefore(OUTLINE, 8)).toBe('');
  });
});

describe('what can be done', () => {
  const at = (cell: number, head = false, of = plan) =>
    actionsAt(of, OUTLINE, { cell, head }, trans);
  const possible = (...args: Parameters<typeof at>) =>
    Object.values(at(...args))
      .filter(({ next }) => next)
      .map(({ id }) => id);
  const stages = (id: ActionId, ...args: Parameters<typeof at>) =>
    at(...args)[id].next?.stages.map(({ name, cells }) => [name, ...cells]);

  it('at a cell', () => {
    expect(possible(3)).toEqual(['split', 'merge-down', 'down', 'skip']);
    expect(stages('split', 3)).toEqual([
      ['load', 1],
      ['load_2', 3, 4],
      ['train', 6, 8]
    ]);
    expect(stages('down', 4)).toEqual([
      ['load', 1, 3],
      ['train', 4, 6, 8]
    ]);
    expect(at(4).down.said).toBe('Cell 5 belongs to train.');
    expect(stages('up', 6)).toEqual([
      ['load', 1, 3, 4, 6],
      ['train', 8]
    ]);
  });

  it('at a heading, it is about the cell below', () =>
    expect(stages('split', 2)).toEqual([
      ['load', 1],
      ['load_2', 3, 4],
      ['train', 6, 8]
    ]));

  it('at the head of a stage', () => {
    expect(possible(6, true)).toEqual(['merge-up', 'up', 'down']);
    expect(at(6, true).up.focus).toEqual({ cell: 4, head: true });
    expect(stages('down', 6, true)).toEqual([
      ['load', 1, 3, 4, 6],
      ['train', 8]
    ]);
    expect(at(1, true)['merge-up'].said).toBe('There is no stage above.');
  });

  it('at a cell that is left out', () => {
    const without = skip(plan, ORDER, 3);
    expect(possible(3, false, without)).toEqual(['skip']);
    expect(at(3, false, without).skip.said).toBe('Cell 4 belongs to load.');
    expect(at(3, false, without)['merge-down'].said).toContain('left out');
  });
});
