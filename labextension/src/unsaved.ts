/** What open documents hold and have not saved. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { INotebookModel } from '@jupyterlab/notebook';

import { serverPathOf } from './places';

/** Characters of a document that is sent; of larger ones the file is scored. */
const MOST = 5_000_000;

/** The text of each open document with unsaved changes, by path of the server. */
export function unsavedIn(
  shell: JupyterFrontEnd.IShell,
  documents: IDocumentManager
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const widget of shell.widgets('main')) {
    const context = documents.contextForWidget(widget);
    const path =
      context && serverPathOf(documents.services.contents, context.path);
    if (context?.isReady && context.model.dirty && path) {
      const text = textOf(context.model);
      if (text.length <= MOST) {
        found[path] = text;
      }
    }
  }
  return found;
}

/** A document as its file would be; a notebook without its outputs, which may be large. */
function textOf(model: DocumentRegistry.IModel): string {
  if (!isNotebook(model)) {
    return model.toString();
  }
  const { nbformat, nbformat_minor, metadata, cells } = model.sharedModel;
  return JSON.stringify({
    nbformat,
    nbformat_minor,
    metadata,
    cells: Array.from(cells, cell => {
      const { id, cell_type, source } = cell;
      return {
        id,
        cell_type,
        source,
        metadata: cell.getMetadata(),
        ...(cell_type === 'code' && {
          execution_count: (cell as { execution_count?: unknown })
            .execution_count
        })
      };
    })
  });
}

function isNotebook(model: DocumentRegistry.IModel): model is INotebookModel {
  return 'cells' in model.sharedModel;
}
