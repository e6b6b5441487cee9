/** What would be if: the steps that are ticked, the level they would lead to, and the way to the target. */

import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type { IScoreClient } from '../rest/client';
import { failureOf } from '../rest/client';
import type { IAssessment, IFailure, IUnit, IWhatIf } from '../rest/contract';
import { HIGHEST_LEVEL } from './view';

/** Keeps the target of a project while the page is reloaded, and longer. */
export interface ITargetStore {
  load: (root: string) => Promise<number | undefined>;
  save: (root: string, target: number | null) => Promise<void>;
}

export interface IWhatIfModelOptions {
  client: Pick<IScoreClient, 'whatIf'>;
  store?: ITargetStore;
}

export class WhatIfModel implements IDisposable {
  constructor(options: IWhatIfModelOptions) {
    this._client = options.client;
    this._store = options.store;
  }

  /** Emitted whenever anything that is shown has changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The level to reach that the person chose; null for the next one. */
  get chosenTarget(): number | null {
    return this._target;
  }

  /** The level to reach. */
  get target(): number {
    const next = Math.min((this._unit?.level ?? 0) + 1, HIGHEST_LEVEL);
    return Math.max(this._target ?? next, next);
  }

  /** Ids of the criteria that are taken as satisfied. */
  get ticked(): ReadonlySet<string> {
    return this._ticked;
  }

  /** The answer for what is shown; null before there is one. */
  get answer(): IWhatIf | null {
    return this._answer;
  }

  get failure(): IFailure | null {
    return this._failure;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  /** Say which unit is shown. Ticks stay as long as it is the same and they are still open. */
  async show(assessment: IAssessment, unit: IUnit): Promise<void> {
    if (assessment === this._assessment && unit === this._unit) {
      return;
    }
    const { root } = assessment;
    const sameProject = this._assessment?.root === root;
    const same = sameProject && this._unit?.path === unit.path;
    this._assessment = assessment;
    this._unit = unit;
    if (same) {
      const open = new Set(openCriteria(unit));
      this._ticked = new Set([...this._ticked].filter(id => open.has(id)));
    } else {
      this._ticked = new Set();
      this._answer = null;
    }
    if (!sameProject) {
      this._target = null;
      const kept = await this._store?.load(root);
      if (this._assessment?.root === root) {
        this._target = kept ?? null;
      }
    }
    await this._ask();
  }

  /** Take a criterion as satisfied, or no longer. */
  async toggle(criterion: string): Promise<void> {
    const ticked = new Set(this._ticked);
    if (!ticked.delete(criterion)) {
      ticked.add(criterion);
    }
    await this._tick(ticked);
  }

  /** Take all criteria as they are. */
  async clear(): Promise<void> {
    await this._tick(new Set());
  }

  /** Choose the level to reach; null for the next one. */
  async setTarget(target: number | null): Promise<void> {
    this._target = target;
    const root = this._assessment?.root;
    this._changed.emit();
    if (root !== undefined) {
      await this._store?.save(root, target);
    }
    await this._ask();
  }

  private async _tick(ticked: Set<string>): Promise<void> {
    this._ticked = ticked;
    this._changed.emit();
    await this._ask();
  }

  private async _ask(): Promise<void> {
    if (!this._assessment || !this._unit || this._unit.criteria.length === 0) {
      return;
    }
    const asked = ++this._asked;
    try {
      const answer = await this._client.whatIf(
        this._assessment.root,
        this._unit.path,
        [...this._ticked],
        this.target
      );
      if (asked === this._asked) {
        this._answer = answer;
        this._failure = null;
      }
    } catch (reason) {
      if (asked === this._asked) {
        this._failure = failureOf(reason);
      }
    }
    if (asked === this._asked && !this._isDisposed) {
      this._changed.emit();
    }
  }

  private _client: IWhatIfModelOptions['client'];
  private _store: ITargetStore | undefined;
  private _changed = new Signal<this, void>(this);
  private _assessment: IAssessment | null = null;
  private _unit: IUnit | null = null;
  private _target: number | null = null;
  private _ticked: ReadonlySet<string> = new Set();
  private _answer: IWhatIf | null = null;
  private _failure: IFailure | null = null;
  private _asked = 0;
  private _isDisposed = false;
}

/** Ids of the criteria that are not satisfied. */
export function openCriteria(unit: IUnit): string[] {
  return unit.criteria
    .filter(({ state }) =>
      ['fail', 'partial', 'not-visible', 'error'].includes(state)
    )
    .map(({ id }) => id);
}
