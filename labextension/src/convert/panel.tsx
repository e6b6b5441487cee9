/** The main-area panel of one notebook's conversion. */

import { PathExt } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { PageContent } from '../content';
import { PlanEditor } from '../plan/editor';
import type { PlanModel } from '../plan/model';
import type { OpenPlace } from '../places';
import { explain } from '../rest/failures';
import { Prose } from '../score/parts';
import { convertIcon } from '../icons';
import { badIcon, infoIcon } from '../marks';
import type { ConversionModel } from './model';
import { Progress } from './progress';
import { Result } from './result';
import type { ITracked } from './tracked';
import type { RunModel } from './run';
import { countedFromOne } from '../cells';
import { withoutColours } from './view';

export interface IConversionOptions {
  model: ConversionModel;
  plan: PlanModel;
  run: RunModel;
  openPlace: OpenPlace;
  /** Show a folder of the server in the file browser. */
  showFolder: (path: string) => void;
  /** Start the conversion, after what is unsaved has been saved. */
  convert: (options?: Record<string, unknown>) => void;
  /** Take back what the conversion wrote, once the person agreed. */
  undo: () => void;
  /** The MLflow run that the last run of the pipeline left; null where there is none. */
  tracked: () => Promise<ITracked | null>;
  copy: (text: string) => void;
  /** Show the plan's editor, after what is unsaved has been saved. */
  editPlan: () => void;
  trans: TranslationBundle;
}

export class ConversionContent extends PageContent {
  constructor(options: IConversionOptions) {
    const { model, plan, run } = options;
    super('conversion', [model, plan, run], () => <Conversion {...options} />);
    this.model = model;
    this.plan = plan;
  }

  /** The conversion that is shown; disposed of with the panel. */
  readonly model: ConversionModel;

  /** Its plan as the person edits it; disposed of with the panel. */
  readonly plan: PlanModel;
}

export function Conversion(props: IConversionOptions): JSX.Element {
  const { model, plan, trans } = props;
  const editing = plan.open && !model.busy;
  return (
    <div className="jp-Mlops-page" data-wide={editing}>
      <header className="jp-Mlops-page-header">
        <convertIcon.react
          tag="span"
          className="jp-Mlops-page-icon"
          elementSize="xlarge"
        />
        <div className="jp-Mlops-page-title">
          <h2>{trans.__('Convert to pipeline')}</h2>
          <div>
            <button
              type="button"
              className="jp-Mlops-link"
              title={trans.__('Open %1', model.path)}
              onClick={() => void props.openPlace({ path: model.path })}
            >
              {PathExt.basename(model.path)}
            </button>
            <span className="jp-Mlops-note" title={model.path}>
              {PathExt.dirname(model.path)}
            </span>
          </div>
        </div>
        <Buttons {...props} />
      </header>
      {editing ? (
        <PlanEditor plan={plan} openPlace={props.openPlace} trans={trans} />
      ) : (
        <Body {...props} />
      )}
    </div>
  );
}

function Buttons(props: IConversionOptions): JSX.Element {
  const { model, plan, trans } = props;
  if (model.busy) {
    return (
      <button
        type="button"
        className="jp-mod-styled jp-mod-reject"
        disabled={model.state === 'cancelling' || model.state === 'connecting'}
        onClick={() => void model.cancel()}
      >
        {model.state === 'cancelling'
          ? trans.__('Cancelling…')
          : trans.__('Cancel')}
      </button>
    );
  }
  const label = plan.edited
    ? trans.__('Convert with your plan')
    : model.state === 'idle' || plan.open
      ? trans.__('Convert')
      : trans.__('Convert again');
  return (
    <div className="jp-Mlops-page-buttons">
      {plan.open ? (
        <button
          type="button"
          className="jp-mod-styled jp-mod-reject"
          onClick={() => plan.hide()}
        >
          {trans.__('Close the plan')}
        </button>
      ) : (
        <button
          type="button"
          className="jp-mod-styled jp-mod-reject"
          title={trans.__(
            'Choose stages, parameters and targets before anything is run'
          )}
          onClick={props.editPlan}
        >
          {trans.__('Edit plan…')}
        </button>
      )}
      <button
        type="button"
        className="jp-mod-styled jp-mod-accept"
        disabled={plan.open && plan.problem !== null}
        onClick={() => props.convert()}
      >
        {label}
      </button>
    </div>
  );
}

function Body(props: IConversionOptions): JSX.Element {
  const { model, trans } = props;
  switch (model.state) {
    case 'idle':
      return (
        <p className="jp-Mlops-lead">
          {trans.__(
            'The notebook is run once in a scratch copy of the project and split into stages. The pipeline is then run and compared with the notebook, cell by cell. The notebook itself is never changed.'
          )}
        </p>
      );
    case 'connecting':
    case 'queued':
    case 'running':
    case 'cancelling':
      return <Progress model={model} trans={trans} />;
    case 'cancelled':
      return (
        <div className="jp-Mlops-banner" data-tone="neutral" role="status">
          <infoIcon.react
            tag="span"
            className="jp-Mlops-banner-icon"
            elementSize="large"
          />
          <div>
            <h3>{trans.__('Cancelled')}</h3>
            <p>{trans.__('Nothing was written; the project is as it was.')}</p>
          </div>
        </div>
      );
    case 'failed':
      return <Failure {...props} />;
    case 'done':
      return model.result ? (
        <Result {...props} conversion={model.result} />
      ) : (
        <></>
      );
  }
}

function Failure(props: IConversionOptions): JSX.Element {
  const { model, trans } = props;
  const failure = model.failure;
  if (!failure) {
    return <></>;
  }
  const { cell, line } = failure;
  return (
    <>
      <div className="jp-Mlops-banner" data-tone="bad" role="alert">
        <badIcon.react
          tag="span"
          className="jp-Mlops-banner-icon"
          elementSize="large"
        />
        <div>
          <h3>{trans.__('The notebook was not converted')}</h3>
          <p>
            <Prose text={countedFromOne(explain(failure, trans))} />
          </p>
          <div className="jp-Mlops-actions">
            {typeof cell === 'number' && (
              <button
                type="button"
                className="jp-Mlops-smallButton"
                onClick={() =>
                  void props.openPlace({ path: model.path, cell, line })
                }
              >
                {trans.__('Go to cell %1', cell + 1)}
              </button>
            )}
            {failure.code === 'install-needed' && (
              <button
                type="button"
                className="jp-Mlops-smallButton"
                title={trans.__(
                  'With pip, into the environment of the notebook’s kernel, where it stays'
                )}
                onClick={() => props.convert({ allow_install: true })}
              >
                {trans.__('Install what is missing and convert')}
              </button>
            )}
          </div>
        </div>
      </div>
      {failure.detail && (
        <pre className="jp-Mlops-detail" tabIndex={0}>
          {withoutColours(failure.detail)}
        </pre>
      )}
      <p className="jp-Mlops-note">
        {trans.__('Nothing was written; the project is as it was.')}{' '}
        <span className="jp-Mlops-code">{failure.code}</span>
      </p>
    </>
  );
}
