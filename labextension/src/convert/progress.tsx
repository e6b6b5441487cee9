/** A conversion under way. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { passIcon } from '../marks';
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
  const { message, stage, cell, phase } = progress;
  const number = cell === null ? null : cell + 1;
  switch (PHASES[phase]) {
    case 'observe':
      return number === null
        ? message
        : trans.__('Running cell %1 of the notebook', number);
    case 'verify':
      if (stage === null) {
        return message;
      }
      return number === null
        ? trans.__('Proving stage %1', stage)
        : trans.__('Proving stage %1, cell %2', stage, number);
    default:
      return message || trans.__('Starting…');
  }
}
