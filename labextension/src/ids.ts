/** Names that others refer to: plugins in settings, commands in menus and shortcuts. */

export const PACKAGE = 'jupyter-mlops';

/** Domain of the translations. */
export const DOMAIN = 'jupyter_mlops';

export const PLUGINS = {
  services: `${PACKAGE}:services`,
  sidebar: `${PACKAGE}:sidebar`,
  conversion: `${PACKAGE}:conversion`,
  lifts: `${PACKAGE}:lifts`,
  decisions: `${PACKAGE}:decisions`,
  roadmap: `${PACKAGE}:roadmap`,
  scorecard: `${PACKAGE}:scorecard`,
  tutorials: `${PACKAGE}:tutorials`
} as const;

export const COMMANDS = {
  /** Show the sidebar, or hide it when it is in front. */
  toggleSidebar: `${PACKAGE}:toggle-sidebar`,
  /** Score the project again. */
  rescore: `${PACKAGE}:rescore`,
  /** Convert a notebook: the one named by `path`, else the current one. */
  convert: `${PACKAGE}:convert`,
  /** Edit the plan of a notebook's pipeline before anything is run: of the one named by `path`, else the current one. */
  editPlan: `${PACKAGE}:edit-plan`,
  /** Convert the notebook that is selected in the file browser. */
  convertSelected: `${PACKAGE}:convert-selected`,
  /** Open the conversion panel of the notebook named by `path` without starting anything. */
  openConversion: `${PACKAGE}:open-conversion`,
  /** Show what the lift named by `lift` would change in the project of `path`, to be applied or not. */
  lift: `${PACKAGE}:lift`,
  /** Waive, attest or exempt the criterion named by `criterion` in the project that is scored. */
  decide: `${PACKAGE}:decide`,
  /** Answer the question named by `question` with `answer`: "yes", "partly", "no", or nothing to take that back. */
  answer: `${PACKAGE}:answer`,
  /** Show the roadmap of the project of `path`, else of the one that is scored; to the level `target` if that is given. */
  roadmap: `${PACKAGE}:roadmap`,
  /** Open the tutorial of the number `tutorial`, else the one that is picked. */
  tutorial: `${PACKAGE}:tutorial`,
  /** Download the scorecard of the project that is scored, in `format`, else in the one that is picked. */
  exportScorecard: `${PACKAGE}:export-scorecard`,
  /** Take back what was changed last in the project of `path`, else in the one that is scored. */
  undo: `${PACKAGE}:undo`
} as const;

/** Class of the panels in the main area: what they are about does not change what is worked on. */
export const PANEL_CLASS = 'jp-Mlops-panel';

export const SIDEBAR_ID = 'jupyter-mlops-sidebar';
