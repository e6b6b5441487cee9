"""Sentences and words that several exports share."""

from __future__ import annotations

import datetime as dt

from jupyter_mlops.roadmap.model import PlannedStep, Roadmap, UnitPlan, unit_name
from jupyter_mlops.roadmap.settings import MONTHS, WEEKS_A_MONTH

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TO = "\N{EN DASH}"
EFFORT = {"S": "an hour or two", "M": "a day or two", "L": "a week or more"}


def day(date: dt.date, *, year: bool = True) -> str:
    """A date as people write it, the same in every locale: 8 Dec 2026."""
    return f"{date.day} {_MONTHS[date.month - 1]}" + (f" {date.year}" if year else "")


def span(first: dt.date, last: dt.date) -> str:
    """Two dates, as short as they can be."""
    if first == last:
        return day(first, year=False)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}{_TO}{day(last, year=False)}"
    return f"{day(first, year=False)} {_TO} {day(last, year=False)}"


def hours(number: float) -> str:
    """Hours, without digits that say nothing."""
    return f"{round(number, 2):g} h"


def role(name: str) -> str:
    """A role for people."""
    return name.replace("-", " ")


def who(step: PlannedStep) -> str:
    """Owner and role."""
    return f"{step.owner} ({role(step.role)})" if step.owner else role(step.role)


def title(roadmap: Roadmap, step: PlannedStep) -> str:
    """What a step is called: with its unit where there are several."""
    return step.criterion.title if len(roadmap.units) == 1 else f"{unit_name(step.unit)}: {step.criterion.title}"


def when(step: PlannedStep) -> str:
    """A step's days, and what is to be said of them."""
    if step.state == "done":
        return f"done {day(step.done)}" if step.done else "done"
    if step.start is None or step.end is None:
        return "nobody has time"
    if step.state == "left":
        return f"after the plan, by {day(step.end)}"
    note = " (agreed)" if step.agreed and not step.late else f" (agreed {span(*step.agreed)})" if step.agreed else ""
    return span(step.start, step.end) + note


def headline(roadmap: Roadmap) -> str:
    """Where it goes: one line."""
    unit = roadmap.units[0]
    return f"{roadmap.name}: Level {unit.now.level} → Level {max(unit.target.level, unit.now.level)}"


def summary(roadmap: Roadmap) -> list[str]:
    """What is reached by when, and what is left, one sentence or two a unit. Says so where the time does not suffice."""
    return [_unit_summary(roadmap, unit) for unit in roadmap.units if unit.path not in roadmap.waiting] + (
        [f"The plan does not come to {', '.join(map(unit_name, roadmap.waiting))}: one pipeline first."]
        if roadmap.waiting
        else []
    )


def _unit_summary(roadmap: Roadmap, unit: UnitPlan) -> str:
    name = f"{unit_name(unit.path).capitalize() if unit.path == '.' else unit.path}: " if len(roadmap.units) > 1 else ""
    if unit.now.level >= roadmap.target:
        return (
            f"{name}Level {unit.now.level} is reached already, so there is nothing to plan for Level {roadmap.target}."
        )
    if not any(step.unit == unit.path for step in roadmap.steps):
        return (
            f"{name}Nothing that Level {roadmap.target} asks for is open, and the level is not reached: what was declared not to "
            f"apply leaves a gate at which nothing is asked. It stays at Level {unit.now.level}."
        )
    own = [milestone for milestone in roadmap.milestones if milestone.unit == unit.path]
    reached = [
        f"Level {one.level} on {day(one.date)} (week {roadmap.week_of(one.date)})"
        for one in own
        if one.within and one.date
    ]
    goal = next((one for one in own if one.level == roadmap.target), None)
    if goal is not None and goal.within:
        slack = ""
        if roadmap.slack is not None and len(roadmap.units) == 1:
            slack = f" {roadmap.slack} working day{'' if roadmap.slack == 1 else 's'} are left for what takes longer."
        return f"{name}{' and '.join(reached)}.{slack}"
    left = [step for step in roadmap.left if step.unit == unit.path]
    weeks = len(roadmap.weeks)
    some = f"Reached: {', '.join(reached)}." if reached else f"It stays at Level {unit.now.level}."
    text = (
        f"{name}{weeks} weeks do not suffice for Level {roadmap.target}. {some} On {day(roadmap.end)} {len(left)} "
        f"step{' is' if len(left) == 1 else 's are'} open ({hours(sum(step.hours for step in left))}; "
        f"{unit.by_end.progress} % to Level {unit.by_end.level + 1})."
    )
    if goal is not None and goal.date is not None:
        return f"{text} At this pace Level {roadmap.target} is reached on {day(goal.date)}."
    return f"{text} Level {roadmap.target} is not reached at all while somebody it needs has no time."


def length(roadmap: Roadmap) -> str:
    """How long the plan is."""
    return f"{roadmap.months * WEEKS_A_MONTH} weeks" + (" (three months)" if roadmap.months == MONTHS else "")
