import { nullTranslator } from '@jupyterlab/translation/lib/base';

import { assessment, criterion, unit } from './samples';
import {
  ageText,
  blockersText,
  chainPlace,
  criteriaOf,
  holds,
  levelText,
  profileText,
  nextSteps,
  placeText,
  progressText,
  serverPath,
  unitName,
  unitOf
} from '../view';

const trans = nullTranslator.load('');

describe('paths', () => {
  it.each([
    ['churn', 'dvc.yaml', 'churn/dvc.yaml'],
    ['churn', '.', 'churn'],
    ['', 'a/b.py', 'a/b.py'],
    ['repo/churn', '../ci.yml', 'repo/ci.yml'],
    ['churn', '../ci.yml', 'ci.yml'],
    ['churn', '../../ci.yml', null],
    ['', '../ci.yml', null]
  ])('%s and %s are %s on the server', (root, relative, expected) => {
    expect(serverPath(root, relative)).toBe(expected);
  });

  it.each([
    ['', 'anything', true],
    ['churn', 'churn/a.py', true],
    ['churn', 'churn', true],
    ['churn', 'churn2/a.py', false]
  ])('%s holds %s: %s', (folder, path, expected) => {
    expect(holds(folder, path)).toBe(expected);
  });
});

describe('unitOf', () => {
  const inner = unit({ path: 'projects/churn', level: 2 });
  const outer = unit({ path: 'projects', level: 1 });
  const library = unit({ path: 'lib', kind: 'library', level: 0 });
  const sample = assessment({ root: 'repo', units: [library, outer, inner] });

  it('is the nearest that holds the work', () => {
    expect(unitOf(sample, 'repo/projects/churn/a.ipynb')).toBe(inner);
    expect(unitOf(sample, 'repo/projects/other.ipynb')).toBe(outer);
  });

  it('is the lowest project where none holds it', () => {
    expect(unitOf(sample, 'repo/README.md')).toBe(outer);
    expect(unitOf(sample, null)).toBe(outer);
  });

  it('is made up for an answer without units', () => {
    expect(unitOf(assessment({ units: [], level: 0 }), null)).toMatchObject({
      level: 0,
      criteria: []
    });
  });
});

describe('texts', () => {
  it('says level, progress and blockers', () => {
    const one = unit({ level: 1, progress: 62, blockers: ['a', 'b', 'c'] });
    expect(levelText(one, trans)).toBe('Level 1');
    expect(progressText(one, trans)).toBe('62 % to Level 2');
    expect(blockersText(one, trans)).toBe('3 blockers');
    expect(blockersText(unit({ blockers: ['a'] }), trans)).toBe('1 blocker');
  });

  it('says when a level was not reached by evidence alone', () => {
    const one = unit({
      level: 2,
      criteria: [
        criterion({ level: 1, state: 'waived' }),
        criterion({ level: 2, state: 'attested' }),
        criterion({ level: 3, state: 'waived' }),
        criterion({ level: 1, state: 'waived', required: false })
      ]
    });
    expect(levelText(one, trans)).toBe('Level 2 (1 waiver, 1 attested)');
  });

  it('says what people declared not to apply, and not what the files say', () => {
    const one = unit({
      level: 1,
      criteria: [
        criterion({ level: 1, state: 'not-applicable', by: 'profile' }),
        criterion({ level: 1, state: 'not-applicable', by: null })
      ]
    });
    expect(levelText(one, trans)).toBe('Level 1 (1 exempt)');
  });

  it('says what kind of project it is, and who said so', () => {
    const seen = {
      name: 'library' as const,
      overlays: [],
      chosen: false,
      reason: null,
      not_applicable: []
    };
    expect(profileText(unit({}), trans)).toBe('');
    expect(profileText(unit({ profile: seen }), trans)).toBe(
      'Profile: library, by its files'
    );
    const chosen = { ...seen, chosen: true, reason: 'others import it' };
    expect(profileText(unit({ profile: chosen }), trans)).toBe(
      'Profile: library, chosen: others import it'
    );
  });

  it('knows the end of the road', () => {
    const top = unit({ level: 4, progress: 100 });
    expect(progressText(top, trans)).toBe('the highest level');
    expect(blockersText(top, trans)).toBe('');
  });

  it.each([
    [0, 'just now'],
    [42.6, '42 s ago'],
    [61, '1 min ago'],
    [7300, '2 h ago'],
    [90000, '1 day ago']
  ])('%s seconds are %s', (seconds, expected) => {
    expect(ageText(seconds, trans)).toBe(expected);
  });

  it.each([
    [{ path: 'a.py', line: null, cell: null }, 'a.py'],
    [{ path: 'a.py', line: 3, cell: null }, 'a.py, line 3'],
    [{ path: 'a.ipynb', line: null, cell: 0 }, 'a.ipynb, cell 1'],
    [{ path: 'a.ipynb', line: 2, cell: 3 }, 'a.ipynb, cell 4, line 2']
  ])('%j is %s', (place, expected) => {
    expect(placeText(place, trans)).toBe(expected);
  });
});

it.each([
  ['train.py:42', { path: 'train.py', cell: null, line: 42 }],
  ['a#1.ipynb#3:2', { path: 'a#1.ipynb', cell: 3, line: 2 }],
  ['a.ipynb#0', { path: 'a.ipynb', cell: 0, line: null }],
  ['dvc.yaml', { path: 'dvc.yaml', cell: null, line: null }]
])('a chain reads %s', (link, expected) => {
  expect(chainPlace(link)).toEqual(expected);
});

describe('criteria', () => {
  const criteria = [
    criterion({ id: 'x', level: 2, checklist: 'pipelines' }),
    criterion({ id: 'b', level: 1, required: false }),
    criterion({ id: 'a', level: 1 })
  ];

  it('belong to their question, by level, required ones first', () => {
    const ids = criteriaOf(unit({ criteria }), 'versioning').map(c => c.id);
    expect(ids).toEqual(['a', 'b']);
  });

  it('come next in the order of the assessor', () => {
    const one = unit({ criteria, next_steps: ['b', 'gone', 'a'] });
    expect(nextSteps(one).map(c => c.id)).toEqual(['b', 'a']);
  });
});

describe('unitName', () => {
  it('is as short as can be told from the others', () => {
    const all = ['.', 'churn', 'shop/model', 'bank/model', 'model'];
    expect(all.map(path => unitName(path, all))).toEqual([
      '.',
      'churn',
      'shop/model',
      'bank/model',
      'model'
    ]);
    expect(unitName('deep/er/one', all)).toBe('one');
  });
});
