"""From how a project stands, and what was agreed, to the plan."""

from __future__ import annotations

import datetime as dt
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass, replace

from jupyter_mlops.assessment.api import Assessment, UnitAssessment
from jupyter_mlops.assessment.celebration import celebration
from jupyter_mlops.assessment.findings import Rung
from jupyter_mlops.assessment.rulesets import RULESET
from jupyter_mlops.assessment.scoring import OPEN, Result
from jupyter_mlops.assessment.secrets import mask
from jupyter_mlops.assessment.what_if import cheapest_path, what_if
from jupyter_mlops.assessment.wording import relative_path, telling
from jupyter_mlops.project.marks import mapping, sequence
from jupyter_mlops.roadmap.focus import Choice
from jupyter_mlops.roadmap.model import Milestone, Place, PlannedStep, Roadmap, UnitPlan, Week
from jupyter_mlops.roadmap.risks import find_risks
from jupyter_mlops.roadmap.scheduler import Slot, Task, WorkingTime, schedule
from jupyter_mlops.roadmap.settings import MONTHS, WEEKS_A_MONTH, KeptStep, Settings, step_id

_DAY = dt.timedelta(days=1)
_MOST_PLACES = 3


def plan(
    assessment: Assessment,
    settings: Settings,
    choice: Choice,
    target: int,
    *,
    months: int | None = None,
    start: dt.date | None = None,
) -> Roadmap:
    """The plan.

    Args:
        assessment: how the project stands.
        settings: what people decided.
        choice: what goes first.
        target: level to reach.
        months: to plan ahead; stands in for that of the settings.
        start: first day; likewise.
    """
    project = assessment.project
    months = months or settings.months or MONTHS
    days = dt.timedelta(days=7 * WEEKS_A_MONTH * months)
    start = start or settings.start
    if start is None or start + days <= assessment.date:
        start = assessment.date + dt.timedelta(
            days=-assessment.date.weekday() % 7
        )  # the next Monday, today if it is one
    end = start + days - _DAY
    drafts, done = _drafts(assessment, choice, target, settings)
    time = settings.working_time()
    today = max(start, assessment.date)
    slots = schedule([_task(draft, settings, time, today) for draft in drafts], time, today)
    order = {draft.id: number for number, draft in enumerate(drafts)}
    drafts.sort(key=lambda draft: _finished(slots[draft.id], order[draft.id]))
    steps, milestones = _dated(choice, drafts, slots, end)
    planned = [slot.end for step in steps if step.state == "planned" and (slot := slots[step.id]) is not None]
    roadmap = Roadmap(
        folder=project.base / project.folder,
        name=(project.base / project.folder).resolve().name,
        ruleset=RULESET,
        date=assessment.date,
        start=start,
        end=end,
        months=months,
        target=target,
        focus=choice.focus,
        units=tuple(_unit_plan(assessment, unit, target, steps) for unit in choice.units),
        steps=(*done, *steps),
        milestones=tuple(milestones),
        weeks=tuple(_weeks(start, end, settings, time, slots, {draft.id: draft.role for draft in drafts})),
        workdays=settings.workdays,
        decided=settings.steps,
        waiting=tuple(
            path
            for path in (relative_path(project, unit.unit.path) for unit in choice.units[1:])
            if not any(step.unit == path and step.state == "planned" for step in steps)
        ),
        slack=None
        if any(step.state == "left" for step in steps)
        else _working_days(time, max(planned, default=today), end),
    )
    return replace(roadmap, risks=tuple(find_risks(assessment, roadmap, settings, choice)))


@dataclass(frozen=True)
class _Draft:
    """A step before it has dates."""

    id: str
    unit: str
    result: Result
    hours: float
    requires: tuple[str, ...]
    after_unit: tuple[str, ...]
    kept: KeptStep
    command: str | None
    fell_back: dt.date | None
    role: str
    owner: str | None


def _drafts(
    assessment: Assessment, choice: Choice, target: int, settings: Settings
) -> tuple[list[_Draft], list[PlannedStep]]:
    """The steps to plan, unit by unit; and those of earlier plans that are done."""
    kept = {step.id: step for step in settings.steps}
    drafts: list[_Draft] = []
    done: list[PlannedStep] = []
    before: tuple[str, ...] = ()
    for unit in choice.units:
        path = relative_path(assessment.project, unit.unit.path)
        results = {result.criterion.id: result for result in unit.results}
        needs = {step.criterion.id: step.requires for step in cheapest_path(unit, target).steps}
        for step in settings.steps:  # what people chose beyond the cheapest path
            result = results.get(step.criterion)
            if step.unit == path and result is not None and result.state not in OPEN and (step.agreed or step.owner):
                needs.setdefault(step.criterion, tuple(need for need in result.criterion.requires if need in needs))
        own = []
        for name, requires in needs.items():
            identity = step_id(path, name)
            known = kept.get(identity, KeptStep(name, path))
            result = results[name]
            role = result.criterion.role
            own.append(
                _Draft(
                    id=identity,
                    unit=path,
                    result=result,
                    hours=known.hours or _hours(result, settings),
                    requires=tuple(step_id(path, need) for need in requires),
                    after_unit=before,
                    kept=known,
                    command=_command(assessment, unit, result, choice),
                    fell_back=assessment.date if known.done is not None else known.fell_back,
                    role=role,
                    owner=known.owner or settings.roles[role].owner or settings.roles[settings.pool(role)].owner,
                )
            )
        drafts += own
        before = tuple(draft.id for draft in own) or before
    for unit in assessment.units:
        path = relative_path(assessment.project, unit.unit.path)
        results = {result.criterion.id: result for result in unit.results}
        done += [
            _done(assessment, step, results[step.criterion], settings)
            for step in settings.steps
            if step.unit == path and _is_done(step, results.get(step.criterion))
        ]
    return drafts, sorted(done, key=lambda step: (step.done or assessment.date, step.id))


def _is_done(kept: KeptStep, result: Result | None) -> bool:
    """Evidence shows it, or did and nothing says otherwise: what is waived or does not apply is not done by that."""
    if result is None or result.state not in OPEN:
        return False
    return result.state in ("pass", "attested") or kept.done is not None


def _hours(result: Result, settings: Settings) -> float:
    return settings.hours[result.criterion.effort] * (0.5 if result.rung >= Rung.E2 else 1.0)


def _done(assessment: Assessment, kept: KeptStep, result: Result, settings: Settings) -> PlannedStep:
    role = result.criterion.role
    agreed = (kept.start, kept.due) if kept.agreed and kept.start is not None and kept.due is not None else None
    return PlannedStep(
        id=kept.id,
        unit=kept.unit,
        criterion=result.criterion,
        state="done",
        now=result.state,
        rung=int(result.rung),
        missing=mask(result.message),
        advice=None,
        command=None,
        role=role,
        owner=kept.owner or settings.roles[role].owner,
        hours=kept.hours or settings.hours[result.criterion.effort],
        agreed=agreed,
        done=kept.done or assessment.date,
        places=_places(assessment, result),
    )


def _task(draft: _Draft, settings: Settings, time: WorkingTime, today: dt.date) -> Task:
    minutes = max(1, round(draft.hours * 60))
    pool = settings.pool(draft.role)
    kept = draft.kept
    if not kept.agreed or kept.start is None or kept.due is None:
        return Task(draft.id, pool, minutes, draft.requires + draft.after_unit)
    if kept.start < today <= kept.due:  # it goes on as agreed: what is left of its time is left of its work
        everything = _working_days(time, kept.start - _DAY, kept.due, pool)
        rest = _working_days(time, today - _DAY, kept.due, pool)
        minutes = max(1, round(minutes * rest / everything)) if everything else minutes
    return Task(draft.id, pool, minutes, draft.requires + draft.after_unit, kept.start, kept.due)


def _command(assessment: Assessment, unit: UnitAssessment, result: Result, choice: Choice) -> str | None:
    """What does a step, where a lift does; of the conversion, for the notebooks that go first."""
    lift = result.criterion.lift
    path = relative_path(assessment.project, unit.unit.path)
    if lift is None:
        return None
    if lift == "pipeline":
        if result.criterion.id != "pipeline-automated" or path != choice.focus.unit or not choice.focus.notebooks:
            return None
        if set(choice.focus.notebooks) & _converted(unit):
            return None
        prefix = "" if path == "." else f"{path}/"
        return "jupyter mlops convert " + " ".join(_quoted(prefix + name) for name in choice.focus.notebooks)
    if lift == "git-init" and _only_commits_missing(unit):
        return None
    return f"jupyter mlops lift {lift}" + ("" if path == "." else f" {_quoted(path)}")


def _only_commits_missing(unit: UnitAssessment) -> bool:
    """Whether the project is under git as the lift would put it: what is left is to commit."""
    project = unit.unit.project
    return project.git is not None and (project.git.commits > 0 or project.exists(".gitignore"))


def _converted(unit: UnitAssessment) -> set[str]:
    """Notebooks that a pipeline was made of, relative to the unit."""
    project = unit.unit.project
    found: set[str] = set()
    for file in unit.unit.files:
        if file.name == "conversion.json":
            document = mapping(project.json(file.path))
            listed = [mapping(one).get("path") for one in sequence(document.get("notebooks"))]
            found |= {posixpath.relpath(str(one), unit.unit.path) for one in (document.get("notebook"), *listed) if one}
    return found


def _quoted(path: str) -> str:
    import shlex

    return shlex.quote(path)


def _finished(slot: Slot | None, number: int) -> tuple[dt.date, dt.date, int]:
    return (dt.date.max, dt.date.max, number) if slot is None else (slot.end, slot.start, number)


def _dated(
    choice: Choice, drafts: Sequence[_Draft], slots: dict[str, Slot | None], end: dt.date
) -> tuple[list[PlannedStep], list[Milestone]]:
    """Steps with their dates and what each leads to, in the order in which they end; and the levels they reach."""
    steps: list[PlannedStep] = []
    milestones: list[Milestone] = []
    for unit in choice.units:
        project = unit.unit.project
        path = relative_path(project, unit.unit.path)
        level = unit.level
        finished: list[str] = []
        for draft in drafts:
            if draft.unit != path:
                continue
            finished.append(draft.result.criterion.id)
            outcome = what_if(unit, finished)
            slot = slots[draft.id]
            step = replace(_step(draft, slot, end), after=outcome, places=_result_places(unit, draft.result))
            steps.append(step)
            for reached in range(level + 1, outcome.level + 1):
                date = slot.end if slot is not None else None
                milestones.append(Milestone(path, celebration(reached), date, step.id, step.state == "planned"))
            level = max(level, outcome.level)
    position = {draft.id: number for number, draft in enumerate(drafts)}
    steps.sort(key=lambda step: (step.state == "left", position[step.id]))
    return steps, milestones


def _step(draft: _Draft, slot: Slot | None, end: dt.date) -> PlannedStep:
    kept = draft.kept
    agreed = (kept.start, kept.due) if kept.agreed and kept.start is not None and kept.due is not None else None
    first = slot.start if slot is not None else None
    if agreed is not None and first is not None:
        first = min(first, agreed[0]) if slot is not None and slot.end == agreed[1] else first
    return PlannedStep(
        id=draft.id,
        unit=draft.unit,
        criterion=draft.result.criterion,
        state="planned" if slot is not None and slot.end <= end else "left",
        now=draft.result.state,
        rung=int(draft.result.rung),
        missing=mask(draft.result.message),
        advice=mask(draft.result.raise_by) if draft.result.raise_by else None,
        command=draft.command,
        role=draft.role,
        owner=draft.owner,
        hours=draft.hours,
        requires=draft.requires,
        start=first,
        end=slot.end if slot is not None else None,
        agreed=agreed,
        late=max(0, (slot.end - agreed[1]).days) if slot is not None and agreed is not None else 0,
        fell_back=draft.fell_back,
    )


def _places(assessment: Assessment, result: Result) -> tuple[Place, ...]:
    unit = next(unit for unit in assessment.units if result in unit.results)
    return _result_places(unit, result)


def _result_places(unit: UnitAssessment, result: Result) -> tuple[Place, ...]:
    project = unit.unit.project
    found = [Place(relative_path(project, item.path or "."), item.line, item.cell) for item in telling(result)]
    return tuple(dict.fromkeys(found))[:_MOST_PLACES]


def _unit_plan(assessment: Assessment, unit: UnitAssessment, target: int, steps: Sequence[PlannedStep]) -> UnitPlan:
    path = relative_path(assessment.project, unit.unit.path)
    own = {step.criterion.id: step for step in steps if step.unit == path}
    criteria = tuple(
        (
            result.criterion,
            result.state,
            int(result.rung),
            own[name].id if (name := result.criterion.id) in own else None,
        )
        for result in unit.results
        if (result.criterion.level <= target and result.criterion.required) or result.criterion.id in own
    )
    in_time = [name for name, step in own.items() if step.state == "planned"]
    return UnitPlan(path, what_if(unit, ()), what_if(unit, in_time), what_if(unit, own), criteria)


def _working_days(time: WorkingTime, after: dt.date, until: dt.date, pool: str | None = None) -> int:
    """Days after one and up to another on which somebody, or one pool, works."""
    pools = [pool] if pool is not None else list(time.pools)
    days = ((after + _DAY * (number + 1)) for number in range(max(0, (until - after).days)))
    return sum(any(time.minutes(name, day) for name in pools) for day in days)


def _weeks(
    start: dt.date,
    end: dt.date,
    settings: Settings,
    time: WorkingTime,
    slots: dict[str, Slot | None],
    roles: dict[str, str],
) -> list[Week]:
    """The weeks, with what is worked on in each; `roles` says whose step a step is."""
    weeks: list[Week] = []
    first = start
    busy = [name for name, pool in time.pools.items() if pool.minutes_a_week]
    pools = {role: settings.pool(role) for role in settings.roles}
    worked: dict[dt.date, list[tuple[str, int]]] = {}
    for name, slot in slots.items():
        for day, minutes in slot.days if slot is not None else ():
            worked.setdefault(day, []).append((name, minutes))
    while first <= end:
        days = [first + _DAY * number for number in range(7)]
        listed = [(name, minutes) for day in days for name, minutes in worked.get(day, ())]
        hours = {}
        for pool in dict.fromkeys(pools.values()):
            taken = sum(minutes for name, minutes in listed if pools[roles[name]] == pool)
            hours[pool] = (taken / 60, sum(time.minutes(pool, day) for day in days) / 60)
        off = tuple(
            day
            for day in days
            if day.weekday() in time.workdays and busy and not any(time.minutes(pool, day) for pool in busy)
        )
        weeks.append(
            Week(len(weeks) + 1, first, days[-1], hours, tuple(dict.fromkeys(name for name, _ in listed)), off)
        )
        first = days[-1] + _DAY
    return weeks
