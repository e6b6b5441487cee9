/** A run of the pipeline that was made: its stages turn from waiting to running to done. */

import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type { IClient } from '../rest/client';
import { RestError, failureOf } from '../rest/client';
import type {
  IFailure,
  IJob,
  IJobEvent,
  IPipelineRun,
  StageState
} from '../rest/contract';
import { Follower, isEnd } from '../rest/follow';
import type { ConversionState } from './model';

export interface IStageRun {
  state: StageState;
  /** The cell that runs, 0-based among all cells of the notebook. */
  cell: number | null;
}

export interface IRunModelOptions {
  client: IClient;
  /** Milliseconds before a lost connection is tried again, by attempt; the last one stays. */
  retries?: number[];
}

export class RunModel implements IDisposable {
  constructor(options: IRunModelOptions) {
    this._client = options.client;
    this._follower = new Follower(options.client, options.retries);
  }

  /** Emitted whenever anything that is shown has changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get state(): ConversionState {
    return this._state;
  }

  /** What is known of each stage by its name. */
  get stages(): ReadonlyMap<string, IStageRun> {
    return this._stages;
  }

  /** What happens now, in the runner's words. */
  get message(): string {
    return this._message;
  }

  get result(): IPipelineRun | null {
    return this._result;
  }

  get failure(): IFailure | null {
    return this._failure;
  }

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

  /** @param path the pipeline's folder, relative to the server root. */
  async start(path: string): Promise<void> {
    if (this.busy) {
      return;
    }
    this._reset('connecting');
    try {
      await this._follow(await this._client.startJob('run', path, {}));
    } catch (reason) {
      if (reason instanceof RestError && reason.status === 409) {
        this._state = 'idle';
        return this.find(path);
      }
      this._fail(failureOf(reason));
    }
  }

  /** Take up the run of a pipeline that is under way, as after a reload. */
  async find(path: string): Promise<void> {
    if (this.busy) {
      return;
    }
    try {
      const running = (await this._client.jobs()).find(
        job => job.kind === 'run' && job.path === path && !isEnd(job.state)
      );
      if (running) {
        this._reset('connecting');
        await this._follow(running);
      }
    } catch (reason) {
      this._fail(failureOf(reason));
    }
  }

  async cancel(): Promise<void> {
    if (this._job && this.busy) {
      this._set('cancelling');
      try {
        await this._client.cancelJob(this._job.id);
      } catch (reason) {
        this._fail(failureOf(reason));
      }
    }
  }

  /** Forget the last run: the pipeline is another one now. */
  clear(): void {
    this._follower.stop();
    this._reset('idle');
  }

  private async _follow(job: IJob): Promise<void> {
    this._job = job;
    this._set(job.state);
    const ended = await this._follower.follow(
      job,
      (events, state) => {
        events.forEach(event => this._hear(event));
        this._set(isEnd(state) ? this._state : state);
      },
      () => undefined
    );
    if (ended) {
      this._result = ended.result as IPipelineRun | null;
      this._failure = ended.error;
      for (const { name, status } of this._result?.stages ?? []) {
        this._stages.set(name, { state: status, cell: null });
      }
      this._set(ended.state);
    }
  }

  private _hear({ event, stage, state, cell, message }: IJobEvent): void {
    if (event !== 'progress') {
      return;
    }
    this._message = message ?? '';
    if (stage && state) {
      this._stages.set(stage, {
        state: state as StageState,
        cell: cell ?? null
      });
    }
  }

  private _reset(state: ConversionState): void {
    this._job = null;
    this._stages.clear();
    this._message = '';
    this._result = null;
    this._failure = null;
    this._set(state);
  }

  private _fail(failure: IFailure): void {
    this._failure = failure;
    this._set('failed');
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
  private _state: ConversionState = 'idle';
  private _job: IJob | null = null;
  private _stages = new Map<string, IStageRun>();
  private _message = '';
  private _result: IPipelineRun | null = null;
  private _failure: IFailure | null = null;
  private _isDisposed = false;
}
