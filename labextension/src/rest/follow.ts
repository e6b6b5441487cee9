/** Follows a job of the server to its end, also when the connection is lost for a while. */

import type { IClient } from './client';
import type { IJob, IJobEvent, JobState } from './contract';
import { RestError } from './refusal';

type IFollowed = Pick<IClient, 'events' | 'job'>;

export class Follower {
  /** @param retries milliseconds before a lost connection is tried again, by attempt; the last one stays. */
  constructor(client: IFollowed, retries: number[] = [500, 1000, 2000, 5000]) {
    this._client = client;
    this._retries = retries;
  }

  /**
   * Hear of a job until it has ended.
   *
   * @param hear called with what is new, and with the state in between.
   * @param lost called when the server does not answer; the job goes on there.
   * @returns the job with its result; null when something else is followed meanwhile.
   */
  async follow(
    job: IJob,
    hear: (events: IJobEvent[], state: JobState) => void,
    lost: () => void
  ): Promise<IJob | null> {
    this.stop();
    const turn = this._turn;
    let since = 0;
    let attempt = 0;
    while (turn === this._turn) {
      try {
        const answer = await this._client.events(job.id, since);
        if (turn !== this._turn) {
          break;
        }
        attempt = 0;
        since = answer.next;
        hear(answer.events, answer.state);
        if (isEnd(answer.state)) {
          const ended = await this._client.job(job.id);
          return turn === this._turn ? ended : null;
        }
      } catch (reason) {
        if (!isPassing(reason)) {
          throw reason;
        }
        lost();
        await this._pause(
          this._retries[Math.min(attempt++, this._retries.length - 1)]
        );
      }
    }
    return null;
  }

  /** Follow no longer. */
  stop(): void {
    this._turn++;
    this._abort?.();
  }

  private _pause(milliseconds: number): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(resolve, milliseconds);
      this._abort = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private _client: IFollowed;
  private _retries: number[];
  private _turn = 0;
  private _abort: (() => void) | null = null;
}

export function isEnd(state: JobState): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}

/** Whether trying again may help: no answer, or a gateway's. */
function isPassing(reason: unknown): boolean {
  return (
    reason instanceof RestError &&
    (reason.status === 0 || [502, 503, 504].includes(reason.status))
  );
}
