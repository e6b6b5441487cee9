/** Failures in words that say what to do. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { IFailure } from './contract';

/** The message to show; the server's own unless the failure is about reaching it. */
export function explain(failure: IFailure, trans: TranslationBundle): string {
  switch (failure.code) {
    case 'server-missing':
      return trans.__(
        'The server part of jupyter-mlops is not running. Install jupyter-mlops where Jupyter runs, then restart Jupyter.'
      );
    case 'server-older':
      return trans.__(
        'The server still runs jupyter-mlops %1, which is older than this page. Restart Jupyter.',
        failure.message
      );
    case 'server-newer':
      return trans.__(
        'The server runs jupyter-mlops %1, which is newer than this page. Reload the page.',
        failure.message
      );
    case 'server-unreachable':
      return trans.__(
        'The Jupyter server does not answer. Check that it runs, then try again.'
      );
    default:
      return failure.message;
  }
}
