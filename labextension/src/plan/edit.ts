/**
 * A plan, and what a person does to it. Pure functions: each gives a new plan, or the same one where it cannot be done,
 * and every plan divides all code cells among its stages and what is left out.
 */

export interface IPlanStage {
  name: string;
  /** Code cells, counted from 0 among all cells, in the order in which they run. */
  cells: readonly number[];
}

export interface IPlan {
  /** In the order of their first cells. */
  stages: readonly IPlanStage[];
  /** Code cells that are left out. */
  skip: readonly number[];
  /** Name that the planner gives → name that it shall have; null to leave the value in the code. */
  parameters: Readonly<Record<string, string | null>>;
  targets: readonly string[];
}

/** Neighbouring cells of one stage; a stage may be in several pieces. What is left out does not part them. */
export interface IBand {
  stage: string;
  cells: number[];
}

/** The code cells that can be in a stage, in the order in which they run. */
export type Order = readonly number[];

export type NameProblem = 'form' | 'reserved' | 'taken';

const KEYWORDS = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from ' +
    'global if import in is lambda nonlocal not or pass raise return try while with yield'
  ).split(' ')
);

/** What a pipeline has besides its stages. */
const RESERVED = new Set(['track', 'ploomber']);

export function bandsOf(plan: IPlan, order: Order): IBand[] {
  const stageOf = owners(plan);
  const bands: IBand[] = [];
  for (const cell of order) {
    const stage = stageOf.get(cell);
    if (stage === undefined) {
      continue;
    }
    const last = bands[bands.length - 1];
    if (last?.stage === stage) {
      last.cells.push(cell);
    } else {
      bands.push({ stage, cells: [cell] });
    }
  }
  return bands;
}

/** The stage of each cell that is in one. */
export function owners(plan: IPlan): Map<number, string> {
  return new Map(
    plan.stages.flatMap(({ name, cells }) =>
      cells.map(cell => [cell, name] as const)
    )
  );
}

/** Whether every code cell is in exactly one stage or left out, and every stage has cells and a name of its own. */
export function isWhole(plan: IPlan, order: Order): boolean {
  const cells = [...plan.stages.flatMap(stage => stage.cells), ...plan.skip];
  const placed = new Set(cells);
  return (
    cells.length === order.length &&
    order.every(cell => placed.has(cell)) &&
    plan.stages.length > 0 &&
    plan.stages.every(
      (stage, index) =>
        stage.cells.length > 0 &&
        nameProblem(stage.name, namesOf(plan.stages.slice(0, index))) === null
    )
  );
}

/**
 * Let another cell be the first one below a boundary.
 *
 * @param upper the number of the band above the boundary.
 * @param first a cell of the two bands beside it; both keep at least one cell.
 */
export function moveBoundary(
  plan: IPlan,
  order: Order,
  upper: number,
  first: number
): IPlan {
  const bands = bandsOf(plan, order);
  const [above, below] = [bands[upper], bands[upper + 1]];
  if (!above || !below) {
    return plan;
  }
  const cells = [...above.cells, ...below.cells];
  const at = cells.indexOf(first);
  if (at < 1 || at === above.cells.length) {
    return plan;
  }
  const stageOf = owners(plan);
  cells.forEach((cell, index) =>
    stageOf.set(cell, index < at ? above.stage : below.stage)
  );
  return withOwners(plan, order, stageOf);
}

/** Make one stage of those on both sides of a boundary, under the name of the upper one. */
export function merge(plan: IPlan, order: Order, upper: number): IPlan {
  const bands = bandsOf(plan, order);
  const [above, below] = [bands[upper], bands[upper + 1]];
  if (!above || !below) {
    return plan;
  }
  const stageOf = owners(plan);
  for (const [cell, stage] of stageOf) {
    if (stage === below.stage) {
      stageOf.set(cell, above.stage);
    }
  }
  return withOwners(plan, order, stageOf);
}

/** Let a new stage begin at a cell; it gets the rest of the band. */
export function split(
  plan: IPlan,
  order: Order,
  cell: number,
  name: string
): IPlan {
  const band = bandsOf(plan, order).find(({ cells }) => cells.includes(cell));
  const stage = plan.stages.find(one => one.name === band?.stage);
  if (!band || !stage) {
    return plan;
  }
  const rest = band.cells.slice(band.cells.indexOf(cell));
  if (
    rest.length === stage.cells.length ||
    nameProblem(name, namesOf(plan.stages))
  ) {
    return plan;
  }
  const stageOf = owners(plan);
  rest.forEach(one => stageOf.set(one, name));
  return withOwners(plan, order, stageOf);
}

/** Leave a cell out. The last one stays. */
export function skip(plan: IPlan, order: Order, cell: number): IPlan {
  const stageOf = owners(plan);
  if (!stageOf.has(cell) || stageOf.size === 1) {
    return plan;
  }
  stageOf.delete(cell);
  return withOwners(plan, order, stageOf);
}

/** Take a cell in again that was left out: into the stage of the cell before it. */
export function keep(plan: IPlan, order: Order, cell: number): IPlan {
  const stageOf = owners(plan);
  const at = order.indexOf(cell);
  if (at === -1 || stageOf.has(cell)) {
    return plan;
  }
  const neighbour = [...order.slice(0, at).reverse(), ...order.slice(at)].find(
    one => stageOf.has(one)
  );
  const stage = neighbour === undefined ? undefined : stageOf.get(neighbour);
  if (stage === undefined) {
    return plan;
  }
  stageOf.set(cell, stage);
  return withOwners(plan, order, stageOf);
}

export function rename(plan: IPlan, from: string, to: string): IPlan {
  const others = namesOf(plan.stages).filter(name => name !== from);
  if (from === to || nameProblem(to, others)) {
    return plan;
  }
  return {
    ...plan,
    stages: plan.stages.map(stage =>
      stage.name === from ? { ...stage, name: to } : stage
    )
  };
}

/** @param wanted null to leave the value in the code. */
export function setParameter(
  plan: IPlan,
  name: string,
  wanted: string | null
): IPlan {
  return plan.parameters[name] === wanted
    ? plan
    : { ...plan, parameters: { ...plan.parameters, [name]: wanted } };
}

export function setTarget(plan: IPlan, target: string, on: boolean): IPlan {
  return plan.targets.includes(target) === on
    ? plan
    : {
        ...plan,
        targets: on
          ? [...plan.targets, target]
          : plan.targets.filter(one => one !== target)
      };
}

/** What is wrong with a name for a stage; null where nothing is. */
export function nameProblem(
  name: string,
  others: readonly string[]
): NameProblem | null {
  if (!isIdentifier(name) || name.startsWith('_')) {
    return 'form';
  }
  if (RESERVED.has(name.toLowerCase())) {
    return 'reserved';
  }
  return others.some(other => other.toLowerCase() === name.toLowerCase())
    ? 'taken'
    : null;
}

/** What is wrong with a name for a parameter; null where nothing is. */
export function parameterProblem(
  name: string,
  others: readonly string[]
): NameProblem | null {
  if (!isIdentifier(name)) {
    return 'form';
  }
  return others.includes(name) ? 'taken' : null;
}

/** A name for a new stage, made of a text such as a heading. */
export function freeName(text: string, others: readonly string[]): string {
  const words = text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .match(/[a-z][a-z0-9]*/g);
  let name = (words ?? []).slice(0, 4).join('_').slice(0, 30) || 'stage';
  if (nameProblem(name, []) !== null) {
    name = `${name}_stage`;
  }
  let candidate = name;
  for (let number = 2; nameProblem(candidate, others) !== null; number++) {
    candidate = `${name}_${number}`;
  }
  return candidate;
}

export function namesOf(stages: readonly IPlanStage[]): string[] {
  return stages.map(({ name }) => name);
}

/** Whether two plans ask for the same. */
export function samePlan(a: IPlan, b: IPlan): boolean {
  const key = (plan: IPlan) =>
    JSON.stringify([
      plan.stages.map(({ name, cells }) => [name, cells]),
      [...plan.skip].sort(),
      Object.entries(plan.parameters).sort(),
      [...plan.targets].sort()
    ]);
  return a === b || key(a) === key(b);
}

function isIdentifier(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !KEYWORDS.has(name);
}

/** The plan in which each cell has the stage given; cells without one are left out, and so are stages without cells. */
function withOwners(
  plan: IPlan,
  order: Order,
  stageOf: ReadonlyMap<number, string>
): IPlan {
  const cells = new Map<string, number[]>();
  for (const cell of order) {
    const stage = stageOf.get(cell);
    if (stage !== undefined) {
      cells.set(stage, [...(cells.get(stage) ?? []), cell]);
    }
  }
  return {
    ...plan,
    stages: [...cells].map(([name, of]) => ({ name, cells: of })),
    skip: order.filter(cell => !stageOf.has(cell))
  };
}
