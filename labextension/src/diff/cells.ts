/** The cells of a notebook that change, with the numbers people know them by. Pure functions. */

import type { IStringDiffModel } from 'nbdime/lib/diff/model/string';

import type { IFileChange } from '../rest/contract';

export type INotebookChange = NonNullable<IFileChange['notebook']>;

export interface ICellChange {
  kind: 'added' | 'removed' | 'changed';
  /** 1-based, in the notebook before; null where it was not there. */
  before: number | null;
  /** 1-based, in the notebook after; null where it is no longer there. */
  after: number | null;
  type: string;
  /** How many cells before it stay as they are, since the one shown last. */
  same: number;
  source: IStringDiffModel;
}

/** As nbdime's model of a cell has it. */
export interface ICellModel {
  added: boolean;
  deleted: boolean;
  unchanged: boolean;
  cellType: string;
  source: IStringDiffModel;
}

/** The cells that change, of all cells in order. */
export function cellChanges(cells: readonly ICellModel[]): ICellChange[] {
  const changes: ICellChange[] = [];
  let [before, after, same] = [0, 0, 0];
  for (const { added, deleted, unchanged, cellType, source } of cells) {
    before += added ? 0 : 1;
    after += deleted ? 0 : 1;
    if (unchanged && !added && !deleted) {
      same += 1;
      continue;
    }
    changes.push({
      kind: added ? 'added' : deleted ? 'removed' : 'changed',
      before: added ? null : before,
      after: deleted ? null : after,
      type: cellType,
      same,
      source
    });
    same = 0;
  }
  return changes;
}
