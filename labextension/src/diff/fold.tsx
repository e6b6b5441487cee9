/** The button below a part of a list that shows the rest, and hides it again. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

export function Fold(props: {
  /** How many there are beyond those that are always shown. */
  more: number;
  moreText: (more: number) => string;
  unfolded: boolean;
  unfold: (unfolded: boolean) => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { more, moreText, unfolded, unfold, trans } = props;
  return more > 0 ? (
    <button
      type="button"
      className="jp-Mlops-diff-fold"
      aria-expanded={unfolded}
      onClick={() => unfold(!unfolded)}
    >
      {unfolded ? trans.__('Show less') : moreText(more)}
    </button>
  ) : (
    <></>
  );
}
