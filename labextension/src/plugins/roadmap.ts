/** The plugin of the roadmap. */

import { ILayoutRestorer } from '@jupyterlab/application';
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import {
  ICommandPalette,
  MainAreaWidget,
  WidgetTracker
} from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { download } from '../download';
import { roadmapIcon } from '../icons';
import { COMMANDS, DOMAIN, PANEL_CLASS, PLUGINS } from '../ids';
import type { RoadmapContent } from '../roadmap/panel';
import { IMlops } from '../tokens';

type RoadmapPanel = MainAreaWidget<RoadmapContent>;

export const roadmap: JupyterFrontEndPlugin<void> = {
  id: PLUGINS.roadmap,
  description: 'Shows the steps to a level on a calendar.',
  autoStart: true,
  requires: [IMlops],
  optional: [ICommandPalette, ILayoutRestorer, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    mlops: IMlops,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    translator: ITranslator | null
  ): void => {
    const { addPanel, client, score } = mlops;
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const { commands, shell } = app;
    const tracker = new WidgetTracker<RoadmapPanel>({
      namespace: 'jupyter-mlops-roadmap'
    });

    const make = async (path: string): Promise<RoadmapPanel> => {
      const [{ RoadmapContent }, { RoadmapModel }] = await Promise.all([
        import('../roadmap/panel'),
        import('../roadmap/model')
      ]);
      const content = new RoadmapContent({
        model: new RoadmapModel({ client, path }),
        lift: (lift, unit) =>
          void commands.execute(COMMANDS.lift, {
            lift,
            path: PathExt.join(path, unit)
          }),
        download,
        trans
      });
      const panel = new MainAreaWidget({
        content,
        translator: translator ?? undefined
      });
      panel.toolbar.hide();
      panel.addClass(PANEL_CLASS);
      panel.id = `jupyter-mlops-roadmap-${path}`;
      panel.title.label = trans.__('Roadmap');
      panel.title.caption = trans.__('Roadmap of %1', path || '/');
      panel.title.icon = roadmapIcon;
      panel.title.closable = true;
      return panel;
    };

    commands.addCommand(COMMANDS.roadmap, {
      label: trans.__('Show the Roadmap'),
      caption: trans.__('The steps to a level, with owners and dates'),
      icon: roadmapIcon,
      describedBy: {
        args: {
          type: 'object',
          properties: {
            path: {
              type: 'string',
              description: 'The project, relative to the server root'
            },
            target: { type: 'number', description: 'The level to reach' }
          }
        }
      },
      execute: async args => {
        const path =
          typeof args.path === 'string'
            ? args.path
            : (score.folder ?? score.path);
        if (path === null) {
          return;
        }
        const panel =
          tracker.find(({ content }) => content.model.path === path) ??
          (await make(path));
        if (!panel.isAttached) {
          addPanel(panel);
          await tracker.add(panel);
        }
        shell.activateById(panel.id);
        const { model } = panel.content;
        // Not waited for: JupyterLab puts its layout back only when the commands that make its panels are done.
        void model.plan(
          typeof args.target === 'number' ? args.target : model.target
        );
      }
    });
    palette?.addItem({
      command: COMMANDS.roadmap,
      category: trans.__('MLOps')
    });

    if (restorer) {
      void restorer.restore(tracker, {
        command: COMMANDS.roadmap,
        args: ({ content: { model } }) =>
          model.target === null
            ? { path: model.path }
            : { path: model.path, target: model.target },
        name: ({ content: { model } }) => model.path
      });
    }
  }
};
