/** What the extension costs JupyterLab's start, in the browser's own timeline. */

import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

/**
 * The same plugin, whose activation is noted as a measure of the name `<id>:activate`.
 *
 * @param plugin - one that is activated at once, and not by a promise.
 */
export function measured<T>(
  plugin: JupyterFrontEndPlugin<T>
): JupyterFrontEndPlugin<T> {
  return {
    ...plugin,
    activate: (...given) => {
      const start = performance.now();
      try {
        return plugin.activate(...given);
      } finally {
        performance.measure(`${plugin.id}:activate`, {
          start,
          end: performance.now()
        });
      }
    }
  };
}
