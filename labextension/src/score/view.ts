/** What the sidebar shows of an assessment. Pure functions. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type {
  Answer,
  CriterionState,
  Effort,
  IAssessment,
  ICriterion,
  IEvidence,
  IUnit,
  IWhatIf,
  Rung
} from '../rest/contract';

export const HIGHEST_LEVEL = 4;

/** The names of the maturity levels, by level. */
export function levelNames(trans: TranslationBundle): string[] {
  return [
    trans.__('Notebook chaos'),
    trans.__('Versioned code and basic tracking'),
    trans.__('Automated pipelines and testing'),
    trans.__('Full MLOps with monitoring and retraining'),
    trans.__('Automated governance, AIOps, self-healing')
  ];
}

/** The unit that a path of the server belongs to; the one that sets the headline when none holds it. */
export function unitOf(assessment: IAssessment, path: string | null): IUnit {
  const inside =
    path === null
      ? []
      : assessment.units.filter(unit =>
          holds(serverPath(assessment.root, unit.path) ?? '', path)
        );
  const nearest = inside.sort((a, b) => b.path.length - a.path.length)[0];
  return nearest ?? headline(assessment);
}

function headline(assessment: IAssessment): IUnit {
  const projects = assessment.units.filter(unit => unit.kind === 'ml-project');
  const [lowest] = (projects.length ? projects : assessment.units)
    .slice()
    .sort((a, b) => a.level - b.level || a.progress - b.progress);
  return (
    lowest ?? {
      path: '.',
      kind: 'ml-project',
      level: assessment.level,
      progress: assessment.progress,
      blockers: [],
      next_steps: [],
      checklist: assessment.checklist,
      criteria: [],
      notebooks: []
    }
  );
}

/** Whether a folder of the server holds a path of the server. */
export function holds(folder: string, path: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

/** The last part of a unit's path, or as many as tell it from the others. */
export function unitName(path: string, all: readonly string[]): string {
  const parts = path.split('/');
  for (let from = parts.length - 1; from > 0; from--) {
    const end = parts.slice(from).join('/');
    if (all.filter(one => `/${one}`.endsWith(`/${end}`)).length < 2) {
      return end;
    }
  }
  return path;
}

/** A path relative to the assessed folder as a path of the server; null when it lies above the server root. */
export function serverPath(root: string, relative: string): string | null {
  const parts = root.split('/').filter(Boolean);
  for (const part of relative.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) {
        return null;
      }
    } else if (part && part !== '.') {
      parts.push(part);
    }
  }
  return parts.join('/');
}

/** What to do next, in the assessor's order. */
export function nextSteps(unit: IUnit): ICriterion[] {
  return unit.next_steps.flatMap(id =>
    unit.criteria.filter(criterion => criterion.id === id)
  );
}

/** The steps to the target, in the order of the cheapest way once that is known, and what is recommended beside them. */
export function stepsTo(
  unit: IUnit,
  way: IWhatIf | null
): { required: ICriterion[]; recommended: ICriterion[] } {
  const next = nextSteps(unit);
  const byId = new Map(unit.criteria.map(each => [each.id, each]));
  return {
    required: way
      ? way.steps.flatMap(step => byId.get(step.criterion) ?? [])
      : next.filter(({ required }) => required),
    recommended: next.filter(({ required }) => !required)
  };
}

/** The criteria of a question: by level, required ones first, as the assessor orders them otherwise. */
export function criteriaOf(unit: IUnit, question: string): ICriterion[] {
  return unit.criteria
    .filter(criterion => criterion.checklist === question)
    .sort(
      (a, b) => a.level - b.level || Number(b.required) - Number(a.required)
    );
}

/** Whether a criterion stands as it does because people decided so. */
export function isDecided({ state, message }: ICriterion): boolean {
  return (
    state === 'waived' ||
    state === 'attested' ||
    (state === 'not-applicable' && message.includes('Not applicable by '))
  );
}

/** "Level 1", and how it was reached when not by evidence alone. */
export function levelText(unit: IUnit, trans: TranslationBundle): string {
  const below = unit.criteria.filter(
    criterion => criterion.required && criterion.level <= unit.level
  );
  const count = (state: CriterionState) =>
    below.filter(criterion => criterion.state === state).length;
  const waived = count('waived');
  const attested = count('attested');
  const notAsked = below.filter(
    ({ by }) => by === 'exemption' || by === 'profile'
  ).length;
  const suffix = [
    ...(waived ? [trans._n('%1 waiver', '%1 waivers', waived)] : []),
    ...(attested ? [trans.__('%1 attested', attested)] : []),
    ...(notAsked ? [trans.__('%1 exempt', notAsked)] : [])
  ].join(', ');
  const level = trans.__('Level %1', unit.level);
  return suffix ? `${level} (${suffix})` : level;
}

/** What kind of project it is, and whether somebody said so; empty where the server does not tell. */
export function profileText(unit: IUnit, trans: TranslationBundle): string {
  const { profile } = unit;
  if (!profile) {
    return '';
  }
  const names = {
    'real-time': trans.__('real-time service'),
    batch: trans.__('batch scoring'),
    research: trans.__('research or analysis'),
    library: trans.__('library'),
    'llm-app': trans.__('application of a language model')
  };
  const name = [profile.name, ...profile.overlays]
    .map(each => names[each])
    .join(', ');
  return profile.chosen
    ? trans.__('Profile: %1, chosen: %2', name, profile.reason ?? '')
    : trans.__('Profile: %1, by its files', name);
}

/** "62 % to Level 2". */
export function progressText(
  unit: Pick<IUnit, 'level' | 'progress'>,
  trans: TranslationBundle
): string {
  return unit.level >= HIGHEST_LEVEL
    ? trans.__('the highest level')
    : trans.__('%1 % to Level %2', unit.progress, unit.level + 1);
}

/** "3 blockers"; empty at the highest level. */
export function blockersText(unit: IUnit, trans: TranslationBundle): string {
  return unit.level >= HIGHEST_LEVEL
    ? ''
    : trans._n('%1 blocker', '%1 blockers', unit.blockers.length);
}

/** "just now", "3 min ago". */
export function ageText(seconds: number, trans: TranslationBundle): string {
  if (seconds < 10) {
    return trans.__('just now');
  }
  if (seconds < 60) {
    return trans.__('%1 s ago', Math.floor(seconds));
  }
  if (seconds < 3600) {
    return trans.__('%1 min ago', Math.floor(seconds / 60));
  }
  if (seconds < 86400) {
    return trans.__('%1 h ago', Math.floor(seconds / 3600));
  }
  const days = Math.floor(seconds / 86400);
  return trans._n('%1 day ago', '%1 days ago', days);
}

export function answerText(answer: Answer, trans: TranslationBundle): string {
  return {
    yes: trans.__('Yes'),
    partly: trans.__('Partly'),
    no: trans.__('No')
  }[answer];
}

export function stateText(
  state: CriterionState,
  trans: TranslationBundle
): string {
  return {
    pass: trans.__('met'),
    partial: trans.__('partly met'),
    fail: trans.__('not met'),
    'not-applicable': trans.__('not applicable'),
    'not-visible': trans.__('not visible in files'),
    attested: trans.__('attested'),
    waived: trans.__('waived'),
    error: trans.__('could not be read')
  }[state];
}

export function rungText(rung: Rung, trans: TranslationBundle): string {
  return {
    E0: trans.__('absent'),
    E1: trans.__('declared'),
    E2: trans.__('configured'),
    E3: trans.__('wired'),
    E4: trans.__('proven')
  }[rung];
}

export function effortText(effort: Effort, trans: TranslationBundle): string {
  return {
    S: trans.__('small effort'),
    M: trans.__('medium effort'),
    L: trans.__('large effort')
  }[effort];
}

export function roleText(role: string, trans: TranslationBundle): string {
  switch (role) {
    case 'data-scientist':
      return trans.__('data scientist');
    case 'platform-engineer':
      return trans.__('platform engineer');
    default:
      return role;
  }
}

/** The place that a link of a chain names: `path:line`, `path#cell:line` or a path. */
export function chainPlace(link: string): {
  path: string;
  cell: number | null;
  line: number | null;
} {
  const [, path, cell, line] = /^(.*?)(?:#(\d+))?(?::(\d+))?$/.exec(link) ?? [];
  return {
    path: path ?? link,
    cell: cell === undefined ? null : Number(cell),
    line: line === undefined ? null : Number(line)
  };
}

/** "train.ipynb, cell 4, line 2": cells are counted from 1 for people. */
export function placeText(
  place: Pick<IEvidence, 'cell' | 'line'> & { path: string },
  trans: TranslationBundle
): string {
  const { path, cell, line } = place;
  if (cell !== null && line !== null) {
    return trans.__('%1, cell %2, line %3', path, cell + 1, line);
  }
  if (cell !== null) {
    return trans.__('%1, cell %2', path, cell + 1);
  }
  return line === null ? path : trans.__('%1, line %2', path, line);
}
