/** The run of a pipeline: what is shown of it beside the graph. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { badIcon, noneIcon, passIcon, partialIcon } from '../marks';
import type { StageState } from '../rest/contract';
import { explain } from '../rest/failures';
import { Prose } from '../score/parts';
import { CellLink } from './result';
import type { ITracked } from './tracked';
import { serverOf } from './tracked';
import type { IResultProps } from './result';
import type { IStageRun } from './run';
import { countedFromOne } from '../cells';
import { metricText, withoutColours } from './view';

export function stageStateText(
  { state, cell }: IStageRun,
  trans: TranslationBundle
): string {
  switch (state) {
    case 'queued':
      return trans.__('waiting');
    case 'running':
      return cell === null
        ? trans.__('running')
        : trans.__('running, cell %1', cell + 1);
    case 'run':
      return trans.__('done');
    case 'skipped':
      return trans.__('unchanged');
    case 'restored':
      return trans.__('from an earlier run');
    case 'pending':
      return trans.__('runs at last');
    case 'failed':
      return trans.__('failed');
  }
}

/** A shape for each state, so that none is told by colour alone. */
export function StageState(props: {
  run: IStageRun;
  trans: TranslationBundle;
}): JSX.Element {
  const { run, trans } = props;
  const tones: Record<StageState, string> = {
    queued: 'neutral',
    running: 'warning',
    run: 'good',
    skipped: 'good',
    restored: 'good',
    pending: 'neutral',
    failed: 'bad'
  };
  const tone = tones[run.state];
  const Icon = {
    good: passIcon,
    warning: partialIcon,
    bad: badIcon,
    neutral: noneIcon
  }[tone as 'good'];
  return (
    <span className="jp-Mlops-stage-cells" data-tone={tone}>
      <Icon.react tag="span" elementSize="normal" />
      {stageStateText(run, trans)}
    </span>
  );
}

/** How the last run went. */
export function RunStatus(props: IResultProps): JSX.Element {
  const { run, trans } = props;
  const { failure, result } = run;
  if (run.state === 'idle') {
    return <></>;
  }
  const metrics = Object.entries(result?.metrics ?? {});
  return (
    <div className="jp-Mlops-run" data-testid="run">
      <p role="status">
        {run.state === 'done'
          ? trans.__('The pipeline ran in %1 s.', result?.seconds.toFixed(1))
          : run.state === 'cancelled'
            ? trans.__('The run was cancelled; stages that were done stay.')
            : run.state === 'failed'
              ? trans.__('The run stopped.')
              : run.state === 'cancelling'
                ? trans.__('Cancelling…')
                : countedFromOne(run.message) || trans.__('Starting the run…')}
      </p>
      {failure && (
        <>
          <p>
            <Prose text={countedFromOne(explain(failure, trans))} />{' '}
            {typeof failure.cell === 'number' && (
              <CellLink {...props} cell={failure.cell} line={failure.line} />
            )}
          </p>
          {failure.detail && (
            <pre className="jp-Mlops-detail" tabIndex={0}>
              {withoutColours(failure.detail)}
            </pre>
          )}
        </>
      )}
      {run.state === 'done' && <Tracked {...props} />}
      {metrics.length > 0 && (
        <p>
          {metrics.map(([name, value]) => (
            <span key={name} className="jp-Mlops-chip" title={`${value}`}>
              {`${name}: ${metricText(value)}`}
            </span>
          ))}
        </p>
      )}
    </div>
  );
}

/** The MLflow run that it left: its page, or how to see it. */
function Tracked(props: IResultProps): JSX.Element {
  const { trans, tracked, run } = props;
  const [found, setFound] = React.useState<ITracked | null>(null);
  React.useEffect(() => {
    let shown = true;
    void tracked().then(answer => shown && setFound(answer));
    return () => {
      shown = false;
    };
    // Once for each run.
  }, [run.result]);
  if (!found) {
    return <></>;
  }
  const server = serverOf(found);
  const command = `mlflow ui --backend-store-uri ${found.uri}`;
  return (
    <p className="jp-Mlops-tracked" data-testid="tracked">
      {trans.__('MLflow run')}{' '}
      <button
        type="button"
        className="jp-Mlops-link jp-Mlops-code"
        title={trans.__('Open the notebook that tracked it')}
        onClick={() => void props.openPlace({ path: found.notebook })}
      >
        {found.run.slice(0, 8)}
      </button>{' '}
      {server ? (
        <a
          className="jp-Mlops-link"
          href={server}
          target="_blank"
          rel="noopener noreferrer"
        >
          {trans.__('Open MLflow')}
        </a>
      ) : (
        <button
          type="button"
          className="jp-Mlops-link"
          title={command}
          onClick={() => props.copy(command)}
        >
          {trans.__('Copy the command that shows it')}
        </button>
      )}
    </p>
  );
}
