import { Token } from '@lumino/coreutils';

import type { OpenPlace } from './places';
import type { Client } from './rest/client';
import type { ScoreModel } from './score/model';

/** What the plugins share. */
export interface IMlops {
  client: Client;
  score: ScoreModel;
  openPlace: OpenPlace;
}

export const IMlops = new Token<IMlops>(
  'jupyter-mlops:IMlops',
  'The connection to the server part, the assessment of the open project, and what opens the places they name.'
);
