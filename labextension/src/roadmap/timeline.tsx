/** The weeks, and the steps of each role on them. */

import * as React from 'react';

import { flagIcon } from '../marks';
import type { IRoadmap } from '../rest/contract';
import { roleText } from '../score/view';
import type { IRoadmapPanelOptions } from './panel';
import { Step } from './step';
import type { IBar } from './view';
import { barsByRole, dayText, shareOf } from './view';

type IProps = IRoadmapPanelOptions & { roadmap: IRoadmap };

export function TimeLine(props: IProps): JSX.Element {
  const { roadmap, trans } = props;
  const roles = barsByRole(roadmap);
  if (roles.length === 0) {
    return <></>;
  }
  return (
    <section className="jp-Mlops-card jp-Mlops-timeline" data-testid="timeline">
      <Weeks {...props} />
      {roles.map(([role, bars]) => (
        <div key={role} role="group" aria-label={roleText(role, trans)}>
          <h3>{roleText(role, trans)}</h3>
          <ol className="jp-Mlops-timeline-rows">
            {bars.map(bar => (
              <li key={bar.step.id} data-step={bar.step.id}>
                <Row bar={bar} {...props} />
              </li>
            ))}
          </ol>
        </div>
      ))}
    </section>
  );
}

/** When the weeks begin, and the days on which levels are reached. */
function Weeks(props: IProps): JSX.Element {
  const { roadmap, trans } = props;
  const every =
    roadmap.weeks.length > 26 ? 4 : roadmap.weeks.length > 6 ? 2 : 1;
  return (
    <div className="jp-Mlops-timeline-weeks" aria-hidden="true">
      <span />
      <div>
        {roadmap.weeks
          .filter((_, index) => index % every === 0)
          .map(week => (
            <span
              key={week.number}
              style={{ insetInlineStart: `${shareOf(roadmap, week.start)}%` }}
            >
              {dayText(week.start)}
            </span>
          ))}
        {roadmap.milestones
          .filter(({ date, within }) => within && date !== null)
          .map(one => (
            <span
              key={`${one.unit}-${one.level}`}
              className="jp-Mlops-timeline-flag"
              style={{
                insetInlineStart: `${shareOf(roadmap, one.date ?? '', 1)}%`
              }}
              title={trans.__('Level %1: %2', one.level, one.name)}
            >
              <flagIcon.react tag="span" elementSize="normal" />
              {one.level}
            </span>
          ))}
      </div>
    </div>
  );
}

function Row(props: IProps & { bar: IBar }): JSX.Element {
  const { bar, roadmap } = props;
  const { step, left, width } = bar;
  return (
    <Step
      {...props}
      step={step}
      beside={
        <span
          className="jp-Mlops-timeline-track"
          style={
            {
              '--jp-mlops-week': `${100 / roadmap.weeks.length}%`
            } as React.CSSProperties
          }
          aria-hidden="true"
        >
          <span
            data-level={step.level}
            data-agreed={step.agreed !== null}
            style={{ insetInlineStart: `${left}%`, width: `${width}%` }}
          />
        </span>
      }
    />
  );
}
