/** The main-area panel of a roadmap: a time line by role, the levels on it, and what may go wrong. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { PageContent } from '../content';
import { roadmapIcon } from '../icons';
import { flagIcon, warningIcon } from '../marks';
import type { IExported, IRoadmap } from '../rest/contract';
import { explain } from '../rest/failures';
import { Prose } from '../score/parts';
import { HIGHEST_LEVEL, levelNames } from '../score/view';
import { Select } from '../select';
import type { RoadmapModel } from './model';
import { Step } from './step';
import { TimeLine } from './timeline';
import { dayText, laterSteps } from './view';

export interface IRoadmapPanelOptions {
  model: RoadmapModel;
  /** Show what a lift would change. */
  lift: (lift: string, unit: string) => void;
  /** Give a file to the person. */
  download: (file: IExported) => void;
  trans: TranslationBundle;
}

export class RoadmapContent extends PageContent {
  constructor(options: IRoadmapPanelOptions) {
    super('roadmap', [options.model], () => <RoadmapView {...options} />);
    this.model = options.model;
  }

  /** The roadmap that is shown; disposed of with the panel. */
  readonly model: RoadmapModel;
}

export function RoadmapView(props: IRoadmapPanelOptions): JSX.Element {
  const { model, trans } = props;
  const { failure, roadmap } = model;
  return (
    <div className="jp-Mlops-page" data-wide>
      <header className="jp-Mlops-page-header">
        <roadmapIcon.react
          tag="span"
          className="jp-Mlops-page-icon"
          elementSize="xlarge"
        />
        <div className="jp-Mlops-page-title">
          <h2>
            {roadmap
              ? trans.__('Roadmap of %1', roadmap.name)
              : trans.__('Roadmap')}
          </h2>
          <div>
            <span className="jp-Mlops-note">
              {roadmap &&
                trans.__(
                  '%1 to %2',
                  dayText(roadmap.start),
                  dayText(roadmap.end)
                )}
            </span>
          </div>
        </div>
        {roadmap && <Controls {...props} roadmap={roadmap} />}
      </header>
      {failure && (
        <div className="jp-Mlops-banner" data-tone="bad" role="alert">
          <div>
            <h3>{trans.__('There is no roadmap')}</h3>
            <p>
              <Prose text={explain(failure, trans)} />
            </p>
          </div>
        </div>
      )}
      <div role="status">
        {roadmap ? (
          roadmap.summary.map((sentence, index) => (
            <p key={index} className="jp-Mlops-lead">
              <Prose text={sentence} />
            </p>
          ))
        ) : (
          <p className="jp-Mlops-lead">{!failure && trans.__('Planning…')}</p>
        )}
      </div>
      {roadmap && <Plan {...props} roadmap={roadmap} />}
    </div>
  );
}

function Controls(
  props: IRoadmapPanelOptions & { roadmap: IRoadmap }
): JSX.Element {
  const { model, roadmap, trans } = props;
  const formats: [string, string][] = [
    ['markdown', trans.__('Markdown')],
    ['html', trans.__('Page (HTML)')],
    ['ics', trans.__('Calendar (ics)')],
    ['github', trans.__('Issues for GitHub (script)')],
    ['gitlab', trans.__('Issues for GitLab (CSV)')],
    ['json', trans.__('JSON')]
  ];
  return (
    <div className="jp-Mlops-roadmap-controls">
      <Select
        aria-label={trans.__('Level to reach')}
        value={roadmap.target}
        onChange={event => void model.plan(Number(event.target.value))}
      >
        {levelNames(trans)
          .slice(1, HIGHEST_LEVEL + 1)
          .map((_, index) => (
            <option key={index} value={index + 1}>
              {trans.__('To Level %1', index + 1)}
            </option>
          ))}
      </Select>
      <Select
        aria-label={trans.__('Months to plan')}
        value={model.months}
        onChange={event =>
          void model.plan(model.target, Number(event.target.value))
        }
      >
        {[1, 3, 6, 12].map(months => (
          <option key={months} value={months}>
            {trans._n('%1 month', '%1 months', months)}
          </option>
        ))}
      </Select>
      <Select
        aria-label={trans.__('Export')}
        value=""
        onChange={async event => {
          const file = await model.export(event.target.value);
          if (file) {
            props.download(file);
          }
        }}
      >
        <option value="" disabled>
          {trans.__('Export…')}
        </option>
        {formats.map(([format, title]) => (
          <option key={format} value={format}>
            {title}
          </option>
        ))}
      </Select>
    </div>
  );
}

function Plan(
  props: IRoadmapPanelOptions & { roadmap: IRoadmap }
): JSX.Element {
  const { roadmap, trans } = props;
  const later = laterSteps(roadmap);
  const reached = roadmap.milestones.filter(({ within }) => within);
  return (
    <>
      {roadmap.steps.length === 0 && (
        <p className="jp-Mlops-note">
          {trans.__('Nothing is left to do for this level.')}
        </p>
      )}
      <TimeLine {...props} />
      {later.length > 0 && (
        <section className="jp-Mlops-card">
          <h3>{trans.__('After these weeks')}</h3>
          <ul className="jp-Mlops-roadmap-later">
            {later.map(step => (
              <li key={step.id}>
                <Step step={step} {...props} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {reached.length > 0 && (
        <section className="jp-Mlops-card">
          <h3>{trans.__('Levels on the way')}</h3>
          <ul className="jp-Mlops-roadmap-list">
            {reached.map(one => (
              <li key={`${one.unit}-${one.level}`} data-tone="good">
                <flagIcon.react
                  tag="span"
                  className="jp-Mlops-state"
                  elementSize="normal"
                />
                <span>
                  <b>
                    {trans.__(
                      'Level %1 on %2',
                      one.level,
                      dayText(one.date ?? roadmap.end)
                    )}
                    {one.unit !== '.' && ` · ${one.unit}`}
                  </b>
                  {': '}
                  {one.celebration.means}{' '}
                  <span className="jp-Mlops-note">{one.celebration.show}</span>
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {roadmap.risks.length > 0 && (
        <section className="jp-Mlops-card">
          <h3>{trans.__('What may go wrong')}</h3>
          <ul className="jp-Mlops-roadmap-list">
            {roadmap.risks.map((risk, index) => (
              <li key={index} data-tone="warning">
                <warningIcon.react
                  tag="span"
                  className="jp-Mlops-state"
                  elementSize="normal"
                />
                <span>
                  <Prose text={risk.message} />{' '}
                  <span className="jp-Mlops-note">
                    <Prose text={risk.advice} />
                  </span>
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
