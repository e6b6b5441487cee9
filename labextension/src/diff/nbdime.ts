/** What changes in a notebook, cell by cell, with nbdime's model and its view of a text. Loaded when first shown. */

import type { INotebookContent } from '@jupyterlab/nbformat';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Widget } from '@lumino/widgets';
import { createNbdimeMergeView } from 'nbdime/lib/common/mergeview';
import type { IDiffEntry } from 'nbdime/lib/diff/diffentries';
import { NotebookDiffModel } from 'nbdime/lib/diff/model/notebook';
import 'nbdime/lib/styles/variables.css';
import 'nbdime/lib/styles/common.css';
import 'nbdime/lib/styles/diff.css';

import type { ICellChange, INotebookChange } from './cells';
import { cellChanges } from './cells';

/** The cells that change, in order. */
export function changedCells(notebook: INotebookChange): ICellChange[] {
  const model = new NotebookDiffModel(
    notebook.base as unknown as INotebookContent,
    notebook.diff as unknown as IDiffEntry[]
  );
  return cellChanges(model.cells);
}

/** Both sides of a cell's text; of one that is new or goes, the one that there is. Text is all it shows. */
export function sourceView(
  change: ICellChange,
  trans: TranslationBundle
): Widget {
  const folded = trans.__('(…$ unchanged lines…)');
  const view = createNbdimeMergeView({
    remote: change.source,
    translator: {
      languageCode: 'en',
      load: () => ({ ...trans, __: () => folded }) as TranslationBundle
    }
  });
  const sides = view.node.querySelectorAll<HTMLElement>('.cm-content');
  const names =
    sides.length > 1
      ? [trans.__('Before'), trans.__('After')]
      : [trans.__('Text of the cell')];
  sides.forEach((side, index) => {
    side.setAttribute('aria-label', names[index]);
    // What cannot be written in would not be reached by the keyboard, and so not be scrolled.
    side.tabIndex = 0;
  });
  return view;
}
