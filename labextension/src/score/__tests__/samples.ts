/** Documents as the server gives them, with what a test wants changed. */

import type { IAssessment, ICriterion, IUnit } from '../../rest/contract';

export function criterion(change: Partial<ICriterion> = {}): ICriterion {
  return {
    id: 'code-versioned',
    title: 'Put code and notebooks under git',
    level: 1,
    required: true,
    checklist: 'versioning',
    state: 'pass',
    rung: 'E3',
    confidence: 0.9,
    message: '',
    evidence: [],
    raise_by: null,
    fix: null,
    ...change
  };
}

export function unit(change: Partial<IUnit> = {}): IUnit {
  return {
    path: '.',
    kind: 'ml-project',
    level: 0,
    progress: 0,
    blockers: [],
    next_steps: [],
    checklist: [],
    criteria: [],
    notebooks: [],
    ...change
  };
}

export function assessment(change: Partial<IAssessment> = {}): IAssessment {
  return {
    schema: 1,
    ruleset: '1.0.0',
    date: '2026-11-23',
    level: 0,
    progress: 0,
    score: 0,
    checklist: [],
    units: [unit()],
    notebooks: [],
    notebooks_left_out: 0,
    reached: [],
    state: '',
    root: 'churn',
    age: 0,
    ...change
  };
}
