/** A conversion under way. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { passIcon } from '../icons';
import type { ConversionModel } from './model';
import { PHASES, phaseHelp, phaseText } from './view';

export function Progress(props: {
  model: ConversionModel;
  trans: TranslationBundle;
}): JSX.Element {
  const { model, trans } = props;
  const { progress, state } = model;
  const percent = Math.round(progress.fraction * 100);
  return (
    <section
      className="jp-Mlops-card jp-Mlops-progress"
      aria-label={trans.__('Progress')}
    >
      <div
        className="jp-Mlops-progressBar"
        role="progressbar"
        aria-label={trans.__('Conversion')}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        data-busy={state !== 'queued'}
      >
        <span style={{ width: `${percent}%` }} />
      </div>
      <div className="jp-Mlops-progress-now">
        <span aria-live="polite">
          {model.disconnected
            ? trans.__(
                'The server does not answer; trying again. The conversion goes on there.'
              )
            : doing(model, trans)}
        </span>
        <span className="jp-Mlops-percent">{trans.__('%1 %', percent)}</span>
      </div>
      <ol className="jp-Mlops-phases">
        {PHASES.map((phase, index) => {
          const done = index < progress.phase;
          const current = index === progress.phase;
          return (
            <li
              key={phase}
              data-state={done ? 'done' : current ? 'current' : 'open'}
              aria-current={current ? 'step' : undefined}
              title={phaseHelp(phase, trans)}
            >
              <span className="jp-Mlops-phase-mark" aria-hidden="true">
                {done ? (
                  <passIcon.react tag="span" elementSize="normal" />
                ) : (
                  <span className="jp-Mlops-dot" />
                )}
              </span>
              {phaseText(phase, trans)}
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function doing(model: ConversionModel, trans: TranslationBundle): string {
  const { progress, state } = model;
  if (state === 'connecting') {
    return trans.__('Asking the server…');
  }
  if (state === 'queued') {
    return trans.__('Waiting for other conversions to end…');
  }
  if (state === 'cancelling') {
    return trans.__('Cancelling; nothing will be written…');
  }
  const { message, stage, cell, cells } = progress;
  const place = [
    ...(stage ? [trans.__('stage %1', stage)] : []),
    ...(cell !== null && cells !== null
      ? [trans.__('cell %1 of %2', cell + 1, cells)]
      : [])
  ].join(', ');
  const what = message || trans.__('Starting…');
  return place && !message.includes(`${(cell ?? 0) + 1}`)
    ? `${what} (${place})`
    : what;
}
