/** The cheapest way to the next level. */

import * as React from 'react';

import type { ICriterion } from '../rest/contract';
import type { ICriterionProps } from './checklist';
import { CriterionBody } from './checklist';
import { LiftButton } from './lift';
import { Disclosure, StateIcon } from './parts';
import { HIGHEST_LEVEL, effortText, nextSteps, roleText } from './view';

export function NextSteps(props: ICriterionProps): JSX.Element {
  const { unit, trans } = props;
  const steps = nextSteps(unit);
  if (steps.length === 0) {
    return (
      <div className="jp-Mlops-note">
        {unit.level >= HIGHEST_LEVEL
          ? trans.__('All levels are reached. Keep it that way.')
          : trans.__('Nothing stands between here and the next level.')}
      </div>
    );
  }
  const step = (criterion: ICriterion) => (
    <li key={criterion.id} data-criterion={criterion.id}>
      <Disclosure
        className="jp-Mlops-step"
        title={
          <span className="jp-Mlops-step-title">
            <StateIcon state={criterion.state} trans={trans} />
            <span className="jp-Mlops-criterion-name">{criterion.title}</span>
            <span className="jp-Mlops-step-meta">
              {[
                ...(criterion.fix
                  ? [
                      effortText(criterion.fix.effort, trans),
                      roleText(criterion.fix.role, trans)
                    ]
                  : []),
                ...(criterion.required ? [] : [trans.__('recommended')])
              ].join(' · ')}
            </span>
          </span>
        }
      >
        <CriterionBody criterion={criterion} {...props} />
      </Disclosure>
      <LiftButton criterion={criterion} {...props} />
    </li>
  );
  return <ol className="jp-Mlops-steps">{steps.map(step)}</ol>;
}
