/** Below the stages: parameters, targets, what may be installed, and the files that would be written. */

import { editIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { countedFromOne } from '../cells';
import { valueText } from '../convert/view';
import { Changes } from '../diff/view';
import type { IPlanned } from '../rest/contract';
import { Prose } from '../score/parts';
import type { IPlan } from './edit';
import { parameterProblem, setParameter, setTarget } from './edit';
import { NameInput } from './name';

/** What all others run on. */
const ALWAYS = 'papermill';
const TARGETS = [ALWAYS, 'ploomber', 'dvc', 'mlflow', 'prefect'];
/** Conflicts that are listed; of more only the number is told. */
const LISTED = 100;

export interface ISettingsProps {
  plan: IPlan;
  proposal: IPlanned;
  answer: IPlanned;
  apply: (plan: IPlan, said: string) => void;
  allowInstall: boolean;
  setAllowInstall: (allow: boolean) => void;
  goToCell: (cell: number) => void;
  trans: TranslationBundle;
}

export function Parameters(props: ISettingsProps): JSX.Element {
  const { plan, trans } = props;
  const names = Object.keys(plan.parameters);
  if (!names.length) {
    return (
      <p className="jp-Mlops-note">
        {trans.__('The planner found no values that could be parameters.')}
      </p>
    );
  }
  return (
    <div className="jp-Mlops-tableScroll">
      <table className="jp-Mlops-table" data-testid="plan-parameters">
        <thead>
          <tr>
            <th scope="col">{trans.__('Parameter')}</th>
            <th scope="col">{trans.__('Value')}</th>
            <th scope="col">{trans.__('From')}</th>
            <th scope="col">{trans.__('Why')}</th>
          </tr>
        </thead>
        <tbody>
          {names.map(name => (
            <Parameter key={name} {...props} name={name} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Parameter(props: ISettingsProps & { name: string }): JSX.Element {
  const { name, plan, proposal, answer, trans } = props;
  const [renaming, setRenaming] = React.useState(false);
  const wanted = plan.parameters[name] ?? null;
  // What was renamed or left in the code is found under the name that it has there.
  const known =
    answer.parameters.find(one => one.name === (wanted ?? name)) ??
    proposal.parameters.find(
      one => one.name === (proposal.plan.parameters[name] ?? name)
    );
  const why = [...answer.explanation, ...proposal.explanation].find(
    decision =>
      decision.kind === 'parameter' && [wanted, name].includes(decision.subject)
  )?.why;
  const others = Object.entries(plan.parameters).flatMap(([other, called]) =>
    other === name || called === null ? [] : [called]
  );
  return (
    <tr data-parameter={name}>
      <th scope="row">
        <span className="jp-Mlops-parameter">
          <input
            type="checkbox"
            checked={wanted !== null}
            aria-label={trans.__('%1 is a parameter', name)}
            onChange={({ target }) =>
              props.apply(
                setParameter(plan, name, target.checked ? name : null),
                target.checked
                  ? trans.__('%1 is a parameter.', name)
                  : trans.__('%1 stays in the code.', name)
              )
            }
          />
          {renaming && wanted !== null ? (
            <NameInput
              name={wanted}
              label={trans.__('Name of the parameter')}
              problemOf={text => parameterProblem(text, others)}
              done={to => {
                setRenaming(false);
                if (to !== null) {
                  props.apply(
                    setParameter(plan, name, to),
                    trans.__('The parameter is called %1.', to)
                  );
                }
              }}
              trans={trans}
            />
          ) : (
            <>
              <span className="jp-Mlops-code" data-out={wanted === null}>
                {wanted ?? name}
              </span>
              {wanted !== null && (
                <button
                  type="button"
                  className="jp-Mlops-iconButton"
                  title={trans.__('Rename %1', wanted)}
                  aria-label={trans.__('Rename %1', wanted)}
                  onClick={() => setRenaming(true)}
                >
                  <editIcon.react tag="span" elementSize="normal" />
                </button>
              )}
            </>
          )}
        </span>
      </th>
      <td className="jp-Mlops-code">{known ? valueText(known.value) : ''}</td>
      <td>
        {typeof known?.source_cell === 'number' && (
          <CellButton {...props} cell={known.source_cell} />
        )}
      </td>
      <td className="jp-Mlops-wrap">
        {wanted === null
          ? trans.__('Stays in the code, as you want it.')
          : why && <Prose text={why} />}
      </td>
    </tr>
  );
}

function CellButton(props: ISettingsProps & { cell: number }): JSX.Element {
  const { cell, trans } = props;
  return (
    <button
      type="button"
      className="jp-Mlops-link jp-Mlops-cellLink"
      onClick={() => props.goToCell(cell)}
    >
      {trans.__('cell %1', cell + 1)}
    </button>
  );
}

export function Targets(props: ISettingsProps): JSX.Element {
  const { plan, proposal, trans } = props;
  const all = [...new Set([...TARGETS, ...proposal.plan.targets])];
  return (
    <fieldset className="jp-Mlops-targets">
      <legend>{trans.__('The pipeline is written for')}</legend>
      {all.map(target => (
        <label key={target} title={targetHelp(target, trans)}>
          <input
            type="checkbox"
            checked={target === ALWAYS || plan.targets.includes(target)}
            disabled={target === ALWAYS}
            onChange={({ target: box }) =>
              props.apply(
                setTarget(plan, target, box.checked),
                box.checked
                  ? trans.__('Files for %1 are written.', target)
                  : trans.__('No files for %1 are written.', target)
              )
            }
          />
          <span>{targetName(target)}</span>
          <span className="jp-Mlops-note">{targetHelp(target, trans)}</span>
        </label>
      ))}
    </fieldset>
  );
}

function targetName(target: string): string {
  const names: Record<string, string> = {
    papermill: 'Papermill',
    ploomber: 'Ploomber',
    dvc: 'DVC',
    mlflow: 'MLflow',
    prefect: 'Prefect'
  };
  return names[target] ?? target;
}

function targetHelp(target: string, trans: TranslationBundle): string {
  switch (target) {
    case 'papermill':
      return trans.__('runs each stage; the others need it');
    case 'ploomber':
      return trans.__('pipeline.yaml');
    case 'dvc':
      return trans.__(
        'dvc.yaml: runs what has changed, keeps versions of data'
      );
    case 'mlflow':
      return trans.__('a last stage that records the run');
    case 'prefect':
      return trans.__('flow.py: stages side by side, retries, a schedule');
    default:
      return '';
  }
}

/** Only where the notebook installs something. */
export function Installs(props: ISettingsProps): JSX.Element {
  const { answer, trans } = props;
  if (!answer.findings.some(({ code }) => code === 'install-in-notebook')) {
    return <></>;
  }
  return (
    <label className="jp-Mlops-switch">
      <input
        type="checkbox"
        role="switch"
        checked={props.allowInstall}
        onChange={({ target }) => props.setAllowInstall(target.checked)}
      />
      <span>
        {trans.__('Install what the notebook installs and what is not there')}
        <span className="jp-Mlops-note">
          {trans.__(
            'With pip, into the environment of the notebook’s kernel, where it stays. Otherwise nothing is installed, and the conversion stops where the notebook does not run without it.'
          )}
        </span>
      </span>
    </label>
  );
}

/** Where the person and the notebook changed the same in the pipeline that is there. */
export function Clashes(props: ISettingsProps): JSX.Element {
  const { answer, trans } = props;
  const conflicts = answer.conflicts ?? [];
  return (
    <div data-testid="plan-conflicts">
      <h3>{trans._n('%1 conflict', '%1 conflicts', conflicts.length)}</h3>
      <p className="jp-Mlops-note">
        {trans.__(
          'You and the notebook changed the same in the pipeline that is there. The conversion shows both sides and asks whose version stands, before anything is written.'
        )}
      </p>
      <ul className="jp-Mlops-files">
        {conflicts.slice(0, LISTED).map(({ path, where }, index) => (
          <li key={index}>
            <span className="jp-Mlops-code">{path}</span>{' '}
            <span className="jp-Mlops-note">{countedFromOne(where)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What would be written; differences of what is there. */
export function Files(props: ISettingsProps): JSX.Element {
  const { answer, trans } = props;
  const { files } = answer;
  if (!files.length) {
    return (
      <p className="jp-Mlops-note">{trans.__('All files are so already.')}</p>
    );
  }
  const there = files.filter(({ kind }) => kind !== 'create');
  const created = files.filter(({ kind }) => kind === 'create');
  return (
    <Changes
      files={[...there, ...created]}
      initiallyOpen={false}
      trans={trans}
    />
  );
}
