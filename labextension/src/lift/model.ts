/** One lift of one project: looked at, agreed to, carried out, taken back. */

import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type { ILiftClient } from '../rest/client';
import { failureOf } from '../rest/client';
import type { IFailure, ILiftOption, ILiftPlan } from '../rest/contract';

/** "looking" while the preview is made; "shown" once it can be agreed to. */
export type LiftState =
  | 'looking'
  | 'shown'
  | 'applying'
  | 'applied'
  | 'undoing'
  | 'undone'
  | 'failed';

export interface ILiftModelOptions {
  client: Pick<ILiftClient, 'previewLift' | 'applyLift' | 'undo'>;
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
    Signal.clearData(this);
  }

  /** Look at what would be changed now; with other choices than so far, if any are given. */
  async look(options: Record<string, string> = this._options): Promise<void> {
    this._options = { ...options };
    const asked = ++this._asked;
    this._failure = null;
    this._set('looking');
    try {
      const plan = await this._client.previewLift(
        this.lift,
        this.path,
        this._options
      );
      if (asked === this._asked) {
        this._plan = plan;
        this._set('shown');
      }
    } catch (reason) {
      if (asked === this._asked) {
        this._fail(reason, 'failed');
      }
    }
  }

  /** Make the changes that are shown. */
  async apply(): Promise<void> {
    if (!this.ready || !this._plan) {
      return;
    }
    this._failure = null;
    this._set('applying');
    try {
      const { id } = this._plan;
      this._plan = await this._client.applyLift(
        this.lift,
        this.path,
        this._options,
        id
      );
      this._set('applied');
      this._written.emit(
        below(this._plan.path, this._plan.applied?.paths ?? [])
      );
    } catch (reason) {
      this._fail(reason, 'failed');
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
  private _asked = 0;
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
