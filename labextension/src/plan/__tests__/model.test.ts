import type { IPlanClient } from '../../rest/client';
import { RestError } from '../../rest/client';
import type { IPlanDocument, IPlanned } from '../../rest/contract';
import { merge, rename, skip, split } from '../edit';
import type { IKept } from '../model';
import { PlanModel } from '../model';
import { outlineOf, planned } from './samples';

const PATH = 'churn/a.ipynb';

/** A server that answers when it is told to. */
class Server implements IPlanClient {
  proposal = planned();
  readonly asked: (IPlanDocument | undefined)[] = [];
  answers: ((change?: Partial<IPlanned> | Error) => void)[] = [];
  waits = false;

  plan(_path: string, options: Record<string, unknown>): Promise<IPlanned> {
    this.asked.push(options.plan as IPlanDocument | undefined);
    const answer = options.plan
      ? { ...this.proposal, plan: options.plan as IPlanDocument }
      : this.proposal;
    return new Promise((resolve, reject) => {
      this.answers.push(change =>
        change instanceof Error
          ? reject(change)
          : resolve({ ...answer, ...change })
      );
      if (!this.waits) {
        this.answers.pop()?.();
      }
    });
  }
}

const refused = (code: string, cell: number | null = null) =>
  new RestError(422, { code, message: code, cell });

const passed = async (milliseconds = 0) => {
  await jest.advanceTimersByTimeAsync(milliseconds);
};

describe('PlanModel', () => {
  let server: Server;
  let kept: IKept | null;
  let model: PlanModel;
  const make = () =>
    new PlanModel({
      client: server,
      path: PATH,
      delay: 100,
      store: {
        load: async () => kept,
        save: async value => {
          kept = value;
        }
      }
    });
  const edit = (
    change: (...args: Parameters<typeof merge>) => ReturnType<typeof merge>
  ) => {
    if (model.plan) {
      model.apply(change(model.plan, model.order, 0));
    }
  };
  const names = () => model.plan?.stages.map(({ name }) => name);

  beforeEach(() => {
    jest.useFakeTimers();
    server = new Server();
    kept = null;
    model = make();
  });

  afterEach(() => {
    model.dispose();
    jest.useRealTimers();
  });

  it('asks for nothing while nothing is edited', async () => {
    await model.show();
    await passed(1000);
    expect(server.asked).toEqual([undefined]);
    expect([model.edited, model.options()]).toEqual([false, {}]);
    expect(await model.settle()).toBe(true);
  });

  it('asks once things have come to rest, one question at a time', async () => {
    await model.show();
    server.waits = true;
    edit(plan => rename(plan, 'load', 'one'));
    await passed(50);
    edit(plan => rename(plan, 'one', 'two'));
    await passed(99);
    expect(server.asked).toHaveLength(1);
    await passed(1);
    expect(server.asked).toHaveLength(2);
    edit(plan => rename(plan, 'two', 'three'));
    await passed(500);
    expect([server.asked.length, model.checking]).toEqual([2, true]);
    server.answers.pop()?.();
    await passed();
    expect(server.asked).toHaveLength(3);
    expect(server.asked[2]?.stages[0].name).toBe('three');
    expect(server.asked[2]?.notebook_sha256).toBe('first');
    const settled = model.settle();
    server.answers.pop()?.();
    expect(await settled).toBe(true);
    expect([model.checking, model.answer?.plan.stages[0].name]).toEqual([
      false,
      'three'
    ]);
  });

  it('tells at the cell why a plan cannot be, and keeps the last one that could', async () => {
    await model.show();
    server.waits = true;
    edit((plan, order) => skip(plan, order, 3));
    await passed(100);
    server.answers.pop()?.(refused('skipped-name', 4));
    await passed();
    expect(model.problem?.code).toBe('skipped-name');
    expect(model.notes).toEqual([
      { cell: 4, severity: 'error', message: 'skipped-name' }
    ]);
    expect(model.answer?.plan.skip).toEqual([]);
    expect(await model.settle()).toBe(false);
    model.undo();
    await passed(100);
    expect([model.problem, model.notes, model.edited]).toEqual([
      null,
      [],
      false
    ]);
    expect(server.asked).toHaveLength(2);
    model.redo();
    await passed(100);
    expect(server.asked).toHaveLength(3);
  });

  it('tells what the planner warns of', async () => {
    server.proposal = planned({
      findings: [
        {
          code: 'a',
          severity: 'warning',
          source_cell: 3,
          line: 1,
          message: 'w'
        },
        { code: 'b', severity: 'info', source_cell: 3, line: 1, message: 'i' },
        {
          code: 'c',
          severity: 'warning',
          source_cell: null,
          line: null,
          message: 'n'
        }
      ]
    });
    await model.show();
    expect(model.notes).toEqual([
      { cell: 3, severity: 'warning', message: 'w' }
    ]);
  });

  it('is there again after the page was reloaded', async () => {
    await model.show();
    edit(merge);
    model.setAllowInstall(true);
    expect(kept).toMatchObject({ open: true, allowInstall: true });
    model.dispose();
    model = make();
    await model.restore();
    await passed(100);
    expect([model.open, names(), model.edited, model.notice]).toEqual([
      true,
      ['load'],
      true,
      null
    ]);
    expect(model.options()).toMatchObject({ allow_install: true });
    model.undo();
    expect(names()).toEqual(['load', 'train']);
    model.redo();
    model.reset();
    expect([names(), model.edited]).toEqual([['load', 'train'], false]);
  });

  it('stays above a notebook that has changed where its cells are still there', async () => {
    await model.show();
    edit(merge);
    await passed(100);
    server.proposal = planned();
    server.proposal.plan.notebook_sha256 = 'second';
    await model.refresh();
    await passed(100);
    expect([names(), model.notice]).toEqual([['load'], 'notebook-changed']);
    expect(server.asked.pop()?.notebook_sha256).toBe('second');
  });

  it('begins anew where the notebook has other cells', async () => {
    await model.show();
    edit(merge);
    await passed(100);
    server.proposal = planned({ outline: outlineOf('a', 'b') });
    server.proposal.plan = {
      ...server.proposal.plan,
      stages: [{ name: 'all', cells: [0, 1] }]
    };
    await model.refresh();
    await passed(100);
    expect([names(), model.notice, model.edited]).toEqual([
      ['all'],
      'plan-lost',
      false
    ]);
  });

  it('asks for a new proposal when the server finds the plan outdated', async () => {
    await model.show();
    server.waits = true;
    edit(merge);
    await passed(100);
    server.proposal = planned();
    server.proposal.plan.notebook_sha256 = 'second';
    server.waits = false;
    server.answers.pop()?.(refused('outdated-plan'));
    await passed(100);
    expect([names(), model.notice, model.problem]).toEqual([
      ['load'],
      'notebook-changed',
      null
    ]);
  });

  it('says why there is none', async () => {
    server.waits = true;
    const shown = model.show();
    server.answers.pop()?.(refused('invalid-notebook', 2));
    await shown;
    expect([model.proposal, model.problem?.cell, model.checking]).toEqual([
      null,
      2,
      false
    ]);
  });

  it('is forgotten when the pipeline was made with it, and not when it was edited since', async () => {
    await model.show();
    edit(merge);
    await passed(100);
    model.begun();
    expect([model.open, kept?.asked]).toEqual([false, true]);
    model.written();
    expect([model.edited, model.proposal, kept]).toEqual([false, null, null]);

    await model.show();
    edit((plan, order) => split(plan, order, 3, 'more'));
    await passed(100);
    model.begun();
    edit(plan => rename(plan, 'more', 'less'));
    await passed(100);
    model.written();
    expect([model.edited, names()]).toEqual([true, ['load', 'less', 'train']]);
  });
});
