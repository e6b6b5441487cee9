/** Keeps the assessment that the sidebar shows up to date, without ever working while nobody looks. */

import type { IDisposable } from '@lumino/disposable';
import { Debouncer } from '@lumino/polling';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type { IAssessment, IFailure, ILift } from '../rest/contract';
import type { IClient, ILiftClient } from '../rest/client';
import { failureOf } from '../rest/client';
import { holds, serverPath } from './view';

/** An answer of any age is worth showing at once. */
const ANY_AGE = 10 * 365 * 86400;

/** Seconds after which a shown assessment is renewed when the sidebar is looked at again. */
const FRESH = 60;

export interface IScoreModelOptions {
  client: Pick<IClient, 'assess'> & Pick<ILiftClient, 'lifts'>;
  /** Milliseconds of quiet after a save before the project is scored again. */
  delay?: number;
  /** Seconds since the epoch; for tests. */
  now?: () => number;
}

export class ScoreModel implements IDisposable {
  constructor(options: IScoreModelOptions) {
    this._client = options.client;
    this._now = options.now ?? (() => Date.now() / 1000);
    this._saved = new Debouncer(() => this.refresh(), options.delay ?? 1500);
  }

  /** Emitted whenever anything that is shown has changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get assessment(): IAssessment | null {
    return this._assessment;
  }

  /** Why the last request failed; the last assessment stays. */
  get failure(): IFailure | null {
    return this._failure;
  }

  /** Whether a request is under way. */
  get busy(): boolean {
    return this._busy > 0;
  }

  /** The file or folder that is worked on, on the server; null before any is known. */
  get path(): string | null {
    return this._path;
  }

  /** The lifts that the server has, by name; none before it was asked. */
  get lifts(): ReadonlyMap<string, ILift> {
    return this._lifts;
  }

  /** The folder that is scored, on the server; null before it is known. */
  get folder(): string | null {
    return this._assessment?.root ?? null;
  }

  /** Title of a criterion; its id where it is not known. */
  titleOf(criterion: string): string {
    const all = this._assessment?.units.flatMap(unit => unit.criteria) ?? [];
    return all.find(({ id }) => id === criterion)?.title ?? criterion;
  }

  /** The notebooks below a folder, on the server. */
  notebooksIn(folder: string): string[] {
    const { notebooks = [], root = '' } = this._assessment ?? {};
    return notebooks
      .map(({ path }) => serverPath(root, path) ?? path)
      .filter(path => holds(folder, path));
  }

  /** Path of the unit that the person picked, relative to the assessed folder; null to follow the work. */
  get pickedUnit(): string | null {
    return this._pickedUnit;
  }

  set pickedUnit(path: string | null) {
    this._pickedUnit = path;
    this._changed.emit();
  }

  /** Whether a save scores the project again. */
  rescoreOnSave = true;

  /** Age of the shown assessment in seconds. */
  get age(): number {
    return this._assessment ? this._now() - this._scanned : 0;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._saved.dispose();
    Signal.clearData(this);
  }

  /** Whether somebody looks. What became old meanwhile is renewed. */
  setActive(active: boolean): void {
    if (active === this._active) {
      return;
    }
    this._active = active;
    if (active) {
      this._follow();
    }
  }

  /** Follow the work to another file or folder. */
  setPath(path: string): void {
    if (path === this._path) {
      return;
    }
    this._path = path;
    this._failure = null;
    this._moved = true;
    this._follow();
    this._changed.emit();
  }

  /** Say that the work is somewhere that cannot be scored. */
  setFailure(failure: IFailure): void {
    this._path = null;
    this._assessment = null;
    this._failure = failure;
    this._asked++;
    this._changed.emit();
  }

  /** Something below a path was saved, renamed or deleted. */
  noteChange(path: string): void {
    if (
      !this.rescoreOnSave ||
      !this._assessment ||
      !holds(this._assessment.root, path)
    ) {
      return;
    }
    this._outdated = true;
    if (this._active) {
      void this._saved.invoke();
    }
  }

  /** Score the project again, now. */
  async refresh(): Promise<void> {
    await this._ask(0);
  }

  private _follow(): void {
    if (!this._active || this._path === null) {
      return;
    }
    if (this._moved || !this._assessment) {
      this._moved = false;
      void this._ask(ANY_AGE).then(() => this._renew());
    } else {
      this._renew();
    }
  }

  private _renew(): void {
    if (this._active && (this._outdated || this.age > FRESH)) {
      void this.refresh();
    }
  }

  /** Which lifts there are does not change while a server runs. */
  private async _learnLifts(): Promise<void> {
    if (this._lifts.size > 0 || this._isDisposed) {
      return;
    }
    try {
      const lifts = await this._client.lifts();
      this._lifts = new Map(lifts.map(lift => [lift.lift, lift]));
    } catch {
      // Without them there are no buttons; the next scan asks again.
      return;
    }
    if (!this._isDisposed) {
      this._changed.emit();
    }
  }

  private async _ask(maxAge: number): Promise<void> {
    if (this._path === null || this._isDisposed) {
      return;
    }
    const asked = ++this._asked;
    this._busy++;
    if (maxAge === 0) {
      this._outdated = false;
    }
    this._changed.emit();
    try {
      const assessment = await this._client.assess(this._path, maxAge);
      if (asked === this._asked) {
        if (assessment.root !== this._assessment?.root) {
          this._pickedUnit = null;
        }
        this._assessment = assessment;
        this._scanned = this._now() - assessment.age;
        this._failure = null;
        void this._learnLifts();
      }
    } catch (reason) {
      if (asked === this._asked) {
        this._failure = failureOf(reason);
      }
    } finally {
      this._busy--;
      if (!this._isDisposed) {
        this._changed.emit();
      }
    }
  }

  private _client: IScoreModelOptions['client'];
  private _now: () => number;
  private _saved: Debouncer<void>;
  private _changed = new Signal<this, void>(this);
  private _assessment: IAssessment | null = null;
  private _failure: IFailure | null = null;
  private _lifts: ReadonlyMap<string, ILift> = new Map();
  private _path: string | null = null;
  private _pickedUnit: string | null = null;
  private _scanned = 0;
  private _asked = 0;
  private _busy = 0;
  private _active = false;
  private _moved = false;
  private _outdated = false;
  private _isDisposed = false;
}
