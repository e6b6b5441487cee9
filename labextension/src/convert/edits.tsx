/** What became of the user's edits, where the pipeline was there already. */

import * as React from 'react';

import type { IConflict } from '../rest/contract';
import { CellLink } from './result';
import type { IResultProps } from './result';

/** Both sides of everything that the user and the notebook changed in different ways, and the choice between them. */
export function Conflicts(props: IResultProps): JSX.Element {
  const { conversion, convert, trans } = props;
  const conflicts = conversion.conflicts ?? [];
  if (conflicts.length === 0) {
    return <></>;
  }
  return (
    <section className="jp-Mlops-card" data-testid="conflicts">
      <h3>{trans.__('Whose version stands?')}</h3>
      {conflicts.map((conflict, index) => (
        <Conflict key={index} {...props} conflict={conflict} />
      ))}
      <div className="jp-Mlops-actions">
        <button
          type="button"
          className="jp-mod-styled jp-mod-accept"
          onClick={() => convert({ on_conflict: 'keep' })}
        >
          {trans.__('Convert, keeping mine')}
        </button>
        <button
          type="button"
          className="jp-mod-styled jp-mod-reject"
          onClick={() => convert({ on_conflict: 'replace' })}
        >
          {trans.__('Convert, taking the new')}
        </button>
      </div>
    </section>
  );
}

function Conflict(props: IResultProps & { conflict: IConflict }): JSX.Element {
  const { conflict, conversion, trans } = props;
  const sides: [string, string | null][] = [
    [trans.__('Yours'), conflict.ours],
    [trans.__('Generated now'), conflict.theirs],
    [trans.__('Before'), conflict.base]
  ];
  return (
    <div className="jp-Mlops-conflict" role="group" aria-label={conflict.path}>
      <p>
        <button
          type="button"
          className="jp-Mlops-link"
          onClick={() =>
            void props.openPlace({
              path: `${conversion.path}/${conflict.path}`
            })
          }
        >
          {conflict.path}
        </button>{' '}
        {conflict.cell !== null ? (
          <CellLink {...props} cell={conflict.cell} />
        ) : (
          conflict.where
        )}{' '}
        {conflict.why && <span className="jp-Mlops-note">{conflict.why}</span>}
      </p>
      <dl>
        {sides.map(([name, text]) => (
          <React.Fragment key={name}>
            <dt>{name}</dt>
            <dd>
              {text === null ? (
                <span className="jp-Mlops-note">{trans.__('nothing')}</span>
              ) : (
                <pre className="jp-Mlops-detail" tabIndex={0}>
                  {text}
                </pre>
              )}
            </dd>
          </React.Fragment>
        ))}
      </dl>
    </div>
  );
}

/** The files that hold edits. */
export function Edits(props: IResultProps): JSX.Element {
  const { conversion, trans } = props;
  const {
    kept = [],
    merged = [],
    deleted = [],
    left = []
  } = conversion.edits ?? {};
  const rows: [string[], string][] = [
    [kept, trans.__('kept as you left it')],
    [merged, trans.__('your edits and what is new')],
    [deleted, trans.__('stays deleted, as you left it')],
    [left, trans.__('not part of the pipeline any more; kept for your edits')]
  ];
  if (conversion.conflicts?.length || rows.every(([paths]) => !paths.length)) {
    return <></>;
  }
  return (
    <section className="jp-Mlops-card" data-testid="edits">
      <h3>{trans.__('Your edits')}</h3>
      <ul className="jp-Mlops-findings">
        {rows.flatMap(([paths, meaning]) =>
          paths.map(path => (
            <li key={path}>
              <span className="jp-Mlops-code">{path}</span>
              <span className="jp-Mlops-note">{meaning}</span>
            </li>
          ))
        )}
      </ul>
    </section>
  );
}
