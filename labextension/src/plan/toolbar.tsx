/** Buttons in a row, of which one is in the order of tabs; arrow keys go to the others. */

import type { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

export interface IToolbarButton {
  id: string;
  label: string;
  icon: LabIcon;
  /** Shown beside the icon. */
  text?: string;
  /** Keys that do the same, for the tooltip. */
  keys?: string;
  /** Why it cannot be used now; it stays reachable, so that the reason can be read. */
  whyNot?: string | null;
  pressed?: boolean;
  run: () => void;
}

export function Toolbar(props: {
  label: string;
  buttons: IToolbarButton[];
}): JSX.Element {
  const { buttons } = props;
  const [current, setCurrent] = React.useState(buttons[0]?.id);
  const frame = React.useRef<HTMLDivElement>(null);
  const goTo = (event: React.KeyboardEvent) => {
    const at = buttons.findIndex(({ id }) => id === current);
    const next = (
      {
        ArrowRight: at + 1,
        ArrowLeft: at - 1,
        Home: 0,
        End: buttons.length - 1
      } as Record<string, number>
    )[event.key];
    if (next === undefined || !buttons[next]) {
      return;
    }
    event.preventDefault();
    setCurrent(buttons[next].id);
    frame.current?.querySelectorAll('button')[next].focus();
  };
  return (
    <div
      ref={frame}
      className="jp-Mlops-toolbar"
      role="toolbar"
      aria-label={props.label}
      onKeyDown={goTo}
    >
      {buttons.map(button => {
        const { label, keys, whyNot } = button;
        return (
          <button
            key={button.id}
            type="button"
            className="jp-Mlops-iconButton"
            data-id={button.id}
            tabIndex={button.id === current ? 0 : -1}
            aria-label={label}
            aria-disabled={whyNot !== undefined && whyNot !== null}
            aria-pressed={button.pressed}
            title={[keys ? `${label} (${keys})` : label, whyNot]
              .filter(Boolean)
              .join('\n')}
            onFocus={() => setCurrent(button.id)}
            onClick={button.run}
          >
            <button.icon.react tag="span" elementSize="normal" />
            {button.text && <span>{button.text}</span>}
          </button>
        );
      })}
    </div>
  );
}
