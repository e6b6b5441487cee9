/** What a lift leaves to the person: in order, with the command where one does it. */

import { copyIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { ILiftPlan } from '../rest/contract';
import { countedFromOne } from '../cells';
import { Prose } from '../score/parts';
import type { ILiftPanelOptions } from './panel';

export function Left(
  props: ILiftPanelOptions & { plan: ILiftPlan }
): JSX.Element {
  const { plan, trans } = props;
  if (plan.left.length === 0) {
    return <></>;
  }
  return (
    <section className="jp-Mlops-card" data-testid="left">
      <h3>
        {props.model.state === 'applied' || plan.state !== 'applies'
          ? trans.__('Left to you')
          : trans.__('Left to you afterwards')}
      </h3>
      <ol className="jp-Mlops-left">
        {plan.left.map(({ what, command }, index) => (
          <li key={index}>
            <Prose text={countedFromOne(what)} />
            {command !== null && (
              <div className="jp-Mlops-command">
                <code tabIndex={0}>{command}</code>
                <button
                  type="button"
                  className="jp-Button jp-mod-minimal jp-mod-small jp-Mlops-iconButton"
                  title={trans.__('Copy the command')}
                  aria-label={trans.__('Copy the command %1', command)}
                  onClick={() => props.copy(command)}
                >
                  <copyIcon.react tag="span" elementSize="normal" />
                </button>
              </div>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
