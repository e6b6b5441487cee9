/** The plugin of the lifts: their panels, and undo. */

import { ILayoutRestorer } from '@jupyterlab/application';
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import {
  Clipboard,
  Dialog,
  ICommandPalette,
  InputDialog,
  MainAreaWidget,
  Notification,
  WidgetTracker,
  showDialog
} from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { liftIcon } from '../icons';
import { COMMANDS, DOMAIN, PANEL_CLASS, PLUGINS } from '../ids';
import type { LiftContent } from '../lift/panel';
import { failureOf } from '../rest/refusal';
import { explain } from '../rest/failures';
import { IMlops } from '../tokens';

type LiftPanel = MainAreaWidget<LiftContent>;

/** The conversion is a lift whose panel is its own. */
const CONVERSION = 'pipeline';

const PATH = {
  type: 'string',
  description: 'The project, relative to the server root'
} as const;

export const lifts: JupyterFrontEndPlugin<void> = {
  id: PLUGINS.lifts,
  description: 'Shows what lifts would change, makes it, and takes it back.',
  autoStart: true,
  requires: [IMlops, IDocumentManager],
  optional: [ICommandPalette, ILayoutRestorer, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    mlops: IMlops,
    documents: IDocumentManager,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    translator: ITranslator | null
  ): void => {
    const { addPanel, client, score, openPlace } = mlops;
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const { commands, shell } = app;
    const tracker = new WidgetTracker<LiftPanel>({
      namespace: 'jupyter-mlops-lift'
    });

    /** The lifts there are, also before the sidebar was opened. */
    const liftsOf = async () => {
      await score.learnLifts();
      return score.lifts;
    };

    const open = async (lift: string, path: string): Promise<LiftPanel> => {
      let panel = tracker.find(
        ({ content: { model } }) => model.lift === lift && model.path === path
      );
      const known = Boolean(panel);
      if (!panel) {
        const [{ LiftContent }, { LiftModel }, { reloadAmong, saveAmong }] =
          await Promise.all([
            import('../lift/panel'),
            import('../lift/model'),
            import('../documents')
          ]);
        const model = new LiftModel({
          client,
          lift,
          path,
          choices: (await liftsOf()).get(lift)?.options
        });
        model.written.connect((_, paths) => {
          void reloadAmong(documents, paths);
          void score.refresh();
        });
        const apply = async () => {
          const saved = await saveAmong(documents, model.files, trans);
          if (saved === 'clean') {
            await model.apply();
          } else if (saved === 'saved') {
            await model.look();
          }
        };
        const content = new LiftContent({
          model,
          openPlace,
          apply: () => void apply(),
          titleOf: id => score.titleOf(id),
          copy: text => {
            Clipboard.copyToSystem(text);
            Notification.success(trans.__('Copied'), { autoClose: 2000 });
          },
          trans
        });
        panel = new MainAreaWidget({
          content,
          translator: translator ?? undefined
        });
        panel.toolbar.hide();
        panel.addClass(PANEL_CLASS);
        panel.id = `jupyter-mlops-lift-${lift}-${path}`;
        panel.title.label = trans.__('Lift: %1', lift);
        panel.title.caption = trans.__('The lift %1 of %2', lift, path || '/');
        panel.title.icon = liftIcon;
        panel.title.closable = true;
        addPanel(panel);
        await tracker.add(panel);
      }
      shell.activateById(panel.id);
      const { model } = panel.content;
      // Not waited for: JupyterLab puts its layout back only when the commands that make its panels are done.
      if (!known) {
        void model.resume();
      } else if (model.state !== 'applied' && !model.busy) {
        void model.look();
      }
      return panel;
    };

    /** The notebook to convert in a folder: the one that is worked on, the only one, or the one that is picked. */
    const notebookIn = async (folder: string): Promise<string | null> => {
      const notebooks = score.notebooksIn(folder);
      const [only] = notebooks;
      if (score.path !== null && notebooks.includes(score.path)) {
        return score.path;
      }
      if (notebooks.length === 1) {
        return only;
      }
      if (notebooks.length === 0) {
        Notification.info(
          trans.__('There is no notebook here that could be converted.'),
          { autoClose: 8000 }
        );
        return null;
      }
      const { value } = await InputDialog.getItem({
        title: trans.__('Convert which notebook?'),
        items: notebooks,
        okLabel: trans.__('Convert')
      });
      return value;
    };

    /** Take the last change back, once the person agreed. True when that was done. */
    const undo = async (path: string): Promise<boolean> => {
      const said = { autoClose: 8000 } as const;
      try {
        const [last] = await client.undoable(path);
        if (!last) {
          Notification.info(
            trans.__('Nothing was changed here that could be taken back.'),
            said
          );
          return false;
        }
        const answer = await showDialog({
          title: trans.__('Take this back?'),
          body: trans._n(
            '%2 (%1 file, %3)',
            '%2 (%1 files, %3)',
            last.paths.length,
            last.title,
            new Date(last.time).toLocaleString()
          ),
          buttons: [
            Dialog.cancelButton(),
            Dialog.warnButton({ label: trans.__('Take back') })
          ]
        });
        if (!answer.button.accept) {
          return false;
        }
        const undone = await client.undo(path, last.number);
        Notification.success(trans.__('Taken back: %1', undone.title), said);
        const { reloadAmong } = await import('../documents');
        const root = score.assessment?.root ?? '';
        await reloadAmong(
          documents,
          undone.paths.map(each => PathExt.join(root, each))
        );
        await score.refresh();
        return true;
      } catch (reason) {
        Notification.error(explain(failureOf(reason), trans), said);
        return false;
      }
    };

    commands.addCommand(COMMANDS.lift, {
      label: args =>
        typeof args.lift === 'string'
          ? trans.__('Lift: %1', args.lift)
          : trans.__('Lift a Project'),
      caption: trans.__('Show what a lift would change'),
      icon: liftIcon,
      describedBy: {
        args: {
          type: 'object',
          properties: {
            lift: { type: 'string', description: 'Name of the lift' },
            path: PATH
          },
          required: ['lift']
        }
      },
      execute: async args => {
        const path = typeof args.path === 'string' ? args.path : score.folder;
        if (typeof args.lift !== 'string' || path === null) {
          return;
        }
        if (args.lift !== CONVERSION) {
          await open(args.lift, path);
          return;
        }
        const notebook = await notebookIn(path);
        if (notebook !== null) {
          await commands.execute(COMMANDS.convert, { path: notebook });
        }
      }
    });
    commands.addCommand(COMMANDS.undo, {
      label: trans.__('Take Back the Last Change…'),
      caption: trans.__('Take back what a lift or a conversion wrote last'),
      describedBy: { args: { type: 'object', properties: { path: PATH } } },
      execute: async args => {
        const path = typeof args.path === 'string' ? args.path : score.folder;
        return path !== null && (await undo(path));
      }
    });
    palette?.addItem({ command: COMMANDS.undo, category: trans.__('MLOps') });

    if (restorer) {
      void restorer.restore(tracker, {
        command: COMMANDS.lift,
        args: ({ content: { model } }) => ({
          lift: model.lift,
          path: model.path
        }),
        name: ({ content: { model } }) => `${model.lift}:${model.path}`
      });
    }
  }
};
