/** Why a stage of the plan is as it is. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { EdgeDetails } from '../convert/edge';
import type { Selection } from '../convert/view';
import { countedFromOne } from '../cells';
import { inputNames } from '../convert/view';
import type { IDecision, IPlanned } from '../rest/contract';
import { Prose } from '../score/parts';

export function Why(props: {
  answer: IPlanned;
  selected: Selection;
  goToCell: (cell: number) => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { answer, selected, trans } = props;
  if (selected?.kind === 'edge') {
    return (
      <EdgeDetails
        stages={answer.stages}
        from={selected.from}
        to={selected.to}
        decisions={answer.explanation}
        trans={trans}
      />
    );
  }
  const stage = answer.stages.find(({ name }) => name === selected?.name);
  if (!stage) {
    return (
      <p className="jp-Mlops-note">
        {trans.__('Choose a stage or an arrow to read why it is there.')}
      </p>
    );
  }
  const { explanation } = answer;
  const own = explanation.filter(one => one.stage === stage.name);
  const reasons = own.filter(({ kind }) => kind === 'stage');
  const context = own.filter(({ kind }) => kind === 'context');
  const together = explanation.filter(
    ({ kind, source_cell }) =>
      kind === 'merge' &&
      source_cell !== null &&
      stage.source_cells.includes(source_cell)
  );
  const inputs = inputNames(stage);
  return (
    <div className="jp-Mlops-stageDetails" role="group" aria-label={stage.name}>
      <h4>{stage.title || stage.name}</h4>
      {(reasons.length ? reasons.map(({ why }) => why) : [stage.why]).map(
        (why, index) =>
          why && (
            <p key={index} className="jp-Mlops-note">
              <Prose text={countedFromOne(why)} />
            </p>
          )
      )}
      <Reasons
        {...props}
        title={trans.__('Kept together')}
        decisions={together}
      />
      <dl>
        <dt>{trans.__('Takes in')}</dt>
        <dd>
          {inputs.length ? (
            inputs.map(name => (
              <span key={name} className="jp-Mlops-chip">
                {name}
              </span>
            ))
          ) : (
            <span className="jp-Mlops-note">
              {trans.__('nothing from other stages')}
            </span>
          )}
        </dd>
        <dt>{trans.__('Hands on')}</dt>
        <dd>
          {stage.outputs.length ? (
            stage.outputs.map(output => (
              <span key={output.path} className="jp-Mlops-output">
                <span className="jp-Mlops-chip">{output.variable}</span>
                {output.why && (
                  <span className="jp-Mlops-note">
                    <Prose text={countedFromOne(output.why)} />
                  </span>
                )}
              </span>
            ))
          ) : (
            <span className="jp-Mlops-note">
              {trans.__('nothing to other stages')}
            </span>
          )}
        </dd>
      </dl>
      <Reasons {...props} title={trans.__('Runs again')} decisions={context} />
    </div>
  );
}

function Reasons(props: {
  title: string;
  decisions: IDecision[];
  goToCell: (cell: number) => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { decisions, trans } = props;
  if (!decisions.length) {
    return <></>;
  }
  return (
    <>
      <h5>{props.title}</h5>
      <ul className="jp-Mlops-reasons">
        {decisions.map((decision, index) => (
          <li key={index}>
            <span className="jp-Mlops-code">
              {countedFromOne(decision.subject)}
            </span>{' '}
            <span className="jp-Mlops-note">
              <Prose text={countedFromOne(decision.why)} />
            </span>{' '}
            {decision.source_cell !== null && (
              <button
                type="button"
                className="jp-Mlops-link jp-Mlops-cellLink"
                onClick={() => props.goToCell(decision.source_cell ?? 0)}
              >
                {trans.__('cell %1', decision.source_cell + 1)}
              </button>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
