/** What a lift changed in the assessment. */

import * as React from 'react';

import type { IScorecard } from '../rest/contract';
import { Prose, StateIcon } from '../score/parts';
import { progressText, stateText } from '../score/view';
import type { ILiftPanelOptions } from './panel';

export function Outcome(
  props: ILiftPanelOptions & { scorecard: IScorecard }
): JSX.Element {
  const { scorecard, titleOf, trans } = props;
  const at = (index: 0 | 1) => {
    const level = scorecard.level[index];
    const progress = scorecard.progress[index];
    return trans.__(
      'Level %1 · %2',
      level,
      progressText({ level, progress }, trans)
    );
  };
  const [before, after] = [at(0), at(1)];
  return (
    <section className="jp-Mlops-card" data-testid="outcome">
      <h3>{before === after ? after : trans.__('%1 → %2', before, after)}</h3>
      {scorecard.criteria.length === 0 ? (
        <p className="jp-Mlops-note">
          {trans.__(
            'The assessment says the same as before: what is left to you comes first.'
          )}
        </p>
      ) : (
        <ul className="jp-Mlops-outcome">
          {scorecard.criteria.map(criterion => (
            <li key={criterion.id}>
              <StateIcon state={criterion.after} trans={trans} />
              <span>
                {titleOf(criterion.id)}{' '}
                <span className="jp-Mlops-note">
                  {trans.__(
                    '%1 → %2',
                    stateText(criterion.before, trans),
                    stateText(criterion.after, trans)
                  )}
                </span>
                {criterion.raise_by && (
                  <span className="jp-Mlops-outcome-more">
                    <Prose text={criterion.raise_by} />
                  </span>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
