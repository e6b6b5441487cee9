import { nullTranslator } from '@jupyterlab/translation/lib/base';

import type { IConversion, IJobEvent, IStage } from '../../rest/contract';
import {
  NO_PROGRESS,
  PHASES,
  advance,
  cellsText,
  edgesOf,
  graphOf,
  inputNames,
  proofRows,
  toneOf,
  metricText,
  valueText,
  rerunText,
  verdictOf,
  withoutColours
} from '../view';

const trans = nullTranslator.load('');

const event = (change: Partial<IJobEvent>): IJobEvent => ({
  id: 0,
  event: 'progress',
  message: '',
  ...change
});

function stage(name: string, needs: string[] = [], cells = [1]): IStage {
  return {
    name,
    notebook: `stages/${name}.ipynb`,
    source_cells: cells,
    inputs: needs.map(need => ({
      variable: `from_${need}`,
      path: `products/${need}/x.parquet`
    })),
    outputs: [{ variable: `from_${name}`, path: `products/${name}/x.parquet` }]
  };
}

function conversion(
  verification: IConversion['verification'],
  stages: IStage[] = []
): IConversion {
  return {
    path: 'churn/pipelines/churn',
    notebook: 'churn.ipynb',
    stages,
    parameters: [],
    findings: [],
    verification
  };
}

describe('advance', () => {
  it('never goes back', () => {
    const events = [
      event({ phase: 'observe', cell: 1, cells: 4 }),
      event({ phase: 'observe', cell: 3, cells: 4, fraction: 0.75 }),
      event({ phase: 'verify', stage: 'train', fraction: 0.5 }),
      event({ phase: 'verify', stage: 'load', fraction: 0.1 }),
      event({ phase: 'write', fraction: 1 })
    ];
    let progress = NO_PROGRESS;
    for (const one of events) {
      const next = advance(progress, one);
      expect(next.fraction).toBeGreaterThanOrEqual(progress.fraction);
      expect(next.phase).toBeGreaterThanOrEqual(progress.phase);
      progress = next;
    }
    expect(progress.fraction).toBe(1);
    expect(progress.phase).toBe(PHASES.indexOf('write'));
  });

  it('counts cells where no fraction is given', () => {
    const half = advance(
      NO_PROGRESS,
      event({ phase: 'observe', cell: 2, cells: 4 })
    );
    const full = advance(
      NO_PROGRESS,
      event({ phase: 'observe', fraction: 0.5 })
    );
    expect(half.fraction).toBe(full.fraction);
    expect(half).toMatchObject({ cell: 2, cells: 4 });
  });

  it('leaves other events and unknown phases alone', () => {
    const state = { id: 0, event: 'state', state: 'running' as const };
    expect(advance(NO_PROGRESS, state)).toBe(NO_PROGRESS);
    const odd = advance(NO_PROGRESS, event({ phase: 'odd', message: 'hm' }));
    expect(odd).toMatchObject({ phase: -1, message: 'hm', fraction: 0 });
  });
});

describe('rerunText', () => {
  const found = (rerun: IConversion['rerun']) => ({
    ...conversion({ verdict: 'equivalent', cells: [] }),
    rerun
  });

  it('tells what a change of the last stage costs', () => {
    const stages = { load: 12.34, train: 10, report: 0.52 };
    expect(rerunText(found({ seconds: 12.34, stages }), trans)).toBe(
      'Running again: 12.3 s for the whole notebook, 0.5 s after a change in report.'
    );
  });

  it('says nothing where there is nothing to save', () => {
    expect(rerunText(found(null), trans)).toBe('');
    expect(rerunText(found({ seconds: 9, stages: { all: 9 } }), trans)).toBe(
      ''
    );
    const quick = { load: 0.2, report: 0.1 };
    expect(rerunText(found({ seconds: 0.2, stages: quick }), trans)).toBe('');
  });
});

describe('verdictOf', () => {
  it.each([
    ['equivalent', 'good'],
    ['equivalent-within-tolerance', 'good'],
    ['edited', 'good'],
    ['differs', 'bad'],
    ['failed', 'bad'],
    ['not-run', 'warning'],
    ['something new', 'neutral']
  ])('%s is %s', (verdict, tone) => {
    expect(verdictOf(conversion({ verdict, cells: [] }), trans).tone).toBe(
      tone
    );
  });

  it('puts conflicts before the proof', () => {
    const conflict = { path: 'a', where: '', cell: null, base: null };
    const found = {
      ...conversion({ verdict: 'equivalent', cells: [] }),
      conflicts: [{ ...conflict, ours: 'x', theirs: 'y' }]
    };
    expect(verdictOf(found, trans)).toMatchObject({
      tone: 'warning',
      title: '1 conflict'
    });
  });

  it('says when edits stand in the way', () => {
    const edits = [{ path: 'a', source_cell: 1, what: 'edited' }];
    const text = (verification: IConversion['verification']) =>
      verdictOf(conversion(verification), trans).text;
    expect(text({ verdict: 'failed', cells: [], edits })).toContain('edits');
    expect(text({ verdict: 'failed', cells: [] })).not.toContain('edits');
  });

  it('counts the cells that differ', () => {
    const cells = ['identical', 'differs', 'differs'].map(
      (verdict, source_cell) => ({ verdict, source_cell })
    );
    expect(
      verdictOf(conversion({ verdict: 'differs', cells }), trans).text
    ).toContain('2 of 3 cells');
  });
});

describe('proofRows', () => {
  it('are in the order of the notebook, then hand-overs, then files', () => {
    const rows = proofRows(
      conversion(
        {
          verdict: 'differs',
          cells: [
            { source_cell: 5, verdict: 'differs', detail: 'row 3' },
            { source_cell: 1, verdict: 'identical', stage: 'load' }
          ],
          hand_overs: [
            { variable: 'df', stage: 'load', verdict: 'within-tolerance' }
          ],
          files: [{ path: 'out.csv', verdict: 'identical' }]
        },
        [stage('load', [], [1]), stage('train', ['load'], [5])]
      )
    );
    expect(
      rows.map(({ cell, name, stage, tone }) => [cell, name, stage, tone])
    ).toEqual([
      [1, '', 'load', 'good'],
      [5, '', 'train', 'bad'],
      [null, 'df', 'load', 'good'],
      [null, 'out.csv', '', 'good']
    ]);
    expect(rows[1].detail).toBe('row 3');
  });

  it('give every verdict a tone', () => {
    expect(toneOf('not-deterministic')).toBe('warning');
    expect(toneOf('not-run')).toBe('neutral');
  });
});

describe('cellsText', () => {
  it.each([
    [[], ''],
    [[0], '1'],
    [[0, 1, 2, 4], '1–3, 5'],
    [[9, 3, 3, 8], '4, 9–10']
  ])('%j is %s', (cells, expected) => {
    expect(cellsText(cells)).toBe(expected);
  });
});

describe('graphOf', () => {
  it('puts each stage right of all it waits for', () => {
    const graph = graphOf([
      stage('load'),
      stage('explore', ['load']),
      stage('clean', ['load']),
      stage('train', ['clean']),
      stage('report', ['load', 'train'])
    ]);
    const place = Object.fromEntries(
      graph.nodes.map(node => [node.stage.name, [node.column, node.row]])
    );
    expect(place).toEqual({
      load: [0, 0],
      explore: [1, 0],
      clean: [1, 1],
      train: [2, 0],
      report: [3, 0]
    });
    expect([graph.columns, graph.rows]).toEqual([4, 2]);
    expect(graph.edges).toHaveLength(5);
  });

  it('ends with the stage that tracks the run', () => {
    const track = { ...stage('track', [], []), outputs: [] };
    const graph = graphOf([stage('load'), stage('train', ['load']), track]);
    expect(graph.nodes[2].column).toBe(2);
    expect(graph.edges[1]).toEqual({
      from: 'train',
      to: 'track',
      variables: []
    });
  });

  it('is empty without stages', () => {
    expect(graphOf([])).toEqual({ nodes: [], edges: [], columns: 0, rows: 0 });
  });

  it('names what is handed over, by path or by variable', () => {
    const consumer = { ...stage('train'), inputs: ['from_load'] };
    expect(edgesOf([stage('load'), consumer])).toEqual([
      { from: 'load', to: 'train', variables: ['from_load'] }
    ]);
    expect(inputNames(consumer)).toEqual(['from_load']);
    expect(inputNames(stage('b', ['a']))).toEqual(['from_a']);
  });
});

it('shows as many digits of a metric as people compare', () => {
  expect([5 / 9, 12345.678, 3, 1e-9 / 3, 'n/a'].map(metricText)).toEqual([
    '0.55556',
    '12346',
    '3',
    '3.3333e-10',
    'n/a'
  ]);
});

it('shows values as they stand in the file', () => {
  expect([valueText('a'), valueText(0.2), valueText([1, 2])]).toEqual([
    'a',
    '0.2',
    '[1,2]'
  ]);
});

it('takes the colours out of tracebacks', () => {
  expect(withoutColours('\u001b[0;31mKeyError\u001b[0m: x')).toBe(
    'KeyError: x'
  );
});
