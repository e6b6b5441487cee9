import type { DocumentRegistry } from '@jupyterlab/docregistry';
import { Token } from '@lumino/coreutils';
import type { Widget } from '@lumino/widgets';

import type { OpenPlace } from './places';
import type { Client } from './rest/client';
import type { ScoreModel } from './score/model';

/** What the plugins share. */
export interface IMlops {
  client: Client;
  score: ScoreModel;
  openPlace: OpenPlace;
  /** Put a panel into the main area; on the right where a shell has room for one document there, as Notebook 7 does. */
  addPanel: (panel: Widget, options?: DocumentRegistry.IOpenOptions) => void;
}

export const IMlops = new Token<IMlops>(
  'jupyter-mlops:IMlops',
  'The connection to the server part, the assessment of the open project, and what opens the places they name.'
);
