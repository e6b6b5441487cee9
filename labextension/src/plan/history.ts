/** What was, what is, and what was taken back. */

export interface IHistory<T> {
  past: readonly T[];
  now: T;
  future: readonly T[];
}

/** Steps that can be taken back. */
const LONGEST = 200;

export function begin<T>(now: T): IHistory<T> {
  return { past: [], now, future: [] };
}

/** Go on with something new; nothing changes where it is what is there. */
export function record<T>(history: IHistory<T>, next: T): IHistory<T> {
  return next === history.now
    ? history
    : {
        past: [...history.past, history.now].slice(-LONGEST),
        now: next,
        future: []
      };
}

export function undo<T>(history: IHistory<T>): IHistory<T> {
  const { past, now, future } = history;
  return past.length
    ? {
        past: past.slice(0, -1),
        now: past[past.length - 1],
        future: [now, ...future]
      }
    : history;
}

export function redo<T>(history: IHistory<T>): IHistory<T> {
  const { past, now, future } = history;
  return future.length
    ? { past: [...past, now], now: future[0], future: future.slice(1) }
    : history;
}
