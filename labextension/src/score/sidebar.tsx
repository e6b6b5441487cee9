/** The sidebar's content. */

import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { OpenPlace } from '../places';
import type { Answer, IAssessment, IUnit } from '../rest/contract';
import { explain } from '../rest/failures';
import { Celebration } from './celebration';
import { Checklist } from './checklist';
import { Header } from './header';
import type { ScoreModel } from './model';
import { Notebooks } from './notebooks';
import { Disclosure } from './parts';
import { ProgressOverTime } from './progress';
import { NextSteps } from './steps';
import type { WhatIfModel } from './whatif';
import { HIGHEST_LEVEL, unitOf } from './view';

export interface ISidebarOptions {
  model: ScoreModel;
  whatIf: WhatIfModel;
  openPlace: OpenPlace;
  /** Show what a lift would change in the unit of that path, relative to the server root. */
  lift: (lift: string, path: string) => void;
  showRoadmap: (target: number) => void;
  /** Open the tutorial of that number. */
  openTutorial: (tutorial: number) => void;
  decide: (criterion: string, unit: string, withdraw: boolean) => void;
  answer: (question: string, answer: Answer | '') => void;
  /** Open the menu of what else can be done with the project, below an element. */
  openMenu: (anchor: HTMLElement) => void;
  /** Convert the notebook of that path, relative to the server root. */
  convert: (path: string) => void;
  trans: TranslationBundle;
}

export class SidebarContent extends ReactWidget {
  constructor(options: ISidebarOptions) {
    super();
    this._options = options;
    this.addClass('jp-Mlops-sidebar-content');
    options.model.changed.connect(this._follow, this);
    this._follow();
  }

  override dispose(): void {
    this._options.whatIf.dispose();
    super.dispose();
  }

  protected override render(): JSX.Element {
    return (
      <UseSignal signal={this._options.model.changed}>
        {() => (
          <UseSignal signal={this._options.whatIf.changed}>
            {() => <Sidebar {...this._options} />}
          </UseSignal>
        )}
      </UseSignal>
    );
  }

  /** What would be if is asked of what is shown. */
  private _follow(): void {
    const { model, whatIf } = this._options;
    if (model.assessment) {
      void whatIf.show(model.assessment, shownUnit(model, model.assessment));
    }
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
  const unit = shownUnit(model, assessment);
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
      <Celebration {...parts} />
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
            : trans.__('Next steps to Level %1', props.whatIf.target)
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
      <Disclosure
        className="jp-Mlops-section"
        title={title(trans.__('Progress'))}
        initiallyOpen
        heading
      >
        <ProgressOverTime {...parts} />
      </Disclosure>
    </>
  );
}

/** The unit that the person picked, else the one that is worked on. */
function shownUnit(model: ScoreModel, assessment: IAssessment): IUnit {
  const picked = assessment.units.find(({ path }) => path === model.pickedUnit);
  return picked ?? unitOf(assessment, model.path);
}
