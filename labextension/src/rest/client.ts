/** Talks to the server extension. */

import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type {
  IApplied,
  IAssessment,
  IDecided,
  IExported,
  IFailure,
  IHistoryRow,
  IJob,
  IJobEvents,
  ILift,
  IPlanned,
  IRecorded,
  IRoadmap,
  ITutorial,
  IVersion,
  IWhatIf,
  JobKind
} from './contract';
import { API } from './contract';
import { RestError } from './refusal';

export { RestError, failureOf } from './refusal';

/** What stands behind the question mark; names may be repeated. */
type Query = Record<string, string> | [string, string][];

export interface IClient {
  assess(path: string, maxAge: number): Promise<IAssessment>;
  startJob(
    kind: JobKind,
    path: string,
    options: Record<string, unknown>,
    id?: string
  ): Promise<IJob>;
  jobs(): Promise<IJob[]>;
  job(id: string): Promise<IJob>;
  events(id: string, since: number): Promise<IJobEvents>;
  cancelJob(id: string): Promise<IJob>;
  report(id: string): Promise<string>;
}

export interface IScoreClient {
  assess(path: string, maxAge: number): Promise<IAssessment>;
  assessNow(
    path: string,
    unsaved: Readonly<Record<string, string>>
  ): Promise<IAssessment>;
  state(path: string): Promise<string>;
  lifts(): Promise<ILift[]>;
  whatIf(
    path: string,
    unit: string,
    done: string[],
    target: number
  ): Promise<IWhatIf>;
  history(path: string): Promise<IHistoryRow[]>;
  tutorials(): Promise<ITutorial[]>;
  record(path: string): Promise<IRecorded>;
}

export interface IPlanClient {
  plan(path: string, options: Record<string, unknown>): Promise<IPlanned>;
}

export interface ILiftClient {
  lifts(): Promise<ILift[]>;
  undoable(path: string): Promise<IApplied[]>;
  undo(path: string, number: number | null): Promise<IApplied>;
}

export interface IDecisionClient {
  decide(
    path: string,
    decision: Record<string, string | null>,
    id: string | null
  ): Promise<IDecided>;
}

export interface ITutorialClient {
  tutorials(): Promise<ITutorial[]>;
  beginTutorial(tutorial: number): Promise<ITutorial>;
}

export interface IRoadmapClient {
  roadmap(
    path: string,
    target: number | null,
    months: number
  ): Promise<IRoadmap>;
  exportRoadmap(
    path: string,
    target: number | null,
    months: number,
    format: string
  ): Promise<IExported>;
}

/** The client of one server. The first request checks that front end and server fit together. */
export class Client
  implements
    IClient,
    IScoreClient,
    IPlanClient,
    ILiftClient,
    IDecisionClient,
    IRoadmapClient,
    ITutorialClient
{
  constructor(settings?: ServerConnection.ISettings) {
    this._settings = settings ?? ServerConnection.makeSettings();
  }

  /** The assessment of the project that holds a path; `maxAge` in seconds, 0 for a scan that begins now. */
  assess(path: string, maxAge: number): Promise<IAssessment> {
    return this._checked('assess', { path, max_age: `${maxAge}` });
  }

  /** The same by a scan that begins now, where what is unsaved, by path of the server, stands in for files. */
  assessNow(
    path: string,
    unsaved: Readonly<Record<string, string>>
  ): Promise<IAssessment> {
    return this._post('assess', { path, unsaved });
  }

  /** A word for the state of the repository around a path; another one after a commit, a checkout, or `git add`. */
  async state(path: string): Promise<string> {
    return (await this._checked<{ state: string }>('state', { path })).state;
  }

  /** Where a unit would stand if some criteria were satisfied, and the way to a level. */
  whatIf(
    path: string,
    unit: string,
    done: string[],
    target: number
  ): Promise<IWhatIf> {
    return this._checked('what-if', [
      ['path', path],
      ['unit', unit],
      ['target', `${target}`],
      ...done.map((id): [string, string] => ['done', id])
    ]);
  }

  /** All tutorials, and how far each has come. */
  async tutorials(): Promise<ITutorial[]> {
    return (await this._checked<{ tutorials: ITutorial[] }>('tutorials'))
      .tutorials;
  }

  /** Lay the sandbox of a tutorial, or find the one that is there. */
  beginTutorial(tutorial: number): Promise<ITutorial> {
    return this._post('tutorials', { tutorial });
  }

  /** The plan of a project; the target is the project's own where none is given. */
  roadmap(
    path: string,
    target: number | null,
    months: number
  ): Promise<IRoadmap> {
    return this._checked('roadmap', {
      path,
      target: `${target ?? 0}`,
      months: `${months}`
    });
  }

  /** The plan as a file. */
  exportRoadmap(
    path: string,
    target: number | null,
    months: number,
    format: string
  ): Promise<IExported> {
    return this._checked('roadmap', {
      path,
      target: `${target ?? 0}`,
      months: `${months}`,
      format
    });
  }

  /** The scorecard as a file. */
  exportScorecard(path: string, format: string): Promise<IExported> {
    return this._checked('scorecard', { path, format });
  }

  /** The scorecard over time, oldest first. */
  async history(path: string): Promise<IHistoryRow[]> {
    const query = { path };
    return (await this._checked<{ rows: IHistoryRow[] }>('history', query))
      .rows;
  }

  /** Add a row to it, and write the certificate of a new level. */
  record(path: string): Promise<IRecorded> {
    return this._post('history', { path });
  }

  /** What a conversion would do; nothing is run and nothing written. */
  plan(path: string, options: Record<string, unknown>): Promise<IPlanned> {
    return this._post('convert/plan', { path, options });
  }

  /** Start long work; of a lift only the changes of the preview with the id. */
  startJob(
    kind: JobKind,
    path: string,
    options: Record<string, unknown>,
    id?: string
  ): Promise<IJob> {
    return this._post('jobs', { kind, path, options, id });
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

  /** The page of a job's proof: what each cell showed in the notebook and in the pipeline. */
  async report(id: string): Promise<string> {
    const route = URLExt.join('jobs', id, 'report');
    return (await this._checked<{ page: string }>(route)).page;
  }

  cancelJob(id: string): Promise<IJob> {
    return this._checked(URLExt.join('jobs', id), {}, { method: 'DELETE' });
  }

  /** All lifts there are. */
  async lifts(): Promise<ILift[]> {
    return (await this._checked<{ lifts: ILift[] }>('lifts')).lifts;
  }

  /** Show what a decision writes; with the id of that, write it. */
  decide(
    path: string,
    decision: Record<string, string | null>,
    id: string | null
  ): Promise<IDecided> {
    return this._post('decisions', { path, decision, id });
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
    query: Query = {},
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
    query: Query,
    init: RequestInit
  ): Promise<T> {
    const pairs = Array.isArray(query) ? query : Object.entries(query);
    const asked = pairs
      .map(pair => pair.map(encodeURIComponent).join('='))
      .join('&');
    const url =
      URLExt.join(this._settings.baseUrl, 'jupyter-mlops', route) +
      (asked && `?${asked}`);
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
