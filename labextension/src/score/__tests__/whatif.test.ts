import type { IUnit, IWhatIf } from '../../rest/contract';
import { RestError } from '../../rest/client';
import { stepsTo } from '../view';
import { WhatIfModel } from '../whatif';
import { assessment, criterion, unit } from './samples';

const OPEN = [
  criterion({ id: 'a', state: 'fail' }),
  criterion({ id: 'b', state: 'partial', level: 2 }),
  criterion({ id: 'c', state: 'pass' })
];

function answer(level: number): IWhatIf {
  const outcome = { level, progress: 0, score: 0, blockers: [], checklist: [] };
  const step = { level: 2, hours: 2, requires: [], outcome };
  return {
    outcome,
    target: 2,
    hours: 4,
    steps: [
      { ...step, criterion: 'b' },
      { ...step, criterion: 'a' },
      { ...step, criterion: 'unknown' }
    ]
  };
}

class Server {
  readonly asked: unknown[][] = [];
  fail = false;

  async whatIf(...asked: unknown[]): Promise<IWhatIf> {
    this.asked.push(asked);
    if (this.fail) {
      throw new RestError(500, { code: 'x', message: '' });
    }
    return answer(1);
  }
}

async function setUp(shown: IUnit = unit({ criteria: OPEN })) {
  const client = new Server();
  const kept = new Map<string, number | null>([['kept', 3]]);
  const store = {
    load: async (root: string) => kept.get(root) ?? undefined,
    save: async (root: string, target: number | null) => {
      kept.set(root, target);
    }
  };
  const model = new WhatIfModel({ client, store });
  await model.show(assessment({ units: [shown] }), shown);
  return { client, kept, model };
}

describe('WhatIfModel', () => {
  it('asks for the way to the next level at first', async () => {
    const { client, model } = await setUp();
    expect(client.asked).toEqual([['churn', '.', [], 1]]);
    expect(model.answer?.hours).toBe(4);
  });

  it('asks what would be with what is ticked, and no longer is', async () => {
    const { client, model } = await setUp();
    await model.toggle('a');
    await model.toggle('b');
    await model.toggle('a');
    expect(client.asked.map(([, , ticked]) => ticked)).toEqual([
      [],
      ['a'],
      ['a', 'b'],
      ['b']
    ]);
    await model.clear();
    expect(model.ticked.size).toBe(0);
  });

  it('keeps the ticks that are still open when the unit is scored again', async () => {
    const { model } = await setUp();
    await model.toggle('a');
    await model.toggle('b');
    const again = unit({
      criteria: [criterion({ id: 'a' }), ...OPEN.slice(1)]
    });
    await model.show(assessment({ units: [again] }), again);
    expect([...model.ticked]).toEqual(['b']);
    const other = unit({ path: 'other', criteria: OPEN });
    await model.show(assessment({ units: [other] }), other);
    expect(model.ticked.size).toBe(0);
  });

  it('keeps the target of each project', async () => {
    const { client, kept, model } = await setUp();
    await model.setTarget(4);
    expect(kept.get('churn')).toBe(4);
    expect(client.asked.pop()?.[3]).toBe(4);
    const shown = unit({ criteria: OPEN });
    await model.show(assessment({ root: 'kept', units: [shown] }), shown);
    expect(model.target).toBe(3);
    expect(client.asked.pop()?.[3]).toBe(3);
  });

  it('has no target below the next level', async () => {
    const { model } = await setUp(unit({ level: 2, criteria: OPEN }));
    await model.setTarget(1);
    expect(model.target).toBe(3);
  });

  it('says what went wrong and asks again at the next tick', async () => {
    const { client, model } = await setUp();
    client.fail = true;
    await model.toggle('a');
    expect(model.failure?.code).toBe('x');
    client.fail = false;
    await model.toggle('b');
    expect(model.failure).toBeNull();
  });
});

describe('stepsTo', () => {
  it('takes the order of the way, and what is recommended from the next level', () => {
    const shown = unit({
      next_steps: ['a', 'r'],
      criteria: [...OPEN, criterion({ id: 'r', required: false })]
    });
    const ids = (way: IWhatIf | null) => {
      const { required, recommended } = stepsTo(shown, way);
      return [required, recommended].map(list => list.map(({ id }) => id));
    };
    expect(ids(answer(0))).toEqual([['b', 'a'], ['r']]);
    expect(ids(null)).toEqual([['a'], ['r']]);
  });
});
