/**
 * The documents of the REST interface. Keys that are not known are ignored; paths are posix and relative to what is said
 * of each. Written from jupyter_mlops/server/openapi.yaml by `make pages`: change that.
 */

/** Number of the REST interface that this front end speaks. */
export const API = 3;

export interface ILiftRequest {
  lift: string;
  /** The project, or a notebook in it. */
  path: string;
  options?: Record<string, string>;
}

export interface IDecisionRequest {
  kind: 'waiver' | 'attest' | 'not_applicable' | 'withdraw' | 'answer';
  /** Id of the criterion; of all kinds but `answer`. */
  criterion?: string | null;
  /** Why; of an attestation the evidence. */
  reason?: string | null;
  /** Who answers for it. */
  owner?: string | null;
  /** Glob of unit paths; empty for all. */
  scope?: string | null;
  /** The last day, YYYY-MM-DD. */
  expires?: string | null;
  /** Id of the question that is answered. */
  question?: string | null;
  /** yes, partly or no; empty takes the answer back. */
  answer?: string | null;
}

export interface IHistory {
  root: string;
  rows: IHistoryRow[];
}

export interface ILifts {
  lifts: (ILift & {
    /** Where a path was given. */
    state?: 'applies' | 'done' | 'not-here';
    why?: string;
  })[];
}

export interface IVersion {
  version: string;
  api: number;
  local_files: boolean;
}

export type CriterionState = 'pass' | 'partial' | 'fail' | 'not-applicable' | 'not-visible' | 'attested' | 'waived' | 'error';

export type Answer = 'yes' | 'partly' | 'no';

export type Rung = 'E0' | 'E1' | 'E2' | 'E3' | 'E4';

export type Effort = 'S' | 'M' | 'L';

export type Severity = 'info' | 'warning' | 'error';

export interface IEvidence {
  /** Relative to the assessed folder; `../…` for what is above it; null for a fact that has no file. */
  path: string | null;
  /** 1-based, in the file or in the cell. */
  line: number | null;
  /** 0-based among all cells of a notebook. */
  cell: number | null;
  snippet?: string | null;
  /** `path:line` or `path#cell:line`, first link first. */
  chain?: string[];
}

export interface ICriterion {
  id: string;
  title: string;
  level: number;
  required: boolean;
  /** Id of the question it belongs to. */
  checklist: string;
  state: CriterionState;
  rung: Rung;
  /** What people decided it with; null where the files say it. */
  by?: 'waiver' | 'attestation' | 'exemption' | 'profile' | null;
  confidence: number;
  message: string;
  evidence: IEvidence[];
  raise_by: string | null;
  fix: {
    lift: string | null;
    effort: Effort;
    role: string;
  } | null;
}

export interface IQuestion {
  id: string;
  question: string;
  score: number;
  state: Answer;
  /** What people answered themselves; only of the project as a whole. */
  own_answer?: Answer | null;
}

export interface IUnit {
  /** Relative to the assessed folder. */
  path: string;
  kind: string;
  profile?: IProfile;
  level: number;
  progress: number;
  /** Ids of the required criteria that keep the next gate closed. */
  blockers: string[];
  /** Ids of the criteria to meet next, in the best order. */
  next_steps: string[];
  checklist: IQuestion[];
  criteria: ICriterion[];
  /** What is wrong with its notebooks. */
  notebooks: INotebookIssue[];
}

/** What kind of project a unit is, as its files look or as it was chosen. */
export interface IProfile {
  name: 'real-time' | 'batch' | 'research' | 'library';
  overlays: 'llm-app'[];
  chosen: boolean;
  /** Why it was chosen. */
  reason: string | null;
  /** Ids of the criteria that are not asked because of it. */
  not_applicable: string[];
}

export interface INotebookIssue {
  /** Relative to the assessed folder. */
  path: string;
  code: string;
  severity: Severity;
  message: string;
  cell: number | null;
  line: number | null;
}

export interface INotebook {
  /** Relative to the assessed folder. */
  path: string;
  /** Folder of the pipeline that was made of it, relative to the assessed folder. */
  pipeline: string | null;
}

export interface IAssessment {
  schema: number;
  ruleset: string;
  date: string;
  level: number;
  progress: number;
  score: number;
  checklist: IQuestion[];
  units: IUnit[];
  notebooks: INotebook[];
  /** How many more notebooks there are than are listed. */
  notebooks_left_out: number;
  /** Levels that were reached and are not celebrated yet. */
  reached: IReached[];
  /** That of the repository, as `state` gives it. */
  state: string;
  /** The assessed folder, relative to the server root. */
  root: string;
  /** Seconds since the scan began. */
  age: number;
}

/** A level that was reached for the first time. */
export interface IReached {
  /** Path of the unit; null for the project as a whole. */
  unit: string | null;
  level: number;
  /** The highest level before. */
  before: number;
  name: string;
  /** What can be done now that could not be done before. */
  means: string;
  /** Something to do in front of the team. */
  show: string;
}

/** Where a unit would stand. */
export interface IOutcome {
  level: number;
  progress: number;
  score: number;
  blockers: string[];
  checklist: {
    id: string;
    score: number;
    state: Answer;
  }[];
}

export interface IWhatIf {
  outcome: IOutcome;
  /** The level that the steps lead to. */
  target: number;
  /** Of work, for all steps. */
  hours: number;
  /** The cheapest way, in order. */
  steps: {
    /** Id of the criterion. */
    criterion: string;
    level: number;
    hours: number;
    requires: string[];
    outcome: IOutcome;
  }[];
}

export interface IRoadmapStep {
  id: string;
  unit: string;
  criterion: string;
  level: number;
  title: string;
  state: 'planned' | 'later' | 'done' | string;
  /** How the criterion stands. */
  now: CriterionState;
  message: string;
  advice: string | null;
  command: string | null;
  lift: string | null;
  role: string;
  owner: string | null;
  effort: Effort;
  hours: number;
  requires: string[];
  /** Days, YYYY-MM-DD; null when it is not planned in these weeks. */
  start: string | null;
  end: string | null;
  agreed: {
    start: string | null;
    due: string | null;
  } | null;
  late_days: number;
}

export interface IRoadmap {
  /** The assessed folder, relative to the server root. */
  root: string;
  name: string;
  date: string;
  start: string;
  end: string;
  months: number;
  target: number;
  summary: string[];
  focus: {
    unit: string;
    notebooks: string[];
    why: string;
  };
  steps: IRoadmapStep[];
  milestones: {
    unit: string;
    level: number;
    name: string;
    date: string | null;
    /** Whether it is reached in these weeks. */
    within: boolean;
    step: string | null;
    celebration: {
      means: string;
      show: string;
    };
  }[];
  weeks: {
    number: number;
    start: string;
    end: string;
    hours: Record<string, {
      planned: number;
      available: number;
    }>;
  }[];
  risks: {
    id: string;
    message: string;
    advice: string;
  }[];
}

export interface ITutorial {
  /** Its number. */
  tutorial: number;
  title: string;
  minutes: number;
  /** Relative to the server root; there once the tutorial was begun. */
  notebook: string;
  checks: string[];
  /** Null before it was begun. */
  progress: {
    passed: string[];
    open: string[];
  } | null;
}

/** A file to download. */
export interface IExported {
  name: string;
  text: string;
}

/** How the project stood on a day. */
export interface IRecordedRow {
  date: string;
  commit: string | null;
  level: number;
  progress: number;
  score: number;
  /** The same of each unit */
  units: Record<string, unknown>[];
}

export interface IHistoryRow extends IRecordedRow {
  /** Since the row before. */
  changes: {
    unit: string;
    /** "level", or the id of a criterion. */
    what: string;
    before: string | null;
    after: string | null;
    cause: 'project' | 'ruleset';
    worse: boolean;
  }[];
}

/** What was recorded. */
export interface IRecorded {
  row: IRecordedRow;
  reached: IReached[];
  /** Path of the certificate that was written, relative to the assessed folder. */
  certificate: string | null;
  /** Why there is none yet, where the level deserves one. */
  why_not: string | null;
}

export type JobKind = 'convert' | 'verify' | 'run' | 'lift' | 'plan' | 'preview';

export type JobState = 'queued' | 'running' | 'cancelling' | 'done' | 'failed' | 'cancelled';

export interface IFailure {
  code: string;
  message: string;
  cell?: number | null;
  line?: number | null;
  /** Relative to the server root. */
  path?: string | null;
  exit_status?: number | null;
  detail?: string | null;
}

export interface IJob {
  id: string;
  kind: JobKind;
  /** Relative to the server root. */
  path: string;
  /** What was chosen. */
  options: Record<string, unknown>;
  state: JobState;
  created: number;
  finished: number | null;
  exit_status: number | null;
  result: unknown;
  error: IFailure | null;
}

export type Phase = 'read' | 'analyse' | 'observe' | 'plan' | 'emit' | 'verify' | 'write';

/** Where a stage stands while its pipeline runs. */
export type StageState = 'queued' | 'running' | 'run' | 'skipped' | 'restored' | 'pending' | 'failed';

export interface IJobEvent {
  id: number;
  event: string;
  /** Of the job; of a stage where the event is the progress of a run. */
  state?: JobState | StageState;
  phase?: string;
  message?: string;
  cell?: number | null;
  cells?: number | null;
  stage?: string | null;
  fraction?: number | null;
}

export interface IJobEvents {
  events: IJobEvent[];
  /** Number of the event to come. */
  next: number;
  state: JobState;
}

export interface IHandOver {
  variable: string;
  path: string;
  format?: string;
  why?: string;
}

export interface IStage {
  name: string;
  title?: string;
  why?: string;
  /** Relative to the pipeline's folder. */
  notebook: string;
  source_cells: number[];
  inputs: (string | IHandOver)[];
  outputs: IHandOver[];
}

export interface IParameter {
  name: string;
  value: unknown;
  type: string;
  source_cell: number | null;
  stages: string[];
}

export interface IFinding {
  code: string;
  severity: Severity;
  source_cell: number | null;
  line: number | null;
  message: string;
}

export interface ICellVerdict {
  source_cell: number;
  stage?: string | null;
  verdict: string;
  detail?: string | null;
}

export interface IVerification {
  verdict: string;
  cells: ICellVerdict[];
  hand_overs?: {
    variable: string;
    stage: string;
    verdict: string;
    detail?: string | null;
  }[];
  files?: {
    path: string;
    verdict: string;
    detail?: string | null;
  }[];
  /** By hand, in a pipeline that gives the results of the notebook without them. */
  edits?: {
    path: string;
    source_cell: number | null;
    what: string;
  }[];
  /** Why a stage did not run to its end. */
  failure?: {
    stage: string;
    source_cell: number | null;
    detail?: string | null;
  };
}

/** What a run of a pipeline gave. */
export interface IPipelineRun {
  stages: {
    name: string;
    status: StageState;
    seconds: number;
  }[];
  metrics: Record<string, unknown>;
  seconds: number;
}

/** A place that the user and the notebook changed in different ways. */
export interface IConflict {
  /** Relative to the pipeline's folder. */
  path: string;
  /** The place in the file, in words; empty for all of it. */
  where: string;
  cell: number | null;
  /** What was generated before; null where that is not known, or there was nothing. */
  base: string | null;
  /** What the user has there; null where it was deleted. */
  ours: string | null;
  /** What is generated there now; null where nothing is. */
  theirs: string | null;
  why?: string;
}

/** Files that hold edits of the user's, relative to the pipeline's folder. */
export interface IEdits {
  kept: string[];
  merged: string[];
  deleted: string[];
  left: string[];
}

export interface IConversion {
  /** The pipeline's folder, relative to the server root. */
  path: string;
  notebook: string;
  stages: IStage[];
  parameters: IParameter[];
  findings: IFinding[];
  verification: IVerification;
  edits?: IEdits;
  /** Nothing is written as long as there are any. */
  conflicts?: IConflict[];
  /** What running again costs; null when nothing was run. */
  rerun?: {
    /** Of all cells of the notebook. */
    seconds: number;
    /** Stage: seconds of the cells that run again after a change in it. */
    stages: Record<string, number>;
  } | null;
}

/** How a cell begins. */
export interface IOutlineCell {
  /** 0-based among all cells. */
  cell: number;
  kind: 'code' | 'markdown' | 'raw';
  lines: number;
  /** The first lines that are not empty; none of a cell without text. */
  text: string;
}

/** A file that would be written. */
export interface IFileChange {
  /** Relative to the project's folder. */
  path: string;
  kind: 'create' | 'modify' | 'remove' | 'move' | 'link' | 'mode';
  /** Unified; empty where there is none to show, and for the new files of a conversion. */
  diff: string;
  size: number;
  /** Where a moved file comes from, or what a link points to. */
  source?: string | null;
  binary?: boolean;
  /**
   * Of a notebook that is there, or of a changed copy of one: both sides, cell by cell. Absent where nbdime is not
   * installed.
   */
  notebook?: {
    /** What it is compared with: nbformat 4, without outputs. */
    base: Record<string, unknown>;
    /** What changes, in nbdime's diff format. */
    diff: Record<string, unknown>[];
  };
}

/** Something about a lift that a person may choose. */
export interface ILiftOption {
  name: string;
  what: string;
  /** Those it can have; any text where there are none. */
  values: string[];
  default: string;
}

/** An automated step that raises a criterion. */
export interface ILift {
  lift: string;
  title: string;
  level: number;
  /** Ids of criteria. */
  raises: string[];
  options: ILiftOption[];
}

/** What a lift would do, or did. */
export interface ILiftPlan extends ILift {
  /** Of the preview: what is applied must be what was shown. */
  id: string;
  /** The project, relative to the server root. */
  path: string;
  state: 'applies' | 'done' | 'not-here';
  why: string;
  changes: IFileChange[];
  effects: {
    kind: string;
    text: string;
  }[];
  /** What the plan rests on. */
  found: string[];
  /** What is left to a person. */
  left: {
    what: string;
    command: string | null;
  }[];
  /** What is not done here. */
  cannot: {
    what: string;
    why: string;
    /** Relative to the project's folder. */
    path: string | null;
    cell: number | null;
    line: number | null;
  }[];
  /** Path → what to show in the place of the file's diff: of notebooks, what changes in their cells. */
  shown: Record<string, string>;
  /** What was written; null when nothing was. */
  applied: {
    number: number | null;
    time: string;
    paths: string[];
  } | null;
  scorecard: IScorecard | null;
}

/** A decision about a criterion, or an answer to the checklist, that would be or was written. */
export interface IDecided {
  id: string;
  title: string;
  changes: IFileChange[];
  /** Before and after. */
  level: [number, number];
  progress: [number, number];
  applied: IApplied | null;
}

/** What the assessment said before and says now. */
export interface IScorecard {
  level: [number, number];
  progress: [number, number];
  score: [number, number];
  criteria: {
    id: string;
    before: CriterionState;
    after: CriterionState;
    rung: [Rung, Rung];
    raise_by: string | null;
  }[];
}

/** A change set that was applied. */
export interface IApplied {
  number: number | null;
  title: string;
  /** ISO 8601, UTC. */
  time: string;
  /** Relative to the project's folder. */
  paths: string[];
  effects: string[];
}

/** Why something in a plan is as it is. */
export interface IDecision {
  kind: 'stage' | 'hand-over' | 'context' | 'merge' | 'parameter';
  subject: string;
  stage: string | null;
  source_cell: number | null;
  why: string;
}

/** A plan as it can be edited and given back. */
export interface IPlanDocument {
  schema: number;
  notebook?: string;
  notebook_sha256: string;
  stages: {
    name: string;
    cells: number[];
  }[];
  skip: number[];
  parameters: Record<string, string | null>;
  targets: string[];
}

/** What a conversion would do. */
export interface IPlanned extends IConversion {
  plan: IPlanDocument;
  outline: IOutlineCell[];
  files: IFileChange[];
  explanation: IDecision[];
}
