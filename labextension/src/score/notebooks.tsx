/** The notebooks of the project, each ready to be converted. */

import { notebookIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { OpenPlace } from '../places';
import type { IAssessment, INotebook, IUnit } from '../rest/contract';
import { Disclosure, Prose, SeverityIcon } from './parts';
import { holds, serverPath } from './view';

interface IProps {
  assessment: IAssessment;
  unit: IUnit;
  openPlace: OpenPlace;
  convert: (path: string) => void;
  trans: TranslationBundle;
}

export function Notebooks(props: IProps): JSX.Element {
  const { assessment, trans } = props;
  const folder = props.unit.path === '.' ? '' : props.unit.path;
  const notebooks = assessment.notebooks.filter(({ path }) =>
    holds(folder, path)
  );
  if (notebooks.length === 0) {
    return (
      <div className="jp-Mlops-note">
        {trans.__('There are no notebooks in this project yet.')}
      </div>
    );
  }
  return (
    <>
      <ul className="jp-Mlops-notebooks">
        {notebooks.map(notebook => (
          <li key={notebook.path} data-notebook={notebook.path}>
            <Notebook notebook={notebook} {...props} />
          </li>
        ))}
      </ul>
      {assessment.notebooks_left_out > 0 && (
        <div className="jp-Mlops-note">
          {trans.__('and %1 more', assessment.notebooks_left_out)}
        </div>
      )}
    </>
  );
}

function Notebook(props: IProps & { notebook: INotebook }): JSX.Element {
  const { assessment, trans } = props;
  const { path, pipeline } = props.notebook;
  const place = serverPath(assessment.root, path) ?? path;
  const issues = props.unit.notebooks.filter(issue => issue.path === path);
  return (
    <>
      <div className="jp-Mlops-notebook">
        <notebookIcon.react
          tag="span"
          className="jp-Mlops-notebook-icon"
          elementSize="normal"
        />
        <button
          type="button"
          className="jp-Mlops-notebook-name"
          title={trans.__('Open %1', path)}
          onClick={() => void props.openPlace({ path: place })}
        >
          {path.split('/').pop()}
        </button>
        <button
          type="button"
          className="jp-Mlops-smallButton"
          aria-label={trans.__('Convert %1 to a pipeline', path)}
          title={trans.__('Convert %1 to a pipeline', path)}
          onClick={() => props.convert(place)}
        >
          {trans.__('Convert')}
        </button>
      </div>
      {pipeline && (
        <div className="jp-Mlops-notebook-pipeline">
          {trans.__('Converted: %1', pipeline)}
        </div>
      )}
      {issues.length > 0 && (
        <Disclosure
          className="jp-Mlops-notebook-issues"
          title={trans._n('%1 remark', '%1 remarks', issues.length)}
        >
          <ul>
            {issues.map((issue, index) => (
              <li key={index}>
                <SeverityIcon severity={issue.severity} trans={trans} />
                <span>
                  <Prose text={issue.message} />{' '}
                  {issue.cell !== null && (
                    <button
                      type="button"
                      className="jp-Mlops-link"
                      onClick={() =>
                        void props.openPlace({
                          path: place,
                          cell: issue.cell,
                          line: issue.line
                        })
                      }
                    >
                      {trans.__('cell %1', issue.cell + 1)}
                    </button>
                  )}
                </span>
              </li>
            ))}
          </ul>
        </Disclosure>
      )}
    </>
  );
}
