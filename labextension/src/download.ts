/** Files that the browser keeps where downloads go. */

import type { IExported } from './rest/contract';

export function download(file: IExported): void {
  const url = URL.createObjectURL(new Blob([file.text]));
  const link = document.createElement('a');
  link.href = url;
  link.download = file.name;
  link.click();
  URL.revokeObjectURL(url);
}
