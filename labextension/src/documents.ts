/** Documents that are open while files are written: saved before, and shown as they are on disk afterwards. */

import { Dialog, showDialog } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { TranslationBundle } from '@jupyterlab/translation';

import { serverPathOf } from './places';

type Context = DocumentRegistry.Context;

/** The open documents among files of the server. */
function openAmong(
  documents: IDocumentManager,
  paths: readonly string[]
): Context[] {
  const { contents } = documents.services;
  const wanted = new Set(paths);
  const found = new Set<Context>();
  for (const path of wanted) {
    // With real-time collaboration documents have a drive of their own.
    for (const name of [path, `RTC:${path}`]) {
      const widget = documents.findWidget(name, null);
      const context = widget && documents.contextForWidget(widget);
      if (context && wanted.has(serverPathOf(contents, context.path) ?? '')) {
        found.add(context);
      }
    }
  }
  return [...found];
}

/**
 * Ask whether to save what is unsaved in files that are about to be written. What is edited together with others is saved
 * every second anyway, so that is done at once.
 *
 * @returns "clean" when nothing was unsaved, "saved" when it has been saved now, "cancelled" when the person would
 * rather not.
 */
export async function saveAmong(
  documents: IDocumentManager,
  paths: readonly string[],
  trans: TranslationBundle
): Promise<'clean' | 'saved' | 'cancelled'> {
  const dirty = openAmong(documents, paths).filter(({ model }) => model.dirty);
  const together = dirty.filter(({ model }) => model.collaborative);
  await Promise.all(together.map(context => context.save()));
  const unsaved = dirty.filter(({ model }) => !model.collaborative);
  if (unsaved.length === 0) {
    return 'clean';
  }
  const names = unsaved.map(({ path }) => PathExt.basename(path)).join(', ');
  const answer = await showDialog({
    title: trans.__('Save your changes first?'),
    body: trans.__(
      '%1 would be written and has changes that are not saved. Save them, and look again at what would change.',
      names
    ),
    buttons: [
      Dialog.cancelButton(),
      Dialog.okButton({ label: trans.__('Save and look again') })
    ]
  });
  if (!answer.button.accept) {
    return 'cancelled';
  }
  await Promise.all(unsaved.map(context => context.save()));
  return 'saved';
}

/** Show open documents as they are on disk now; those with unsaved changes are left alone. */
export async function reloadAmong(
  documents: IDocumentManager,
  paths: readonly string[]
): Promise<void> {
  await Promise.all(
    openAmong(documents, paths)
      .filter(({ model }) => !model.dirty)
      .map(async context => {
        try {
          await context.revert();
        } catch {
          // The file was removed; the document says so itself when it is saved.
        }
      })
  );
}
