/** The menu of the sidebar's header: what else can be done with the project. */

import type { CommandRegistry } from '@lumino/commands';
import { Menu } from '@lumino/widgets';

import { COMMANDS } from '../ids';

/** Of the settings editor, which not every front end has. */
const SETTINGS = 'settingeditor:open';

/** The menu; commands that the front end does not have are left out. */
export function makeMenu(commands: CommandRegistry): Menu {
  const menu = new Menu({ commands });
  for (const command of [
    COMMANDS.rescore,
    COMMANDS.exportScorecard,
    COMMANDS.roadmap,
    COMMANDS.undo,
    null,
    COMMANDS.tutorial,
    SETTINGS
  ]) {
    if (command === null) {
      menu.addItem({ type: 'separator' });
    } else if (commands.hasCommand(command)) {
      menu.addItem(
        command === SETTINGS
          ? { command, args: { query: 'MLOps' } }
          : { command }
      );
    }
  }
  return menu;
}

/** Open the menu below an element, to which the focus returns when nothing was chosen. */
export function openMenu(menu: Menu, anchor: HTMLElement): void {
  const { right, bottom } = anchor.getBoundingClientRect();
  const closed = () => {
    menu.aboutToClose.disconnect(closed);
    if (menu.node.contains(document.activeElement)) {
      anchor.focus();
    }
  };
  menu.aboutToClose.connect(closed);
  menu.open(right, bottom, { horizontalAlignment: 'right' });
  menu.activeIndex = 0;
}
