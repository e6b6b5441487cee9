/** One stage of the result in detail. */

import * as React from 'react';

import type { IHandOver, IStage } from '../rest/contract';
import { CellLink } from './result';
import type { IResultProps } from './result';
import { inputNames, valueText } from './view';

export function StageDetails(
  props: IResultProps & { stage: IStage }
): JSX.Element {
  const { stage, conversion, trans } = props;
  const parameters = conversion.parameters.filter(({ stages }) =>
    stages.includes(stage.name)
  );
  const inputs = inputNames(stage);
  const again = conversion.rerun?.stages[stage.name];
  return (
    <div className="jp-Mlops-stageDetails" role="group" aria-label={stage.name}>
      <div className="jp-Mlops-stageDetails-title">
        <h4>{stage.title || stage.name}</h4>
        <button
          type="button"
          className="jp-Mlops-link"
          onClick={() =>
            void props.openPlace({
              path: `${conversion.path}/${stage.notebook}`
            })
          }
        >
          {stage.notebook}
        </button>
        {['run', 'skipped', 'restored', 'failed'].includes(
          props.run.stages.get(stage.name)?.state ?? ''
        ) && (
          <button
            type="button"
            className="jp-Mlops-link"
            onClick={() =>
              void props.openPlace({
                path: `${conversion.path}/products/${stage.name}.ipynb`
              })
            }
          >
            {trans.__('as it ran')}
          </button>
        )}
      </div>
      {stage.why && <p className="jp-Mlops-note">{stage.why}</p>}
      <dl>
        {stage.source_cells.length > 0 && (
          <>
            <dt>{trans.__('Cells')}</dt>
            <dd className="jp-Mlops-cells">
              {stage.source_cells.map(cell => (
                <CellLink key={cell} {...props} cell={cell} />
              ))}
            </dd>
          </>
        )}
        {again !== undefined && (
          <>
            <dt>{trans.__('A change here')}</dt>
            <dd>
              {again < 0.05
                ? trans.__('next to nothing runs again')
                : trans.__('runs %1 s of cells again', again.toFixed(1))}
            </dd>
          </>
        )}
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
              <Output key={output.path} output={output} />
            ))
          ) : (
            <span className="jp-Mlops-note">
              {trans.__('nothing to other stages')}
            </span>
          )}
        </dd>
        {parameters.length > 0 && (
          <>
            <dt>{trans.__('Parameters')}</dt>
            <dd>
              {parameters.map(({ name, value }) => (
                <span key={name} className="jp-Mlops-chip">
                  {`${name}: ${valueText(value)}`}
                </span>
              ))}
            </dd>
          </>
        )}
      </dl>
    </div>
  );
}

function Output(props: { output: IHandOver }): JSX.Element {
  const { output } = props;
  return (
    <span className="jp-Mlops-output">
      <span className="jp-Mlops-chip">{output.variable}</span>
      {output.format && <span>{output.format}</span>}
      {output.why && <span className="jp-Mlops-note">{output.why}</span>}
    </span>
  );
}
