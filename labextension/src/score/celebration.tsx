/** A level that was reached, celebrated once. */

import { closeIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { flagIcon } from '../marks';
import type { IReached, IUnit } from '../rest/contract';
import type { ScoreModel } from './model';
import { levelNames } from './view';

/** Pieces of confetti. */
const PIECES = 18;

export function Celebration(props: {
  model: ScoreModel;
  unit: IUnit;
  trans: TranslationBundle;
}): JSX.Element {
  const { model, trans } = props;
  const reached = model.celebrated;
  if (!reached) {
    return <></>;
  }
  const names = levelNames(trans);
  return (
    <section
      className="jp-Mlops-celebration"
      role="status"
      aria-label={trans.__('Level %1 reached', reached.level)}
      data-testid="celebration"
    >
      <Confetti level={reached.level} />
      <div className="jp-Mlops-celebration-top">
        <flagIcon.react
          tag="span"
          className="jp-Mlops-celebration-icon"
          elementSize="xlarge"
        />
        <div>
          <h3>{title(reached, trans)}</h3>
          <p className="jp-Mlops-note">
            {trans.__(
              'Level %1 → Level %2: %3',
              reached.before,
              reached.level,
              names[reached.level]
            )}
          </p>
        </div>
        <button
          type="button"
          className="jp-Button jp-mod-minimal jp-mod-small jp-Mlops-iconButton"
          title={trans.__('Later')}
          aria-label={trans.__('Later')}
          onClick={() => model.celebrateLater()}
        >
          <closeIcon.react tag="span" elementSize="normal" />
        </button>
      </div>
      <p>{reached.means}</p>
      <p>
        <b>{trans.__('Celebrate it:')}</b> {reached.show}
      </p>
      <div className="jp-Mlops-criterion-actions">
        <button
          type="button"
          className="jp-Mlops-smallButton"
          disabled={model.recording}
          title={trans.__(
            'Add today to .mlops/history.jsonl and write the certificate of the level'
          )}
          onClick={() => void model.record()}
        >
          {trans.__('Record it')}
        </button>
      </div>
    </section>
  );
}

function title(reached: IReached, trans: TranslationBundle): string {
  return reached.unit === null
    ? trans.__('Level %1 reached', reached.level)
    : trans.__('%1 reached Level %2', reached.unit, reached.level);
}

/** Falls once; for those who want no motion it is not drawn at all. */
function Confetti(props: { level: number }): JSX.Element {
  return (
    <div className="jp-Mlops-confetti" aria-hidden="true">
      {Array.from({ length: PIECES }, (_, piece) => (
        <span
          key={`${props.level}-${piece}`}
          style={
            {
              '--jp-mlops-at': `${(piece * 37) % 100}%`,
              '--jp-mlops-delay': `${(piece * 53) % 400}ms`,
              '--jp-mlops-turn': `${((piece * 71) % 5) - 2}turn`
            } as React.CSSProperties
          }
        />
      ))}
    </div>
  );
}
