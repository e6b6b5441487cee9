/** The page of a proof, read: what each cell showed in the notebook and in the pipeline. */

/** Something that a cell showed. Everything in it is text or data; HTML is only ever put into a frame that runs nothing. */
export type Shown =
  | { kind: 'text'; text: string; stream: string }
  | { kind: 'image'; source: string }
  | { kind: 'html'; page: string; height: string };

export interface IComparison {
  /** What it showed in the notebook and in the pipeline; one side where both are the same. */
  sides: Shown[][];
}

/**
 * The comparisons by source cell. The page is parsed, and never becomes part of this one: what is not a text, a picture
 * that it holds itself, or a page for a frame is left out.
 */
export function readReport(page: string): ReadonlyMap<number, IComparison> {
  const parsed = new DOMParser().parseFromString(page, 'text/html');
  const found = new Map<number, IComparison>();
  for (const cell of Array.from(parsed.querySelectorAll('details[id]'))) {
    const number = /^cell-(\d+)$/.exec(cell.id)?.[1];
    if (number !== undefined) {
      const sides = Array.from(cell.querySelectorAll('.sides > div'));
      found.set(Number(number), { sides: sides.map(readSide) });
    }
  }
  return found;
}

function readSide(side: Element): Shown[] {
  return Array.from(side.children).flatMap((each): Shown[] => {
    if (each.tagName === 'PRE') {
      const text = each.textContent ?? '';
      return [{ kind: 'text', text, stream: each.className }];
    }
    const source = each.getAttribute('src') ?? '';
    if (each.tagName === 'IMG' && source.startsWith('data:image/')) {
      return [{ kind: 'image', source }];
    }
    if (each.tagName === 'IFRAME') {
      const height = /height: (\d+px)/.exec(each.getAttribute('style') ?? '');
      return [
        {
          kind: 'html',
          page: each.getAttribute('srcdoc') ?? '',
          height: height?.[1] ?? '200px'
        }
      ];
    }
    return [];
  });
}
