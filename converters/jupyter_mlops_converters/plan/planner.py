"""From a program to a `Pipeline`: divide it, work out what crosses, and assemble the stages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from jupyter_mlops_converters.plan import shown
from jupyter_mlops_converters.plan.chosen import choose
from jupyter_mlops_converters.plan.context import Library, make_context, make_library, without_moved
from jupyter_mlops_converters.plan.decisions import decisions
from jupyter_mlops_converters.plan.draft import Draft
from jupyter_mlops_converters.plan.draft import draft as make_draft
from jupyter_mlops_converters.plan.draws import free_draws
from jupyter_mlops_converters.plan.edited import EditedPlan
from jupyter_mlops_converters.plan.flow import Crossing
from jupyter_mlops_converters.plan.parameters import Candidate, find_parameters, rewritten
from jupyter_mlops_converters.plan.pipeline import (
    Column,
    FileUse,
    Finding,
    HandOver,
    Parameter,
    Pipeline,
    Stage,
    StageCell,
)
from jupyter_mlops_converters.plan.program import GENERATORS, Program, Step
from jupyter_mlops_converters.plan.results import Results, find_results
from jupyter_mlops_converters.plan.stages import MOST_STAGES
from jupyter_mlops_converters.source.owned import owner
from jupyter_mlops_converters.source.secrets import variables_in
from jupyter_mlops_converters.values import DATA_ONLY, FORMATS

_GENERATOR_NAMES = {
    "<random>": ("random_state", "python-random-state"),
    "<numpy.random>": ("numpy_random_state", "numpy-random-state"),
    "<torch>": ("torch_random_state", "torch-random-state"),
}
#: In the first cell it changes nothing, but it would take the names of a stage's own cells away.
#: Folders that trackers of experiments keep runs in.
_TRACKERS = frozenset({"mlruns", "mlartifacts", "wandb", ".neptune", ".aim"})
_RESET = re.compile(r"^(%reset\b.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Place:
    """Where the pipeline goes and what is around it.

    Attributes:
        name: of the pipeline.
        title: for people.
        notebook: relative to the root.
        folder: of the pipeline, relative to the root.
        workdir: of the notebook, relative to the root.
        tracked: files that git tracks, relative to the root.
        owned: what DVC has as a result of something else → the DVC file, both relative to the root.
        has_git: whether there is a repository.
        has_dvc: whether DVC is initialised.
        kernel_name: for the stages.
        python_version: "3.11".
        requirements: pinned lines.
        label: of the notebook among several of the pipeline; stages are called after it. Empty for a single one.
        shared: functions and classes that another notebook of the pipeline defines alike: they go to the library.
        apart: functions and classes that must not, since another notebook has others of these names there.
    """

    name: str
    title: str
    notebook: str
    folder: str
    workdir: str
    tracked: frozenset[str] = frozenset()
    owned: Mapping[str, str] = field(default_factory=dict)
    has_git: bool = True
    has_dvc: bool = False
    kernel_name: str = "python3"
    python_version: str = "3.11"
    requirements: tuple[str, ...] = ()
    label: str = ""
    shared: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Caution:
    """How careful to be; the proof makes a second attempt more careful where the first one differs.

    Attributes:
        together: pairs of cells (indices) that must be in one stage.
        library: whether functions may move to a library module.
        parameters: whether literals become parameters.
        plain_formats: whether formats other than joblib may be used.
        modules: whether cells that change modules of the project stay with those that use them afterwards.
        most_stages: upper limit.
    """

    together: tuple[tuple[int, int], ...] = ()
    library: bool = True
    parameters: bool = True
    plain_formats: bool = True
    modules: bool = False
    most_stages: int = MOST_STAGES


def plan(
    program: Program,
    place: Place,
    cuts: frozenset[int],
    caution: Caution | None = None,
    edited: EditedPlan | None = None,
) -> Pipeline:
    """Plan the pipeline.

    Args:
        program: the steps.
        place: where it goes.
        cuts: cells after which a stage may end.
        caution: how careful to be.
        edited: what was asked for.

    Returns:
        The pipeline. The same program gives the same pipeline.

    Raises:
        MlopsError: ``impossible-plan`` or ``invalid-plan``: what was asked for cannot be.
    """
    caution = caution or Caution()
    edited = edited or EditedPlan()
    offered, findings = find_parameters(program) if caution.parameters else ([], [])
    chosen = choose(program, offered, edited.parameters if caution.parameters else {})
    candidates = chosen.candidates
    findings += chosen.findings
    draft = make_draft(program, place, cuts, candidates, caution, edited.stages)
    results = find_results(program)
    hand_overs = _hand_overs(program, draft, results, caution)
    stages = _stages(program, place, draft, hand_overs, results)
    parameters = _parameters(candidates, stages)
    pipeline = Pipeline(
        name=place.name,
        title=place.title,
        notebook=place.notebook,
        notebook_sha256=program.analysis.notebook.sha256,
        folder=place.folder,
        workdir=place.workdir,
        stages=tuple(stages),
        parameters=parameters,
        library=draft.library.source,
        library_files=_library_files(program, place),
        requirements=place.requirements,
        kernel_name=place.kernel_name,
        python_version=place.python_version,
        models=tuple(results.tracked(hand_overs)),
        metric_values=dict(sorted(results.metric_values.items())),
        findings=tuple(findings + draft.findings + _conflict_findings(program, draft) + _program_findings(program)),
        has_git=place.has_git,
        has_dvc=place.has_dvc,
        skipped=tuple(
            sorted({c.index for c in program.analysis.notebook.code_cells} - {s.index for s in program.steps})
        ),
        offered=chosen.offered,
        decisions=decisions(program, draft, hand_overs, parameters, chosen.offered),
    )
    return chosen.renamed(pipeline)


def _hand_overs(program: Program, draft: Draft, results: Results, caution: Caution) -> list[tuple[Crossing, HandOver]]:
    found: list[tuple[Crossing, HandOver]] = []
    crossings = _with_results(draft, results)
    taken: dict[int, set[str]] = {}
    for crossing in crossings:
        producer = draft.division.names[crossing.producer]
        consumers = [draft.division.names[number] for number in crossing.consumers]
        name, key, why = _form(program, crossing, caution)
        used = taken.setdefault(crossing.producer, set())
        base, counter = name, 2
        while name in used:
            name, counter = f"{base}_{counter}", counter + 1
        used.add(name)
        needed = f"needed by {', '.join(consumers)}" if consumers else "a result of the pipeline"
        found.append(
            (
                crossing,
                HandOver(
                    name=name,
                    variables=crossing.names,
                    producer=producer,
                    path=f"products/{producer}/{name}{FORMATS[key].suffix}",
                    format=key,
                    why=f"{needed}; {why}" if why else needed,
                    source_cell=program.steps[crossing.written_by].index,
                    tables=_tables(program, crossing),
                ),
            )
        )
    return found


def _tables(program: Program, crossing: Crossing) -> dict[str, tuple[Column, ...]]:
    choice = program.choice(crossing.names, crossing.written_by)
    tables = choice.tables if choice is not None else {}
    return {name: tuple(Column(*column) for column in table) for name, table in tables.items()}


def _with_results(draft: Draft, results: Results) -> list[Crossing]:
    """The flow's crossings, and those that carry metrics, models and their examples to where they are recorded."""
    crossings = {(c.names, c.producer): c for c in draft.flow.crossings}
    stage_of = {p: n for n, stage in enumerate(draft.division.stages) for p in stage}
    metric_stage = max((stage_of[p] for p in results.metrics.values()), default=None)
    wanted: list[tuple[str, int, int | None]] = [(name, p, metric_stage) for name, p in results.metrics.items()]
    wanted += [(name, p, None) for name, p in results.models.items()]
    wanted += [(name, p, None) for name, p in sorted(set(results.examples.values()))]
    for name, position, consumer in wanted:
        producer = stage_of[position]
        if consumer == producer and name in results.metrics:
            continue
        key = ((name,), producer)
        old = crossings.get(key, Crossing((name,), producer, (), position))
        if consumer is not None and consumer not in old.consumers:
            old = replace(old, consumers=tuple(sorted({*old.consumers, consumer})))
        crossings[key] = old
    return sorted(crossings.values(), key=lambda c: (c.producer, c.names))


def _form(program: Program, crossing: Crossing, caution: Caution) -> tuple[str, str, str]:
    """Name, format and reason of a hand-over."""
    if crossing.names[0] in GENERATORS:
        name, key = _GENERATOR_NAMES[crossing.names[0]]
        return name, key, "random draws go on exactly as in the notebook"
    name = crossing.names[0] if len(crossing.names) == 1 else "_and_".join(crossing.names[:3])
    if len(crossing.names) > 3:
        name += "_etc"
    choice = program.choice(crossing.names, crossing.written_by)
    if choice is None or choice.format is None:
        why = "" if len(crossing.names) == 1 else "they share objects and stay one bundle"
        return name, "joblib", why
    if not caution.plain_formats and choice.format in DATA_ONLY:
        return name, "joblib", "an exact copy"
    return name, choice.format, choice.why


def _stages(
    program: Program, place: Place, draft: Draft, hand_overs: list[tuple[Crossing, HandOver]], results: Results
) -> list[Stage]:
    library = draft.library
    if library.source:
        library = make_library(program, set(library.names), draft.assigned, place.name, place.apart)
        draft.library = library
    by_cell: dict[int, list[Candidate]] = {}
    for candidate in draft.candidates:
        by_cell.setdefault(candidate.cell, []).append(candidate)
    metric_stage = max(
        (n for n, stage in enumerate(draft.division.stages) for p in results.metrics.values() if p in stage),
        default=None,
    )
    modules = {use.path for use in _library_files(program, place)}
    free = free_draws(program)
    stages = []
    for number, stage in enumerate(draft.division.stages):
        context = make_context(program, stage, draft.flow.replays[number], library, place.name, draft.assigned)
        steps = [program.steps[position] for position in stage]
        used = _parameters_of(program, draft, number)
        cells = _cells(program, library, place.name, by_cell, stage)
        texts = [cell.source for cell in cells if cell.kind == "code"]
        texts += [context.before, context.definitions, library.source if context.library else ""]
        stages.append(
            Stage(
                name=draft.division.names[number],
                title=draft.division.titles[number],
                why=draft.division.reasons[number],
                cells=cells,
                inputs=tuple(h for c, h in hand_overs if number in c.consumers),
                outputs=tuple(h for c, h in hand_overs if c.producer == number),
                parameters=tuple(sorted(used)),
                context=context.before,
                definitions=context.definitions,
                reads=_uses((p for p in _read_first(steps) if p not in modules), place),
                writes=_written(steps, place),
                after=tuple(draft.division.names[other] for other in sorted(draft.flow.after[number])),
                metrics=tuple(sorted(results.metrics)) if number == metric_stage else (),
                free_draws=tuple(sorted({name for step in steps for name in free.get(step.index, ())})),
                seconds=sum(s.seconds for s in steps if s.seconds is not None) if program.observation else None,
                secrets=variables_in("\n".join(texts), program.analysis.notebook.secrets),
            )
        )
    return stages


def _parameters_of(program: Program, draft: Draft, number: int) -> set[str]:
    from jupyter_mlops_converters.analysis.liveness import closure
    from jupyter_mlops_converters.plan.context import configuration

    steps = [program.steps[position] for position in draft.division.stages[number]]
    cells = {step.index for step in steps}
    loaded = {name for step in steps for name in step.uses | step.cell.facts.loads}
    for statement in configuration(program, draft.division.stages[number]):
        loaded |= statement.facts.uses
    for name in draft.flow.replays[number]:
        loaded |= closure(program.analysis, {name})
        for statement in program.binders.get(name, ()):
            loaded |= statement.facts.uses
    return {
        candidate.name
        for candidate in draft.candidates
        if (candidate.kind == "assignment" and candidate.name in loaded)
        or (candidate.kind == "argument" and candidate.cell in cells)
    }


def _cells(
    program: Program, library: Library, name: str, by_cell: dict[int, list[Candidate]], stage: tuple[int, ...]
) -> tuple[StageCell, ...]:
    """The stage's code cells with the Markdown that stands before them (after the notebook's last one, too)."""
    notebook = program.analysis.notebook.cells
    places = {cell.index: place for place, cell in enumerate(notebook)}
    cells = []
    for position in stage:
        step = program.steps[position]
        first = places[program.steps[position - 1].index] + 1 if position else 0
        last = places[step.index] if position + 1 < len(program.steps) else len(notebook) - 1
        for cell in notebook[first : last + 1]:
            if cell.kind == "markdown" and cell.source.strip():
                cells.append(StageCell("markdown", cell.source, cell.index, dict(cell.metadata), cell.attachments))
            elif cell.index == step.index:
                text = rewritten(step.cell, by_cell.get(cell.index, []))
                text = without_moved(program, cell.index, library, name, text)
                text = text if position else _RESET.sub(r"# \1: a stage starts without names", text)
                if restored := shown.restored_before(program, position):
                    cells.append(StageCell("code", restored))
                cells.append(StageCell("code", text, cell.index, dict(cell.metadata)))
                if kept := shown.kept_after(program, position):
                    cells.append(StageCell("code", kept))
    return tuple(cells)


def _read_first(steps: Sequence[Step]) -> list[str]:
    """Files that steps read and have not written themselves before."""
    found: list[str] = []
    written: set[str] = set()
    for step in steps:
        found += [path for path in step.reads if path not in written]
        written |= set(step.files)
    return found


def _written(steps: Sequence[Step], place: Place) -> tuple[FileUse, ...]:
    kept: dict[str, bool] = {}
    for step in steps:
        gone = step.observed.deleted if step.observed is not None else ()
        kept |= {path: path not in gone for path in step.files if not _is_of_tracker(path)}
    return tuple(
        FileUse(path, path in place.tracked, is_kept, owner(place.owned, path)) for path, is_kept in kept.items()
    )


def _uses(paths: object, place: Place) -> tuple[FileUse, ...]:
    kept = [path for path in dict.fromkeys(paths) if not _is_of_tracker(path)]  # type: ignore[call-overload]
    return tuple(FileUse(path, path in place.tracked) for path in kept)


def _is_of_tracker(path: str) -> bool:
    """Whether a file is of a store of experiments: every run adds to it, so that nobody could say which state is right."""
    parts = path.split("/")
    return not _TRACKERS.isdisjoint(parts) or parts[-1].startswith("mlflow.db")


def _parameters(candidates: list[Candidate], stages: list[Stage]) -> tuple[Parameter, ...]:
    first: dict[str, Candidate] = {}
    for candidate in candidates:
        first.setdefault(candidate.name, candidate)
    found = [
        Parameter(c.name, c.value, c.type, c.cell, tuple(s.name for s in stages if c.name in s.parameters))
        for c in sorted(first.values(), key=lambda c: c.name)
    ]
    return tuple(parameter for parameter in found if parameter.stages)


def _library_files(program: Program, place: Place) -> tuple[FileUse, ...]:
    written = {path for step in program.steps for path in step.files}
    found = {
        path
        for step in program.steps
        for path in set(step.reads) - written
        if path.endswith((".py", ".ipynb"))
        and path != place.notebook
        and not PurePosixPath(path).is_relative_to(place.folder)
    }
    return _uses(sorted(found), place)


def _conflict_findings(program: Program, draft: Draft) -> list[Finding]:
    return [
        Finding(
            "kept-together", "info",
            f"Cells {program.steps[c.first].index} to {program.steps[c.last].index} stay in one stage: {c.why}.",
            program.steps[c.last].index,
        )
        for c in draft.conflicts
    ]  # fmt: skip


def _program_findings(program: Program) -> list[Finding]:
    found = []
    if program.observation is None:
        found.append(
            Finding(
                "not-observed",
                "info",
                "Nothing was run, so the plan is judged from the code alone: a value counts as changed wherever a cell may "
                "change it, and whether it can be written to a file was not tried. `jupyter mlops verify` proves the result.",
            )
        )
    if first := next(iter(free_draws(program)), None):
        found.append(
            Finding(
                "unseeded-draws", "warning",
                "The notebook draws random numbers from here on without setting a seed, so every run of it gives other "
                "results. The proof gave both runs the same draws. Set a seed in the first cell, or the one in params.yaml, "
                "to make it repeatable.",
                first,
            )
        )  # fmt: skip
    for step in program.steps:
        observed = step.observed
        if observed is not None and observed.network:
            found.append(
                Finding(
                    "network",
                    "warning",
                    "The cell uses the network; the pipeline gives the same result only while that does.",
                    step.index,
                )
            )
        if observed is not None and observed.outside:
            found.append(
                Finding(
                    "outside-project", "warning",
                    f"The cell reads {observed.outside[0]}, which is outside the project: a clone elsewhere will not have it.",
                    step.index,
                )
            )  # fmt: skip
        if step.cell.facts.opaque:
            found.append(
                Finding(
                    "opaque-names",
                    "info",
                    f"{step.cell.facts.opaque}; names in this cell cannot all be known.",
                    step.index,
                )
            )
    return found
