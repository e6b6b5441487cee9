"""What is true of this project and may upset the plan. Each kind is a function that looks at findings or at the plan."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jupyter_mlops.assessment.api import Assessment, UnitAssessment
from jupyter_mlops.assessment.criteria import criterion_named
from jupyter_mlops.assessment.findings import NotebookIssue
from jupyter_mlops.assessment.history import read_history
from jupyter_mlops.assessment.scoring import OPEN
from jupyter_mlops.assessment.secrets import mask
from jupyter_mlops.assessment.waivers import read_waivers
from jupyter_mlops.assessment.wording import relative_path, telling
from jupyter_mlops.roadmap.focus import Choice
from jupyter_mlops.roadmap.model import Place, PlannedStep, Risk, Roadmap
from jupyter_mlops.roadmap.settings import FILE, Settings, step_id
from jupyter_mlops.roadmap.wording import day

_MOST_PLACES = 4
_UNSURE = 0.65
_QUIET = dt.timedelta(days=60)
_TIGHT = 5
_LONG = 21
_FULL = 0.9
#: What keeps a notebook from running again, and so stops its conversion.
_STOPS = frozenset({"raised", "syntax-error", "used-before-defined", "undefined-name", "unreadable"})
#: Code of an issue, what it means for others, what to do.
_ELSEWHERE = (
    (
        "missing-data",
        "Data that a notebook reads is not in the project.",
        "Find out who has it and whether it may be stored; that takes longer than versioning it.",
    ),
    (
        "absolute-path",
        "A notebook names a path that only its author's machine has.",
        "Make the paths relative to the notebook first, or nobody else can run it.",
    ),
)


@dataclass(frozen=True)
class _View:
    """What the kinds look at."""

    assessment: Assessment
    roadmap: Roadmap
    settings: Settings
    choice: Choice

    @property
    def unit(self) -> UnitAssessment:
        """The one that goes first."""
        return self.choice.units[0]

    @property
    def path(self) -> str:
        """Its path."""
        return self.roadmap.focus.unit

    def here(self, *criteria: str) -> tuple[str, ...]:
        """Those of the criteria that the plan has an open step for, as ids of steps."""
        open_ones = {step.id for step in (*self.roadmap.planned, *self.roadmap.left)}
        return tuple(name for name in (step_id(self.path, each) for each in criteria) if name in open_ones)


def find_risks(assessment: Assessment, roadmap: Roadmap, settings: Settings, choice: Choice) -> Iterator[Risk]:
    """The risks, the most pressing kinds first.

    Args:
        assessment: how the project stands.
        roadmap: the plan.
        settings: what people decided.
        choice: what goes first, and how its notebooks were ranked.
    """
    view = _View(assessment, roadmap, settings, choice)
    for kind in (
        _fallen_back,
        _late,
        _secrets,
        _notebooks,
        _conversion,
        _elsewhere,
        _ending,
        _lost,
        _nobody,
        _tight,
        _nobody_off,
        _one_person,
        _looks_like_it,
        _unsure,
        _quiet,
    ):
        yield from kind(view)


def _fallen_back(view: _View) -> Iterator[Risk]:
    for step in view.roadmap.fell_back:
        yield Risk(
            "fell-back",
            f"“{step.criterion.title}” was done, and the files no longer show it: {step.missing}",
            "Find out what removed it before it is done again; `assess --no-regress` in CI would have said so.",
            step.places,
            (step.id,),
        )


def _late(view: _View) -> Iterator[Risk]:
    for step in view.roadmap.planned + view.roadmap.left:
        if step.agreed is None or step.end is None or not step.late:
            continue
        why = "its day has passed" if step.agreed[1] < view.roadmap.date else _held_up(view.roadmap, step)
        yield Risk(
            "agreed-too-early",
            f"“{step.criterion.title}” was agreed for {day(step.agreed[1])} and will be ready on {day(step.end)}: {why}.",
            f"Agree on another day in {FILE}, or give it more time.",
            (Place(FILE),),
            (step.id,),
        )


def _held_up(roadmap: Roadmap, step: PlannedStep) -> str:
    waits = [need for need in (roadmap.step(name) for name in step.requires) if need.end and step.agreed]
    held = [need.criterion.title for need in waits if step.agreed and need.end and need.end >= step.agreed[0]]
    return f"“{held[0]}” comes before it" if held else f"its {step.hours:g} h do not fit into that time"


def _secrets(view: _View) -> Iterator[Risk]:
    results = {result.criterion.id: result for result in view.unit.results}
    result = results.get("no-secrets")
    if result is None or result.state in OPEN:
        return
    commits = view.here("code-versioned")
    yield Risk(
        "secret",
        mask(result.message),
        "Take it out before anything is committed, and have it replaced: a history keeps what was once in it."
        if commits
        else "Have it replaced: whoever has the repository has it.",
        _places(view, telling(result)),
        commits,
    )


def _notebooks(view: _View) -> Iterator[Risk]:
    """What keeps notebooks from running again, and what may make them run otherwise."""
    for path, issues in _by_notebook(view, _STOPS):
        yield Risk(
            "notebook-does-not-run",
            f"{path} may not run from top to bottom: {mask(issues[0].message)}{_more(issues)}",
            "Restart its kernel and run all cells before it is converted; mend what stops.",
            _places(view, issues),
            view.here("pipeline-automated"),
        )
    for path, issues in _by_notebook(view, frozenset({"out-of-order"})):
        yield Risk(
            "run-out-of-order",
            f"{path} was last run in another order than it is written: {mask(issues[0].message)}{_more(issues)}",
            "Run it from top to bottom and see whether it still says the same; `convert --order recorded` takes it as it was run.",
            _places(view, issues),
            view.here("pipeline-automated"),
        )


def _by_notebook(view: _View, codes: frozenset[str]) -> list[tuple[str, list[NotebookIssue]]]:
    """Issues of some kinds in the notebooks that go first, or in all where none do; none where no pipeline is planned."""
    if not view.here("pipeline-automated"):
        return []
    first = {f"{view.unit.unit.path}/{name}".removeprefix("./") for name in view.roadmap.focus.notebooks}
    found: dict[str, list[NotebookIssue]] = defaultdict(list)
    for issue in view.unit.notebooks:
        if issue.code in codes and (not first or issue.path in first):
            found[relative_path(view.assessment.project, issue.path)].append(issue)
    return sorted(found.items())


def _more(issues: Sequence[object]) -> str:
    return f" (and {len(issues) - 1} more)" if len(issues) > 1 else ""


def _conversion(view: _View) -> Iterator[Risk]:
    """What a look at the notebooks that go first says against converting them."""
    steps = view.here("pipeline-automated")
    known = {issue.code for issue in view.unit.notebooks if issue.code in _STOPS} | {code for code, _, _ in _ELSEWHERE}
    for notebook in view.choice.notebooks if steps else ():
        path = _local(view, notebook.path)
        for reason in notebook.reasons[:3]:
            if reason.code in known:
                continue
            yield Risk(
                reason.code,
                f"{path}: {mask(reason.message)}",
                f"`jupyter mlops convert {path} --dry-run` says what becomes of it.",
                (Place(path, reason.line, reason.cell),),
                steps,
            )


def _elsewhere(view: _View) -> Iterator[Risk]:
    """Data that only one machine has."""
    steps = view.here("data-versioned", "pipeline-automated")
    for code, what, advice in _ELSEWHERE:
        found = [issue for issue in view.unit.notebooks if issue.code == code]
        messages, places = [issue.message for issue in found], _places(view, found)
        if code == "missing-data" and view.choice.notebooks:
            # What another notebook of the pipeline writes is not missing: the ranking knows, a look at one notebook does not.
            reasons = [(one, each) for one in view.choice.notebooks for each in one.reasons if each.code == code]
            messages = [each.message for _, each in reasons]
            places = tuple(Place(_local(view, one.path), each.line, each.cell) for one, each in reasons)[:_MOST_PLACES]
        if messages and steps:
            yield Risk("data-elsewhere", f"{what} {mask(messages[0])}{_more(messages)}", advice, places, steps)


def _local(view: _View, notebook: str) -> str:
    """A notebook of the unit that goes first, relative to the assessed folder."""
    return notebook if view.path == "." else f"{view.path}/{notebook}"


def _ending(view: _View) -> Iterator[Risk]:
    """Waivers and attestations that end while the plan runs, and take their level with them."""
    project = view.assessment.project
    config = view.assessment.config
    elsewhere = [decision for other in config.externals for decision in other.decisions]
    for decision in (*read_waivers(project, view.assessment.date, config.plugins), *elsewhere):
        ends = decision.expires
        if ends is None or not view.roadmap.date <= ends <= view.roadmap.end or not decision.covers(view.path):
            continue
        level = criterion_named(decision.criterion, config.plugins).level
        week = f"in week {view.roadmap.week_of(ends)}" if ends >= view.roadmap.start else "before the first week"
        yield Risk(
            "decision-ends",
            f"What was {decision.state} for `{decision.criterion}` ends on {day(ends)}, {week}: from then on Level {level} "
            "is what the files say.",
            f"{decision.owner} closes the gap or renews it with a reason.",
            (Place(relative_path(project, decision.path), decision.line),),
        )


def _lost(view: _View) -> Iterator[Risk]:
    """Criteria that passed earlier in the history, and are in the plan again."""
    known = {step.id for step in view.roadmap.fell_back}
    passed: dict[str, str] = {}
    for row in read_history(Path(view.roadmap.folder)):
        for unit in row["units"]:
            for name, rung in (unit.get("rungs") or {}).items():
                if rung in ("E3", "E4"):
                    passed[step_id(str(unit.get("path")), name)] = str(row.get("date"))
    for step in view.roadmap.planned + view.roadmap.left:
        if step.id in passed and step.id not in known:
            yield Risk(
                "lost-before",
                f"“{step.criterion.title}” passed on {passed[step.id]} and was lost since.",
                "Look at what changed since then before it is done again.",
                step.places,
                (step.id,),
            )


def _nobody(view: _View) -> Iterator[Risk]:
    waiting = defaultdict(list)
    for step in view.roadmap.left:
        if step.end is None and view.settings.roles[view.settings.pool(step.role)].hours_a_week <= 0:
            waiting[step.role].append(step.id)
    for role, steps in waiting.items():
        yield Risk(
            "nobody-has-time",
            f"{_several(len(steps), 'step')} {'needs' if len(steps) == 1 else 'need'} a {role.replace('-', ' ')}, who has no hours in {FILE}.",
            f"Give the role `hours_a_week`, or say whose time is used with `same_as`, under [roles.{role}].",
            (Place(FILE),),
            tuple(steps),
        )


def _tight(view: _View) -> Iterator[Risk]:
    slack = view.roadmap.slack
    last = max(view.roadmap.planned, key=lambda step: step.end or view.roadmap.date, default=None)
    if slack is not None and slack < _TIGHT and last is not None and last.end is not None:
        yield Risk(
            "no-slack",
            f"The last step ends on {day(last.end)}, {_several(slack, 'working day')} before the end: anything that takes longer moves "
            f"Level {view.roadmap.target} beyond the plan.",
            "Plan a month more, or give the roles more hours.",
            (),
            (last.id,),
        )
    for role in view.roadmap.weeks[0].hours if view.roadmap.weeks else ():
        worked = [week for week in view.roadmap.weeks if week.hours[role][1]]
        full = [week.number for week in worked if week.hours[role][0] >= _FULL * week.hours[role][1]]
        if len(full) >= 6:
            yield Risk(
                "no-reserve",
                f"The {role.replace('-', ' ')} is booked out in {len(full)} of {len(view.roadmap.weeks)} weeks: a week of "
                "illness moves everything by a week.",
                "Keep an hour in five free, or agree now on what may slip.",
            )


def _nobody_off(view: _View) -> Iterator[Risk]:
    """Weeks in which nobody is ever away are weeks that nobody asked about."""
    settings = view.settings
    away = settings.days_off.union(*(role.days_off for role in settings.roles.values()))
    last = max((step.end for step in view.roadmap.planned if step.end is not None), default=None)
    if (
        last is not None
        and (last - view.roadmap.start).days > _LONG
        and not any(view.roadmap.start <= each <= last for each in away)
    ):
        yield Risk(
            "nobody-away",
            f"From {day(view.roadmap.start)} to {day(last)} the plan knows of no day off.",
            f"Write holidays and leave into {FILE} (`days_off`), and plan again.",
        )


def _one_person(view: _View) -> Iterator[Risk]:
    people = {step.owner for step in view.roadmap.planned if step.owner}
    unowned = sum(step.owner is None for step in view.roadmap.planned)
    if len(people) == 1 and not unowned and len(view.roadmap.planned) > 2:
        yield Risk(
            "one-person",
            f"All {len(view.roadmap.planned)} steps are {next(iter(people))}'s: nobody else will know how it works.",
            "Let a second person review each step, and run the pipeline once from a clone of their own.",
        )
    elif unowned and people:
        names = [step.id for step in view.roadmap.planned if step.owner is None]
        yield Risk(
            "no-owner",
            f"{_several(unowned, 'step')} {'has' if unowned == 1 else 'have'} no owner yet.",
            f"Name one in {FILE}.",
            (),
            tuple(names),
        )


def _looks_like_it(view: _View) -> Iterator[Risk]:
    """Things that are declared but reach nothing: people may believe that they are done."""
    for step in view.roadmap.planned + view.roadmap.left:
        if step.rung == 1 and step.places:
            yield Risk(
                "only-declared",
                f"“{step.criterion.title}” looks done and is not: {step.missing}",
                "Tell the team: whoever sees the file believes that it works.",
                step.places,
                (step.id,),
            )


def _unsure(view: _View) -> Iterator[Risk]:
    unsure = [
        result
        for result in view.unit.results
        if result.criterion.required
        and result.state == "pass"
        and result.criterion.level <= view.roadmap.target
        and result.confidence < _UNSURE
    ]
    for result in unsure:
        yield Risk(
            "unsure",
            f"“{result.criterion.title}” counts as passed with low confidence ({result.confidence:.2f}): {mask(result.message)}",
            "Have someone who knows confirm it; the plan holds no time for it.",
            _places(view, telling(result)),
        )


def _quiet(view: _View) -> Iterator[Risk]:
    git = view.assessment.project.git
    changed = git.last_change(view.unit.unit.path) if git is not None else None
    if changed is None:
        return
    last = dt.datetime.fromtimestamp(changed, tz=dt.timezone.utc).date()
    if view.assessment.date - last > _QUIET and view.here("pipeline-automated", "tests", "ci", "experiments-tracked"):
        yield Risk(
            "quiet",
            f"The last commit here is of {day(last)}: those who know the code may be busy elsewhere.",
            "Ask for their time before the first week, not in it.",
        )


def _places(view: _View, found: object) -> tuple[Place, ...]:
    """Of findings or issues of notebooks."""
    items = found if isinstance(found, (list, tuple)) else ()
    places = [Place(relative_path(view.assessment.project, one.path or "."), one.line, one.cell) for one in items]
    return tuple(dict.fromkeys(places))[:_MOST_PLACES]


def _several(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
