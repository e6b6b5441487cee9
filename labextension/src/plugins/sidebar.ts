/** The plugin of the sidebar. */

import { ILayoutRestorer } from '@jupyterlab/application';
import type {
  ILabShell,
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import type { DocumentRegistry, DocumentWidget } from '@jupyterlab/docregistry';
import type { Contents } from '@jupyterlab/services';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { Debouncer } from '@lumino/polling';
import { Panel } from '@lumino/widgets';
import type { Widget } from '@lumino/widgets';
import type { Message } from '@lumino/messaging';

import { maturityIcon } from '../icons';
import { COMMANDS, PANEL_CLASS, DOMAIN, PLUGINS, SIDEBAR_ID } from '../ids';
import { serverPathOf } from '../places';
import type { ITargetStore } from '../score/whatif';
import { IMlops } from '../tokens';

const NO_ARGUMENTS = { args: { type: 'object', properties: {} } } as const;

/** Keeps the target level of each project. */
function targetStore(state: IStateDB): ITargetStore {
  const id = (root: string) => `${PLUGINS.sidebar}:target:${root}`;
  return {
    load: async root => {
      const kept = await state.fetch(id(root));
      return typeof kept === 'number' ? kept : undefined;
    },
    save: (root, target) =>
      target === null ? state.remove(id(root)) : state.save(id(root), target)
  };
}

/** The sidebar; its content is loaded when it is first seen. */
class Sidebar extends Panel {
  constructor(
    private _load: () => Promise<Widget>,
    private _setActive: (active: boolean) => void
  ) {
    super();
    this.id = SIDEBAR_ID;
    this.addClass('jp-Mlops-sidebar');
    this.node.tabIndex = -1;
  }

  /** Who opens it by a key goes on in it. */
  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    if (!this.node.contains(document.activeElement)) {
      this.node.focus();
    }
  }

  protected override onBeforeShow(message: Message): void {
    super.onBeforeShow(message);
    if (!this._loaded) {
      this._loaded = true;
      void this._load().then(content => this.addWidget(content));
    }
    this._setActive(true);
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this._setActive(false);
  }

  private _loaded = false;
}

export const sidebar: JupyterFrontEndPlugin<void> = {
  id: PLUGINS.sidebar,
  description:
    'Shows the maturity level of the open project and how to raise it.',
  autoStart: true,
  requires: [IMlops],
  optional: [
    ICommandPalette,
    IDefaultFileBrowser,
    ILayoutRestorer,
    ISettingRegistry,
    IStateDB,
    ITranslator
  ],
  activate: (
    app: JupyterFrontEnd,
    mlops: IMlops,
    palette: ICommandPalette | null,
    browser: IDefaultFileBrowser | null,
    restorer: ILayoutRestorer | null,
    settings: ISettingRegistry | null,
    state: IStateDB | null,
    translator: ITranslator | null
  ): void => {
    const { client, score, openPlace } = mlops;
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const { commands, serviceManager, shell } = app;
    const { contents } = serviceManager;

    const panel = new Sidebar(
      async () => {
        const [{ SidebarContent }, { WhatIfModel }, { makeMenu, openMenu }] =
          await Promise.all([
            import('../score/sidebar'),
            import('../score/whatif'),
            import('../score/menu')
          ]);
        const menu = makeMenu(commands);
        return new SidebarContent({
          model: score,
          whatIf: new WhatIfModel({
            client,
            store: state ? targetStore(state) : undefined
          }),
          openPlace,
          lift: (lift, path) =>
            void commands.execute(COMMANDS.lift, { lift, path }),
          openTutorial: tutorial =>
            void commands.execute(COMMANDS.tutorial, { tutorial }),
          showRoadmap: target =>
            void commands.execute(COMMANDS.roadmap, { target }),
          decide: (criterion, unit, withdraw) =>
            void commands.execute(COMMANDS.decide, {
              criterion,
              unit,
              withdraw
            }),
          answer: (question, answer) =>
            void commands.execute(COMMANDS.answer, { question, answer }),
          convert: path => void commands.execute(COMMANDS.convert, { path }),
          openMenu: anchor => openMenu(menu, anchor),
          trans
        });
      },
      active => score.setActive(active)
    );
    panel.title.icon = maturityIcon;
    panel.title.caption = trans.__('MLOps maturity');
    panel.node.setAttribute('role', 'region');
    panel.node.setAttribute('aria-label', trans.__('MLOps maturity'));
    shell.add(panel, 'right', { rank: 800, type: 'MLOps' });
    restorer?.add(panel, SIDEBAR_ID);

    let edited: DocumentRegistry.IModel | undefined;
    const noteEdit = () => score.noteEdit();
    const follow = () => {
      if (shell.currentWidget?.hasClass(PANEL_CLASS)) {
        return;
      }
      const current = shell.currentWidget as Partial<DocumentWidget> | null;
      edited?.contentChanged.disconnect(noteEdit);
      edited = current?.context?.model;
      edited?.contentChanged.connect(noteEdit);
      const path =
        current?.context?.path ?? browser?.model.path ?? contents.normalize('');
      const local = serverPathOf(contents, path);
      if (local === null) {
        score.setFailure({
          code: 'no-local-files',
          message: trans.__(
            'This is on the drive %1, which is not the local disk of the server, so there is no project to score.',
            contents.driveName(path)
          )
        });
      } else {
        score.setPath(local);
      }
    };
    // What is opened at the start comes in a few steps; only where they lead to is of interest.
    const settled = new Debouncer(follow, 250);
    const note = () => void settled.invoke();
    void app.restored.then(() => {
      note();
      shell.currentChanged?.connect(note);
      browser?.model.pathChanged.connect(note);
    });
    contents.fileChanged.connect((_, change: Contents.IChangedArgs) => {
      for (const file of [change.oldValue, change.newValue]) {
        const path = file?.path && serverPathOf(contents, file.path);
        if (typeof path === 'string') {
          score.noteChange(path);
        }
      }
    });

    commands.addCommand(COMMANDS.toggleSidebar, {
      label: trans.__('Show MLOps Maturity'),
      caption: trans.__('Show or hide the maturity level of the open project'),
      icon: maturityIcon,
      describedBy: NO_ARGUMENTS,
      isToggled: () => panel.isVisible,
      execute: () => {
        if (panel.isVisible) {
          const inside = panel.node.contains(document.activeElement);
          // Notebook 7's shell can do that, too.
          (
            shell as Partial<Pick<ILabShell, 'collapseRight'>>
          ).collapseRight?.();
          if (inside) {
            shell.currentWidget?.activate();
          }
        } else {
          shell.activateById(SIDEBAR_ID);
        }
      }
    });
    commands.addCommand(COMMANDS.rescore, {
      label: trans.__('Score the Project Again'),
      caption: trans.__('Read the open project again and score it'),
      describedBy: NO_ARGUMENTS,
      execute: () => score.refresh()
    });
    for (const command of [COMMANDS.toggleSidebar, COMMANDS.rescore]) {
      palette?.addItem({ command, category: trans.__('MLOps') });
    }

    void settings?.load(PLUGINS.sidebar).then(
      loaded => {
        const apply = () => {
          score.rescoreOnSave = loaded.composite.rescoreOnSave !== false;
          score.celebrate = loaded.composite.celebrate !== false;
        };
        apply();
        loaded.changed.connect(apply);
      },
      (reason: unknown) => {
        console.error(
          `Settings of ${PLUGINS.sidebar} could not be read.`,
          reason
        );
      }
    );
  }
};
