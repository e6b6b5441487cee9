/** What a conversion gave: the verdict, the pipeline, and the proof. */

import {
  LabIcon,
  fileIcon,
  folderIcon,
  runIcon,
  stopIcon,
  undoIcon
} from '@jupyterlab/ui-components';
import * as React from 'react';

import { badIcon, noneIcon, passIcon, warningIcon } from '../marks';
import type { IConversion, IVerification } from '../rest/contract';
import { Prose, SeverityIcon } from '../score/parts';
import { progressText } from '../score/view';
import { Conflicts, Edits } from './edits';
import { EdgeDetails } from './edge';
import { Graph } from './graph';
import type { ILevel } from './model';
import type { IConversionOptions } from './panel';
import { RunStatus } from './running';
import { Proof } from './proof';
import { StageDetails } from './stage';
import type { Selection, Tone } from './view';
import { countedFromOne } from '../cells';
import { rerunText, valueText, verdictOf, withoutColours } from './view';

export const TONE_ICONS: Record<Tone, LabIcon> = {
  good: passIcon,
  warning: warningIcon,
  bad: badIcon,
  neutral: noneIcon
};

export interface IResultProps extends IConversionOptions {
  conversion: IConversion;
}

export function Result(props: IResultProps): JSX.Element {
  const { conversion, trans } = props;
  const [first] = conversion.stages;
  const [selected, select] = React.useState<Selection>(
    first ? { kind: 'stage', name: first.name } : null
  );
  const stage =
    selected?.kind === 'stage'
      ? conversion.stages.find(({ name }) => name === selected.name)
      : null;
  return (
    <>
      <Verdict {...props} />
      <Conflicts {...props} />
      <Edits {...props} />
      <section className="jp-Mlops-card">
        <h3>{trans._n('%1 stage', '%1 stages', conversion.stages.length)}</h3>
        <Graph
          stages={conversion.stages}
          selected={selected}
          select={select}
          runs={props.run.stages}
          trans={trans}
        />
        <RunStatus {...props} />
        {stage && <StageDetails {...props} stage={stage} />}
        {selected?.kind === 'edge' && (
          <EdgeDetails
            stages={conversion.stages}
            from={selected.from}
            to={selected.to}
            trans={trans}
          />
        )}
      </section>
      <Findings {...props} />
      <Parameters {...props} />
      <Proof {...props} />
    </>
  );
}

function Verdict(props: IResultProps): JSX.Element {
  const { conversion, model, trans } = props;
  const verdict = verdictOf(conversion, trans);
  const Icon = TONE_ICONS[verdict.tone];
  const dvc = `${conversion.path}/dvc.yaml`;
  const { failure } = conversion.verification;
  return (
    <div className="jp-Mlops-banner" data-tone={verdict.tone} role="status">
      <Icon.react
        tag="span"
        className="jp-Mlops-banner-icon"
        elementSize="large"
      />
      <div>
        <h3>{verdict.title}</h3>
        <p>{verdict.text}</p>
        <Rerun {...props} />
        {failure && <WhyFailed {...props} failure={failure} />}
        {model.after && model.written && (
          <Levels before={model.before} after={model.after} {...props} />
        )}
        {model.written && (
          <div className="jp-Mlops-actions">
            <RunButton {...props} />
            <button
              type="button"
              className="jp-Mlops-smallButton"
              onClick={() => props.showFolder(conversion.path)}
            >
              <folderIcon.react tag="span" elementSize="normal" />
              {trans.__('Open pipeline folder')}
            </button>
            <button
              type="button"
              className="jp-Mlops-smallButton"
              onClick={() => void props.openPlace({ path: dvc, line: 1 })}
            >
              <fileIcon.react tag="span" elementSize="normal" />
              {trans.__('Open dvc.yaml')}
            </button>
            <button
              type="button"
              className="jp-Mlops-smallButton"
              title={trans.__('Take back the files of this conversion')}
              onClick={props.undo}
            >
              <undoIcon.react tag="span" elementSize="normal" />
              {trans.__('Undo')}
            </button>
          </div>
        )}
      </div>
    </div>
  );
}

/** What a change of the last stage saves. */
function Rerun(props: IResultProps): JSX.Element {
  const { conversion, trans } = props;
  const text = rerunText(conversion, trans);
  return text ? (
    <p
      data-testid="rerun"
      title={trans.__(
        'Time that the cells took. The stages whose inputs are as they were are not run again.'
      )}
    >
      {text}
    </p>
  ) : (
    <></>
  );
}

function RunButton(props: IResultProps): JSX.Element {
  const { run, conversion, trans } = props;
  return run.busy ? (
    <button
      type="button"
      className="jp-Mlops-smallButton"
      disabled={run.state === 'cancelling' || run.state === 'connecting'}
      onClick={() => void run.cancel()}
    >
      <stopIcon.react tag="span" elementSize="normal" />
      {trans.__('Cancel the run')}
    </button>
  ) : (
    <button
      type="button"
      className="jp-Mlops-smallButton"
      title={trans.__('Run the stages whose inputs have changed')}
      onClick={() => void run.start(conversion.path)}
    >
      <runIcon.react tag="span" elementSize="normal" />
      {trans.__('Run')}
    </button>
  );
}

function WhyFailed(
  props: IResultProps & {
    failure: NonNullable<IVerification['failure']>;
  }
): JSX.Element {
  const { failure, trans } = props;
  return (
    <>
      <p>
        {trans.__('Stage %1', failure.stage)}{' '}
        {failure.source_cell !== null && (
          <CellLink {...props} cell={failure.source_cell} />
        )}
      </p>
      {failure.detail && (
        <pre className="jp-Mlops-detail" tabIndex={0}>
          {withoutColours(failure.detail)}
        </pre>
      )}
    </>
  );
}

function Levels(
  props: IResultProps & { before: ILevel | null; after: ILevel }
): JSX.Element {
  const { before, after, trans } = props;
  const text = (level: ILevel) =>
    trans.__('Level %1 · %2', level.level, progressText(level, trans));
  const fell = before !== null && after.level < before.level;
  const rose =
    before !== null &&
    !fell &&
    (before.level !== after.level || before.progress !== after.progress);
  return (
    <p className="jp-Mlops-levels">
      {rose
        ? trans.__('%1 → %2', text(before), text(after))
        : text(fell ? before : after)}
      <span className="jp-Mlops-note">
        {fell
          ? trans.__(
              'Commit the pipeline: until then its files are not versioned, and the project counts as Level %1.',
              after.level
            )
          : trans.__('It counts in full once the pipeline is committed.')}
      </span>
    </p>
  );
}

function Findings(props: IResultProps): JSX.Element {
  const { conversion, trans } = props;
  if (conversion.findings.length === 0) {
    return <></>;
  }
  return (
    <section className="jp-Mlops-card">
      <h3>{trans.__('Worth knowing')}</h3>
      <ul className="jp-Mlops-findings">
        {conversion.findings.map((finding, index) => (
          <li key={index}>
            <SeverityIcon severity={finding.severity} trans={trans} />
            <span>
              <Prose text={countedFromOne(finding.message)} />
            </span>
            {finding.source_cell !== null && (
              <CellLink
                {...props}
                cell={finding.source_cell}
                line={finding.line}
              />
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** "cell 4", which opens the notebook there. */
export function CellLink(
  props: IConversionOptions & { cell: number; line?: number | null }
): JSX.Element {
  const { cell, line, trans } = props;
  return (
    <button
      type="button"
      className="jp-Mlops-link jp-Mlops-cellLink"
      title={trans.__('Go to cell %1', cell + 1)}
      onClick={() =>
        void props.openPlace({ path: props.model.path, cell, line })
      }
    >
      {trans.__('cell %1', cell + 1)}
    </button>
  );
}

function Parameters(props: IResultProps): JSX.Element {
  const { conversion, trans } = props;
  if (conversion.parameters.length === 0) {
    return <></>;
  }
  return (
    <section className="jp-Mlops-card">
      <h3>
        {trans._n(
          '%1 parameter',
          '%1 parameters',
          conversion.parameters.length
        )}
      </h3>
      <div className="jp-Mlops-tableScroll">
        <table className="jp-Mlops-table">
          <thead>
            <tr>
              <th scope="col">{trans.__('Name')}</th>
              <th scope="col">{trans.__('Value')}</th>
              <th scope="col">{trans.__('Used by')}</th>
              <th scope="col">{trans.__('From')}</th>
            </tr>
          </thead>
          <tbody>
            {conversion.parameters.map(parameter => (
              <tr key={parameter.name}>
                <th scope="row" className="jp-Mlops-code">
                  {parameter.name}
                </th>
                <td className="jp-Mlops-code">{valueText(parameter.value)}</td>
                <td>{parameter.stages.join(', ')}</td>
                <td>
                  {parameter.source_cell !== null && (
                    <CellLink {...props} cell={parameter.source_cell} />
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
