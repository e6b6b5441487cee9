/** What one stage hands to another, and why. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { IDecision, IStage } from '../rest/contract';
import { Prose } from '../score/parts';
import { countedFromOne } from '../cells';
import { handedOver } from './view';

export function EdgeDetails(props: {
  stages: IStage[];
  from: string;
  to: string;
  /** The planner's reasons, where they are known. */
  decisions?: IDecision[];
  trans: TranslationBundle;
}): JSX.Element {
  const { from, to, trans } = props;
  const handed = handedOver(props.stages, from, to);
  const title = trans.__('%1 → %2', from, to);
  return (
    <div className="jp-Mlops-stageDetails" role="group" aria-label={title}>
      <h4>{title}</h4>
      {handed.length === 0 ? (
        <p className="jp-Mlops-note">
          {trans.__(
            'Nothing is handed over: the one begins when the other has ended.'
          )}
        </p>
      ) : (
        <dl>
          {handed.map(output => {
            const why =
              props.decisions?.find(
                ({ kind, subject, stage }) =>
                  kind === 'hand-over' &&
                  stage === from &&
                  subject.split(', ').includes(output.variable)
              )?.why ?? output.why;
            return (
              <React.Fragment key={output.path}>
                <dt>
                  <span className="jp-Mlops-chip">{output.variable}</span>
                </dt>
                <dd>
                  {output.format && <span>{output.format}</span>}
                  {why && (
                    <span className="jp-Mlops-note">
                      <Prose text={countedFromOne(why)} />
                    </span>
                  )}
                </dd>
              </React.Fragment>
            );
          })}
        </dl>
      )}
    </div>
  );
}
