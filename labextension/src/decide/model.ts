/** One decision about a criterion: filled in, shown as a change, written. */

import type { IDisposable } from '@lumino/disposable';
import { Debouncer } from '@lumino/polling';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type { IDecisionClient } from '../rest/client';
import { failureOf } from '../rest/client';
import type { IDecided, IFailure } from '../rest/contract';

export type DecisionKind = 'waiver' | 'attest' | 'not_applicable' | 'withdraw';

/** What the person fills in. */
export interface IForm {
  kind: DecisionKind;
  /** Why; of an attestation the evidence. */
  reason: string;
  owner: string;
  /** The last day, YYYY-MM-DD. */
  expires: string;
  /** Glob of unit paths; empty for all. */
  scope: string;
}

/** Days that a waiver lasts unless another day is chosen, and the most that it can. */
export const DAYS = 90;
export const MOST_DAYS = 180;

/** A day as YYYY-MM-DD, so many days from a date. */
export function dayFrom(now: Date, days: number): string {
  const day = new Date(now);
  day.setDate(day.getDate() + days);
  const two = (number: number) => `${number}`.padStart(2, '0');
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

export interface IDecisionModelOptions {
  client: IDecisionClient;
  /** The project, relative to the server root. */
  path: string;
  /** Id of the criterion. */
  criterion: string;
  form: IForm;
  /** Milliseconds of quiet after a key before the change is looked at. */
  delay?: number;
}

export class DecisionModel implements IDisposable {
  constructor(options: IDecisionModelOptions) {
    this._options = options;
    this._form = options.form;
    this._typed = new Debouncer(() => this._look(), options.delay ?? 400);
    void this._typed.invoke();
  }

  /** Emitted whenever anything that is shown has changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get form(): Readonly<IForm> {
    return this._form;
  }

  /** What would be written; null while that is not known. */
  get preview(): IDecided | null {
    return this._preview;
  }

  /** Why it cannot be decided so. */
  get failure(): IFailure | null {
    return this._failure;
  }

  get busy(): boolean {
    return this._busy;
  }

  /** Whether everything is filled in that is needed. */
  get complete(): boolean {
    const { kind, reason, owner, expires } = this._form;
    return (
      kind === 'withdraw' ||
      Boolean(
        reason.trim() && owner.trim() && (kind === 'not_applicable' || expires)
      )
    );
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._typed.dispose();
    Signal.clearData(this);
  }

  /** Fill something in. What it would write is looked at once the person pauses. */
  fill(change: Partial<IForm>): void {
    this._form = { ...this._form, ...change };
    this._preview = null;
    this._failure = null;
    this._asked++;
    this._changed.emit();
    void this._typed.invoke();
  }

  /** Write it. True when that was done. */
  async write(): Promise<boolean> {
    if (!this._preview || this._busy) {
      return false;
    }
    this._busy = true;
    this._failure = null;
    this._changed.emit();
    try {
      await this._ask(this._preview.id);
      return true;
    } catch (reason) {
      this._failure = failureOf(reason);
      this._preview = null;
      return false;
    } finally {
      this._busy = false;
      this._emit();
    }
  }

  private async _look(): Promise<void> {
    if (!this.complete || this._isDisposed) {
      return;
    }
    const asked = ++this._asked;
    try {
      const preview = await this._ask(null);
      if (asked === this._asked) {
        this._preview = preview;
      }
    } catch (reason) {
      if (asked === this._asked) {
        this._failure = failureOf(reason);
      }
    }
    this._emit();
  }

  private _ask(id: string | null): Promise<IDecided> {
    const { client, path, criterion } = this._options;
    return client.decide(path, { criterion, ...this._form }, id);
  }

  private _emit(): void {
    if (!this._isDisposed) {
      this._changed.emit();
    }
  }

  private _options: IDecisionModelOptions;
  private _typed: Debouncer<void>;
  private _changed = new Signal<this, void>(this);
  private _form: IForm;
  private _preview: IDecided | null = null;
  private _failure: IFailure | null = null;
  private _busy = false;
  private _asked = 0;
  private _isDisposed = false;
}
