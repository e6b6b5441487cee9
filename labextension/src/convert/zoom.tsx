/** How large a picture is drawn: buttons, keys, and the wheel with Ctrl. */

import { addIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { fitIcon, lessIcon } from '../marks';
import { fitted, zoomed } from './scale';

export interface IZoom {
  /** 1 is the natural size. */
  scale: number;
  /** As large as can be seen without scrolling, at most the natural size. */
  fit: () => void;
  reset: () => void;
  larger: () => void;
  smaller: () => void;
  /** Do what a key stands for; true when it stands for something here. */
  key: (key: string) => boolean;
}

/**
 * @param frame - that shows the picture and scrolls.
 * @param width - of the picture in its natural size.
 */
export function useZoom(
  frame: React.RefObject<HTMLElement | null>,
  width: number
): IZoom {
  const [scale, setScale] = React.useState(1);
  const by = (direction: number) =>
    setScale(before => zoomed(before, direction));
  React.useEffect(() => {
    const node = frame.current;
    // Added by hand: React's own listener could not keep the browser from zooming the page.
    const wheel = (event: WheelEvent) => {
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        by(event.deltaY < 0 ? 1 : -1);
      }
    };
    node?.addEventListener('wheel', wheel, { passive: false });
    return () => node?.removeEventListener('wheel', wheel);
  }, []);
  const zoom = {
    scale,
    fit: () => {
      const node = frame.current;
      if (node) {
        const { paddingLeft, paddingRight } = getComputedStyle(node);
        const edges = parseFloat(paddingLeft) + parseFloat(paddingRight);
        setScale(fitted(width, node.clientWidth - edges));
      }
    },
    reset: () => setScale(1),
    larger: () => by(1),
    smaller: () => by(-1)
  };
  const keys: Record<string, () => void> = {
    '+': zoom.larger,
    '=': zoom.larger,
    '-': zoom.smaller,
    '0': zoom.reset,
    f: zoom.fit
  };
  return {
    ...zoom,
    key: key => {
      keys[key]?.();
      return key in keys;
    }
  };
}

export function ZoomTools(props: {
  zoom: IZoom;
  trans: TranslationBundle;
}): JSX.Element {
  const { zoom, trans } = props;
  const percent = Math.round(zoom.scale * 100);
  const tools = [
    { icon: lessIcon, label: trans.__('Smaller (−)'), act: zoom.smaller },
    { icon: addIcon, label: trans.__('Larger (+)'), act: zoom.larger },
    { icon: fitIcon, label: trans.__('Whole width (F)'), act: zoom.fit }
  ];
  return (
    <div
      className="jp-Mlops-zoom"
      role="group"
      aria-label={trans.__('Size of the graph')}
    >
      <button
        type="button"
        className="jp-Mlops-iconButton"
        title={trans.__('Natural size (0)')}
        aria-live="polite"
        onClick={zoom.reset}
      >
        {trans.__('%1 %', percent)}
      </button>
      {tools.map(({ icon, label, act }) => (
        <button
          key={label}
          type="button"
          className="jp-Mlops-iconButton"
          title={label}
          aria-label={label}
          onClick={act}
        >
          <icon.react tag="span" elementSize="normal" />
        </button>
      ))}
    </div>
  );
}
