/** The plan of one notebook while a person edits it: asks the server what would come of it, before anything runs. */

import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type { IPlanClient } from '../rest/client';
import { failureOf } from '../rest/client';
import type { IFailure, IPlanDocument, IPlanned } from '../rest/contract';
import type { IPlan } from './edit';
import { isWhole, samePlan } from './edit';
import type { IHistory } from './history';
import { begin, record, redo, undo } from './history';
import type { INote } from './rows';
import { orderOf } from './rows';

/** Keeps what is worked on while the page is reloaded. */
export interface IPlanStore {
  load(): Promise<unknown>;
  /** Null forgets it. */
  save(kept: IKept | null): Promise<void>;
}

export interface IKept {
  schema: number;
  notebook_sha256: string;
  /** Whether the editor was open. */
  open: boolean;
  plan: IPlan;
  allowInstall: boolean;
  /** Whether a conversion was begun with it as it is. */
  asked: boolean;
}

/** What has become of the person's plan when the notebook was another one. */
export type Notice = 'notebook-changed' | 'plan-lost' | null;

export interface IPlanModelOptions {
  client: IPlanClient;
  /** The notebook, relative to the server root. */
  path: string;
  store?: IPlanStore;
  /** Milliseconds without another edit before the server is asked. */
  delay?: number;
}

const SCHEMA = 1;

export class PlanModel implements IDisposable {
  constructor(options: IPlanModelOptions) {
    this.path = options.path;
    this._client = options.client;
    this._store = options.store;
    this._delay = options.delay ?? 350;
  }

  readonly path: string;

  /** Emitted whenever anything that is shown has changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Whether the editor is shown. */
  get open(): boolean {
    return this._open;
  }

  /** What the planner proposes; null as long as it is not known. */
  get proposal(): IPlanned | null {
    return this._proposal;
  }

  /** What would come of the last plan that can be; the current one's unless there is a problem or a check under way. */
  get answer(): IPlanned | null {
    return this._answer;
  }

  /** Why the current plan cannot be; why there is none when there is no proposal. */
  get problem(): IFailure | null {
    return this._problem;
  }

  /** Whether it is not known yet what would come of the current plan. */
  get checking(): boolean {
    return this._checking;
  }

  get notice(): Notice {
    return this._notice;
  }

  /** The plan as it is edited. */
  get plan(): IPlan | null {
    return this._history?.now ?? null;
  }

  /** Whether it asks for something else than what is proposed. */
  get edited(): boolean {
    return (
      this._allowInstall ||
      this._wanted !== null ||
      (this._history !== null && this._proposal !== null && !this._isProposed)
    );
  }

  get canUndo(): boolean {
    return (this._history?.past.length ?? 0) > 0;
  }

  get canRedo(): boolean {
    return (this._history?.future.length ?? 0) > 0;
  }

  /** Whether what the notebook installs may be installed. */
  get allowInstall(): boolean {
    return this._allowInstall;
  }

  /** The code cells, in the order in which they run. */
  get order(): number[] {
    return this._order;
  }

  /** What there is to tell at cells: why the plan cannot be, and what the planner warns of. */
  get notes(): INote[] {
    return this._notes;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    clearTimeout(this._timer);
    Signal.clearData(this);
  }

  /** Show the editor, with the plan as it was left. */
  async show(): Promise<void> {
    this._open = true;
    this._keep();
    this._emit();
    if (!this._proposal && !this._checking) {
      await this._load();
    }
  }

  /** Put the editor away; the plan stays. */
  hide(): void {
    this._open = false;
    this._keep();
    this._emit();
  }

  /** Take up what was worked on before the page was reloaded. */
  async restore(): Promise<void> {
    const kept = asKept(await this._store?.load());
    if (kept && !this._proposal) {
      this._open = kept.open;
      this._allowInstall = kept.allowInstall;
      this._isAsked = kept.asked;
      this._wanted = kept;
      void this._load();
    }
  }

  /** Go on with an edited plan; what it was before can be had again. */
  apply(plan: IPlan): void {
    if (this._history && plan !== this._history.now) {
      this._goTo(record(this._history, plan));
    }
  }

  undo(): void {
    if (this._history && this.canUndo) {
      this._goTo(undo(this._history));
    }
  }

  redo(): void {
    if (this._history && this.canRedo) {
      this._goTo(redo(this._history));
    }
  }

  /** Back to what is proposed; that, too, can be undone. Nothing may be installed then. */
  reset(): void {
    if (this._proposal) {
      this.setAllowInstall(false);
      this.apply(planOf(this._proposal.plan));
    }
  }

  setAllowInstall(allow: boolean): void {
    this._allowInstall = allow;
    this._isAsked = false;
    this._keep();
    this._emit();
  }

  /** The notebook was saved: ask again, or as soon as the plan is wanted. */
  async refresh(): Promise<void> {
    if (this._open || this.edited) {
      await this._load();
    } else {
      this._proposal = null;
    }
  }

  /** Wait until it is known what would come of the plan. False where it cannot be. */
  async settle(): Promise<boolean> {
    while (this.edited && this._checking && !this._isDisposed) {
      await new Promise<void>(resolve => {
        const check = () => {
          if (!this._checking) {
            this._changed.disconnect(check);
            resolve();
          }
        };
        this._changed.connect(check);
      });
    }
    return !this.edited || this._problem === null;
  }

  /** A conversion begins with it. */
  begun(): void {
    this._isAsked = this.edited;
    this._open = false;
    this._keep();
    this._emit();
  }

  /** A pipeline was written. It remembers the plan that it was made with, and so does what is proposed next. */
  written(): void {
    if (this.edited && !this._isAsked) {
      // The person has gone on meanwhile.
      return;
    }
    clearTimeout(this._timer);
    this._asked++;
    this._proposal = this._answer = this._history = this._wanted = null;
    this._problem = this._notice = null;
    this._isAsked = this._allowInstall = false;
    this._checking = this._loading = false;
    void this._store?.save(null);
    this._emit();
    if (this._open) {
      void this._load();
    }
  }

  /** What a conversion is asked for: nothing where the plan is not edited. */
  options(): Record<string, unknown> {
    return {
      ...(this._isProposed ? {} : { plan: this._document() }),
      ...(this._allowInstall ? { allow_install: true } : {})
    };
  }

  private get _isProposed(): boolean {
    const plan = this.plan;
    return (
      plan === null ||
      this._proposal === null ||
      samePlan(plan, planOf(this._proposal.plan))
    );
  }

  private async _load(): Promise<void> {
    clearTimeout(this._timer);
    const asked = ++this._asked;
    this._checking = this._loading = true;
    this._problem = null;
    this._emit();
    try {
      const proposal = await this._client.plan(this.path, {});
      if (asked === this._asked && !this._isDisposed) {
        this._loading = false;
        this._begin(proposal);
      }
    } catch (reason) {
      if (asked === this._asked && !this._isDisposed) {
        this._loading = false;
        this._proposal = this._answer = null;
        this._problem = failureOf(reason);
        this._checking = false;
        this._emit();
      }
    }
  }

  /** Put what was worked on above a new proposal, as far as it fits. */
  private _begin(proposal: IPlanned): void {
    const worked =
      this._wanted ??
      (this._proposal && this._history && !this._isProposed
        ? {
            notebook_sha256: this._proposal.plan.notebook_sha256,
            plan: this._history.now
          }
        : null);
    const proposed = planOf(proposal.plan);
    this._wanted = null;
    this._proposal = this._answer = proposal;
    this._order = orderOf(proposal.outline);
    this._history = begin(proposed);
    this._checking = false;
    this._notice = null;
    if (worked && !samePlan(worked.plan, proposed)) {
      if (isWhole(worked.plan, this._order)) {
        const parameters = { ...proposed.parameters };
        for (const [name, wanted] of Object.entries(worked.plan.parameters)) {
          if (name in parameters) {
            parameters[name] = wanted;
          }
        }
        this._history = record(this._history, { ...worked.plan, parameters });
        this._notice =
          worked.notebook_sha256 === proposal.plan.notebook_sha256
            ? null
            : 'notebook-changed';
        this._soon(0);
      } else {
        this._notice = 'plan-lost';
      }
    }
    this._note();
    this._keep();
    this._emit();
  }

  private _goTo(history: IHistory<IPlan>): void {
    this._history = history;
    this._notice = null;
    this._isAsked = false;
    this._keep();
    this._soon(this._delay);
    this._emit();
  }

  /** Ask what would come of the plan, once it has stayed the same for a while. One question is under way at a time. */
  private _soon(delay: number): void {
    clearTimeout(this._timer);
    this._checking = true;
    this._timer = setTimeout(() => {
      if (!this._inFlight && !this._loading) {
        void this._check();
      }
    }, delay);
  }

  private async _check(): Promise<void> {
    const plan = this.plan;
    if (this._isDisposed || plan === null) {
      return;
    }
    if (this._isProposed) {
      this._conclude(this._proposal, null);
      return;
    }
    const asked = this._asked;
    this._inFlight = true;
    let answer: IPlanned | null = null;
    let problem: IFailure | null = null;
    try {
      answer = await this._client.plan(this.path, { plan: this._document() });
    } catch (reason) {
      problem = failureOf(reason);
    }
    this._inFlight = false;
    if (this._isDisposed || this._loading) {
      return;
    }
    if (this.plan !== plan || asked !== this._asked) {
      this._soon(0);
    } else if (problem?.code === 'outdated-plan') {
      await this._load();
    } else {
      this._conclude(answer, problem);
    }
  }

  private _conclude(answer: IPlanned | null, problem: IFailure | null): void {
    this._answer = answer ?? this._answer;
    this._problem = problem;
    this._checking = false;
    this._note();
    this._emit();
  }

  private _note(): void {
    const { code, cell, message } = this._problem ?? {};
    this._notes =
      typeof cell === 'number' && code
        ? [{ cell, severity: 'error', message: message ?? code }]
        : (this._answer?.findings ?? []).flatMap(finding =>
            finding.source_cell === null || finding.severity === 'info'
              ? []
              : [
                  {
                    cell: finding.source_cell,
                    severity: finding.severity,
                    message: finding.message
                  }
                ]
          );
  }

  private _document(): IPlanDocument | null {
    const plan = this.plan;
    return plan === null || this._proposal === null
      ? null
      : {
          schema: SCHEMA,
          notebook_sha256: this._proposal.plan.notebook_sha256,
          stages: plan.stages.map(({ name, cells }) => ({
            name,
            cells: [...cells]
          })),
          skip: [...plan.skip],
          parameters: { ...plan.parameters },
          targets: [...plan.targets]
        };
  }

  private _keep(): void {
    const plan = this.plan;
    if (plan && this._proposal) {
      const kept = {
        schema: SCHEMA,
        notebook_sha256: this._proposal.plan.notebook_sha256,
        open: this._open,
        plan,
        allowInstall: this._allowInstall,
        asked: this._isAsked
      };
      const worth = this._open || this.edited;
      void this._store?.save(worth ? kept : null);
    }
  }

  private _emit(): void {
    if (!this._isDisposed) {
      this._changed.emit();
    }
  }

  private _client: IPlanClient;
  private _store: IPlanStore | undefined;
  private _delay: number;
  private _changed = new Signal<this, void>(this);
  private _open = false;
  private _proposal: IPlanned | null = null;
  private _answer: IPlanned | null = null;
  private _problem: IFailure | null = null;
  private _checking = false;
  private _notice: Notice = null;
  private _history: IHistory<IPlan> | null = null;
  private _wanted: IKept | null = null;
  private _order: number[] = [];
  private _notes: INote[] = [];
  private _allowInstall = false;
  private _isAsked = false;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _inFlight = false;
  private _loading = false;
  /** Number of the proposal that was asked for last; answers to earlier questions are too late. */
  private _asked = 0;
  private _isDisposed = false;
}

/** The part of a plan that is edited. */
export function planOf(document: IPlanDocument): IPlan {
  const { stages, skip, parameters, targets } = document;
  return { stages, skip, parameters, targets };
}

/** What was kept, if it is of this form. */
function asKept(value: unknown): IKept | null {
  const kept = value as Partial<IKept> | null | undefined;
  const plan = kept?.plan;
  return kept?.schema === SCHEMA &&
    Array.isArray(plan?.stages) &&
    Array.isArray(plan.skip) &&
    Array.isArray(plan.targets) &&
    typeof plan.parameters === 'object'
    ? (kept as IKept)
    : null;
}
