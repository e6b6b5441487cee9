import type {
  IAssessment,
  IJob,
  IJobEvents,
  JobState
} from '../../rest/contract';
import type { IClient } from '../../rest/client';
import { RestError } from '../../rest/client';
import { assessment, unit } from '../../score/__tests__/samples';
import { ConversionModel } from '../model';

const PATH = 'churn/a.ipynb';

function job(change: Partial<IJob> = {}): IJob {
  return {
    id: '1',
    kind: 'convert',
    path: PATH,
    state: 'running',
    created: 0,
    finished: null,
    exit_status: null,
    result: null,
    error: null,
    ...change
  };
}

/** A server whose answers to `events` are given one after the other. */
class Server implements IClient {
  known: IJob[] = [];
  ended = job({ state: 'done', exit_status: 0, result: { path: 'p' } });
  answers: (Partial<IJobEvents> | Error)[] = [];
  levels = [0, 1];
  readonly since: number[] = [];
  readonly cancelled: string[] = [];
  readonly started: Record<string, unknown>[] = [];

  async assess(): Promise<IAssessment> {
    const level = this.levels.shift() ?? 0;
    return assessment({ units: [unit({ level, progress: 10 })] });
  }

  async startJob(
    _kind: string,
    _path: string,
    options: Record<string, unknown>
  ): Promise<IJob> {
    this.started.push(options);
    return job({ state: 'queued' });
  }

  async jobs(): Promise<IJob[]> {
    return this.known;
  }

  async job(): Promise<IJob> {
    return this.ended;
  }

  async events(_id: string, since: number): Promise<IJobEvents> {
    this.since.push(since);
    const answer = this.answers.shift();
    if (answer instanceof Error) {
      throw answer;
    }
    return answer
      ? { events: [], next: since, state: 'running', ...answer }
      : { events: [], next: since, state: this.ended.state };
  }

  async report(): Promise<string> {
    return '';
  }

  async cancelJob(id: string): Promise<IJob> {
    this.cancelled.push(id);
    return job({ state: 'cancelling' });
  }
}

const failure = (status: number) =>
  new RestError(status, { code: `http-${status}`, message: `${status}` });

describe('ConversionModel', () => {
  let server: Server;
  let model: ConversionModel;
  let ended: JobState[];

  beforeEach(() => {
    server = new Server();
    model = new ConversionModel({ client: server, path: PATH, retries: [1] });
    ended = [];
    model.ended.connect((_, state) => ended.push(state));
  });

  afterEach(() => model.dispose());

  it('follows a conversion from start to result', async () => {
    server.answers = [
      {
        next: 2,
        events: [
          { id: 0, event: 'state', state: 'running' },
          { id: 1, event: 'progress', phase: 'observe', cell: 1, cells: 2 }
        ]
      },
      { next: 3, state: 'done' }
    ];
    const seen: string[] = [];
    model.changed.connect(() => seen.push(model.state));
    await model.start({ run: true });
    expect(server.started).toEqual([{ run: true }]);
    expect(server.since).toEqual([0, 2]);
    expect(model.progress).toMatchObject({ phase: 2, cell: 1, cells: 2 });
    expect(model.result).toEqual({ path: 'p' });
    expect(model.written).toBe(true);
    expect([model.before?.level, model.after?.level]).toEqual([0, 1]);
    expect(seen[0]).toBe('connecting');
    expect(new Set(seen)).toEqual(
      new Set(['connecting', 'queued', 'running', 'done'])
    );
    expect(ended).toEqual(['done']);
  });

  it('knows that nothing is written when the results differ', async () => {
    server.ended = job({ state: 'done', exit_status: 1, result: {} });
    await model.start({});
    expect([model.state, model.written]).toEqual(['done', false]);
  });

  it('shows what went wrong', async () => {
    const error = { code: 'cell-failed', message: 'Cell 4 raises.', cell: 3 };
    server.ended = job({ state: 'failed', error });
    await model.start({});
    expect([model.state, model.failure]).toEqual(['failed', error]);
    expect(model.after).toBeNull();
  });

  it('finds a running conversion again and reads its events from the first', async () => {
    server.known = [
      job({ id: 'old', state: 'failed' }),
      job({ id: 'verify', kind: 'verify' }),
      job({ id: 'other', path: 'b.ipynb' }),
      job({ id: 'mine' })
    ].sort((a, b) => Number(a.id === 'mine') - Number(b.id === 'mine'));
    await model.find();
    expect(server.since).toEqual([0]);
    expect(model.state).toBe('done');
  });

  it('is idle where there is none to be found', async () => {
    await model.find();
    expect(model.state).toBe('idle');
    expect(server.since).toEqual([]);
  });

  it('joins the conversion that someone else has started', async () => {
    server.startJob = async () => {
      throw failure(409);
    };
    server.known = [job()];
    await model.start({});
    expect(model.state).toBe('done');
  });

  it.each([0, 502, 503, 504])(
    'goes on after the connection was lost (%s)',
    async status => {
      server.answers = [failure(status), failure(status), { next: 1 }];
      const lost: boolean[] = [];
      model.changed.connect(() => lost.push(model.disconnected));
      await model.start({});
      expect(lost).toContain(true);
      expect(model.disconnected).toBe(false);
      expect(model.state).toBe('done');
    }
  );

  it('says when the server does not know the job any more', async () => {
    server.answers = [failure(404)];
    await model.start({});
    expect([model.state, model.failure?.code]).toEqual(['failed', 'http-404']);
    expect(ended).toEqual(['failed']);
  });

  it('cancels', async () => {
    server.ended = job({ state: 'cancelled' });
    let release: (answer: IJobEvents) => void = () => undefined;
    server.events = () => new Promise(resolve => (release = resolve));
    const started = model.start({});
    while (model.state !== 'queued') {
      await new Promise(resolve => setTimeout(resolve));
    }
    await model.cancel();
    expect(server.cancelled).toEqual(['1']);
    expect(model.state).toBe('cancelling');
    release({ events: [], next: 1, state: 'cancelled' });
    await started;
    expect(model.state).toBe('cancelled');
  });

  it('does not start twice', async () => {
    const first = model.start({});
    await model.start({});
    await first;
    expect(server.started).toHaveLength(1);
  });

  it('stops listening when it is disposed of', async () => {
    server.answers = Array.from({ length: 100 }, () => failure(0));
    const started = model.start({});
    while (server.since.length < 2) {
      await new Promise(resolve => setTimeout(resolve));
    }
    model.dispose();
    await started;
    expect(server.since.length).toBeLessThan(100);
  });
});
