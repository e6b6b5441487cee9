/** What can be done at a place of a plan, by key or by button. Pure functions. */

import type { TranslationBundle } from '@jupyterlab/translation';

import { cellsText } from '../convert/view';
import type { IOutlineCell } from '../rest/contract';
import type { IBand, IPlan } from './edit';
import {
  bandsOf,
  freeName,
  keep,
  merge,
  moveBoundary,
  namesOf,
  owners,
  skip,
  split
} from './edit';
import { headingBefore, orderOf } from './rows';

/** A row: a cell, or the head of the band that holds it. */
export interface IFocus {
  cell: number;
  head: boolean;
}

export type ActionId =
  'split' | 'merge-up' | 'merge-down' | 'up' | 'down' | 'skip';

export interface IAction {
  id: ActionId;
  label: string;
  /** Null where it cannot be done. */
  next: IPlan | null;
  /** What is told of it: what was done, or why it cannot be. */
  said: string;
  focus: IFocus;
}

/** The code cell that an action at a row is about: Markdown goes with the code cell after it. */
export function codeCellAt(
  plan: IPlan,
  outline: readonly IOutlineCell[],
  cell: number
): number | null {
  const order = orderOf(outline);
  if (order.includes(cell)) {
    return cell;
  }
  const stageOf = owners(plan);
  const at = outline.findIndex(entry => entry.cell === cell);
  const after = outline.slice(at).find(entry => stageOf.has(entry.cell));
  const before = outline.slice(0, Math.max(at, 0)).reverse();
  return (after ?? before.find(entry => stageOf.has(entry.cell)))?.cell ?? null;
}

export function actionsAt(
  plan: IPlan,
  outline: readonly IOutlineCell[],
  focus: IFocus,
  trans: TranslationBundle
): Record<ActionId, IAction> {
  const order = orderOf(outline);
  const bands = bandsOf(plan, order);
  const cell = codeCellAt(plan, outline, focus.cell);
  const number = bands.findIndex(
    ({ cells }) => cell !== null && cells.includes(cell)
  );
  const here: IBand | undefined = bands[number];
  const above: IBand | undefined = here && bands[number - 1];
  const below: IBand | undefined = here && bands[number + 1];
  const nowhere = trans.__('This cell is left out; take it in first.');
  const action = (
    id: ActionId,
    label: string,
    next: IPlan | null,
    said: string | (() => string),
    whyNot: string,
    goTo = focus
  ): IAction => {
    const can = next !== null && next !== plan;
    return {
      id,
      label,
      next: can ? next : null,
      said: can ? (typeof said === 'string' ? said : said()) : whyNot,
      focus: can ? goTo : focus
    };
  };
  const moved = (next: IPlan | null) => () => movedText(plan, next, trans);
  const at = here && cell !== null ? here.cells.indexOf(cell) : -1;

  const name =
    here && cell !== null
      ? freeName(
          headingBefore(outline, cell) || here.stage,
          namesOf(plan.stages)
        )
      : '';
  const boundaryUp = !above
    ? null
    : focus.head
      ? moveBoundary(plan, order, number - 1, last(above.cells))
      : at < here.cells.length - 1
        ? moveBoundary(plan, order, number - 1, here.cells[at + 1])
        : null;
  const boundaryDown = !here
    ? null
    : focus.head
      ? above && here.cells.length > 1
        ? moveBoundary(plan, order, number - 1, here.cells[1])
        : null
      : below && at > 0
        ? moveBoundary(plan, order, number, here.cells[at])
        : null;
  const isCode = cell !== null && cell === focus.cell && !focus.head;

  return {
    split: action(
      'split',
      trans.__('New stage here'),
      here && cell !== null && !focus.head
        ? split(plan, order, cell, name)
        : null,
      trans.__('The new stage %1 begins at cell %2.', name, (cell ?? 0) + 1),
      here ? trans.__('A stage begins here already.') : nowhere
    ),
    'merge-up': action(
      'merge-up',
      trans.__('Merge with the stage above'),
      above ? merge(plan, order, number - 1) : null,
      above ? mergedText(above.stage, here.stage, trans) : '',
      here ? trans.__('There is no stage above.') : nowhere,
      { ...focus, head: false }
    ),
    'merge-down': action(
      'merge-down',
      trans.__('Merge with the stage below'),
      below ? merge(plan, order, number) : null,
      below ? mergedText(here.stage, below.stage, trans) : '',
      here ? trans.__('There is no stage below.') : nowhere
    ),
    up: action(
      'up',
      trans.__('Move to the stage above'),
      boundaryUp,
      moved(boundaryUp),
      !here
        ? nowhere
        : above
          ? trans.__('A stage would be left without cells; merge the two.')
          : trans.__('There is no stage above.'),
      focus.head && above ? { cell: last(above.cells), head: true } : focus
    ),
    down: action(
      'down',
      trans.__('Move to the stage below'),
      boundaryDown,
      moved(boundaryDown),
      !here
        ? nowhere
        : below || focus.head
          ? trans.__('A stage would be left without cells; merge the two.')
          : trans.__('There is no stage below.'),
      focus.head && here?.cells.length > 1
        ? { cell: here.cells[1], head: true }
        : focus
    ),
    skip: here
      ? action(
          'skip',
          trans.__('Leave the cell out'),
          isCode && cell !== null ? skip(plan, order, cell) : null,
          trans.__('Cell %1 is left out.', (cell ?? 0) + 1),
          isCode
            ? trans.__('One cell has to stay.')
            : trans.__('Only code cells can be left out.')
        )
      : action(
          'skip',
          trans.__('Take the cell in'),
          isCode && cell !== null ? keep(plan, order, cell) : null,
          () => {
            const next = cell === null ? plan : keep(plan, order, cell);
            const stage = owners(next).get(cell ?? -1) ?? '';
            return trans.__('Cell %1 belongs to %2.', (cell ?? 0) + 1, stage);
          },
          nowhere
        )
  };
}

function last(cells: number[]): number {
  return cells[cells.length - 1];
}

function mergedText(
  into: string,
  other: string,
  trans: TranslationBundle
): string {
  return trans.__('%1 and %2 are one stage, %1.', into, other);
}

/** Which cells have come to which stage. */
export function movedText(
  before: IPlan,
  after: IPlan | null,
  trans: TranslationBundle
): string {
  const was = owners(before);
  const moved = [...owners(after ?? before)].filter(
    ([cell, stage]) => was.get(cell) !== stage
  );
  return moved.length
    ? trans._n(
        'Cell %2 belongs to %3.',
        'Cells %2 belong to %3.',
        moved.length,
        cellsText(moved.map(([cell]) => cell)),
        moved[0][1]
      )
    : '';
}

/** The keys of the list of cells, for people. */
export function keysHelp(trans: TranslationBundle): [string, string][] {
  return [
    ['↑ ↓', trans.__('Go to the cell or stage above or below')],
    ['S', trans.__('Begin a new stage at this cell')],
    ['M', trans.__('Merge with the stage above')],
    ['Shift M', trans.__('Merge with the stage below')],
    [
      'Alt ↑',
      trans.__(
        'Move this cell, and those of its stage above it, to the stage above; at a stage, move its beginning up'
      )
    ],
    [
      'Alt ↓',
      trans.__(
        'Move this cell, and those of its stage below it, to the stage below; at a stage, move its beginning down'
      )
    ],
    ['R, F2', trans.__('Rename the stage')],
    ['X', trans.__('Leave the cell out, or take it in again')],
    ['Ctrl Z', trans.__('Undo')],
    ['Ctrl Shift Z', trans.__('Redo')]
  ];
}
