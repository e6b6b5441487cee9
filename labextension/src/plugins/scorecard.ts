/** The plugin of the scorecard as a file. */

import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import {
  ICommandPalette,
  InputDialog,
  Notification
} from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { download } from '../download';
import { COMMANDS, DOMAIN, PLUGINS } from '../ids';
import { explain } from '../rest/failures';
import { failureOf } from '../rest/refusal';
import { IMlops } from '../tokens';

export const scorecard: JupyterFrontEndPlugin<void> = {
  id: PLUGINS.scorecard,
  description: 'Downloads the scorecard of the open project.',
  autoStart: true,
  requires: [IMlops],
  optional: [ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    mlops: IMlops,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ): void => {
    const { client, score } = mlops;
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const command = COMMANDS.exportScorecard;
    const formats = new Map([
      [trans.__('Web page, with charts (HTML)'), 'html'],
      [trans.__('Text for a pull request (Markdown)'), 'markdown'],
      [trans.__('Badge (SVG)'), 'badge'],
      [trans.__('Data (JSON)'), 'json'],
      [trans.__('Findings for a code host (SARIF)'), 'sarif'],
      [trans.__('Test results (JUnit)'), 'junit']
    ]);

    const pick = async (): Promise<string | undefined> => {
      const { value } = await InputDialog.getItem({
        title: trans.__('Download the scorecard as'),
        items: [...formats.keys()],
        okLabel: trans.__('Download')
      });
      return formats.get(value ?? '');
    };

    app.commands.addCommand(command, {
      label: trans.__('Download the Scorecard…'),
      caption: trans.__('Where the project stands, as a file to pass on'),
      describedBy: {
        args: {
          type: 'object',
          properties: {
            format: { type: 'string', enum: [...formats.values()] }
          }
        }
      },
      execute: async args => {
        const path = score.folder ?? score.path;
        const format =
          typeof args.format === 'string' ? args.format : await pick();
        if (path === null || format === undefined) {
          return;
        }
        try {
          download(await client.exportScorecard(path, format));
        } catch (reason) {
          Notification.error(explain(failureOf(reason), trans), {
            autoClose: 8000
          });
        }
      }
    });
    palette?.addItem({ command, category: trans.__('MLOps') });
  }
};
