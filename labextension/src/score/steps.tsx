/** The cheapest way to the target, with what would be if some of it were done. */

import * as React from 'react';

import type { ICriterion, IUnit, IWhatIf } from '../rest/contract';
import type { ICriterionProps } from './checklist';
import { CriterionBody } from './checklist';
import { LiftButton } from './lift';
import { Disclosure, StateIcon } from './parts';
import { HIGHEST_LEVEL, effortText, roleText, stepsTo } from './view';
import { WhatIfLine } from './whatifline';

export function NextSteps(props: ICriterionProps): JSX.Element {
  const { unit, trans, whatIf } = props;
  const { required, recommended } = stepsTo(unit, whatIf.answer);
  if (required.length + recommended.length === 0) {
    return (
      <div className="jp-Mlops-note">
        {unit.level >= HIGHEST_LEVEL
          ? trans.__('All levels are reached. Keep it that way.')
          : trans.__('Nothing stands between here and the next level.')}
      </div>
    );
  }
  const list = (steps: ICriterion[]) => (
    <ol className="jp-Mlops-steps">
      {steps.map(criterion => (
        <li key={criterion.id} data-criterion={criterion.id}>
          <Step criterion={criterion} {...props} />
        </li>
      ))}
    </ol>
  );
  return (
    <>
      <WhatIfLine {...props} />
      {byLevel(required).map(([level, steps]) => (
        <React.Fragment key={level}>
          {level > unit.level + 1 && (
            <h4 className="jp-Mlops-steps-level">
              {trans.__('Then to Level %1', level)}
            </h4>
          )}
          {list(steps)}
        </React.Fragment>
      ))}
      {recommended.length > 0 && (
        <>
          <h4 className="jp-Mlops-steps-level">{trans.__('Recommended')}</h4>
          {list(recommended)}
        </>
      )}
      {whatIf.answer && required.length > 0 && (
        <p className="jp-Mlops-steps-hours">
          {hoursText(whatIf.answer, unit, props.trans)}
        </p>
      )}
      <div className="jp-Mlops-steps-more">
        <button
          type="button"
          className="jp-Mlops-smallButton"
          title={trans.__('These steps on twelve weeks, with owners and dates')}
          onClick={() => props.showRoadmap(whatIf.target)}
        >
          {trans.__('Roadmap')}
        </button>
      </div>
    </>
  );
}

function byLevel(steps: ICriterion[]): [number, ICriterion[]][] {
  const levels = [...new Set(steps.map(({ level }) => level))];
  return levels.map(level => [
    level,
    steps.filter(step => step.level === level)
  ]);
}

function hoursText(
  answer: IWhatIf,
  unit: IUnit,
  trans: ICriterionProps['trans']
): string {
  return trans._n(
    'About %1 hour of work from here to Level %2.',
    'About %1 hours of work from here to Level %2.',
    Math.round(answer.hours),
    Math.max(answer.target, unit.level)
  );
}

function Step(props: ICriterionProps & { criterion: ICriterion }): JSX.Element {
  const { criterion, trans, whatIf } = props;
  const ticked = whatIf.ticked.has(criterion.id);
  return (
    <>
      <input
        type="checkbox"
        className="jp-Mlops-tick"
        checked={ticked}
        title={trans.__('What if this were done?')}
        aria-label={trans.__('What if: %1', criterion.title)}
        onChange={() => void whatIf.toggle(criterion.id)}
      />
      <Disclosure
        className="jp-Mlops-step"
        title={
          <span className="jp-Mlops-step-title">
            <StateIcon state={criterion.state} trans={trans} />
            <span className="jp-Mlops-criterion-name">{criterion.title}</span>
            <span className="jp-Mlops-step-meta">
              {criterion.fix &&
                [
                  effortText(criterion.fix.effort, trans),
                  roleText(criterion.fix.role, trans)
                ].join(' · ')}
            </span>
          </span>
        }
      >
        <CriterionBody {...props} />
      </Disclosure>
      <LiftButton {...props} />
    </>
  );
}
