/** The notebooks of the project, each ready to be converted. */

import { notebookIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { OpenPlace } from '../places';
import type { IAssessment, IUnit } from '../rest/contract';
import { holds, serverPath } from './view';

export function Notebooks(props: {
  assessment: IAssessment;
  unit: IUnit;
  openPlace: OpenPlace;
  convert: (path: string) => void;
  trans: TranslationBundle;
}): JSX.Element {
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
        {notebooks.map(({ path, pipeline }) => {
          const place = serverPath(assessment.root, path) ?? path;
          const name = path.split('/').pop();
          return (
            <li key={path}>
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
                {name}
                {pipeline && (
                  <span className="jp-Mlops-notebook-pipeline">
                    {trans.__('pipeline: %1', pipeline)}
                  </span>
                )}
              </button>
              <button
                type="button"
                className="jp-Mlops-smallButton"
                title={trans.__('Convert %1 to a pipeline', path)}
                onClick={() => props.convert(place)}
              >
                {trans.__('Convert')}
              </button>
            </li>
          );
        })}
      </ul>
      {assessment.notebooks_left_out > 0 && (
        <div className="jp-Mlops-note">
          {trans._n(
            'and %1 more',
            'and %1 more',
            assessment.notebooks_left_out
          )}
        </div>
      )}
    </>
  );
}
