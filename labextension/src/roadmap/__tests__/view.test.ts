import type { IRoadmap, IRoadmapStep } from '../../rest/contract';
import { barsByRole, dayText, laterSteps, shareOf } from '../view';

function step(change: Partial<IRoadmapStep>): IRoadmapStep {
  return {
    id: 'a',
    unit: '.',
    criterion: 'a',
    level: 1,
    title: '',
    state: 'planned',
    now: 'fail',
    message: '',
    advice: null,
    command: null,
    lift: null,
    role: 'data-scientist',
    owner: null,
    effort: 'S',
    hours: 2,
    requires: [],
    start: '2026-11-30',
    end: '2026-12-01',
    agreed: null,
    late_days: 0,
    ...change
  };
}

/** Of ten days. */
function roadmap(steps: IRoadmapStep[]): IRoadmap {
  return {
    root: '',
    name: '',
    date: '2026-11-28',
    start: '2026-11-30',
    end: '2026-12-09',
    months: 3,
    target: 2,
    summary: [],
    focus: { unit: '.', notebooks: [], why: '' },
    steps,
    milestones: [],
    weeks: [],
    risks: []
  };
}

describe('the time line', () => {
  it('counts days from the first to the end of the last', () => {
    const plan = roadmap([]);
    expect(shareOf(plan, '2026-11-30')).toBe(0);
    expect(shareOf(plan, '2026-12-05')).toBeCloseTo(50);
    expect(shareOf(plan, '2026-12-09', 1)).toBeCloseTo(100);
  });

  it('has the steps of each role in order, cut at its ends', () => {
    const bars = barsByRole(
      roadmap([
        step({ id: 'b', start: '2026-12-05', end: '2027-01-05' }),
        step({ id: 'a', start: '2026-11-20', end: '2026-11-30' }),
        step({ id: 'c', role: 'platform-engineer' }),
        step({ id: 'later', start: null, end: null })
      ])
    );
    expect(
      bars.map(([role, of]) => [role, of.map(({ step }) => step.id)])
    ).toEqual([
      ['data-scientist', ['a', 'b']],
      ['platform-engineer', ['c']]
    ]);
    const [[, [first, second]]] = bars;
    expect([first.left, first.width].map(Math.round)).toEqual([0, 10]);
    expect([second.left, second.width].map(Math.round)).toEqual([50, 50]);
  });

  it('tells what has no days from what is done', () => {
    const none = { start: null, end: null };
    const plan = roadmap([
      step({ id: 'x', ...none, state: 'later' }),
      step({ id: 'y', ...none, state: 'done' })
    ]);
    expect(laterSteps(plan).map(({ id }) => id)).toEqual(['x']);
  });

  it('does not shift days with the time zone', () => {
    expect(dayText('2026-11-30', 'en-GB')).toBe('30 Nov');
  });
});
