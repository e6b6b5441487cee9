/** Keeps the assessment that the sidebar shows up to date, without ever working while nobody looks. */

import { JSONExt } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import { Debouncer, Poll } from '@lumino/polling';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type {
  IAssessment,
  IFailure,
  IHistoryRow,
  ILift,
  IReached,
  IRecorded,
  ITutorial
} from '../rest/contract';
import type { IScoreClient } from '../rest/client';
import { failureOf } from '../rest/client';
import { holds, serverPath } from './view';

/** An answer of any age is worth showing at once. */
const ANY_AGE = 10 * 365 * 86400;

/** Milliseconds between two looks at the project's repository while somebody looks at the sidebar. */
const LOOK = 10_000;

/** Seconds after which a shown assessment is renewed when the sidebar is looked at again. */
const FRESH = 60;

export interface IScoreModelOptions {
  client: Omit<IScoreClient, 'whatIf'>;
  /** Milliseconds of quiet after a save before the project is scored again. */
  delay?: number;
  /** What open documents hold and have not saved, by path of the server. */
  unsaved?: () => Record<string, string>;
  /** Whether the page is hidden; for tests. */
  hidden?: () => boolean;
  /** Seconds since the epoch; for tests. */
  now?: () => number;
}

export class ScoreModel implements IDisposable {
  constructor(options: IScoreModelOptions) {
    this._client = options.client;
    this._now = options.now ?? (() => Date.now() / 1000);
    this._unsaved = options.unsaved ?? (() => ({}));
    const delay = options.delay ?? 1500;
    this._saved = new Debouncer(() => this.refresh(), delay);
    this._typed = new Debouncer(() => this._renew(), 2 * delay);
    this._git = new Poll({
      auto: false,
      factory: () => this._lookAtGit(),
      frequency: { interval: LOOK, backoff: true, max: 12 * LOOK },
      name: 'jupyter-mlops:git',
      standby: options.hidden ?? (() => document.hidden)
    });
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

  /** The tutorials, and how far each has come; none before they were asked for. */
  get tutorials(): readonly ITutorial[] {
    return this._tutorials;
  }

  /** Ask how far the tutorials have come. */
  async readTutorials(): Promise<void> {
    try {
      this._tutorials = await this._client.tutorials();
    } catch {
      // Without local files there are no sandboxes.
      return;
    }
    if (!this._isDisposed) {
      this._changed.emit();
    }
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

  /** The scorecard over time; null before it was read. */
  get history(): readonly IHistoryRow[] | null {
    return this._history;
  }

  get historyFailure(): IFailure | null {
    return this._historyFailure;
  }

  /** What was recorded last; null when nothing was, or the project is another one. */
  get recorded(): IRecorded | null {
    return this._recorded;
  }

  /** Whether a row is being added to the history. */
  get recording(): boolean {
    return this._recording;
  }

  /** The highest level that was reached and is to be celebrated now. */
  get celebrated(): IReached | null {
    if (!this.celebrate || !this._assessment) {
      return null;
    }
    const { root, reached } = this._assessment;
    const open = reached.filter(
      ({ unit, level }) => !this._later.has(laterKey(root, unit, level))
    );
    return open.sort((a, b) => b.level - a.level)[0] ?? null;
  }

  /** Celebrate it another time: when the page is opened again. */
  celebrateLater(): void {
    const root = this._assessment?.root ?? '';
    for (const { unit, level } of this._assessment?.reached ?? []) {
      this._later.add(laterKey(root, unit, level));
    }
    this._changed.emit();
  }

  /** Add where the project stands to its history, and write the certificate of a new level. */
  async record(): Promise<void> {
    const root = this._assessment?.root;
    if (root === undefined || this._recording) {
      return;
    }
    this._recording = true;
    this._historyFailure = null;
    this._changed.emit();
    try {
      this._recorded = await this._client.record(root);
    } catch (reason) {
      this._historyFailure = failureOf(reason);
    }
    this._recording = false;
    await this.refresh();
  }

  /** Path of the unit that the person picked, relative to the assessed folder; null to follow the work. */
  get pickedUnit(): string | null {
    return this._pickedUnit;
  }

  set pickedUnit(path: string | null) {
    this._pickedUnit = path;
    this._changed.emit();
  }

  /** Whether levels are celebrated. */
  get celebrate(): boolean {
    return this._celebrate;
  }

  set celebrate(value: boolean) {
    this._celebrate = value;
    this._changed.emit();
  }

  /** Whether a save, an edit or something that git did scores the project again. */
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
    this._typed.dispose();
    this._git.dispose();
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
      void this._git.start();
    } else {
      void this._git.stop();
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
      // The notebook of a tutorial lies beside its project.
      (path !== this._path && !holds(this._assessment.root, path))
    ) {
      return;
    }
    this._outdated = true;
    if (this._active) {
      void this._saved.invoke();
    }
  }

  /** An open document changed. With real-time collaboration it may be saved by now without anybody having said so. */
  noteEdit(): void {
    if (!this.rescoreOnSave) {
      return;
    }
    this._outdated = true;
    if (this._active) {
      void this._typed.invoke();
    }
  }

  /** Score the project again, now. */
  async refresh(): Promise<void> {
    await this._ask(0);
  }

  /** Ask which lifts there are, once: that does not change while a server runs. */
  async learnLifts(): Promise<void> {
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
    if (
      this._active &&
      (this._outdated ||
        this.age > FRESH ||
        !JSONExt.deepEqual(this._scored, this._unsaved()))
    ) {
      void this.refresh();
    }
  }

  /** Score again when git did something since the last scan. */
  private async _lookAtGit(): Promise<void> {
    const shown = this._assessment;
    if (!shown || !this.rescoreOnSave || this.busy) {
      return;
    }
    const state = await this._client.state(shown.root);
    if (state && shown === this._assessment && state !== shown.state) {
      await this.refresh();
    }
  }

  private async _readHistory(root: string): Promise<void> {
    let history: IHistoryRow[] | null = null;
    let failure: IFailure | null = null;
    try {
      history = await this._client.history(root);
    } catch (reason) {
      failure = failureOf(reason);
    }
    if (root === this._assessment?.root && !this._isDisposed) {
      this._history = history;
      this._historyFailure = failure ?? this._historyFailure;
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
      const unsaved = maxAge === 0 ? this._unsaved() : {};
      const assessment = await (maxAge === 0
        ? this._client.assessNow(this._path, unsaved)
        : this._client.assess(this._path, maxAge));
      if (asked === this._asked) {
        this._scored = unsaved;
        if (assessment.root !== this._assessment?.root) {
          this._pickedUnit = null;
          this._history = null;
          this._historyFailure = null;
          this._recorded = null;
        }
        this._assessment = assessment;
        this._scanned = this._now() - assessment.age;
        this._failure = null;
        void this.learnLifts();
        void this._readHistory(assessment.root);
        void this.readTutorials();
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
  private _unsaved: () => Record<string, string>;
  private _saved: Debouncer<void>;
  private _typed: Debouncer<void>;
  private _git: Poll;
  private _changed = new Signal<this, void>(this);
  private _assessment: IAssessment | null = null;
  private _failure: IFailure | null = null;
  private _history: readonly IHistoryRow[] | null = null;
  private _historyFailure: IFailure | null = null;
  private _recorded: IRecorded | null = null;
  private _tutorials: readonly ITutorial[] = [];
  private _recording = false;
  private _celebrate = true;
  private _later = new Set<string>();
  private _lifts: ReadonlyMap<string, ILift> = new Map();
  private _path: string | null = null;
  private _pickedUnit: string | null = null;
  private _scanned = 0;
  private _scored: Record<string, string> = {};
  private _asked = 0;
  private _busy = 0;
  private _active = false;
  private _moved = false;
  private _outdated = false;
  private _isDisposed = false;
}

function laterKey(root: string, unit: string | null, level: number): string {
  return `${root}:${unit ?? ''}:${level}`;
}
