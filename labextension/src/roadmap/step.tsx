/** One step of a roadmap, which opens. */

import * as React from 'react';

import type { IRoadmapStep } from '../rest/contract';
import { Disclosure, Prose, StateIcon } from '../score/parts';
import type { IRoadmapPanelOptions } from './panel';
import { dayText } from './view';

export function Step(
  props: IRoadmapPanelOptions & {
    step: IRoadmapStep;
    /** Shown in the row beside the title. */
    beside?: React.ReactNode;
  }
): JSX.Element {
  const { step, trans } = props;
  const dates =
    step.start !== null && step.end !== null
      ? trans.__('%1 to %2', dayText(step.start), dayText(step.end))
      : null;
  return (
    <Disclosure
      className="jp-Mlops-roadmapStep"
      title={
        <>
          <span className="jp-Mlops-roadmapStep-title">
            <StateIcon state={step.now} trans={trans} />
            <span>
              {step.title}
              <span className="jp-Mlops-roadmapStep-meta">
                {[
                  dates,
                  trans.__('%1 h', Math.round(step.hours)),
                  step.owner,
                  step.unit === '.' ? null : step.unit
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </span>
            </span>
          </span>
          {props.beside}
        </>
      }
    >
      <div className="jp-Mlops-roadmapStep-body">
        <p>
          <Prose text={step.message} />
        </p>
        {step.advice && (
          <p>
            <b>{trans.__('To raise it:')}</b> <Prose text={step.advice} />
          </p>
        )}
        {step.agreed && <p>{trans.__('These dates are agreed.')}</p>}
        {step.late_days > 0 && (
          <p>
            {trans._n(
              '%1 day later than agreed.',
              '%1 days later than agreed.',
              step.late_days
            )}
          </p>
        )}
        {step.lift && (
          <button
            type="button"
            className="jp-Mlops-smallButton"
            aria-label={trans.__('Lift %1', step.title)}
            onClick={() => props.lift(step.lift ?? '', step.unit)}
          >
            {trans.__('Lift…')}
          </button>
        )}
      </div>
    </Disclosure>
  );
}
