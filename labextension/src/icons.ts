/** The icons of the extension's parts, which are needed when it starts. */

import { LabIcon } from '@jupyterlab/ui-components';

import { PACKAGE } from './ids';

/** An icon of the extension's own; `svg` is drawn on 24 by 24. */
export const icon = (name: string, svg: string): LabIcon =>
  new LabIcon({
    name: `${PACKAGE}:${name}`,
    svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">${svg}</svg>`
  });

/** Rising steps with a flag: the maturity of a project. */
export const maturityIcon = icon(
  'maturity',
  '<path class="jp-icon3 jp-icon-selectable" fill="#616161" d="M3 21v-5h5v-4h5V8h5V2h5l-1.5 2L23 6h-3.5v4H15v4h-5v4H5v3z"/>'
);

/** A notebook page that flows into stages. */
export const convertIcon = icon(
  'convert',
  '<g class="jp-icon3" fill="#616161"><path d="M3 3h7v4H8V5H5v14h3v-2h2v4H3z"/><path d="M7 11h6V8.5l4.5 3.5-4.5 3.5V13H7z"/><path d="M16 3h5v5h-2V5h-3zM16 21h5v-5h-2v3h-3zM19 10h2v4h-2z"/></g>'
);

/** An arrow up from a line: a step that a tool can do. */
export const liftIcon = icon(
  'lift',
  '<path class="jp-icon3 jp-icon-selectable" fill="#616161" d="M12 3 5 10h4.5v7h5v-7H19zM4 19h16v2H4z"/>'
);

/** Bars that follow each other in time. */
export const roadmapIcon = icon(
  'roadmap',
  '<path class="jp-icon3 jp-icon-selectable" fill="#616161" d="M3 4h9v4H3zm6 6h8v4H9zm5 6h7v4h-7z"/>'
);

/** A book that is open. */
export const tutorialIcon = icon(
  'tutorial',
  '<path class="jp-icon3 jp-icon-selectable" fill="#616161" d="M12 6.5C10.3 5 7.6 4.3 3 4v14c4.6.3 7.3 1 9 2.5 1.700-1.500 4.400-2.200 9-2.500V4c-4.600.3-7.300 1-9 2.500m-1 10.900c-1.600-.7-3.500-1.100-6-1.300V6.200c3.100.3 5 .9 6 1.700zm8-1.300c-2.500.2-4.400.6-6 1.300V7.900c1-.8 2.900-1.400 6-1.700z"/>'
);
