/** The JupyterLab extension: a few small plugins, each of which can be turned off by itself. */

import { measured } from './measured';
import { conversion } from './plugins/conversion';
import { decisions } from './plugins/decisions';
import { lifts } from './plugins/lifts';
import { roadmap } from './plugins/roadmap';
import { scorecard } from './plugins/scorecard';
import { services } from './plugins/services';
import { sidebar } from './plugins/sidebar';
import { tutorials } from './plugins/tutorials';

export { IMlops } from './tokens';

export default [
  measured(services),
  measured(sidebar),
  measured(conversion),
  measured(lifts),
  measured(decisions),
  measured(roadmap),
  measured(scorecard),
  measured(tutorials)
];
