import * as fc from 'fast-check';

import type { IPlan } from '../edit';
import {
  bandsOf,
  freeName,
  isWhole,
  keep,
  merge,
  moveBoundary,
  nameProblem,
  namesOf,
  rename,
  samePlan,
  setParameter,
  setTarget,
  skip,
  split
} from '../edit';
import { begin, record, redo, undo } from '../history';

const ORDER = [1, 3, 4, 6, 8, 9];

function plan(change: Partial<IPlan> = {}): IPlan {
  return {
    stages: [
      { name: 'load', cells: [1, 3] },
      { name: 'clean', cells: [4, 6] },
      { name: 'train', cells: [8, 9] }
    ],
    skip: [],
    parameters: { rate: 'rate' },
    targets: ['papermill', 'dvc'],
    ...change
  };
}

const inPieces = plan({
  stages: [
    { name: 'load', cells: [1, 3, 6] },
    { name: 'look', cells: [4, 8] }
  ],
  skip: [9]
});

const cellsOf = (of: IPlan) =>
  Object.fromEntries(of.stages.map(({ name, cells }) => [name, cells]));

describe('moving a boundary', () => {
  it('moves cells down', () =>
    expect(cellsOf(moveBoundary(plan(), ORDER, 0, 3))).toEqual({
      load: [1],
      clean: [3, 4, 6],
      train: [8, 9]
    }));

  it('moves cells up', () =>
    expect(cellsOf(moveBoundary(plan(), ORDER, 1, 9))).toEqual({
      load: [1, 3],
      clean: [4, 6, 8],
      train: [9]
    }));

  it('leaves both stages a cell', () => {
    const before = plan();
    expect(moveBoundary(before, ORDER, 0, 1)).toBe(before);
    expect(moveBoundary(before, ORDER, 0, 8)).toBe(before);
    expect(moveBoundary(before, ORDER, 2, 8)).toBe(before);
  });

  it('moves only what lies at the boundary of a stage in pieces', () =>
    expect(cellsOf(moveBoundary(inPieces, ORDER, 0, 3))).toEqual({
      load: [1, 6],
      look: [3, 4, 8]
    }));
});

describe('merging and splitting', () => {
  it('merges under the upper name', () =>
    expect(cellsOf(merge(plan(), ORDER, 1))).toEqual({
      load: [1, 3],
      clean: [4, 6, 8, 9]
    }));

  it('merges all pieces', () => {
    const merged = merge(inPieces, ORDER, 1);
    expect(cellsOf(merged)).toEqual({ look: [1, 3, 4, 6, 8] });
    expect(bandsOf(merged, ORDER)).toHaveLength(1);
  });

  it('splits at a cell', () =>
    expect(cellsOf(split(plan(), ORDER, 6, 'look'))).toEqual({
      load: [1, 3],
      clean: [4],
      look: [6],
      train: [8, 9]
    }));

  it('does not split before the first cell, nor under a name that is taken', () => {
    const before = plan();
    expect(split(before, ORDER, 4, 'look')).toBe(before);
    expect(split(before, ORDER, 6, 'Load')).toBe(before);
    expect(split(before, ORDER, 5, 'look')).toBe(before);
  });

  it('lets a piece be a stage of its own', () =>
    expect(cellsOf(split(inPieces, ORDER, 6, 'more'))).toEqual({
      load: [1, 3],
      look: [4, 8],
      more: [6]
    }));
});

describe('leaving out', () => {
  it('takes a cell back into the stage before it', () => {
    const without = skip(plan(), ORDER, 4);
    expect([cellsOf(without).clean, without.skip]).toEqual([[6], [4]]);
    const again = keep(without, ORDER, 4);
    expect([cellsOf(again).load, again.skip]).toEqual([[1, 3, 4], []]);
  });

  it('takes the first cell back into the stage after it', () =>
    expect(cellsOf(keep(skip(plan(), ORDER, 1), ORDER, 1)).load).toEqual([
      1, 3
    ]));

  it('ends a stage with its last cell, and keeps the last cell of all', () => {
    const one = [3, 4, 6, 8, 9].reduce(
      (before, cell) => skip(before, ORDER, cell),
      plan()
    );
    expect(cellsOf(one)).toEqual({ load: [1] });
    expect(skip(one, ORDER, 1)).toBe(one);
  });
});

describe('names', () => {
  it('are checked as the server does', () => {
    expect(nameProblem('fit', [])).toBeNull();
    for (const name of ['', '1st', '_a', 'a b', 'für', 'class', 'a-b']) {
      expect(nameProblem(name, [])).toBe('form');
    }
    expect(nameProblem('Track', [])).toBe('reserved');
    expect(nameProblem('Fit', ['fit'])).toBe('taken');
  });

  it('are made of headings', () => {
    expect(freeName('## 2. Größe & <b>Prüfung</b>', [])).toBe(
      'gro_e_b_prufung'
    );
    expect(freeName('Train', ['train', 'train_2'])).toBe('train_3');
    expect(freeName('Track', [])).toBe('track_stage');
    expect(freeName('42', [])).toBe('stage');
  });

  it('change in place', () => {
    const before = plan();
    expect(cellsOf(rename(before, 'clean', 'tidy')).tidy).toEqual([4, 6]);
    expect(rename(before, 'clean', 'train')).toBe(before);
    expect(rename(before, 'clean', 'clean')).toBe(before);
    expect(cellsOf(rename(before, 'clean', 'Clean')).Clean).toEqual([4, 6]);
  });
});

it('sets parameters and targets', () => {
  const before = plan();
  expect(setParameter(before, 'rate', null).parameters).toEqual({ rate: null });
  expect(setParameter(before, 'rate', 'rate')).toBe(before);
  expect(setTarget(before, 'dvc', false).targets).toEqual(['papermill']);
  expect(
    samePlan(setTarget(setTarget(before, 'dvc', false), 'dvc', true), before)
  ).toBe(true);
  expect(samePlan(setTarget(before, 'dvc', false), before)).toBe(false);
});

describe('whatever is done', () => {
  const cell = fc.nat(40);
  const name = fc.oneof(
    fc.constantFrom('load', 'clean', 'Track', 'x', '', 'two words', 'in'),
    fc.string()
  );
  type Step = (of: IPlan, order: number[]) => IPlan;
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.tuple(fc.nat(8), cell).map(
      ([upper, first]): Step =>
        (of, order) =>
          moveBoundary(of, order, upper, first)
    ),
    fc.nat(8).map(
      (upper): Step =>
        (of, order) =>
          merge(of, order, upper)
    ),
    fc.tuple(cell, name).map(
      ([at, called]): Step =>
        (of, order) =>
          split(of, order, at, called)
    ),
    fc.tuple(cell, name).map(
      ([at, heading]): Step =>
        (of, order) =>
          split(of, order, at, freeName(heading, namesOf(of.stages)))
    ),
    cell.map(
      (one): Step =>
        (of, order) =>
          skip(of, order, one)
    ),
    cell.map(
      (one): Step =>
        (of, order) =>
          keep(of, order, one)
    ),
    fc.tuple(fc.nat(8), name).map(
      ([number, to]): Step =>
        of =>
          rename(of, of.stages[number % of.stages.length].name, to)
    )
  );
  const orders = fc.uniqueArray(cell, { minLength: 1, maxLength: 30 });

  it('the plan divides all cells', () => {
    fc.assert(
      fc.property(orders, fc.array(step, { maxLength: 40 }), (order, steps) => {
        let now = plan({ stages: [{ name: 'all', cells: order }] });
        for (const next of steps) {
          now = next(now, order);
          expect(isWhole(now, order)).toBe(true);
          const bands = bandsOf(now, order);
          expect(bands.flatMap(({ cells }) => cells)).toEqual(
            order.filter(one => !now.skip.includes(one))
          );
          expect(
            bands.every(({ stage }, i) => stage !== bands[i + 1]?.stage)
          ).toBe(true);
        }
      })
    );
  });

  it('undo goes all the way back, and redo forth', () => {
    fc.assert(
      fc.property(orders, fc.array(step, { maxLength: 20 }), (order, steps) => {
        const first = plan({ stages: [{ name: 'all', cells: order }] });
        const done = steps.reduce(
          (history, next) => record(history, next(history.now, order)),
          begin(first)
        );
        let history = done;
        while (history.past.length) {
          history = undo(history);
        }
        expect(history.now).toBe(first);
        expect(undo(history)).toBe(history);
        while (history.future.length) {
          history = redo(history);
        }
        expect(history).toEqual(done);
      })
    );
  });
});
