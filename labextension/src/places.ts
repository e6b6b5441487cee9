/** Opens what evidence and results point at: a file at a line, a notebook at a cell. */

import { Notification } from '@jupyterlab/apputils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { Contents } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

export interface IPlace {
  /** Relative to the server root. */
  path: string;
  /** 0-based among all cells of a notebook. */
  cell?: number | null;
  /** 1-based, in the file or in the cell. */
  line?: number | null;
}

export type OpenPlace = (place: IPlace) => Promise<void>;

/** What opens places for the panels. Loaded documents are shown where they are; others are opened. */
export function makeOpenPlace(
  manager: IDocumentManager,
  trans: TranslationBundle
): OpenPlace {
  return async place => {
    try {
      await manager.services.contents.get(place.path, { content: false });
    } catch {
      Notification.warning(
        trans.__(
          'JupyterLab cannot open %1. It may have been removed, or be a hidden file, which the server does not show.',
          place.path
        ),
        { autoClose: 8000 }
      );
      return;
    }
    if (place.path.endsWith('.ipynb')) {
      await openCell(manager, place);
    } else {
      await openLine(manager, place);
    }
  };
}

async function openCell(
  manager: IDocumentManager,
  { path, cell, line }: IPlace
): Promise<void> {
  const { NotebookPanel } = await import('@jupyterlab/notebook');
  const panel = manager.openOrReveal(path);
  if (!(panel instanceof NotebookPanel) || typeof cell !== 'number') {
    return;
  }
  await panel.context.ready;
  await panel.revealed;
  const notebook = panel.content;
  if (cell >= notebook.widgets.length) {
    return;
  }
  notebook.deselectAll();
  notebook.activeCellIndex = cell;
  const widget = notebook.widgets[cell];
  await notebook.scrollToCell(widget, 'center');
  const editor = widget.editor;
  if (typeof line === 'number' && editor) {
    const last = editor.lineCount;
    editor.setCursorPosition({ line: Math.min(line, last) - 1, column: 0 });
  }
}

async function openLine(
  manager: IDocumentManager,
  { path, line }: IPlace
): Promise<void> {
  if (typeof line !== 'number') {
    manager.openOrReveal(path);
    return;
  }
  const { FileEditor } = await import('@jupyterlab/fileeditor');
  const widget = manager.openOrReveal(path, 'Editor');
  const editor = widget?.content;
  if (!widget || !(editor instanceof FileEditor)) {
    return;
  }
  await widget.context.ready;
  await editor.ready;
  const last = editor.editor.lineCount;
  const start = { line: Math.min(line, last) - 1, column: 0 };
  const end = {
    line: start.line,
    column: editor.editor.getLine(start.line)?.length ?? 0
  };
  editor.editor.setCursorPosition(start);
  editor.editor.setSelection({ start, end });
  editor.editor.revealSelection({ start, end });
  editor.editor.focus();
}

/**
 * A path of the contents manager as a path of the server; null on a drive that is not the server's local disk. With
 * real-time collaboration, documents come from a drive of their own that is backed by the server's files.
 */
export function serverPathOf(
  contents: Contents.IManager,
  path: string
): string | null {
  const drive = contents.driveName(path);
  return drive === '' || drive === 'RTC' ? contents.localPath(path) : null;
}
