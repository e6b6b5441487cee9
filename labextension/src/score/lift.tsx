/** The button of a criterion that a tool can raise. */

import * as React from 'react';

import type { ICriterion } from '../rest/contract';
import type { ICriterionProps } from './checklist';
import { serverPath } from './view';

export function LiftButton(
  props: ICriterionProps & { criterion: ICriterion }
): JSX.Element {
  const { assessment, criterion, model, trans, unit } = props;
  const lift = model.lifts.get(criterion.fix?.lift ?? '');
  if (!lift) {
    return <></>;
  }
  return (
    <button
      type="button"
      className="jp-Mlops-smallButton"
      title={lift.title}
      aria-label={trans.__('Lift %1: %2', criterion.title, lift.title)}
      onClick={() =>
        props.lift(
          lift.lift,
          serverPath(assessment.root, unit.path) ?? assessment.root
        )
      }
    >
      {trans.__('Lift…')}
    </button>
  );
}
