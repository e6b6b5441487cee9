import type { IOutlineCell, IPlanned } from '../../rest/contract';
import { orderOf } from '../rows';

/** Cells by their text; those that begin with # and a space are Markdown. */
export function outlineOf(...texts: string[]): IOutlineCell[] {
  return texts.map((text, cell) => ({
    cell,
    kind: /^#+ /.test(text) ? 'markdown' : 'code',
    lines: text ? text.split('\n').length : 0,
    text
  }));
}

export const OUTLINE = outlineOf(
  '# Churn',
  'import pandas',
  '## Load',
  'table = 1\nb\nc',
  'table.head()',
  '## Train',
  'model = 2',
  '',
  'print(model)'
);

/** What the server answers for that notebook. */
export function planned(change: Partial<IPlanned> = {}): IPlanned {
  return {
    path: 'pipelines/churn',
    notebook: 'churn.ipynb',
    stages: [],
    parameters: [],
    findings: [],
    verification: { verdict: 'not-run', cells: [] },
    plan: {
      schema: 1,
      notebook: 'churn.ipynb',
      notebook_sha256: 'first',
      stages: [
        { name: 'load', cells: [1, 3, 4] },
        { name: 'train', cells: [6, 8] }
      ],
      skip: [],
      parameters: { rate: 'rate' },
      targets: ['papermill', 'dvc']
    },
    outline: OUTLINE,
    files: [],
    explanation: [],
    ...change
  };
}

export const ORDER = orderOf(OUTLINE);
