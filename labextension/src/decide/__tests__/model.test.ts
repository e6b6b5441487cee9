import type { IDecided } from '../../rest/contract';
import { RestError } from '../../rest/client';
import type { IForm } from '../model';
import { DecisionModel, dayFrom } from '../model';

const FORM: IForm = {
  kind: 'waiver',
  reason: '',
  owner: '',
  expires: '2027-01-31',
  scope: ''
};

class Server {
  readonly asked: unknown[][] = [];
  refuse: string | null = null;

  async decide(...asked: unknown[]): Promise<IDecided> {
    this.asked.push(asked);
    if (this.refuse) {
      throw new RestError(422, { code: this.refuse, message: '' });
    }
    return {
      id: 'first',
      title: '',
      changes: [],
      level: [0, 1],
      progress: [0, 0],
      applied: null
    };
  }
}

function setUp(form: Partial<IForm> = {}) {
  const client = new Server();
  const model = new DecisionModel({
    client,
    path: 'churn',
    criterion: 'tests',
    form: { ...FORM, ...form },
    delay: 100
  });
  return { client, model };
}

describe('DecisionModel', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('looks at nothing before it is complete', async () => {
    const { client, model } = setUp();
    model.fill({ reason: 'later' });
    await jest.advanceTimersByTimeAsync(500);
    expect(model.complete).toBe(false);
    expect(client.asked).toEqual([]);
    expect(await model.write()).toBe(false);
  });

  it('looks at it once after some keys, and writes what was shown', async () => {
    const { client, model } = setUp({ owner: '@ada' });
    for (const reason of ['l', 'la', 'later, with the modules']) {
      model.fill({ reason });
      await jest.advanceTimersByTimeAsync(20);
    }
    await jest.advanceTimersByTimeAsync(500);
    expect(client.asked).toHaveLength(1);
    expect(model.preview?.id).toBe('first');
    expect(await model.write()).toBe(true);
    expect(client.asked[1]).toEqual([
      'churn',
      expect.objectContaining({
        criterion: 'tests',
        kind: 'waiver',
        reason: 'later, with the modules'
      }),
      'first'
    ]);
  });

  it('cannot be written once something else is filled in', async () => {
    const { model } = setUp({ owner: '@ada', reason: 'why' });
    await jest.advanceTimersByTimeAsync(500);
    expect(model.preview).not.toBeNull();
    model.fill({ owner: '@grace' });
    expect(model.preview).toBeNull();
  });

  it('says why it is refused', async () => {
    const { client, model } = setUp({ owner: '@ada', reason: 'why' });
    client.refuse = 'invalid-configuration';
    await jest.advanceTimersByTimeAsync(500);
    expect(model.failure?.code).toBe('invalid-configuration');
    client.refuse = null;
    model.fill({ reason: 'a better one' });
    expect(model.failure).toBeNull();
  });

  it('needs nothing to be withdrawn, and no day for what does not apply', () => {
    expect(setUp({ kind: 'withdraw' }).model.complete).toBe(true);
    const form = { owner: '@ada', reason: 'why', expires: '' };
    expect(setUp({ ...form, kind: 'not_applicable' }).model.complete).toBe(
      true
    );
    expect(setUp({ ...form, kind: 'attest' }).model.complete).toBe(false);
  });
});

describe('dayFrom', () => {
  it('counts days over the ends of months', () => {
    expect(dayFrom(new Date(2026, 10, 28), 90)).toBe('2027-02-26');
  });
});
