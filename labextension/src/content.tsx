/** What stands in a panel of the main area: a view that is drawn anew when one of its models changes. */

import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import * as React from 'react';

/** What a view shows. */
export interface IShown extends IDisposable {
  readonly changed: ISignal<unknown, unknown>;
}

export class PageContent extends ReactWidget {
  /**
   * @param name - part of its class, for the style sheets.
   * @param models - shown, and disposed of with it.
   * @param view - draws them.
   */
  constructor(
    name: string,
    models: readonly IShown[],
    view: () => JSX.Element
  ) {
    super();
    this._models = models;
    this._view = view;
    this.addClass('jp-Mlops-view');
    this.addClass(`jp-Mlops-${name}`);
    this.node.tabIndex = 0;
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._models.forEach(model => model.dispose());
    }
    super.dispose();
  }

  protected override render(): JSX.Element {
    const draw = this._models.reduceRight<() => JSX.Element>(
      (inner, model) => () => (
        <UseSignal signal={model.changed}>{inner}</UseSignal>
      ),
      this._view
    );
    return draw();
  }

  private _models: readonly IShown[];
  private _view: () => JSX.Element;
}
