/** Where the steps of a roadmap lie on its time line. Pure functions. */

import type { IRoadmap, IRoadmapStep } from '../rest/contract';

const DAY = 86_400_000;

/** A step on the time line: where it begins and how long it is, in per cent. */
export interface IBar {
  step: IRoadmapStep;
  left: number;
  width: number;
}

/** The steps that are planned, by role, in the order in which they begin. */
export function barsByRole(roadmap: IRoadmap): [string, IBar[]][] {
  const roles = new Map<string, IBar[]>();
  for (const step of roadmap.steps) {
    if (step.start === null || step.end === null) {
      continue;
    }
    // What was agreed may have begun before these weeks, or end after them.
    const left = Math.max(0, shareOf(roadmap, step.start));
    const end = Math.min(100, shareOf(roadmap, step.end, 1));
    const bars = roles.get(step.role) ?? [];
    bars.push({ step, left, width: Math.max(0, end - left) });
    roles.set(step.role, bars);
  }
  for (const bars of roles.values()) {
    bars.sort((a, b) => a.left - b.left || a.width - b.width);
  }
  return [...roles];
}

/** The steps that have no days in these weeks and are not done. */
export function laterSteps(roadmap: IRoadmap): IRoadmapStep[] {
  return roadmap.steps.filter(
    ({ start, state }) => start === null && state !== 'done'
  );
}

/** How far into the roadmap the beginning of a day is, in per cent; `more` days later. */
export function shareOf(
  roadmap: Pick<IRoadmap, 'start' | 'end'>,
  day: string,
  more = 0
): number {
  const start = Date.parse(roadmap.start);
  const total = Date.parse(roadmap.end) - start + DAY;
  return (100 * (Date.parse(day) + more * DAY - start)) / total;
}

/** "30 Nov": in the person's language. */
export function dayText(day: string, language?: string): string {
  return new Date(`${day}T00:00:00`).toLocaleDateString(language, {
    day: 'numeric',
    month: 'short'
  });
}
