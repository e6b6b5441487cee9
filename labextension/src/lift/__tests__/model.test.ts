import type { IApplied, ILiftOption, ILiftPlan } from '../../rest/contract';
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

  async previewLift(...asked: unknown[]): Promise<ILiftPlan> {
    this.asked.push(['preview', ...asked]);
    return give(this.plan);
  }

  async applyLift(...asked: unknown[]): Promise<ILiftPlan> {
    this.asked.push(['apply', ...asked]);
    return give(this.plan);
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
      'apply',
      'git-init',
      'work/churn',
      { branch: 'trunk' },
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
    expect(client.asked[0][3]).toEqual({ run: 'no' });
    expect(model.untried).toBe(true);
    await model.tryOut();
    expect(client.asked[1][3]).toEqual({ run: 'yes' });
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
});
