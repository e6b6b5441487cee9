/** A list to choose one of, as JupyterLab has them, with the border that a field outside of a toolbar needs. */

import { HTMLSelect } from '@jupyterlab/ui-components';
import * as React from 'react';

export function Select(
  props: React.SelectHTMLAttributes<HTMLSelectElement>
): JSX.Element {
  return (
    <HTMLSelect
      {...props}
      className={`jp-Mlops-select ${props.className ?? ''}`}
    />
  );
}
