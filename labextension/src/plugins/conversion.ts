/** The plugin of the conversion: its commands and its panels. */

import { ILayoutRestorer } from '@jupyterlab/application';
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import {
  Clipboard,
  Dialog,
  ICommandPalette,
  MainAreaWidget,
  Notification,
  WidgetTracker,
  showDialog
} from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { INotebookTracker } from '@jupyterlab/notebook';
import type { Contents } from '@jupyterlab/services';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import type { ReadonlyPartialJSONValue } from '@lumino/coreutils';

import type { ConversionContent } from '../convert/panel';
import type { ITracked } from '../convert/tracked';
import { convertIcon } from '../icons';
import { COMMANDS, PANEL_CLASS, DOMAIN, PLUGINS } from '../ids';
import { serverPathOf } from '../places';
import type { IConversion } from '../rest/contract';
import type { IPlanStore } from '../plan/model';
import { IMlops } from '../tokens';

type ConversionPanel = MainAreaWidget<ConversionContent>;

const PATH_ARGUMENT = {
  args: {
    type: 'object',
    properties: {
      path: {
        type: 'string',
        description: 'The notebook, relative to the server root'
      }
    }
  }
} as const;

export const conversion: JupyterFrontEndPlugin<void> = {
  id: PLUGINS.conversion,
  description: 'Converts notebooks to pipelines.',
  autoStart: true,
  requires: [IMlops, IDocumentManager],
  optional: [
    ICommandPalette,
    IFileBrowserFactory,
    ILayoutRestorer,
    INotebookTracker,
    ISettingRegistry,
    IStateDB,
    ITranslator
  ],
  activate: (
    app: JupyterFrontEnd,
    mlops: IMlops,
    documents: IDocumentManager,
    palette: ICommandPalette | null,
    browsers: IFileBrowserFactory | null,
    restorer: ILayoutRestorer | null,
    notebooks: INotebookTracker | null,
    settings: ISettingRegistry | null,
    state: IStateDB | null,
    translator: ITranslator | null
  ): void => {
    const { addPanel, client, score, openPlace } = mlops;
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const { commands, serviceManager, shell } = app;
    const { contents } = serviceManager;
    const tracker = new WidgetTracker<ConversionPanel>({
      namespace: 'jupyter-mlops-conversion'
    });
    const loaded =
      settings?.load(PLUGINS.conversion).catch((reason: unknown) => {
        console.error(
          `Settings of ${PLUGINS.conversion} could not be read.`,
          reason
        );
        return null;
      }) ?? null;

    /** The panel of a notebook, opened if need be. */
    const open = async (path: string): Promise<ConversionPanel> => {
      let panel = tracker.find(one => one.content.model.path === path);
      if (!panel) {
        const [
          { ConversionContent },
          { ConversionModel },
          { PlanModel },
          { RunModel }
        ] = await Promise.all([
          import('../convert/panel'),
          import('../convert/model'),
          import('../plan/model'),
          import('../convert/run')
        ]);
        const model = new ConversionModel({ client, path });
        const plan = new PlanModel({ client, path, store: storeOf(path) });
        const run = new RunModel({ client });
        const content = new ConversionContent({
          model,
          plan,
          run,
          openPlace,
          showFolder: folder =>
            void commands.execute('filebrowser:go-to-path', { path: folder }),
          convert: options => void convert(path, options),
          editPlan: () => void editPlan(path),
          undo: () =>
            void commands
              .execute(COMMANDS.undo, { path })
              .then(undone => undone && model.takenBack()),
          tracked: () => tracked(model.result),
          copy: text => Clipboard.copyToSystem(text),
          trans
        });
        panel = new MainAreaWidget({
          content,
          translator: translator ?? undefined
        });
        panel.toolbar.hide();
        panel.addClass(PANEL_CLASS);
        panel.id = `jupyter-mlops-conversion-${path}`;
        panel.title.label = trans.__(
          '%1 → pipeline',
          PathExt.basename(path, '.ipynb')
        );
        panel.title.caption = trans.__('Conversion of %1', path);
        panel.title.icon = convertIcon;
        panel.title.closable = true;
        model.ended.connect((_, state) => {
          if (state === 'done') {
            void score.refresh();
          }
          if (model.written) {
            plan.written();
            run.clear();
            void run.find(model.result?.path ?? '');
          }
        });
        const saved = (_: unknown, change: Contents.IChangedArgs) => {
          const file = change.newValue?.path;
          if (
            change.type === 'save' &&
            file !== undefined &&
            serverPathOf(contents, file) === path
          ) {
            void plan.refresh();
          }
        };
        contents.fileChanged.connect(saved);
        content.disposed.connect(() => contents.fileChanged.disconnect(saved));
        await plan.restore();
      }
      if (!panel.isAttached) {
        addPanel(panel, { mode: 'split-right' });
        await tracker.add(panel);
      }
      shell.activateById(panel.id);
      return panel;
    };

    /** The MLflow run that the last run of a pipeline left. */
    const tracked = async (
      conversion: IConversion | null
    ): Promise<ITracked | null> => {
      const last = conversion?.stages[conversion.stages.length - 1];
      if (!conversion || !last) {
        return null;
      }
      const products = `${conversion.path}/products`;
      try {
        const { content } = await contents.get(`${products}/mlflow_run.json`, {
          type: 'file',
          format: 'text',
          content: true
        });
        const { readTracked } = await import('../convert/tracked');
        return readTracked(content as string, `${products}/${last.name}.ipynb`);
      } catch {
        // Without the target MLflow there is no such file.
        return null;
      }
    };

    /** Where a plan is kept while the page is reloaded. */
    const storeOf = (path: string): IPlanStore | undefined => {
      const id = `${PLUGINS.conversion}:plan:${path}`;
      return state
        ? {
            load: () => state.fetch(id),
            save: kept =>
              kept === null
                ? state.remove(id)
                : state.save(id, kept as unknown as ReadonlyPartialJSONValue)
          }
        : undefined;
    };

    /** Save what is unsaved in an open notebook. False when the person would rather not. */
    const save = async (path: string): Promise<boolean> => {
      const widget = documents.findWidget(path);
      const context = widget && documents.contextForWidget(widget);
      if (!context?.model.dirty) {
        return true;
      }
      // What is edited together is saved every second anyway.
      const always =
        context.model.collaborative ||
        (await loaded)?.composite.saveBeforeConverting === 'always';
      if (!always) {
        const answer = await showDialog({
          title: trans.__('Save the notebook first?'),
          body: trans.__(
            '%1 has unsaved changes. The notebook is converted as it is on disk.',
            PathExt.basename(path)
          ),
          buttons: [
            Dialog.cancelButton(),
            Dialog.okButton({ label: trans.__('Save and convert') })
          ]
        });
        if (!answer.button.accept) {
          return false;
        }
      }
      await context.save();
      return true;
    };

    /** The panel of a notebook that is on the server's disk, saved; null where there is none, which is told. */
    const prepare = async (path: string): Promise<ConversionPanel | null> => {
      const local = serverPathOf(contents, path);
      if (local === null) {
        Notification.warning(
          trans.__(
            '%1 is not on the local disk of the server. Copy it there to convert it.',
            PathExt.basename(path)
          ),
          { autoClose: 8000 }
        );
        return null;
      }
      return (await save(path)) ? open(local) : null;
    };

    const convert = async (
      path: string,
      options: Record<string, unknown> = {}
    ): Promise<void> => {
      const panel = await prepare(path);
      if (!panel) {
        return;
      }
      const { model, plan } = panel.content;
      if (!(await plan.settle())) {
        await plan.show();
        return;
      }
      const { run, timeout } = (await loaded)?.composite ?? {};
      const wanted = plan.options();
      plan.begun();
      await model.start({
        run: run !== false,
        ...(typeof timeout === 'number' && timeout > 0 ? { timeout } : {}),
        ...wanted,
        ...options
      });
    };

    const editPlan = async (path: string): Promise<void> => {
      const panel = await prepare(path);
      await panel?.content.plan.show();
    };

    const selectedNotebook = (): string | null => {
      const selected = browsers?.tracker.currentWidget?.selectedItems().next();
      const item = selected?.done ? null : selected?.value;
      return item?.type === 'notebook' ? item.path : null;
    };
    const currentNotebook = () =>
      notebooks?.currentWidget?.context.path ?? null;

    commands.addCommand(COMMANDS.convert, {
      label: args =>
        args.toolbar ? '' : trans.__('Convert Notebook to Pipeline'),
      caption: trans.__('Convert this notebook to a pipeline'),
      icon: convertIcon,
      describedBy: PATH_ARGUMENT,
      isEnabled: args =>
        typeof args.path === 'string' || currentNotebook() !== null,
      execute: async args => {
        const path =
          typeof args.path === 'string' ? args.path : currentNotebook();
        if (path !== null) {
          await convert(path);
        }
      }
    });
    commands.addCommand(COMMANDS.editPlan, {
      label: trans.__('Edit the Plan of a Pipeline…'),
      caption: trans.__(
        'Choose stages, parameters and targets before this notebook is converted'
      ),
      describedBy: PATH_ARGUMENT,
      isEnabled: args =>
        typeof args.path === 'string' || currentNotebook() !== null,
      execute: async args => {
        const path =
          typeof args.path === 'string' ? args.path : currentNotebook();
        if (path !== null) {
          await editPlan(path);
        }
      }
    });
    commands.addCommand(COMMANDS.convertSelected, {
      label: trans.__('Convert to Pipeline'),
      caption: trans.__('Convert the selected notebook to a pipeline'),
      icon: convertIcon,
      describedBy: { args: { type: 'object', properties: {} } },
      isVisible: () => selectedNotebook() !== null,
      execute: async () => {
        const path = selectedNotebook();
        if (path !== null) {
          await convert(path);
        }
      }
    });
    commands.addCommand(COMMANDS.openConversion, {
      label: trans.__('Open the Conversion of a Notebook'),
      describedBy: PATH_ARGUMENT,
      execute: async args => {
        if (typeof args.path === 'string') {
          const panel = await open(args.path);
          await panel.content.model.find();
        }
      }
    });
    for (const command of [COMMANDS.convert, COMMANDS.editPlan]) {
      palette?.addItem({ command, category: trans.__('MLOps') });
    }

    if (restorer) {
      void restorer.restore(tracker, {
        command: COMMANDS.openConversion,
        args: panel => ({ path: panel.content.model.path }),
        name: panel => panel.content.model.path
      });
    }
  }
};
