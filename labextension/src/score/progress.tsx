/** Level and score over time, from the history that the project keeps. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { OpenPlace } from '../places';
import type { IHistoryRow } from '../rest/contract';
import { explain } from '../rest/failures';
import type { ScoreModel } from './model';
import { Disclosure, PlaceLink, Prose } from './parts';

const WIDTH = 240;
const HEIGHT = 64;
/** Changes that are listed; of more only the number is said. */
const LISTED = 6;

export function ProgressOverTime(props: {
  model: ScoreModel;
  openPlace: OpenPlace;
  /** Open the tutorial of that number. */
  openTutorial: (tutorial: number) => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { model, trans } = props;
  const { history, recorded } = model;
  const rows = history ?? [];
  const last = rows[rows.length - 1];
  return (
    <div className="jp-Mlops-progressOverTime">
      {rows.length === 0 ? (
        <p className="jp-Mlops-note">
          {trans.__(
            'Nothing is recorded yet. A row a week shows how far you have come.'
          )}
        </p>
      ) : (
        <>
          {rows.length > 1 && <Chart rows={rows} trans={trans} />}
          <p className="jp-Mlops-meta">
            {trans.__(
              '%1 · Level %2 · %3 points',
              last.date,
              last.level,
              last.score
            )}
          </p>
          <Changes row={last} {...props} />
        </>
      )}
      {model.historyFailure && (
        <p role="alert">
          <Prose text={explain(model.historyFailure, trans)} />
        </p>
      )}
      {recorded?.certificate && (
        <p role="status">
          {trans.__('Certificate:')}{' '}
          <PlaceLink
            {...props}
            assessment={{ root: model.folder ?? '' }}
            place={{ path: recorded.certificate, cell: null, line: null }}
          />
          {'. '}
          {trans.__('Commit it; its commit proves it.')}
        </p>
      )}
      {recorded?.why_not && (
        <p role="status">
          <Prose text={recorded.why_not} />
        </p>
      )}
      <div className="jp-Mlops-criterion-actions">
        <button
          type="button"
          className="jp-Mlops-smallButton"
          disabled={model.recording}
          title={trans.__('Add today to .mlops/history.jsonl')}
          onClick={() => void model.record()}
        >
          {trans.__('Record today')}
        </button>
      </div>
      <Tutorials {...props} />
    </div>
  );
}

/** The score from row to row; where a level was reached first there is a dot and its number. */
function Chart(props: {
  rows: readonly IHistoryRow[];
  trans: TranslationBundle;
}): JSX.Element {
  const { rows, trans } = props;
  const first = rows[0];
  const last = rows[rows.length - 1];
  const [from, to] = [first, last].map(({ date }) => Date.parse(date));
  const x = (date: string) =>
    8 + ((WIDTH - 24) * (Date.parse(date) - from)) / Math.max(1, to - from);
  const y = (score: number) => 14 + ((HEIGHT - 20) * (100 - score)) / 100;
  const points = rows.map(row => `${x(row.date)},${y(row.score)}`);
  let highest = 0;
  const reached = rows.filter(row => {
    const higher = row.level > highest;
    highest = Math.max(highest, row.level);
    return higher;
  });
  return (
    <svg
      className="jp-Mlops-chart"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={trans.__(
        'Score from %1 on %2 to %3 on %4',
        first.score,
        first.date,
        last.score,
        last.date
      )}
    >
      <path d={`M0 ${y(0)}H${WIDTH}`} className="jp-Mlops-chart-ground" />
      <polyline points={points.join(' ')} />
      <circle cx={x(last.date)} cy={y(last.score)} r="3" />
      {reached.map(row => (
        <g key={row.level}>
          <circle cx={x(row.date)} cy={y(row.score)} r="3" />
          <text x={x(row.date)} y={y(row.score) - 6} textAnchor="middle">
            {row.level}
          </text>
        </g>
      ))}
    </svg>
  );
}

function Changes(props: {
  row: IHistoryRow;
  model: ScoreModel;
  trans: TranslationBundle;
}): JSX.Element {
  const { row, model, trans } = props;
  if (row.changes.length === 0) {
    return <></>;
  }
  return (
    <ul className="jp-Mlops-historyChanges">
      {row.changes.slice(0, LISTED).map((change, index) => (
        <li key={index} data-worse={change.worse}>
          <span aria-hidden="true">{change.worse ? '↓' : '↑'}</span>
          <span>
            {change.what === 'level'
              ? trans.__('Level %1 → %2', change.before, change.after)
              : trans.__(
                  '%1: %2 → %3',
                  model.titleOf(change.what),
                  change.before ?? trans.__('new'),
                  change.after ?? trans.__('gone')
                )}
            {change.cause === 'ruleset' && (
              <span className="jp-Mlops-note">
                {' '}
                {trans.__('(by the ruleset)')}
              </span>
            )}
          </span>
        </li>
      ))}
      {row.changes.length > LISTED && (
        <li className="jp-Mlops-note">
          {trans._n('%1 more', '%1 more', row.changes.length - LISTED)}
        </li>
      )}
    </ul>
  );
}

/** The tutorials, each with the checks that have passed. */
function Tutorials(props: {
  model: ScoreModel;
  openTutorial: (tutorial: number) => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { model, trans } = props;
  const { tutorials } = model;
  if (tutorials.length === 0) {
    return <></>;
  }
  const done = tutorials.filter(({ progress }) => progress?.open.length === 0);
  return (
    <Disclosure
      className="jp-Mlops-tutorials"
      title={trans.__(
        'Tutorials (%1 of %2 done)',
        done.length,
        tutorials.length
      )}
    >
      <ul>
        {tutorials.map(({ tutorial, title, minutes, checks, progress }) => (
          <li key={tutorial}>
            <span>
              {`${tutorial}  ${title}`}
              <span className="jp-Mlops-step-meta">
                {progress
                  ? trans._n(
                      '%2 of %1 check passed',
                      '%2 of %1 checks passed',
                      checks.length,
                      progress.passed.length
                    )
                  : trans._n('%1 minute', '%1 minutes', minutes)}
              </span>
            </span>
            <button
              type="button"
              className="jp-Mlops-smallButton"
              aria-label={trans.__('Open the tutorial %1', title)}
              onClick={() => props.openTutorial(tutorial)}
            >
              {progress ? trans.__('Go on') : trans.__('Begin')}
            </button>
          </li>
        ))}
      </ul>
    </Disclosure>
  );
}
