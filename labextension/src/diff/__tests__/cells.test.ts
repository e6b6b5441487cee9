import { createDirectStringDiffModel } from 'nbdime/lib/diff/model/string';

import { cellChanges } from '../cells';
import type { ICellModel } from '../cells';

function cell(before: string | null, after: string | null): ICellModel {
  const source = createDirectStringDiffModel(before, after);
  return {
    added: source.added,
    deleted: source.deleted,
    unchanged: source.unchanged,
    cellType: 'code',
    source
  };
}

describe('cellChanges', () => {
  it('numbers the cells of both sides, and counts those that stay', () => {
    const cells = [
      cell('a', 'a'),
      cell('b', null),
      cell(null, 'B'),
      cell('c', 'c'),
      cell('d', 'd'),
      cell(null, 'new'),
      cell('e', 'e')
    ];
    expect(
      cellChanges(cells).map(({ kind, before, after, same }) => [
        kind,
        before,
        after,
        same
      ])
    ).toEqual([
      ['removed', 2, null, 1],
      ['added', null, 2, 0],
      ['added', null, 5, 2]
    ]);
  });

  it('says nothing of a notebook that stays', () => {
    expect(cellChanges([cell('a', 'a'), cell('', '')])).toEqual([]);
  });

  it('counts a cell as changed whose tags alone change', () => {
    const tagged = { ...cell('a', 'a'), unchanged: false };
    expect(cellChanges([tagged])[0]).toMatchObject({
      kind: 'changed',
      before: 1,
      after: 1
    });
  });
});
