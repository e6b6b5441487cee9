/** One notebook's conversion: starts it, follows it, finds it again after the page was reloaded. */

import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type { IClient } from '../rest/client';
import { RestError, failureOf } from '../rest/client';
import type { IConversion, IFailure, IJob, JobState } from '../rest/contract';
import { Follower, isEnd } from '../rest/follow';
import type { IComparison } from './compare';
import { readReport } from './compare';
import type { IProgress } from './view';
import { NO_PROGRESS, advance } from './view';
import { unitOf } from '../score/view';

/** "idle" when nothing was started, "connecting" while it is not known yet. */
export type ConversionState = 'idle' | 'connecting' | JobState;

/** Seconds; the level before is known from any earlier assessment. */
const ANY_AGE = 10 * 365 * 86400;

export interface ILevel {
  level: number;
  progress: number;
}

export interface IConversionModelOptions {
  client: IClient;
  /** The notebook, relative to the server root. */
  path: string;
  /** Milliseconds before a lost connection is tried again, by attempt; the last one stays. */
  retries?: number[];
}

export class ConversionModel implements IDisposable {
  constructor(options: IConversionModelOptions) {
    this._client = options.client;
    this._follower = new Follower(options.client, options.retries);
    this.path = options.path;
  }

  readonly path: string;

  /** Emitted whenever anything that is shown has changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Emitted when a conversion has ended. */
  get ended(): ISignal<this, JobState> {
    return this._ended;
  }

  get state(): ConversionState {
    return this._state;
  }

  get progress(): IProgress {
    return this._progress;
  }

  /** Whether the server has not answered for a while; the job goes on there. */
  get disconnected(): boolean {
    return this._disconnected;
  }

  get result(): IConversion | null {
    return this._result;
  }

  /** Whether the pipeline was written; it is not when the results differ. */
  get written(): boolean {
    return this._state === 'done' && this._written;
  }

  get failure(): IFailure | null {
    return this._failure;
  }

  /** What each cell showed, in the notebook and in the pipeline; asked for once. */
  async compared(): Promise<ReadonlyMap<number, IComparison>> {
    const job = this._job;
    if (!job) {
      return new Map();
    }
    this._compared ??= this._client.report(job.id).then(readReport);
    try {
      return await this._compared;
    } catch (reason) {
      this._compared = null;
      throw reason;
    }
  }

  /** The pipeline was taken back. */
  takenBack(): void {
    if (!this.busy) {
      this._reset('idle');
    }
  }

  /** The project's level before the conversion, as far as it was known. */
  get before(): ILevel | null {
    return this._before;
  }

  /** The project's level after the conversion. */
  get after(): ILevel | null {
    return this._after;
  }

  /** Whether a conversion is under way. */
  get busy(): boolean {
    return ['connecting', 'queued', 'running', 'cancelling'].includes(
      this._state
    );
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._follower.stop();
    Signal.clearData(this);
  }

  /** Start a conversion, unless one is under way. */
  async start(options: Record<string, unknown>): Promise<void> {
    if (this.busy) {
      return;
    }
    this._reset('connecting');
    const before = this._level(ANY_AGE);
    try {
      const job = await this._client.startJob('convert', this.path, options);
      this._before = await before;
      await this._follow(job);
    } catch (reason) {
      if (reason instanceof RestError && reason.status === 409) {
        this._state = 'idle';
        return this.find();
      }
      this._fail(failureOf(reason));
    }
  }

  /** Find the conversion of this notebook that the server knows, and follow it. */
  async find(): Promise<void> {
    if (this.busy) {
      return;
    }
    this._reset('connecting');
    try {
      const known = (await this._client.jobs()).filter(
        job => job.kind === 'convert' && job.path === this.path
      );
      const last = known[known.length - 1];
      if (last) {
        await this._follow(last);
      } else {
        this._set('idle');
      }
    } catch (reason) {
      this._fail(failureOf(reason));
    }
  }

  /** Stop the conversion that is under way. */
  async cancel(): Promise<void> {
    if (!this._job || !this.busy) {
      return;
    }
    this._set('cancelling');
    try {
      await this._client.cancelJob(this._job.id);
    } catch (reason) {
      this._fail(failureOf(reason));
    }
  }

  private async _follow(job: IJob): Promise<void> {
    this._job = job;
    this._set(job.state);
    const ended = await this._follower.follow(
      job,
      (events, state) => {
        this._progress = events.reduce(advance, this._progress);
        this._disconnected = false;
        if (!isEnd(state)) {
          this._set(state);
        }
      },
      () => {
        this._disconnected = true;
        this._changed.emit();
      }
    );
    if (ended === null) {
      return;
    }
    this._result = ended.result as IConversion | null;
    this._failure = ended.error;
    this._written = ended.exit_status === 0;
    this._set(ended.state);
    this._ended.emit(ended.state);
    if (ended.state === 'done') {
      this._after = await this._level(0);
      this._changed.emit();
    }
  }

  private async _level(maxAge: number): Promise<ILevel | null> {
    try {
      const assessment = await this._client.assess(this.path, maxAge);
      const { level, progress } = unitOf(assessment, this.path);
      return { level, progress };
    } catch {
      // The conversion does not depend on it.
      return null;
    }
  }

  private _reset(state: ConversionState): void {
    this._job = null;
    this._progress = NO_PROGRESS;
    this._result = null;
    this._compared = null;
    this._failure = null;
    this._before = null;
    this._after = null;
    this._disconnected = false;
    this._set(state);
  }

  private _fail(failure: IFailure): void {
    this._failure = failure;
    this._disconnected = false;
    this._set('failed');
    this._ended.emit('failed');
  }

  private _set(state: ConversionState): void {
    this._state = state;
    if (!this._isDisposed) {
      this._changed.emit();
    }
  }

  private _client: IClient;
  private _follower: Follower;
  private _changed = new Signal<this, void>(this);
  private _ended = new Signal<this, JobState>(this);
  private _state: ConversionState = 'idle';
  private _job: IJob | null = null;
  private _progress = NO_PROGRESS;
  private _disconnected = false;
  private _result: IConversion | null = null;
  private _compared: Promise<ReadonlyMap<number, IComparison>> | null = null;
  private _failure: IFailure | null = null;
  private _written = false;
  private _before: ILevel | null = null;
  private _after: ILevel | null = null;
  private _isDisposed = false;
}
