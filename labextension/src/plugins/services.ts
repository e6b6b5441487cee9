/** The plugin that holds what the others share. */

import { ILabShell } from '@jupyterlab/application';
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { DOMAIN, PLUGINS } from '../ids';
import { makeOpenPlace } from '../places';
import { Client } from '../rest/client';
import { ScoreModel } from '../score/model';
import { IMlops } from '../tokens';
import { unsavedIn } from '../unsaved';

export const services: JupyterFrontEndPlugin<IMlops> = {
  id: PLUGINS.services,
  description: 'Connects to the server part of jupyter-mlops.',
  autoStart: true,
  provides: IMlops,
  requires: [IDocumentManager],
  optional: [ILabShell, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    documents: IDocumentManager,
    labShell: ILabShell | null,
    translator: ITranslator | null
  ): IMlops => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const client = new Client(app.serviceManager.serverSettings);
    return {
      client,
      score: new ScoreModel({
        client,
        unsaved: () => unsavedIn(app.shell, documents)
      }),
      openPlace: makeOpenPlace(documents, trans),
      addPanel: (panel, options) => {
        const area = labShell ? 'main' : 'right';
        app.shell.add(panel, area, { type: 'MLOps', ...options });
      }
    };
  }
};
