/** Talks to the server extension. */

import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type {
  IApplied,
  IAssessment,
  IFailure,
  IJob,
  IJobEvents,
  ILift,
  ILiftPlan,
  IPlanned,
  IVersion,
  JobKind
} from './contract';
import { API } from './contract';

/** A request that was refused, or that never arrived. */
export class RestError extends Error {
  /**
   * @param status the HTTP status; 0 when there was no answer.
   * @param failure what the server says.
   */
  constructor(
    readonly status: number,
    readonly failure: IFailure
  ) {
    super(failure.message);
  }
}

/** What is wrong, from whatever was thrown. */
export function failureOf(reason: unknown): IFailure {
  if (reason instanceof RestError) {
    return reason.failure;
  }
  const message = reason instanceof Error ? reason.message : String(reason);
  return { code: 'internal-error', message };
}

export interface IClient {
  assess(path: string, maxAge: number): Promise<IAssessment>;
  startJob(
    kind: JobKind,
    path: string,
    options: Record<string, unknown>
  ): Promise<IJob>;
  jobs(): Promise<IJob[]>;
  job(id: string): Promise<IJob>;
  events(id: string, since: number): Promise<IJobEvents>;
  cancelJob(id: string): Promise<IJob>;
}

export interface IPlanClient {
  plan(path: string, options: Record<string, unknown>): Promise<IPlanned>;
}

export interface ILiftClient {
  lifts(): Promise<ILift[]>;
  previewLift(
    lift: string,
    path: string,
    options: Record<string, string>
  ): Promise<ILiftPlan>;
  applyLift(
    lift: string,
    path: string,
    options: Record<string, string>,
    id: string
  ): Promise<ILiftPlan>;
  undoable(path: string): Promise<IApplied[]>;
  undo(path: string, number: number | null): Promise<IApplied>;
}

/** The client of one server. The first request checks that front end and server fit together. */
export class Client implements IClient, IPlanClient, ILiftClient {
  constructor(settings?: ServerConnection.ISettings) {
    this._settings = settings ?? ServerConnection.makeSettings();
  }

  /** The assessment of the project that holds a path; `maxAge` in seconds, 0 for a scan that begins now. */
  assess(path: string, maxAge: number): Promise<IAssessment> {
    return this._checked('assess', { path, max_age: `${maxAge}` });
  }

  /** What a conversion would do; nothing is run and nothing written. */
  plan(path: string, options: Record<string, unknown>): Promise<IPlanned> {
    return this._post('convert/plan', { path, options });
  }

  /** Start long work. */
  startJob(
    kind: JobKind,
    path: string,
    options: Record<string, unknown>
  ): Promise<IJob> {
    return this._post('jobs', { kind, path, options });
  }

  /** The jobs the server knows, oldest first, without results. */
  async jobs(): Promise<IJob[]> {
    return (await this._checked<{ jobs: IJob[] }>('jobs')).jobs;
  }

  job(id: string): Promise<IJob> {
    return this._checked(URLExt.join('jobs', id));
  }

  /** The events from a number on; answers as soon as there is one, or after some time without. */
  events(id: string, since: number): Promise<IJobEvents> {
    return this._checked(URLExt.join('jobs', id, 'events'), {
      since: `${since}`
    });
  }

  cancelJob(id: string): Promise<IJob> {
    return this._checked(URLExt.join('jobs', id), {}, { method: 'DELETE' });
  }

  /** All lifts there are. */
  async lifts(): Promise<ILift[]> {
    return (await this._checked<{ lifts: ILift[] }>('lifts')).lifts;
  }

  /** What a lift would do; nothing is written. */
  previewLift(
    lift: string,
    path: string,
    options: Record<string, string>
  ): Promise<ILiftPlan> {
    return this._post('changes/preview', { lift, path, options });
  }

  /** Make the changes of the preview with that id. */
  applyLift(
    lift: string,
    path: string,
    options: Record<string, string>,
    id: string
  ): Promise<ILiftPlan> {
    return this._post('changes/apply', { lift, path, options, id });
  }

  /** The changes to a project that can be taken back, the newest first. */
  async undoable(path: string): Promise<IApplied[]> {
    const answer = await this._checked<{ changes: IApplied[] }>('undo', {
      path
    });
    return answer.changes;
  }

  /** Take the last change back, if it is the one of that number. */
  undo(path: string, number: number | null): Promise<IApplied> {
    return this._post('undo', { path, number });
  }

  private _post<T>(route: string, body: Record<string, unknown>): Promise<T> {
    return this._checked(
      route,
      {},
      { method: 'POST', body: JSON.stringify(body) }
    );
  }

  private async _checked<T>(
    route: string,
    query: Record<string, string> = {},
    init: RequestInit = {}
  ): Promise<T> {
    this._handshake ??= this._shakeHands();
    try {
      await this._handshake;
    } catch (reason) {
      this._handshake = null;
      throw reason;
    }
    return this._request<T>(route, query, init);
  }

  private async _shakeHands(): Promise<void> {
    let version: IVersion;
    try {
      version = await this._request<IVersion>('version', {}, {});
    } catch (reason) {
      if (reason instanceof RestError && reason.status === 404) {
        throw new RestError(404, { code: 'server-missing', message: '' });
      }
      throw reason;
    }
    if (version.api !== API) {
      throw new RestError(200, {
        code: version.api < API ? 'server-older' : 'server-newer',
        message: version.version
      });
    }
  }

  private async _request<T>(
    route: string,
    query: Record<string, string>,
    init: RequestInit
  ): Promise<T> {
    const url =
      URLExt.join(this._settings.baseUrl, 'jupyter-mlops', route) +
      URLExt.objectToQueryString(query);
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(url, init, this._settings);
    } catch (reason) {
      const message = reason instanceof Error ? reason.message : String(reason);
      throw new RestError(0, { code: 'server-unreachable', message });
    }
    const text = await response.text();
    let answer: unknown = null;
    try {
      answer = JSON.parse(text);
    } catch {
      // Not from the extension: a proxy's page, or Jupyter's own.
    }
    if (!response.ok || answer === null) {
      const failure = (answer ?? {}) as Partial<IFailure>;
      throw new RestError(response.ok ? 502 : response.status, {
        ...failure,
        code: failure.code ?? `http-${response.status}`,
        message: failure.message ?? `${response.status} ${response.statusText}`
      });
    }
    return answer as T;
  }

  private _settings: ServerConnection.ISettings;
  private _handshake: Promise<void> | null = null;
}
