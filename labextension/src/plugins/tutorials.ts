/** The plugin of the tutorials: a command and a card of the launcher. */

import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import {
  ICommandPalette,
  InputDialog,
  Notification
} from '@jupyterlab/apputils';
import type { DocumentWidget } from '@jupyterlab/docregistry';
import { ILauncher } from '@jupyterlab/launcher';
import { NotebookActions } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { tutorialIcon } from '../icons';
import { COMMANDS, DOMAIN, PLUGINS } from '../ids';
import { failureOf } from '../rest/refusal';
import { explain } from '../rest/failures';
import { IMlops } from '../tokens';

export const tutorials: JupyterFrontEndPlugin<void> = {
  id: PLUGINS.tutorials,
  description: 'Opens the tutorials, each in a sandbox of its own.',
  autoStart: true,
  requires: [IMlops],
  optional: [ICommandPalette, ILauncher, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    mlops: IMlops,
    palette: ICommandPalette | null,
    launcher: ILauncher | null,
    translator: ITranslator | null
  ): void => {
    const { client, openPlace, score } = mlops;
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const command = COMMANDS.tutorial;

    /** The number of the tutorial that the person picks. */
    const pick = async (): Promise<number | null> => {
      const all = await client.tutorials();
      const names = all.map(one =>
        trans.__('%1  %2 (%3 minutes)', one.tutorial, one.title, one.minutes)
      );
      const next = all.findIndex(({ progress }) => progress?.open.length !== 0);
      const { value } = await InputDialog.getItem({
        title: trans.__('Open which tutorial?'),
        items: names,
        current: Math.max(0, next),
        okLabel: trans.__('Open')
      });
      return value === null ? null : all[names.indexOf(value)].tutorial;
    };

    app.commands.addCommand(command, {
      label: args =>
        args.launcher
          ? trans.__('MLOps tutorials')
          : trans.__('Open a Tutorial…'),
      caption: trans.__(
        'Learn by doing, in a sandbox: from a notebook to a pipeline, level by level'
      ),
      icon: tutorialIcon,
      describedBy: {
        args: {
          type: 'object',
          properties: {
            tutorial: { type: 'number', description: 'Its number' },
            launcher: {
              type: 'boolean',
              description: 'Whether it is named for the launcher'
            }
          }
        }
      },
      execute: async args => {
        try {
          const number =
            typeof args.tutorial === 'number' ? args.tutorial : await pick();
          if (number !== null) {
            const { notebook } = await client.beginTutorial(number);
            await openPlace({ path: notebook });
            void score.readTutorials();
          }
        } catch (reason) {
          Notification.error(explain(failureOf(reason), trans), {
            autoClose: 8000
          });
        }
      }
    });
    // A tutorial's cells work on its project, without anything being saved.
    NotebookActions.executed.connect((_, { notebook }) => {
      const document = notebook.parent as Partial<DocumentWidget> | null;
      const path = document?.context?.path;
      if (path && score.tutorials.some(one => one.notebook === path)) {
        score.noteChange(path);
      }
    });

    palette?.addItem({ command, category: trans.__('MLOps') });
    launcher?.add({
      command,
      args: { launcher: true },
      category: trans.__('Other'),
      rank: 10
    });
  }
};
