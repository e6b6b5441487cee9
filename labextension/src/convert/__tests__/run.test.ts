import type { IClient } from '../../rest/client';
import { RestError } from '../../rest/client';
import type { IJob, IJobEvents } from '../../rest/contract';
import { RunModel } from '../run';

const PATH = 'churn/pipelines/churn';

function job(change: Partial<IJob> = {}): IJob {
  return {
    id: '1',
    kind: 'run',
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

const told = (stage: string, state: string, cell: number | null = null) => ({
  id: 0,
  event: 'progress',
  stage,
  state: state as 'running',
  cell,
  message: `${stage} is ${state}`
});

/** A server whose answers to `events` are given one after the other. */
class Server implements Partial<IClient> {
  known: IJob[] = [];
  answers: (Partial<IJobEvents> | Error)[] = [];
  ended = job({ state: 'done' });
  readonly started: string[] = [];
  busy = false;

  async startJob(kind: string, path: string): Promise<IJob> {
    this.started.push(`${kind} ${path}`);
    if (this.busy) {
      throw new RestError(409, { code: 'job-running', message: '' });
    }
    return job({ state: 'queued' });
  }

  async jobs(): Promise<IJob[]> {
    return this.known;
  }

  async job(): Promise<IJob> {
    return this.ended;
  }

  async events(_id: string, since: number): Promise<IJobEvents> {
    const answer = this.answers.shift() ?? { state: this.ended.state };
    if (answer instanceof Error) {
      throw answer;
    }
    return { events: [], next: since + 1, state: 'running', ...answer };
  }
}

describe('RunModel', () => {
  let server: Server;
  let run: RunModel;
  let seen: string[];

  beforeEach(() => {
    server = new Server();
    run = new RunModel({ client: server as unknown as IClient, retries: [0] });
    seen = [];
    run.changed.connect(() =>
      seen.push(
        [
          run.state,
          ...[...run.stages].map(([n, s]) => `${n} ${s.state}`)
        ].join()
      )
    );
  });

  afterEach(() => run.dispose());

  it('turns stages from waiting to running to done', async () => {
    server.answers = [
      { events: [told('load', 'queued'), told('fit', 'queued')] },
      new RestError(0, { code: 'server-unreachable', message: '' }),
      { events: [told('load', 'running', 3)] },
      { events: [told('load', 'run'), told('fit', 'running')] }
    ];
    const stages = [
      { name: 'load', status: 'run', seconds: 1 },
      { name: 'fit', status: 'run', seconds: 2 },
      { name: 'track', status: 'pending', seconds: 0 }
    ];
    server.ended = job({
      state: 'done',
      result: { stages, metrics: {}, seconds: 3 }
    });
    await run.start(PATH);
    expect(server.started).toEqual([`run ${PATH}`]);
    expect(seen).toEqual([
      'connecting',
      'queued',
      'running,load queued,fit queued',
      'running,load running,fit queued',
      'running,load run,fit running',
      'running,load run,fit running',
      'done,load run,fit run,track pending'
    ]);
    expect(run.busy).toBe(false);
  });

  it('tells why it stopped', async () => {
    server.answers = [{ events: [told('fit', 'failed')] }];
    const error = { code: 'stage-failed', message: 'm', cell: 4 };
    server.ended = job({ state: 'failed', error });
    await run.start(PATH);
    expect([run.state, run.failure, run.stages.get('fit')?.state]).toEqual([
      'failed',
      error,
      'failed'
    ]);
  });

  it('takes up the run that is under way', async () => {
    server.busy = true;
    server.known = [
      job({ state: 'done' }),
      job({ path: 'other' }),
      job({ id: '2' })
    ];
    server.answers = [{ events: [told('fit', 'running')] }];
    await run.start(PATH);
    expect(seen).toContain('running,fit running');
    expect(run.state).toBe('done');
    run.clear();
    expect([run.state, run.stages.size]).toEqual(['idle', 0]);
    server.known = [];
    await run.find(PATH);
    expect(run.state).toBe('idle');
  });
});
