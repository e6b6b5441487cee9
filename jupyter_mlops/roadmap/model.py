"""The roadmap as data: what every export reads."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from jupyter_mlops.assessment.celebration import Celebration
from jupyter_mlops.assessment.criterion import Criterion
from jupyter_mlops.assessment.what_if import Outcome
from jupyter_mlops.roadmap.settings import KeptStep


def unit_name(path: str) -> str:
    """What people are told of a unit: its path, or that it is the folder around the others."""
    return "the top folder" if path == "." else path


#: "planned": in the plan; "left": does not fit into it; "done": evidence shows it.
StepState = str


@dataclass(frozen=True)
class Place:
    """Where something is: relative to the assessed folder; lines and cells as in evidence."""

    path: str
    line: int | None = None
    cell: int | None = None

    def __str__(self) -> str:
        if self.line is None:
            return self.path
        return f"{self.path}:{self.line}" if self.cell is None else f"{self.path}#{self.cell}:{self.line}"


@dataclass(frozen=True)
class PlannedStep:
    """One step.

    Attributes:
        id: of the step; see `settings.step_id`.
        unit: path of the unit, relative to the assessed folder.
        criterion: what it satisfies.
        state: "planned", "left" (does not fit into the weeks) or "done".
        now: the criterion's state in the files.
        rung: 0 to 4, likewise.
        missing: what is missing; for a step that is done, what is there.
        advice: what to do, in one or two sentences.
        command: what does it, or most of it; None where a person has to.
        role: who does it.
        owner: the person or team, None when nobody was named.
        hours: of work.
        requires: ids of steps of this plan that come before it.
        start: first day; of a step that is left, when it would be at this pace; None when nobody has time, or it is done.
        end: last day, likewise.
        agreed: first and last day that were agreed, None where none were.
        late: days that it ends after what was agreed.
        done: when it was done, None when it is not.
        fell_back: it was done, and the evidence is gone: since when that is known.
        after: where the unit stands once this and all before it are done.
        places: where what is missing shows.
    """

    id: str
    unit: str
    criterion: Criterion
    state: StepState
    now: str
    rung: int
    missing: str
    advice: str | None
    command: str | None
    role: str
    owner: str | None
    hours: float
    requires: tuple[str, ...] = ()
    start: dt.date | None = None
    end: dt.date | None = None
    agreed: tuple[dt.date, dt.date] | None = None
    late: int = 0
    done: dt.date | None = None
    fell_back: dt.date | None = None
    after: Outcome | None = None
    places: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Milestone:
    """A level that will be reached.

    Attributes:
        unit: path of the unit.
        celebration: of the level.
        date: the day its last step ends; None when somebody whom it needs has no time at all.
        step: id of the step that reaches it.
        within: whether that is inside the weeks planned for.
    """

    unit: str
    celebration: Celebration
    date: dt.date | None
    step: str
    within: bool

    @property
    def level(self) -> int:
        """The level, 1 to 4."""
        return self.celebration.level


@dataclass(frozen=True)
class Risk:
    """Something that is true of this project and may upset the plan.

    Attributes:
        id: stable kebab-case identifier of the kind.
        message: what it is.
        advice: what to do about it.
        places: where it shows.
        steps: ids of steps that it may upset.
    """

    id: str
    message: str
    advice: str
    places: tuple[Place, ...] = ()
    steps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Focus:
    """What goes first.

    Attributes:
        unit: path of the unit, relative to the assessed folder.
        notebooks: that become the first pipeline, relative to the unit; empty when there is none to convert.
        why: one or two sentences.
    """

    unit: str
    notebooks: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class UnitPlan:
    """A unit, now and then.

    Attributes:
        path: relative to the assessed folder.
        now: how it stands.
        by_end: how it stands after the last week of the plan.
        target: how it stands when all its steps are done.
        criteria: those up to the target level: (criterion, state now, rung now, step id or None where it passes).
    """

    path: str
    now: Outcome
    by_end: Outcome
    target: Outcome
    criteria: tuple[tuple[Criterion, str, int, str | None], ...]


@dataclass(frozen=True)
class Week:
    """A week of the plan.

    Attributes:
        number: from 1.
        start: its first day.
        end: its last day.
        hours: role → (planned, available).
        steps: ids of the steps that are worked on.
        off: working days on which nobody works.
    """

    number: int
    start: dt.date
    end: dt.date
    hours: dict[str, tuple[float, float]]
    steps: tuple[str, ...]
    off: tuple[dt.date, ...] = ()


@dataclass(frozen=True)
class Roadmap:
    """The plan.

    Attributes:
        folder: the assessed folder.
        name: of the project.
        ruleset: of the assessment that it rests on.
        date: the day it is made for.
        start: first day planned.
        end: last day planned.
        months: planned ahead.
        target: level to reach.
        focus: what goes first.
        units: the units planned for, the first one first.
        steps: in the order in which they are done; those that are done first, those that are left last.
        milestones: levels that will be reached, by unit and level.
        weeks: of the plan.
        risks: what may upset it.
        workdays: days of the week that are worked, 0 for Monday.
        decided: what people decided about steps, as the file is to have it.
        waiting: paths of units that the plan does not come to.
        slack: working days between the last step and the end; None where the target is not reached.
    """

    folder: Path
    name: str
    ruleset: str
    date: dt.date
    start: dt.date
    end: dt.date
    months: int
    target: int
    focus: Focus
    units: tuple[UnitPlan, ...]
    steps: tuple[PlannedStep, ...]
    milestones: tuple[Milestone, ...]
    weeks: tuple[Week, ...]
    workdays: tuple[int, ...]
    decided: tuple[KeptStep, ...] = ()
    risks: tuple[Risk, ...] = ()
    waiting: tuple[str, ...] = ()
    slack: int | None = None

    @property
    def planned(self) -> tuple[PlannedStep, ...]:
        """Steps that fit."""
        return tuple(step for step in self.steps if step.state == "planned")

    @property
    def left(self) -> tuple[PlannedStep, ...]:
        """Steps that do not fit."""
        return tuple(step for step in self.steps if step.state == "left")

    @property
    def done(self) -> tuple[PlannedStep, ...]:
        """Steps of an earlier plan that are done."""
        return tuple(step for step in self.steps if step.state == "done")

    @property
    def fell_back(self) -> tuple[PlannedStep, ...]:
        """Steps that were done and no longer are."""
        return tuple(step for step in self.steps if step.fell_back is not None and step.state != "done")

    def week_of(self, day: dt.date) -> int:
        """The number of the week that a day is in, from 1."""
        return (day - self.start).days // 7 + 1

    def step(self, name: str) -> PlannedStep:
        """The step of that id."""
        return next(step for step in self.steps if step.id == name)
