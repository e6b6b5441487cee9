/** The roadmap of one project. */

import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type { IRoadmapClient } from '../rest/client';
import { failureOf } from '../rest/client';
import type { IExported, IFailure, IRoadmap } from '../rest/contract';

export const MONTHS = 3;

export interface IRoadmapModelOptions {
  client: IRoadmapClient;
  /** The project, relative to the server root. */
  path: string;
}

export class RoadmapModel implements IDisposable {
  constructor(options: IRoadmapModelOptions) {
    this._client = options.client;
    this.path = options.path;
  }

  readonly path: string;

  /** Emitted whenever anything that is shown has changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get roadmap(): IRoadmap | null {
    return this._roadmap;
  }

  get failure(): IFailure | null {
    return this._failure;
  }

  get busy(): boolean {
    return this._busy > 0;
  }

  /** The level to reach; null leaves it to the project's own settings. */
  get target(): number | null {
    return this._target;
  }

  get months(): number {
    return this._months;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  /** Plan again, to another level or for other months if they are given. */
  async plan(
    target: number | null = this._target,
    months = this._months
  ): Promise<void> {
    this._target = target;
    this._months = months;
    const asked = ++this._asked;
    this._busy++;
    this._changed.emit();
    try {
      const roadmap = await this._client.roadmap(this.path, target, months);
      if (asked === this._asked) {
        this._roadmap = roadmap;
        this._failure = null;
      }
    } catch (reason) {
      if (asked === this._asked) {
        this._failure = failureOf(reason);
      }
    }
    this._busy--;
    this._emit();
  }

  /** The plan as a file; null when that failed, which is shown. */
  async export(format: string): Promise<IExported | null> {
    try {
      return await this._client.exportRoadmap(
        this.path,
        this._target,
        this._months,
        format
      );
    } catch (reason) {
      this._failure = failureOf(reason);
      this._emit();
      return null;
    }
  }

  private _emit(): void {
    if (!this._isDisposed) {
      this._changed.emit();
    }
  }

  private _client: IRoadmapClient;
  private _changed = new Signal<this, void>(this);
  private _roadmap: IRoadmap | null = null;
  private _failure: IFailure | null = null;
  private _target: number | null = null;
  private _months = MONTHS;
  private _busy = 0;
  private _asked = 0;
  private _isDisposed = false;
}
