/** The sidebar's content. */

import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { OpenPlace } from '../places';
import type { IUnit } from '../rest/contract';
import { explain } from '../rest/failures';
import { Checklist } from './checklist';
import { Header } from './header';
import type { ScoreModel } from './model';
import { Notebooks } from './notebooks';
import { Disclosure } from './parts';
import { NextSteps } from './steps';
import { HIGHEST_LEVEL, unitOf } from './view';

export interface ISidebarOptions {
  model: ScoreModel;
  openPlace: OpenPlace;
  /** Show what a lift would change in the unit of that path, relative to the server root. */
  lift: (lift: string, path: string) => void;
  /** Convert the notebook of that path, relative to the server root. */
  convert: (path: string) => void;
  trans: TranslationBundle;
}

export class SidebarContent extends ReactWidget {
  constructor(options: ISidebarOptions) {
    super();
    this._options = options;
    this.addClass('jp-Mlops-sidebar-content');
  }

  protected override render(): JSX.Element {
    return (
      <UseSignal signal={this._options.model.changed}>
        {() => <Sidebar {...this._options} />}
      </UseSignal>
    );
  }

  private _options: ISidebarOptions;
}

export function Sidebar(props: ISidebarOptions): JSX.Element {
  const { model, trans } = props;
  const { assessment, failure } = model;
  if (!assessment) {
    return failure ? (
      <div className="jp-Mlops-empty" role="alert">
        <p>{explain(failure, trans)}</p>
        {model.path !== null && (
          <button
            type="button"
            className="jp-Mlops-smallButton"
            onClick={() => void model.refresh()}
          >
            {trans.__('Try again')}
          </button>
        )}
      </div>
    ) : (
      <div className="jp-Mlops-empty" role="status">
        <p>{trans.__('Scoring the project…')}</p>
        <div className="jp-Mlops-skeleton" aria-hidden="true">
          <span />
          <span />
          <span />
        </div>
      </div>
    );
  }
  const unit = pickUnit(model) ?? unitOf(assessment, model.path);
  const parts = { ...props, assessment, unit };
  const title = (text: string) => (
    <span className="jp-Mlops-section-title">{text}</span>
  );
  return (
    <>
      {failure && (
        <div className="jp-Mlops-alert" role="alert">
          {explain(failure, trans)}
        </div>
      )}
      <Header {...parts} />
      <Disclosure
        className="jp-Mlops-section"
        title={title(trans.__('Checklist'))}
        initiallyOpen
        heading
      >
        <Checklist {...parts} />
      </Disclosure>
      <Disclosure
        className="jp-Mlops-section"
        title={title(
          unit.level >= HIGHEST_LEVEL
            ? trans.__('Next steps')
            : trans.__('Next steps to Level %1', unit.level + 1)
        )}
        initiallyOpen
        heading
      >
        <NextSteps {...parts} />
      </Disclosure>
      <Disclosure
        className="jp-Mlops-section"
        title={title(trans.__('Notebooks'))}
        initiallyOpen
        heading
      >
        <Notebooks {...parts} />
      </Disclosure>
    </>
  );
}

function pickUnit(model: ScoreModel): IUnit | undefined {
  return model.assessment?.units.find(unit => unit.path === model.pickedUnit);
}
