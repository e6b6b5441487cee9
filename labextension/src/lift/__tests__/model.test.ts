import type {
  IApplied,
  IJob,
  IJobEvents,
  ILiftOption,
  ILiftPlan
} from '../../rest/contract';
import { RestError } from '../../rest/client';
import { LiftModel } from '../model';

function plan(change: Partial<ILiftPlan> = {}): ILiftPlan {
  return {
    lift: 'git-init',
    title: 'Put churn under git',
    level: 1,
    raises: [],
    options: [],
    id: 'first',
    path: 'work/churn',
    state: 'applies',
    why: '',
    changes: [{ path: '.gitignore', kind: 'create', diff: '', size: 1 }],
    effects: [],
    found: [],
    left: [],
    cannot: [],
    shown: {},
    applied: null,
    scorecard: null,
    ...change
  };
}

class Server {
  plan: ILiftPlan | Error = plan();
  undone: IApplied | Error = {
    number: 7,
    title: '',
    time: '',
    paths: ['.gitignore'],
    effects: []
  };
  readonly asked: unknown[][] = [];

  /** What the server works on; jobs end as soon as somebody listens, unless they are held. */
  readonly known = new Map<string, IJob>();
  held = false;

  async startJob(kind: string, ...asked: unknown[]): Promise<IJob> {
    this.asked.push([kind, ...asked]);
    const job = {
      id: `${this.known.size}`,
      kind,
      path: asked[0],
      options: asked[1],
      state: 'running',
      result: null,
      error: null
    } as IJob;
    this.known.set(job.id, job);
    return job;
  }

  async jobs(): Promise<IJob[]> {
    return [...this.known.values()];
  }

  async events(id: string, since: number): Promise<IJobEvents> {
    const job = this.known.get(id) as IJob;
    if (job.state === 'running' && !this.held) {
      try {
        job.result = give(this.plan);
        job.state = 'done';
      } catch (reason) {
        job.error = (reason as RestError).failure;
        job.state = 'failed';
      }
    }
    const said = { id: since, event: 'progress', message: 'Reading' };
    await new Promise(resolve => setTimeout(resolve));
    return { events: [said], next: since + 1, state: job.state };
  }

  async job(id: string): Promise<IJob> {
    return this.known.get(id) as IJob;
  }

  async cancelJob(id: string): Promise<IJob> {
    const job = this.known.get(id) as IJob;
    job.state = 'cancelled';
    return job;
  }

  async undo(...asked: unknown[]): Promise<IApplied> {
    this.asked.push(['undo', ...asked]);
    return give(this.undone);
  }
}

function give<T>(answer: T | Error): T {
  if (answer instanceof Error) {
    throw answer;
  }
  return answer;
}

function setUp(choices?: ILiftOption[]) {
  const client = new Server();
  const model = new LiftModel({
    client,
    lift: 'git-init',
    path: 'work/churn',
    choices
  });
  const written: string[][] = [];
  model.written.connect((_, paths) => written.push(paths));
  return { client, model, written };
}

const applied = { number: 7, time: '', paths: ['.gitignore'] };

describe('LiftModel', () => {
  it('writes nothing before it was looked at', async () => {
    const { client, model } = setUp();
    await model.apply();
    await model.undo();
    expect(client.asked).toEqual([]);
  });

  it('applies what was shown, with the choices it was shown for', async () => {
    const { client, model, written } = setUp();
    await model.look({ branch: 'trunk' });
    expect(model.ready).toBe(true);
    expect(model.files).toEqual(['work/churn/.gitignore']);
    client.plan = plan({ applied });
    await model.apply();
    expect(client.asked[1]).toEqual([
      'lift',
      'work/churn',
      { lift: 'git-init', branch: 'trunk' },
      'first'
    ]);
    expect(model.state).toBe('applied');
    expect(written).toEqual([['work/churn/.gitignore']]);
  });

  it('takes back the set that it made', async () => {
    const { client, model, written } = setUp();
    await model.look();
    client.plan = plan({ applied });
    await model.apply();
    await model.undo();
    expect(client.asked[2]).toEqual(['undo', 'work/churn', 7]);
    expect(model.state).toBe('undone');
    expect(written).toHaveLength(2);
  });

  it('stays applied when the undo is refused', async () => {
    const { client, model } = setUp();
    await model.look();
    client.plan = plan({ applied });
    await model.apply();
    const failure = { code: 'edited-since', message: 'It was edited.' };
    client.undone = new RestError(422, failure);
    await model.undo();
    expect(model.state).toBe('applied');
    expect(model.failure).toEqual(failure);
  });

  it('runs no code before that is asked for', async () => {
    const run = {
      name: 'run',
      what: '',
      values: ['yes', 'no'],
      default: 'yes'
    };
    const { client, model } = setUp([run]);
    client.plan = plan({ options: [run] });
    await model.look();
    expect(client.asked[0][2]).toEqual({ lift: 'git-init', run: 'no' });
    expect(model.untried).toBe(true);
    await model.tryOut();
    expect(client.asked[1][2]).toEqual({ lift: 'git-init', run: 'yes' });
    expect(model.untried).toBe(false);
  });

  it('has to be looked at again after a refusal', async () => {
    const { client, model } = setUp();
    await model.look();
    client.plan = new RestError(409, { code: 'changed', message: '' });
    await model.apply();
    expect(model.state).toBe('failed');
    expect(model.ready).toBe(false);
    client.plan = plan({ id: 'second' });
    await model.look();
    expect(model.ready).toBe(true);
    expect(model.failure).toBeNull();
  });

  it('cannot be applied where it does not fit', async () => {
    const { client, model } = setUp();
    client.plan = plan({ state: 'not-here', changes: [] });
    await model.look();
    expect(model.ready).toBe(false);
  });

  it('tells how far it is, and stops when it is told to', async () => {
    const { client, model } = setUp();
    client.held = true;
    const looked = model.look();
    await new Promise<void>(resolve => {
      model.changed.connect(() => {
        if (model.message === 'Reading') {
          resolve();
        }
      });
    });
    await model.cancel();
    await looked;
    expect(model.state).toBe('stopped');
    expect(model.ready).toBe(false);
  });

  it('ends the preview that another one replaces, and that nobody sees', async () => {
    const { client, model } = setUp();
    client.held = true;
    const looked = [model.look(), model.look({ branch: 'trunk' })];
    await new Promise(resolve => setTimeout(resolve, 5));
    expect(client.known.get('0')?.state).toBe('cancelled');
    expect(client.known.get('1')?.state).toBe('running');
    model.dispose();
    await Promise.all(looked);
    expect(client.known.get('1')?.state).toBe('cancelled');
  });

  it('goes on after a reload with what the server does already', async () => {
    const { client, model } = setUp();
    const options = { lift: 'git-init', branch: 'trunk' };
    await client.startJob('lift', 'work/churn', options);
    client.plan = plan({ applied });
    await model.resume();
    expect(client.asked).toHaveLength(1);
    expect(model.state).toBe('applied');
    expect(model.options).toEqual({ branch: 'trunk' });
  });

  it('looks where the server does nothing', async () => {
    const { client, model } = setUp();
    await client.startJob('preview', 'work/churn', { lift: 'another' });
    await model.resume();
    expect(client.asked).toHaveLength(2);
    expect(model.state).toBe('shown');
  });
});
