/** Names that others refer to: plugins in settings, commands in menus and shortcuts. */

export const PACKAGE = 'jupyter-mlops';

/** Domain of the translations. */
export const DOMAIN = 'jupyter_mlops';

export const PLUGINS = {
  services: `${PACKAGE}:services`,
  sidebar: `${PACKAGE}:sidebar`,
  conversion: `${PACKAGE}:conversion`
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
  openConversion: `${PACKAGE}:open-conversion`
} as const;

/** Class of the conversion panels: what they are about does not change what is worked on. */
export const CONVERSION_CLASS = 'jp-Mlops-conversionPanel';

export const SIDEBAR_ID = 'jupyter-mlops-sidebar';
