import type {
  IAssessment,
  IHistoryRow,
  ILift,
  IReached,
  IRecorded,
  ITutorial
} from '../../rest/contract';
import { RestError } from '../../rest/client';
import { ScoreModel } from '../model';
import { assessment, criterion, unit } from './samples';

const LIFT: ILift = {
  lift: 'git-init',
  title: 'Put the project under git',
  level: 1,
  raises: ['code-versioned'],
  options: []
};

const ROW: IHistoryRow = {
  date: '2026-11-23',
  commit: null,
  level: 1,
  progress: 0,
  score: 30,
  changes: []
};

const reached = (level: number): IReached => ({
  unit: null,
  level,
  before: level - 1,
  name: '',
  means: '',
  show: ''
});

/** Answers requests when told to, in any order. */
class Server {
  readonly asked: { path: string; maxAge: number }[] = [];

  assess(path: string, maxAge: number): Promise<IAssessment> {
    this.asked.push({ path, maxAge });
    return new Promise((resolve, reject) =>
      this._waiting.push({ resolve, reject })
    );
  }

  assessNow(
    path: string,
    unsaved: Record<string, string>
  ): Promise<IAssessment> {
    this.unsaved.push(unsaved);
    return this.assess(path, 0);
  }

  readonly unsaved: Record<string, string>[] = [];

  async state(): Promise<string> {
    this.looks++;
    return this.git;
  }

  /** What the state of the repository is, and how often it was asked for. */
  git = '';
  looks = 0;

  async tutorials(): Promise<ITutorial[]> {
    return [];
  }

  async history(): Promise<IHistoryRow[]> {
    return [];
  }

  async record(path: string): Promise<IRecorded> {
    this.recorded.push(path);
    return { row: ROW, reached: [], certificate: null, why_not: 'Commit.' };
  }

  readonly recorded: string[] = [];

  async lifts(): Promise<ILift[]> {
    return [LIFT];
  }

  async answer(change: Partial<IAssessment> = {}, index = 0): Promise<void> {
    this._waiting.splice(index, 1)[0].resolve(assessment(change));
    await settle();
  }

  async refuse(code: string): Promise<void> {
    this._waiting
      .splice(0, 1)[0]
      .reject(new RestError(500, { code, message: code }));
    await settle();
  }

  private _waiting: {
    resolve: (answer: IAssessment) => void;
    reject: (reason: unknown) => void;
  }[] = [];
}

const settle = async () => {
  for (let turn = 0; turn < 10; turn++) {
    await Promise.resolve();
  }
};

describe('ScoreModel', () => {
  let server: Server;
  let model: ScoreModel;
  let now: number;
  let hidden: boolean;
  let unsaved: Record<string, string>;

  beforeEach(() => {
    jest.useFakeTimers();
    now = 1000;
    hidden = false;
    server = new Server();
    unsaved = {};
    model = new ScoreModel({
      client: server,
      now: () => now,
      hidden: () => hidden,
      unsaved: () => ({ ...unsaved })
    });
  });

  afterEach(() => {
    model.dispose();
    jest.useRealTimers();
  });

  const show = async (path = 'churn/a.ipynb') => {
    model.setPath(path);
    model.setActive(true);
    await server.answer();
  };

  it('asks for nothing while nobody looks', () => {
    model.setPath('churn/a.ipynb');
    expect(server.asked).toEqual([]);
  });

  it('shows an answer of any age at first and renews an old one', async () => {
    model.setPath('churn/a.ipynb');
    model.setActive(true);
    expect(server.asked[0].maxAge).toBeGreaterThan(86400);
    expect(model.busy).toBe(true);
    await server.answer({ age: 3600, level: 1 });
    expect(model.assessment?.level).toBe(1);
    expect(server.asked[1]).toEqual({ path: 'churn/a.ipynb', maxAge: 0 });
    await server.answer({ level: 2 });
    expect(model.assessment?.level).toBe(2);
    expect(model.busy).toBe(false);
    expect(server.asked).toHaveLength(2);
  });

  it('learns once which lifts there are', async () => {
    const lifts = jest.spyOn(server, 'lifts');
    await show();
    expect(model.lifts.get('git-init')).toEqual(LIFT);
    void model.refresh();
    await server.answer();
    expect(lifts).toHaveBeenCalledTimes(1);
  });

  it('celebrates the highest new level until it is recorded or put off', async () => {
    model.setPath('churn/a.ipynb');
    model.setActive(true);
    await server.answer({ reached: [reached(1), reached(2)] });
    expect(model.celebrated?.level).toBe(2);
    model.celebrate = false;
    expect(model.celebrated).toBeNull();
    model.celebrate = true;
    model.celebrateLater();
    expect(model.celebrated).toBeNull();
    void model.record();
    await settle();
    expect(server.recorded).toEqual(['churn']);
    expect(model.recorded?.why_not).toBe('Commit.');
    await server.answer({ reached: [reached(3)] });
    expect(model.recording).toBe(false);
    expect(model.celebrated?.level).toBe(3);
  });

  it('knows titles and notebooks of what is scored', async () => {
    model.setPath('work/churn/a.ipynb');
    model.setActive(true);
    await server.answer({
      root: 'work/churn',
      units: [unit({ criteria: [criterion({ id: 'x', title: 'Do x' })] })],
      notebooks: ['a.ipynb', 'b/c.ipynb'].map(path => ({
        path,
        pipeline: null
      }))
    });
    expect(model.titleOf('x')).toBe('Do x');
    expect(model.titleOf('unknown')).toBe('unknown');
    expect(model.notebooksIn('work/churn/b')).toEqual(['work/churn/b/c.ipynb']);
  });

  it('knows how old the answer is', async () => {
    model.setPath('churn');
    model.setActive(true);
    await server.answer({ age: 5 });
    now += 10;
    expect(model.age).toBe(15);
  });

  it('scores again once the saves have calmed down', async () => {
    await show();
    model.noteChange('churn/train.py');
    await jest.advanceTimersByTimeAsync(1000);
    model.noteChange('churn/train.py');
    await jest.advanceTimersByTimeAsync(1000);
    expect(server.asked).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1000);
    await settle();
    expect(server.asked).toHaveLength(2);
    expect(server.asked[1].maxAge).toBe(0);
  });

  it('does not care for saves elsewhere', async () => {
    await show();
    model.noteChange('churn2/train.py');
    await jest.advanceTimersByTimeAsync(5000);
    expect(server.asked).toHaveLength(1);
  });

  it('cares for the open document, wherever it lies', async () => {
    await show();
    model.setPath('tutorial/tutorial.ipynb');
    await server.answer({ root: 'tutorial/project' });
    model.noteChange('tutorial/tutorial.ipynb');
    await jest.advanceTimersByTimeAsync(2000);
    expect(server.asked).toHaveLength(3);
  });

  it('can leave saves alone', async () => {
    await show();
    model.rescoreOnSave = false;
    model.noteChange('churn/train.py');
    await jest.advanceTimersByTimeAsync(5000);
    expect(server.asked).toHaveLength(1);
  });

  it('catches up with saves when it is looked at again', async () => {
    await show();
    model.setActive(false);
    model.noteChange('churn/train.py');
    await jest.advanceTimersByTimeAsync(5000);
    expect(server.asked).toHaveLength(1);
    model.setActive(true);
    expect(server.asked[1].maxAge).toBe(0);
  });

  it('does not ask again for what is fresh', async () => {
    await show();
    model.setActive(false);
    model.setActive(true);
    expect(server.asked).toHaveLength(1);
  });

  it('takes what is unsaved into account after a pause', async () => {
    await show();
    unsaved = { 'churn/a.ipynb': '{"cells": []}' };
    model.noteEdit();
    await jest.advanceTimersByTimeAsync(2000);
    model.noteEdit();
    await jest.advanceTimersByTimeAsync(2000);
    expect(server.asked).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(2000);
    expect(server.unsaved).toEqual([unsaved]);
    await server.answer();
    // Closed without being saved: it is seen the next time.
    unsaved = {};
    model.setActive(false);
    await jest.advanceTimersByTimeAsync(5000);
    model.setActive(true);
    expect(server.unsaved[1]).toEqual({});
    await server.answer();
    // Saved by now, as with real-time collaboration.
    model.setActive(false);
    model.noteEdit();
    await jest.advanceTimersByTimeAsync(5000);
    expect(server.asked).toHaveLength(3);
    model.setActive(true);
    expect(server.asked).toHaveLength(4);
  });

  it('scores again after a commit, and looks for one only while somebody looks', async () => {
    server.git = 'one';
    model.setPath('churn/a.ipynb');
    model.setActive(true);
    await server.answer({ state: 'one' });
    const before = server.asked.length;
    await jest.advanceTimersByTimeAsync(30_000);
    expect(server.looks).toBeGreaterThan(1);
    expect(server.asked).toHaveLength(before);
    server.git = 'two';
    await jest.advanceTimersByTimeAsync(11_000);
    expect(server.asked).toHaveLength(before + 1);
    await server.answer({ state: 'two' });
    // The page itself is hidden.
    hidden = true;
    let { looks } = server;
    server.git = 'three';
    await jest.advanceTimersByTimeAsync(55_000);
    expect(server.looks).toBe(looks);
    hidden = false;
    await jest.advanceTimersByTimeAsync(11_000);
    expect(server.asked).toHaveLength(before + 2);
    await server.answer({ state: 'three' });
    model.setActive(false);
    ({ looks } = server);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(server.looks).toBe(looks);
  });

  it('takes the last asked answer, whichever comes last', async () => {
    model.setPath('churn/a.ipynb');
    model.setActive(true);
    model.setPath('other/b.ipynb');
    await server.answer({ root: 'other' }, 1);
    await server.answer({ root: 'churn' }, 0);
    expect(model.assessment?.root).toBe('other');
    expect(model.busy).toBe(false);
  });

  it('forgets the picked unit in another project only', async () => {
    await show();
    model.pickedUnit = 'sub';
    model.setPath('churn/b.ipynb');
    await server.answer();
    expect(model.pickedUnit).toBe('sub');
    model.setPath('other/c.ipynb');
    await server.answer({ root: 'other' });
    expect(model.pickedUnit).toBeNull();
  });

  it('keeps the answer when a renewal fails, and says why', async () => {
    await show();
    void model.refresh();
    await server.refuse('server-unreachable');
    expect(model.assessment).not.toBeNull();
    expect(model.failure?.code).toBe('server-unreachable');
    void model.refresh();
    await server.answer();
    expect(model.failure).toBeNull();
  });

  it('shows no project for work on another drive', async () => {
    await show();
    void model.refresh();
    model.setFailure({ code: 'no-local-files', message: 'elsewhere' });
    await server.answer();
    expect(model.assessment).toBeNull();
    expect(model.failure?.code).toBe('no-local-files');
  });
});
