/** What is told of a plan: whether it can be, why not, and what to do. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { countedFromOne } from '../cells';
import { withoutColours } from '../convert/view';
import { badIcon, infoIcon } from '../marks';
import type { OpenPlace } from '../places';
import type { IFailure } from '../rest/contract';
import { explain } from '../rest/failures';
import { Prose } from '../score/parts';
import type { PlanModel } from './model';

export interface IProblemProps {
  plan: PlanModel;
  failure: IFailure;
  openPlace: OpenPlace;
  trans: TranslationBundle;
}

/** What is known of the plan. */
export function stateText(model: PlanModel, trans: TranslationBundle): string {
  if (model.checking) {
    return trans.__('Asking what would come of it…');
  }
  if (model.problem) {
    return trans.__('Not possible; this is the last plan that was.');
  }
  const stages = (model.answer?.stages ?? []).filter(
    ({ source_cells }) => source_cells.length
  ).length;
  const counted = trans._n('%1 stage', '%1 stages', stages);
  return model.edited
    ? trans.__('Your plan: %1', counted)
    : trans.__('The proposed plan: %1', counted);
}

/** What has become of the person's plan when the notebook was another one. */
export function NoticeBar(props: {
  model: PlanModel;
  trans: TranslationBundle;
}): JSX.Element {
  const { model, trans } = props;
  if (model.notice === null) {
    return <></>;
  }
  return (
    <div className="jp-Mlops-banner" data-tone="warning" role="status">
      <infoIcon.react
        tag="span"
        className="jp-Mlops-banner-icon"
        elementSize="large"
      />
      <div>
        <p>
          {model.notice === 'notebook-changed'
            ? trans.__(
                'The notebook has changed since you drew this plan. Look whether its cells are still where you want them.'
              )
            : trans.__(
                'The notebook has other cells than when you drew your plan, so this is a new proposal.'
              )}
        </p>
      </div>
    </div>
  );
}

/** Why the plan cannot be, and what to do. */
export function Problem(props: IProblemProps): JSX.Element {
  const { failure, plan, trans } = props;
  const { cell, line } = failure;
  return (
    <div
      className="jp-Mlops-banner"
      data-tone="bad"
      role="alert"
      data-testid="plan-problem"
    >
      <badIcon.react
        tag="span"
        className="jp-Mlops-banner-icon"
        elementSize="large"
      />
      <div>
        <h3>
          {plan.proposal
            ? trans.__('This plan is not possible')
            : trans.__('There is no plan for this notebook')}
        </h3>
        <p>
          <Prose text={countedFromOne(explain(failure, trans))} />
        </p>
        {failure.detail && (
          <pre className="jp-Mlops-detail" tabIndex={0}>
            {withoutColours(failure.detail)}
          </pre>
        )}
        <div className="jp-Mlops-actions">
          {typeof cell === 'number' && (
            <button
              type="button"
              className="jp-Mlops-smallButton"
              onClick={() =>
                void props.openPlace({ path: plan.path, cell, line })
              }
            >
              {trans.__('Go to cell %1', cell + 1)}
            </button>
          )}
          {plan.canUndo ? (
            <button
              type="button"
              className="jp-Mlops-smallButton"
              onClick={() => plan.undo()}
            >
              {trans.__('Undo')}
            </button>
          ) : (
            <button
              type="button"
              className="jp-Mlops-smallButton"
              onClick={() => void plan.refresh()}
            >
              {trans.__('Try again')}
            </button>
          )}
        </div>
      </div>
    </div>
  );
}
