"""`make_roadmap`: the one entry to the roadmap."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from jupyter_mlops.assessment.api import Assessment, assess
from jupyter_mlops.errors import MlopsError
from jupyter_mlops.roadmap.model import PlannedStep, Roadmap
from jupyter_mlops.roadmap.settings import KeptStep, read_settings

#: Start small: one pipeline to Level 2.
_FIRST_TARGET = 2


def make_roadmap(
    path: str | Path = ".",
    *,
    target: int | None = None,
    months: int | None = None,
    start: dt.date | str | None = None,
    date: dt.date | str | None = None,
    agree: Iterable[str] = (),
    owners: Mapping[str, str] | None = None,
    assessment: Assessment | None = None,
    progress: Callable[[dict[str, Any]], None] | None = None,
) -> Roadmap:
    """Plans the cheapest steps to a level: in order, on days, for the people who have the time. Writes nothing.

    What people decided and agreed is read from `.mlops/roadmap.toml`; arguments stand in for what it says.

    Args:
        path: the project's folder.
        target: level to reach, 1 to 4; Level 2, or the next where that is reached, unless the file says otherwise.
        months: to plan ahead, of four weeks each; 3 unless the file says otherwise.
        start: first day, as a date or ``"YYYY-MM-DD"``; the next Monday, or what the file says while its weeks last.
        date: day the plan is made for; today when None. The same files and date give the same plan.
        agree: ids of steps whose dates, as they are planned now, stay from now on; "all" for all that are planned.
        owners: id of a step → who owns it from now on.
        assessment: of that path and date, where there is one already.
        progress: called with progress events.

    Raises:
        MlopsError: ``invalid-target``, ``invalid-date``, ``invalid-months``, ``invalid-configuration``, ``unknown-step``,
            ``not-planned`` for a step that has no dates to agree on, or what `assess` raises.
    """
    from jupyter_mlops.roadmap.focus import choose
    from jupyter_mlops.roadmap.planner import plan

    if target is not None and target not in range(1, 5):
        raise MlopsError("invalid-target", f"There is no Level {target} to reach. Choose 1 to 4.")
    if months is not None and months not in range(1, 25):
        raise MlopsError("invalid-months", f"A plan is for 1 to 24 months, not {months}.")
    if isinstance(start, str):
        try:
            start = dt.date.fromisoformat(start)
        except ValueError:
            raise MlopsError("invalid-date", f"{start!r} is not a date. Write it as YYYY-MM-DD.") from None
    assessment = assessment or assess(path, date=date)
    settings = read_settings(assessment.project, assessment.config.plugins)
    target = target or settings.target or min(max(_FIRST_TARGET, assessment.level + 1), 4)
    choice = choose(assessment, target, settings, progress)
    roadmap = plan(assessment, settings, choice, target, months=months, start=start)
    decided = {step.id: step for step in settings.steps}
    for name, owner in (owners or {}).items():
        decided[name] = replace(_kept(roadmap, decided, name), owner=owner)
    for name in _named(roadmap, agree):
        step, kept = _step(roadmap, name), _kept(roadmap, decided, name)
        if step.state != "planned" and not kept.agreed:
            raise MlopsError(
                "not-planned", f"The step {name!r} has no dates in these weeks, so there is nothing to agree on."
            )
        if not kept.agreed:
            decided[name] = replace(kept, agreed=True, start=step.start, due=step.end)
    if decided == {step.id: step for step in settings.steps}:
        return roadmap
    # What is agreed on gets its time before the rest, so the rest may move.
    settings = replace(settings, steps=tuple(decided.values()))
    return plan(assessment, settings, choice, target, months=months, start=start)


def _named(roadmap: Roadmap, agree: Iterable[str]) -> list[str]:
    names = list(agree)
    return [step.id for step in roadmap.planned] if "all" in names else names


def _step(roadmap: Roadmap, name: str) -> PlannedStep:
    for step in roadmap.steps:
        if step.id == name:
            return step
    known = ", ".join(step.id for step in roadmap.steps) or "none"
    raise MlopsError("unknown-step", f"There is no step {name!r} in the plan. Steps: {known}.")


def _kept(roadmap: Roadmap, decided: dict[str, KeptStep], name: str) -> KeptStep:
    step = _step(roadmap, name)
    return decided.get(name, KeptStep(step.criterion.id, step.unit))
