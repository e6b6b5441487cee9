/** One lift of one project: looked at, agreed to, carried out, taken back. */

import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type { IClient, ILiftClient } from '../rest/client';
import { failureOf } from '../rest/client';
import type { IFailure, IJob, ILiftOption, ILiftPlan } from '../rest/contract';
import { Follower, isEnd } from '../rest/follow';

/** "looking" while the preview is made; "shown" once it can be agreed to; "stopped" where it was cancelled. */
export type LiftState =
  | 'looking'
  | 'stopped'
  | 'shown'
  | 'applying'
  | 'applied'
  | 'undoing'
  | 'undone'
  | 'failed';

export interface ILiftModelOptions {
  client: Pick<ILiftClient, 'undo'> &
    Pick<IClient, 'startJob' | 'jobs' | 'job' | 'events' | 'cancelJob'>;
  /** Name of the lift. */
  lift: string;
  /** The project, or a folder in it, relative to the server root. */
  path: string;
  /** What the lift lets a person choose, as far as it is known. */
  choices?: readonly ILiftOption[];
}

/** The option of lifts that can try what they make by running the project's code, on a copy. */
const RUN = 'run';

export class LiftModel implements IDisposable {
  constructor(options: ILiftModelOptions) {
    this._client = options.client;
    this._follower = new Follower(options.client);
    this.lift = options.lift;
    this.path = options.path;
    // No code of the person's is run before they ask for that here.
    if (runsUnlessChosen(options.choices ?? [])) {
      this._options = { [RUN]: 'no' };
    }
  }

  readonly lift: string;
  readonly path: string;

  /** Emitted whenever anything that is shown has changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Emitted with the files that were written or taken back, relative to the server root. */
  get written(): ISignal<this, string[]> {
    return this._written;
  }

  get state(): LiftState {
    return this._state;
  }

  /** What is done at the moment, in the lift's words. */
  get message(): string {
    return this._message;
  }

  /** What would be done, or was. */
  get plan(): ILiftPlan | null {
    return this._plan;
  }

  /** Why the last thing that was asked for did not happen. */
  get failure(): IFailure | null {
    return this._failure;
  }

  /** What was chosen, where that differs from the defaults. */
  get options(): Readonly<Record<string, string>> {
    return this._options;
  }

  get busy(): boolean {
    return ['looking', 'applying', 'undoing'].includes(this._state);
  }

  /** Whether the changes that are shown can be made. */
  get ready(): boolean {
    return (
      this._state === 'shown' &&
      this._plan?.state === 'applies' &&
      this._plan.changes.length + this._plan.effects.length > 0
    );
  }

  /** Whether running the project's code, on a copy, would show more than is shown. */
  get untried(): boolean {
    return (
      this._state === 'shown' &&
      this._options[RUN] === 'no' &&
      runsUnlessChosen(this._plan?.options ?? [])
    );
  }

  /** Run the project's code on a copy, and look at what would be changed then. */
  async tryOut(): Promise<void> {
    await this.look({ ...this._options, [RUN]: 'yes' });
  }

  /** The files that would be changed, relative to the server root. */
  get files(): string[] {
    return below(this._plan?.path, (this._plan?.changes ?? []).map(pathOf));
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._giveUp();
    Signal.clearData(this);
  }

  /** Look at what would be changed now; with other choices than so far, if any are given. */
  async look(options: Record<string, string> = this._options): Promise<void> {
    this._options = { ...options };
    this._giveUp();
    await this._do('looking', () =>
      this._client.startJob('preview', this.path, this._asked)
    );
  }

  /** Go on with what the server does already, as after a reload; else look. */
  async resume(): Promise<void> {
    let found: IJob | undefined;
    try {
      found = (await this._client.jobs()).find(
        ({ kind, path, options, state }) =>
          (kind === 'preview' || kind === 'lift') &&
          path === this.path &&
          options.lift === this.lift &&
          !isEnd(state)
      );
    } catch {
      // Looking says what is wrong.
    }
    if (!found) {
      return this.look();
    }
    const job = found;
    this._options = { ...(job.options as Record<string, string>) };
    delete this._options.lift;
    await this._do(
      job.kind === 'lift' ? 'applying' : 'looking',
      async () => job
    );
  }

  /** Make the changes that are shown. */
  async apply(): Promise<void> {
    if (!this.ready || !this._plan) {
      return;
    }
    const { id } = this._plan;
    await this._do('applying', () =>
      this._client.startJob('lift', this.path, this._asked, id)
    );
  }

  /** Look no longer. */
  async cancel(): Promise<void> {
    if (this._state === 'looking' && this._job) {
      try {
        await this._client.cancelJob(this._job.id);
      } catch (reason) {
        this._fail(reason, 'failed');
      }
    }
  }

  /** Take the changes back that were made. */
  async undo(): Promise<void> {
    const applied = this._plan?.applied;
    if (this._state !== 'applied' || !applied) {
      return;
    }
    this._failure = null;
    this._set('undoing');
    try {
      const undone = await this._client.undo(this.path, applied.number);
      this._set('undone');
      this._written.emit(below(this._plan?.path, undone.paths));
    } catch (reason) {
      this._fail(reason, 'applied');
    }
  }

  /** The lift and what was chosen, as a job is asked for it. */
  private get _asked(): Record<string, string> {
    return { ...this._options, lift: this.lift };
  }

  /** Start a job and follow it to its end; what was begun before is not heard of any more. */
  private async _do(
    state: 'looking' | 'applying',
    start: () => Promise<IJob>
  ): Promise<void> {
    const turn = ++this._turn;
    this._job = null;
    this._failure = null;
    this._message = '';
    this._set(state);
    try {
      const job = await start();
      if (turn !== this._turn || this._isDisposed) {
        if (state === 'looking') {
          await this._client.cancelJob(job.id);
        }
        return;
      }
      this._job = job;
      const ended = await this._follower.follow(
        job,
        events => {
          this._message =
            events.reduce(
              (said, { event, message }) =>
                event === 'progress' && message ? message : said,
              this._message
            ) ?? '';
          this._set(state);
        },
        () => undefined
      );
      if (ended && turn === this._turn) {
        this._conclude(ended);
      }
    } catch (reason) {
      if (turn === this._turn) {
        this._fail(reason, 'failed');
      }
    }
  }

  private _conclude(job: IJob): void {
    this._job = null;
    if (job.error) {
      this._failure = job.error;
      this._set('failed');
    } else if (job.state === 'cancelled') {
      this._set('stopped');
    } else {
      this._plan = job.result as ILiftPlan;
      const { applied, path } = this._plan;
      this._set(applied ? 'applied' : 'shown');
      if (applied) {
        this._written.emit(below(path, applied.paths));
      }
    }
  }

  /** End a preview that nobody waits for any more. */
  private _giveUp(): void {
    this._follower.stop();
    if (this._state === 'looking' && this._job) {
      // It ends by itself where this does not arrive.
      this._client.cancelJob(this._job.id).catch(() => undefined);
    }
    this._job = null;
  }

  private _fail(reason: unknown, state: LiftState): void {
    this._failure = failureOf(reason);
    this._set(state);
  }

  private _set(state: LiftState): void {
    this._state = state;
    if (!this._isDisposed) {
      this._changed.emit();
    }
  }

  private _client: ILiftModelOptions['client'];
  private _changed = new Signal<this, void>(this);
  private _written = new Signal<this, string[]>(this);
  private _state: LiftState = 'looking';
  private _plan: ILiftPlan | null = null;
  private _failure: IFailure | null = null;
  private _options: Record<string, string> = {};
  private _follower: Follower;
  private _job: IJob | null = null;
  private _message = '';
  private _turn = 0;
  private _isDisposed = false;
}

function runsUnlessChosen(options: readonly ILiftOption[]): boolean {
  return options.some(
    ({ name, default: chosen }) => name === RUN && chosen === 'yes'
  );
}

function pathOf(change: { path: string }): string {
  return change.path;
}

function below(folder: string | undefined, paths: string[]): string[] {
  return paths.map(path => (folder ? `${folder}/${path}` : path));
}
