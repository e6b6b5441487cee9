/** Requests that were refused, or that never arrived. */

import type { IFailure } from './contract';

/** A request that was refused, or that never arrived. */
export class RestError extends Error {
  /**
   * @param status the HTTP status; 0 when there was no answer.
   * @param failure what the server says.
   */
  constructor(
    readonly status: number,
    readonly failure: IFailure
  ) {
    super(failure.message);
  }
}

/** What is wrong, from whatever was thrown. */
export function failureOf(reason: unknown): IFailure {
  if (reason instanceof RestError) {
    return reason.failure;
  }
  const message = reason instanceof Error ? reason.message : String(reason);
  return { code: 'internal-error', message };
}
