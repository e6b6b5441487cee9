/** The main-area panel of one lift: what it would change, and then what it changed. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { PageContent } from '../content';
import { Changes } from '../diff/view';
import { liftIcon } from '../icons';
import { badIcon, infoIcon, passIcon } from '../marks';
import type { OpenPlace } from '../places';
import type { ILiftPlan } from '../rest/contract';
import { explain } from '../rest/failures';
import { countedFromOne } from '../cells';
import { PlaceLink, Prose } from '../score/parts';
import type { LiftModel } from './model';
import { Choices } from './choices';
import { Left } from './left';
import { Outcome } from './outcome';

export interface ILiftPanelOptions {
  model: LiftModel;
  openPlace: OpenPlace;
  /** Make the changes, after what is unsaved in the files has been saved and looked at. */
  apply: () => void;
  /** Title of a criterion. */
  titleOf: (criterion: string) => string;
  copy: (text: string) => void;
  trans: TranslationBundle;
}

export class LiftContent extends PageContent {
  constructor(options: ILiftPanelOptions) {
    super('lift', [options.model], () => <LiftView {...options} />);
    this.model = options.model;
  }

  /** The lift that is shown; disposed of with the panel. */
  readonly model: LiftModel;
}

export function LiftView(props: ILiftPanelOptions): JSX.Element {
  const { model, trans } = props;
  const { plan } = model;
  return (
    <div className="jp-Mlops-page">
      <header className="jp-Mlops-page-header">
        <liftIcon.react
          tag="span"
          className="jp-Mlops-page-icon"
          elementSize="xlarge"
        />
        <div className="jp-Mlops-page-title">
          <h2>{plan?.title ?? model.lift}</h2>
          <div>
            <span className="jp-Mlops-note" title={plan?.path ?? model.path}>
              {(plan?.path ?? model.path) ||
                trans.__('All files of the server')}
            </span>
          </div>
        </div>
        <Buttons {...props} />
      </header>
      <Status {...props} />
      {plan && (
        <>
          {model.state === 'applied' && plan.scorecard && (
            <Outcome {...props} scorecard={plan.scorecard} />
          )}
          {(model.state === 'applied' || plan.state !== 'applies') && (
            <Left {...props} plan={plan} />
          )}
          {model.state !== 'applied' && plan.options.length > 0 && (
            <Choices {...props} plan={plan} />
          )}
          <Plan {...props} plan={plan} />
          {model.state !== 'applied' && plan.state === 'applies' && (
            <Left {...props} plan={plan} />
          )}
        </>
      )}
    </div>
  );
}

function Buttons(props: ILiftPanelOptions): JSX.Element {
  const { model, trans } = props;
  const again = (
    <button
      type="button"
      className="jp-mod-styled jp-mod-reject"
      onClick={() => void model.look()}
    >
      {trans.__('Look again')}
    </button>
  );
  const cancel = (
    <button
      type="button"
      className="jp-mod-styled jp-mod-reject"
      onClick={() => void model.cancel()}
    >
      {trans.__('Cancel')}
    </button>
  );
  if (model.state === 'applied' || model.state === 'undoing') {
    return (
      <div className="jp-Mlops-page-buttons">
        <button
          type="button"
          className="jp-mod-styled jp-mod-reject"
          disabled={model.busy}
          title={trans.__('Give all files back the bytes they had')}
          onClick={() => void model.undo()}
        >
          {model.state === 'undoing'
            ? trans.__('Taking it back…')
            : trans.__('Undo')}
        </button>
      </div>
    );
  }
  return (
    <div className="jp-Mlops-page-buttons">
      {model.state === 'looking' ? cancel : model.state !== 'applying' && again}
      {(model.ready || model.state === 'applying') && (
        <button
          type="button"
          className="jp-mod-styled jp-mod-accept"
          disabled={!model.ready}
          onClick={props.apply}
        >
          {model.state === 'applying'
            ? trans.__('Making the changes…')
            : trans.__('Make these changes')}
        </button>
      )}
    </div>
  );
}

/** Where it stands, and what went wrong; read out when it changes. */
function Status(props: ILiftPanelOptions): JSX.Element {
  const { model, trans } = props;
  const { failure, plan } = model;
  return (
    <>
      {failure && (
        <div className="jp-Mlops-banner" data-tone="bad" role="alert">
          <badIcon.react
            tag="span"
            className="jp-Mlops-banner-icon"
            elementSize="large"
          />
          <div>
            <h3>
              {model.state === 'applied'
                ? trans.__('It was not taken back')
                : trans.__('Nothing was changed')}
            </h3>
            <p>
              <Prose text={countedFromOne(explain(failure, trans))} />
            </p>
            <p className="jp-Mlops-note jp-Mlops-code">{failure.code}</p>
          </div>
        </div>
      )}
      <div role="status">
        {model.state === 'looking' ? (
          <p className="jp-Mlops-lead">
            {trans.__('Looking at what would change…')}{' '}
            <span className="jp-Mlops-note">{model.message}</span>
          </p>
        ) : model.state === 'stopped' ? (
          <p className="jp-Mlops-lead">
            {trans.__('Cancelled. Nothing was changed.')}
          </p>
        ) : (
          plan && !failure && <Standing {...props} plan={plan} />
        )}
      </div>
    </>
  );
}

function Standing(props: ILiftPanelOptions & { plan: ILiftPlan }): JSX.Element {
  const { model, plan, trans } = props;
  const [Icon, tone, title, text] =
    model.state === 'applied'
      ? [passIcon, 'good', trans.__('Done'), writtenText(plan, trans)]
      : model.state === 'undone'
        ? [
            infoIcon,
            'neutral',
            trans.__('Taken back'),
            trans.__('All files are as they were.')
          ]
        : plan.state === 'applies'
          ? [infoIcon, 'neutral', trans.__('Nothing is changed yet'), plan.why]
          : plan.state === 'done'
            ? [passIcon, 'good', trans.__('Nothing left to do'), plan.why]
            : [
                badIcon,
                'warning',
                trans.__('It does not fit this project'),
                plan.why
              ];
  return (
    <div className="jp-Mlops-banner" data-tone={tone}>
      <Icon.react
        tag="span"
        className="jp-Mlops-banner-icon"
        elementSize="large"
      />
      <div>
        <h3>{title}</h3>
        <p>
          <Prose text={countedFromOne(text)} />
        </p>
        {model.untried && (
          <p>
            {trans.__('None of your code was run for this.')}{' '}
            <button
              type="button"
              className="jp-Mlops-link"
              onClick={() => void model.tryOut()}
            >
              {trans.__('Run it on a copy, and look again')}
            </button>
          </p>
        )}
      </div>
    </div>
  );
}

function writtenText(plan: ILiftPlan, trans: TranslationBundle): string {
  const count = plan.applied?.paths.length ?? 0;
  return trans._n('%1 file was written.', '%1 files were written.', count);
}

function Plan(props: ILiftPanelOptions & { plan: ILiftPlan }): JSX.Element {
  const { plan, trans } = props;
  const assessment = { root: plan.path };
  return (
    <>
      {plan.changes.length + plan.effects.length > 0 && (
        <section className="jp-Mlops-card">
          <h3>{trans._n('%1 file', '%1 files', plan.changes.length)}</h3>
          {plan.found.length > 0 && (
            <ul className="jp-Mlops-found">
              {plan.found.map((sentence, index) => (
                <li key={index}>
                  <Prose text={countedFromOne(sentence)} />
                </li>
              ))}
            </ul>
          )}
          <Changes files={plan.changes} shown={plan.shown} trans={trans} />
          {plan.effects.length > 0 && (
            <>
              <h4>{trans.__('Beside the files')}</h4>
              <ul className="jp-Mlops-found">
                {plan.effects.map((effect, index) => (
                  <li key={index}>
                    <Prose text={countedFromOne(effect.text)} />
                  </li>
                ))}
              </ul>
            </>
          )}
        </section>
      )}
      {plan.cannot.length > 0 && (
        <section className="jp-Mlops-card">
          <h3>{trans.__('Not done here')}</h3>
          <ul className="jp-Mlops-found">
            {plan.cannot.map((refusal, index) => (
              <li key={index}>
                <b>
                  <Prose text={countedFromOne(refusal.what)} />
                </b>
                {': '}
                <Prose text={countedFromOne(refusal.why)} />{' '}
                {refusal.path !== null && (
                  <PlaceLink
                    {...props}
                    assessment={assessment}
                    place={{ ...refusal, path: refusal.path }}
                  />
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
