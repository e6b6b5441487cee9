/** The level that what is ticked would lead to. */

import * as React from 'react';

import { explain } from '../rest/failures';
import type { ICriterionProps } from './checklist';
import { progressText } from './view';

export function WhatIfLine(
  props: Pick<ICriterionProps, 'whatIf' | 'trans'>
): JSX.Element {
  const { whatIf, trans } = props;
  const count = whatIf.ticked.size;
  return (
    <div
      className="jp-Mlops-whatIf"
      role="status"
      data-active={count > 0}
      data-testid="what-if"
    >
      {count > 0 && (
        <>
          <span>
            {whatIf.failure
              ? explain(whatIf.failure, trans)
              : whatIf.answer &&
                trans._n(
                  'With %1 step done: Level %2 · %3',
                  'With %1 steps done: Level %2 · %3',
                  count,
                  whatIf.answer.outcome.level,
                  progressText(whatIf.answer.outcome, trans)
                )}
          </span>
          <button
            type="button"
            className="jp-Mlops-link"
            onClick={() => void whatIf.clear()}
          >
            {trans.__('Clear')}
          </button>
        </>
      )}
    </div>
  );
}
