/** Marks within the views. Shapes differ, so that nothing is told by colour alone. */

import { icon } from './icons';

export const passIcon = icon(
  'pass',
  '<path fill="currentColor" d="M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20m-1.8 14.6-4.3-4.3 1.5-1.5 2.8 2.8 6.4-6.4 1.5 1.5z"/>'
);

export const partialIcon = icon(
  'partial',
  '<path fill="currentColor" d="M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20m0 2v16a8 8 0 0 1 0-16"/>'
);

export const failIcon = icon(
  'fail',
  '<path fill="currentColor" d="M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20m0 2a8 8 0 1 1 0 16 8 8 0 0 1 0-16"/>'
);

export const noneIcon = icon(
  'none',
  '<path fill="currentColor" d="M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20m0 2a8 8 0 1 1 0 16 8 8 0 0 1 0-16m-5 7v2h10v-2z"/>'
);

export const warningIcon = icon(
  'warning',
  '<path fill="currentColor" d="M12 2 1 21h22zm-1 7h2v6h-2zm0 8h2v2h-2z"/>'
);

export const badIcon = icon(
  'bad',
  '<path fill="currentColor" d="M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20m4.5 13.1-1.4 1.4-3.1-3.1-3.1 3.1-1.4-1.4 3.1-3.1-3.1-3.1 1.4-1.4 3.1 3.1 3.1-3.1 1.4 1.4-3.1 3.1z"/>'
);

export const infoIcon = icon(
  'info',
  '<path fill="currentColor" d="M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20m1 15h-2v-6h2zm0-8h-2V7h2z"/>'
);

export const lessIcon = icon(
  'less',
  '<path class="jp-icon3" fill="#616161" d="M5 11h14v2H5z"/>'
);

export const fitIcon = icon(
  'fit',
  '<path class="jp-icon3" fill="#616161" d="M3 5h2v14H3zm16 0h2v14h-2zM6 12l4-4v3h4V8l4 4-4 4v-3h-4v3z"/>'
);

export const hiddenIcon = icon(
  'hidden',
  '<path fill="currentColor" d="M12 5C7 5 2.7 8.1 1 12c1.7 3.9 6 7 11 7s9.3-3.1 11-7c-1.7-3.9-6-7-11-7m0 12a5 5 0 1 1 0-10 5 5 0 0 1 0 10M3 4.3 4.4 3 21 19.7 19.6 21z"/>'
);

export const chevronIcon = icon(
  'chevron',
  '<path class="jp-icon3" fill="#616161" d="m9 6 6 6-6 6-1.4-1.4 4.6-4.6-4.6-4.6z"/>'
);

/** A flag on a pole. */
export const flagIcon = icon(
  'flag',
  '<path fill="currentColor" d="M5 2h2v1h13l-3 5 3 5H7v9H5z"/>'
);

/** Six dots: what can be dragged. */
export const gripIcon = icon(
  'grip',
  '<path class="jp-icon3" fill="#616161" d="M8 5h3v3H8zm5 0h3v3h-3zm-5 5.5h3v3H8zm5 0h3v3h-3zM8 16h3v3H8zm5 0h3v3h-3z"/>'
);

/** Two stages with a line between them. */
export const splitIcon = icon(
  'split',
  '<path class="jp-icon3" fill="#616161" d="M4 3h16v5H4zm0 13h16v5H4zm-2-5h20v2H2z"/>'
);

/** What is below joins what is above. */
export const mergeUpIcon = icon(
  'merge-up',
  '<path class="jp-icon3" fill="#616161" d="M4 3h16v4H4zm8 5 5 5h-4v8h-2v-8H7z"/>'
);

/** What is above joins what is below. */
export const mergeDownIcon = icon(
  'merge-down',
  '<path class="jp-icon3" fill="#616161" d="M4 17h16v4H4zm8-1-5-5h4V3h2v8h4z"/>'
);
