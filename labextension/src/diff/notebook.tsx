/** The changes of a notebook, a cell after the other, each with both sides of its text. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import { Fold } from './fold';
import type { ICellChange, INotebookChange } from './cells';

type Nbdime = typeof import('./nbdime');

/** Cells that are shown before the rest is folded. */
const SHOWN = 30;

/** The notebook's cells; until nbdime is loaded, and where it cannot read them, what stands in for them. */
export function NotebookDiff(props: {
  notebook: INotebookChange;
  children: JSX.Element;
  trans: TranslationBundle;
}): JSX.Element {
  const { notebook, trans } = props;
  const [shown, show] = React.useState<{
    nbdime: Nbdime;
    cells: ICellChange[];
  } | null>(null);
  React.useEffect(() => {
    let gone = false;
    void import('./nbdime')
      .then(nbdime => ({ nbdime, cells: nbdime.changedCells(notebook) }))
      .catch(() => null)
      .then(made => {
        if (!gone) {
          show(made);
        }
      });
    return () => {
      gone = true;
    };
  }, [notebook]);
  return shown?.cells.length ? (
    <Cells {...shown} trans={trans} />
  ) : (
    props.children
  );
}

function Cells(props: {
  nbdime: Nbdime;
  cells: ICellChange[];
  trans: TranslationBundle;
}): JSX.Element {
  const { nbdime, cells, trans } = props;
  const [unfolded, unfold] = React.useState(false);
  const shown = unfolded ? cells : cells.slice(0, SHOWN);
  return (
    <div className="jp-Mlops-notebookDiff jp-Notebook-diff nbdime-root">
      {shown.map((change, index) => (
        <React.Fragment key={index}>
          {change.same > 0 && (
            <p className="jp-Mlops-note">
              {trans._n(
                '%1 cell stays as it is',
                '%1 cells stay as they are',
                change.same
              )}
            </p>
          )}
          <section data-cell={change.kind} aria-label={cellText(change, trans)}>
            <h4>{cellText(change, trans)}</h4>
            {change.source.unchanged && change.kind === 'changed' ? (
              <p className="jp-Mlops-note">
                {trans.__('Its text stays; its tags change.')}
              </p>
            ) : (
              <Source change={change} nbdime={nbdime} trans={trans} />
            )}
          </section>
        </React.Fragment>
      ))}
      <Fold
        more={cells.length - SHOWN}
        moreText={more =>
          trans._n('Show %1 more cell', 'Show %1 more cells', more)
        }
        {...{ unfolded, unfold, trans }}
      />
    </div>
  );
}

/** A Lumino widget among React's elements. */
function Source(props: {
  change: ICellChange;
  nbdime: Nbdime;
  trans: TranslationBundle;
}): JSX.Element {
  const { change, nbdime, trans } = props;
  const host = React.useRef<HTMLDivElement>(null);
  React.useEffect(() => {
    const view = nbdime.sourceView(change, trans);
    if (host.current) {
      Widget.attach(view, host.current);
    }
    return () => view.dispose();
  }, [change, nbdime, trans]);
  return <div ref={host} />;
}

function cellText(change: ICellChange, trans: TranslationBundle): string {
  const { kind, before, after } = change;
  switch (kind) {
    case 'added':
      return trans.__('Cell %1, new', after);
    case 'removed':
      return trans.__('Cell %1, removed', before);
    case 'changed':
      return before === after
        ? trans.__('Cell %1', after)
        : trans.__('Cell %1, cell %2 before', after, before);
  }
}
