/** The notebook's cells under coloured stages. Only the rows that can be seen are in the page. */

import { editIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { countedFromOne } from '../cells';
import { gripIcon } from '../marks';
import { Prose, SeverityIcon } from '../score/parts';
import type { ActionId, IFocus } from './actions';
import type { IBand, NameProblem } from './edit';
import { NameInput } from './name';
import type { CellRow, Row, StageRow } from './rows';
import { LINES, cellAt, heightOf, inView, topsOf } from './rows';

/** Rows that are drawn beyond those that can be seen. */
const BEYOND = 6;
/** Pixels from the edge at which a drag scrolls, and by how much. */
const EDGE = 28;

export interface ICellsProps {
  rows: Row[];
  bands: IBand[];
  focus: IFocus;
  /** The stage that is being renamed; its head shows a field. */
  renaming: string | null;
  colourOf: (stage: string) => number | undefined;
  setFocus: (focus: IFocus) => void;
  act: (id: ActionId) => void;
  /** Begin to rename a stage. */
  rename: (stage: string) => void;
  /** End renaming; null leaves the name. */
  renamed: (to: string | null) => void;
  nameProblem: (name: string) => NameProblem | null;
  /** A boundary is being dragged: this cell would be the first of the band. */
  drag: (band: number, first: number) => void;
  dropped: (keep: boolean) => void;
  trans: TranslationBundle;
}

export function Cells(props: ICellsProps): JSX.Element {
  const { rows, focus, trans } = props;
  const frame = React.useRef<HTMLDivElement>(null);
  const tops = React.useMemo(() => topsOf(rows), [rows]);
  const [view, setView] = React.useState({ top: 0, height: 600 });
  const here = Math.max(0, indexOf(rows, focus));
  const byKey = React.useRef(false);

  React.useLayoutEffect(() => {
    const node = frame.current;
    if (!node) {
      return;
    }
    const measure = () =>
      setView({ top: node.scrollTop, height: node.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(node);
    return () => observer.disconnect();
  }, []);

  const { renaming } = props;
  const renamed = React.useRef<string | null>(null);
  React.useLayoutEffect(() => {
    const node = frame.current;
    // When the field is gone, the focus would be nowhere.
    const left =
      renamed.current !== null &&
      renaming === null &&
      node?.ownerDocument.activeElement === node?.ownerDocument.body;
    const begun = renamed.current === null && renaming !== null;
    renamed.current = renaming;
    if (!node || !(byKey.current || left || begun)) {
      return;
    }
    byKey.current = false;
    const [top, bottom] = [tops[here], tops[here + 1]];
    if (top < node.scrollTop) {
      node.scrollTop = top;
    } else if (bottom > node.scrollTop + node.clientHeight) {
      node.scrollTop = bottom - node.clientHeight;
    }
    if (renaming === null) {
      node
        .querySelector<HTMLElement>('[data-current=true]')
        ?.focus({ preventScroll: true });
    }
  });

  const goTo = (index: number, direction: 1 | -1) => {
    let next = Math.min(Math.max(index, 0), rows.length - 1);
    while (rows[next]?.kind === 'note') {
      next += direction;
    }
    const row = rows[next];
    if (row) {
      byKey.current = true;
      props.setFocus(focusOf(row));
    }
  };

  const onKeyDown = (event: React.KeyboardEvent) => {
    const { altKey, ctrlKey, metaKey, shiftKey, key } = event;
    if (ctrlKey || metaKey || props.renaming !== null) {
      return;
    }
    const page = Math.max(1, Math.floor(view.height / 46));
    const steps: Record<string, [number, 1 | -1]> = {
      ArrowDown: [here + 1, 1],
      ArrowUp: [here - 1, -1],
      PageDown: [here + page, 1],
      PageUp: [here - page, -1],
      Home: [0, 1],
      End: [rows.length - 1, -1]
    };
    const actions: Record<string, ActionId> = {
      s: 'split',
      m: shiftKey ? 'merge-down' : 'merge-up',
      x: 'skip',
      delete: 'skip',
      ...(focus.head ? {} : { enter: 'split' })
    };
    const moves: Record<string, ActionId> = {
      ArrowUp: 'up',
      ArrowDown: 'down'
    };
    const action = altKey ? moves[key] : actions[key.toLowerCase()];
    const row = rows[here];
    if (action) {
      byKey.current = true;
      props.act(action);
    } else if (!altKey && steps[key]) {
      goTo(...steps[key]);
    } else if (
      ['r', 'f2', ...(focus.head ? ['enter'] : [])].includes(
        key.toLowerCase()
      ) &&
      row.kind !== 'note' &&
      row.stage !== null
    ) {
      props.rename(row.stage);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  const grab = (event: React.PointerEvent, band: number) => {
    const node = frame.current;
    const owner = node?.ownerDocument;
    if (!node || !owner || event.button !== 0) {
      return;
    }
    event.preventDefault();
    // The list as it is now says which cell lies where while the boundary moves.
    const [from, at, { bands }] = [rows, tops, props];
    const head = from.findIndex(
      row => row.kind === 'stage' && row.band === band
    );
    const y = (clientY: number) =>
      clientY - node.getBoundingClientRect().top + node.scrollTop;
    const offset = y(event.clientY) - at[head];
    const move = ({ clientY }: PointerEvent) => {
      const { top, bottom } = node.getBoundingClientRect();
      if (clientY < top + EDGE) {
        node.scrollTop -= EDGE / 2;
      } else if (clientY > bottom - EDGE) {
        node.scrollTop += EDGE / 2;
      }
      props.drag(band, cellAt(from, at, bands, band, y(clientY) - offset));
    };
    const end = (keep: boolean) => {
      owner.removeEventListener('pointermove', move);
      owner.removeEventListener('pointerup', drop);
      owner.removeEventListener('pointercancel', cancel);
      owner.removeEventListener('keydown', escape, true);
      props.dropped(keep);
    };
    const drop = () => end(true);
    const cancel = () => end(false);
    const escape = (pressed: KeyboardEvent) => {
      if (pressed.key === 'Escape') {
        pressed.preventDefault();
        pressed.stopPropagation();
        end(false);
      }
    };
    owner.addEventListener('pointermove', move);
    owner.addEventListener('pointerup', drop);
    owner.addEventListener('pointercancel', cancel);
    owner.addEventListener('keydown', escape, true);
  };

  const [first, end] = inView(tops, view.top, view.height);
  const shown = new Set([here]);
  for (
    let index = Math.max(0, first - BEYOND);
    index < Math.min(rows.length, end + BEYOND);
    index++
  ) {
    shown.add(index);
  }
  return (
    <div
      ref={frame}
      className="jp-Mlops-cellList"
      role="grid"
      aria-label={trans.__('Cells and stages')}
      aria-rowcount={rows.length}
      onKeyDown={onKeyDown}
      onScroll={({ currentTarget }) =>
        setView({
          top: currentTarget.scrollTop,
          height: currentTarget.clientHeight
        })
      }
    >
      <div role="presentation" style={{ height: tops[rows.length] }}>
        {[...shown]
          .sort((a, b) => a - b)
          .flatMap(index => {
            const row = rows[index];
            if (!row) {
              return [];
            }
            const current = index === here;
            const { stage } = row;
            return [
              <div
                key={row.key}
                role="row"
                aria-rowindex={index + 1}
                aria-selected={row.kind === 'note' ? undefined : current}
                aria-label={labelOf(row, rows, trans)}
                tabIndex={row.kind === 'note' ? undefined : current ? 0 : -1}
                data-current={current}
                data-kind={row.kind}
                data-cell={row.kind === 'stage' ? undefined : row.cell}
                data-stage={stage ?? undefined}
                data-colour={stage === null ? undefined : props.colourOf(stage)}
                data-code={row.kind === 'cell' ? row.code : undefined}
                data-out={row.kind === 'cell' && row.code && stage === null}
                className="jp-Mlops-row"
                style={{ top: tops[index], height: heightOf(row) }}
                onFocus={() => {
                  if (row.kind !== 'note' && !current) {
                    props.setFocus(focusOf(row));
                  }
                }}
              >
                <div role="gridcell">
                  {row.kind === 'stage' ? (
                    <Head {...props} row={row} grab={grab} />
                  ) : row.kind === 'cell' ? (
                    <Cell row={row} trans={trans} />
                  ) : (
                    <>
                      <SeverityIcon
                        severity={row.note.severity}
                        trans={trans}
                      />
                      <p title={countedFromOne(row.note.message)}>
                        <Prose text={countedFromOne(row.note.message)} />
                      </p>
                    </>
                  )}
                </div>
              </div>
            ];
          })}
      </div>
    </div>
  );
}

function Head(
  props: ICellsProps & {
    row: StageRow;
    grab: (event: React.PointerEvent, band: number) => void;
  }
): JSX.Element {
  const { row, trans } = props;
  const first = props.bands.findIndex(({ stage }) => stage === row.stage);
  return (
    <>
      <span
        className="jp-Mlops-grip"
        data-movable={row.band > 0}
        title={
          row.band > 0 ? trans.__('Drag to let the stage begin elsewhere') : ''
        }
        onPointerDown={
          row.band > 0 ? event => props.grab(event, row.band) : undefined
        }
      >
        {row.band > 0 && <gripIcon.react tag="span" elementSize="normal" />}
      </span>
      {props.renaming === row.stage && first === row.band ? (
        <NameInput
          name={row.stage}
          label={trans.__('Name of the stage')}
          problemOf={props.nameProblem}
          done={props.renamed}
          trans={trans}
        />
      ) : (
        <>
          <span
            className="jp-Mlops-row-stage"
            title={row.stage}
            onDoubleClick={() => props.rename(row.stage)}
          >
            {row.stage}
          </span>
          <span className="jp-Mlops-note">
            {trans._n('%1 cell', '%1 cells', row.cells.length)}
          </span>
          <button
            type="button"
            className="jp-Mlops-iconButton"
            tabIndex={-1}
            title={trans.__('Rename %1', row.stage)}
            aria-label={trans.__('Rename %1', row.stage)}
            onClick={() => props.rename(row.stage)}
          >
            <editIcon.react tag="span" elementSize="normal" />
          </button>
        </>
      )}
    </>
  );
}

const Cell = React.memo(
  (props: { row: CellRow; trans: TranslationBundle }): JSX.Element => {
    const { row, trans } = props;
    const { text, lines } = row.outline;
    const shown = text.split('\n');
    return (
      <>
        <span className="jp-Mlops-row-number">{row.cell + 1}</span>
        {row.code ? (
          <span className="jp-Mlops-row-code">
            {shown.slice(0, LINES).map((line, index) => (
              <span key={index}>{line}</span>
            ))}
          </span>
        ) : (
          <span className="jp-Mlops-row-text">
            {shown[0].replace(/^#+\s*/, '') || trans.__('empty')}
          </span>
        )}
        {row.code && row.stage === null ? (
          <span className="jp-Mlops-badge">{trans.__('left out')}</span>
        ) : (
          row.code &&
          lines > LINES && (
            <span className="jp-Mlops-note jp-Mlops-row-more">
              {trans._n('%1 line', '%1 lines', lines)}
            </span>
          )
        )}
      </>
    );
  }
);
Cell.displayName = 'Cell';

function focusOf(row: Row): IFocus {
  return row.kind === 'stage'
    ? { cell: row.cells[0], head: true }
    : { cell: row.cell, head: false };
}

function indexOf(rows: Row[], focus: IFocus): number {
  const head = focus.head
    ? rows.findIndex(
        row => row.kind === 'stage' && row.cells.includes(focus.cell)
      )
    : -1;
  return head !== -1
    ? head
    : rows.findIndex(row => row.kind === 'cell' && row.cell === focus.cell);
}

/** A row in one sentence. */
function labelOf(row: Row, rows: Row[], trans: TranslationBundle): string {
  switch (row.kind) {
    case 'stage':
      return trans._n(
        'Stage %2, %1 cell',
        'Stage %2, %1 cells',
        row.cells.length,
        row.stage
      );
    case 'note':
      return trans.__(
        'At cell %1: %2',
        row.cell + 1,
        countedFromOne(row.note.message)
      );
    case 'cell': {
      const text = row.outline.text.split('\n')[0];
      const noted = rows.some(
        other => other.kind === 'note' && other.cell === row.cell
      )
        ? trans.__('has a remark')
        : '';
      const where = !row.code
        ? trans.__('text')
        : (row.stage ?? trans.__('left out'));
      return [trans.__('Cell %1', row.cell + 1), where, text, noted]
        .filter(Boolean)
        .join(', ');
    }
  }
}
