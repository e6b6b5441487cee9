"""One pipeline first: which unit goes first, and which notebooks become its pipeline."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_mlops.assessment.api import Assessment, UnitAssessment
from jupyter_mlops.assessment.engine import leading_units
from jupyter_mlops.assessment.what_if import cheapest_path
from jupyter_mlops.assessment.wording import relative_path
from jupyter_mlops.errors import MlopsError
from jupyter_mlops.roadmap.model import Focus
from jupyter_mlops.roadmap.settings import FILE, Settings

if TYPE_CHECKING:
    from jupyter_mlops.lifts.pipeline.chances import RankedNotebook
    from jupyter_mlops.lifts.pipeline.ranking import Proposal

#: Start small: a first pipeline goes to Level 2 before anything else.
_FIRST_LEVEL = 2


@dataclass(frozen=True)
class Choice:
    """What goes first, and what was looked at for that.

    Attributes:
        focus: the choice.
        units: those to plan for, in order.
        notebooks: of the pipeline that goes first, as they were ranked.
    """

    focus: Focus
    units: tuple[UnitAssessment, ...]
    notebooks: tuple[RankedNotebook, ...] = ()


def choose(assessment: Assessment, target: int, settings: Settings) -> Choice:
    """Which unit, and in it which notebooks, go first.

    Args:
        assessment: how all units stand.
        target: the level to reach.
        settings: what people decided.

    Raises:
        MlopsError: ``invalid-configuration`` when the unit that was decided on is not there.
    """
    units = _in_order(assessment, target, settings)
    first = units[0]
    path = relative_path(assessment.project, first.unit.path)
    why = [_why(assessment, units, target, settings)] if len(units) > 1 else []
    ranked: tuple[RankedNotebook, ...] = ()
    notebooks: tuple[str, ...] = ()
    needed = {step.criterion.id for step in cheapest_path(first, target).steps}
    if "pipeline-automated" in needed and any(file.suffix == ".ipynb" for file in first.unit.files):
        notebooks, ranked, because = _first_pipeline(first, settings)
        why += [because] if because else []
    return Choice(Focus(path, notebooks, " ".join(why)), tuple(units), ranked)


def _in_order(assessment: Assessment, target: int, settings: Settings) -> list[UnitAssessment]:
    leading = leading_units(assessment.units, assessment.date)
    below = [unit for unit in leading if unit.level < target]
    by_path = {relative_path(assessment.project, unit.unit.path): unit for unit in assessment.units}
    ordered = sorted(below, key=lambda unit: (not _has_work(unit), hours_to(unit, target), -unit.score, unit.unit.path))
    if settings.focus is not None:
        if settings.focus not in by_path:
            known = ", ".join(by_path)
            raise MlopsError(
                "invalid-configuration", f"There is no unit {settings.focus!r} to go first. Known: {known}.", path=FILE
            )
        chosen = by_path[settings.focus]
        if chosen.level < target:
            ordered = [chosen, *(unit for unit in ordered if unit is not chosen)]
    return ordered or [assessment.headline]


def hours_to(unit: UnitAssessment, target: int) -> float:
    """Hours of work to the first goal of a unit: Level 2, or the target where that is nearer or passed.

    Args:
        unit: how it stands.
        target: the level to reach.
    """
    return cheapest_path(unit, _first_goal(unit, target)).hours


def _first_goal(unit: UnitAssessment, target: int) -> int:
    return target if unit.level >= _FIRST_LEVEL else min(target, _FIRST_LEVEL)


def _has_work(unit: UnitAssessment) -> bool:
    return bool(unit.unit.pipelines) or any(file.suffix in (".ipynb", ".py", ".r") for file in unit.unit.files)


def _why(assessment: Assessment, units: Sequence[UnitAssessment], target: int, settings: Settings) -> str:
    first = units[0]
    name = relative_path(assessment.project, first.unit.path)
    hours = hours_to(first, target)
    goal = _first_goal(first, target)
    if settings.focus == name:
        return f"{name} goes first, as {FILE} says: {hours:g} h to Level {goal}."
    rest = [hours_to(unit, target) for unit in units[1:] if _has_work(unit) == _has_work(first)]
    if rest and hours == min(rest):
        return f"{name} goes first: {hours:g} h to Level {goal}, as few as any, and it is as far along as any (score {first.score})."
    return f"{name} goes first: {hours:g} h to Level {goal}, the least of {len(units)} units below Level {target}."


def _first_pipeline(
    unit: UnitAssessment, settings: Settings
) -> tuple[tuple[str, ...], tuple[RankedNotebook, ...], str]:
    """The notebooks of the first pipeline, how they were ranked, and why these."""
    from jupyter_mlops.lifts.pipeline.ranking import rank

    base = unit.unit.project.base
    folder = Path(base / unit.unit.path)
    own = {posixpath.relpath(file.path, unit.unit.path) for file in unit.unit.files}
    try:
        ranking = rank(folder)
    except MlopsError:  # no notebook that could be looked at
        return (), (), ""
    ranked = {one.path: one for one in ranking.notebooks if one.path in own}
    decided = tuple(path for path in settings.notebooks if path in ranked)
    if decided:
        return (
            decided,
            tuple(ranked[path] for path in decided),
            f"Its first pipeline is made of {_listed(decided)}, as {FILE} says.",
        )
    proposals = [one for one in ranking.proposals if set(one.notebooks) <= set(ranked)]
    if not proposals:
        worst = [f"{one.path} ({one.reasons[0].message.rstrip('.')})" for one in ranked.values() if one.reasons][:2]
        because = "None of its notebooks can be converted as they are" + (f": {'; '.join(worst)}." if worst else ".")
        return (), tuple(ranked.values()), because if ranked else ""
    best = proposals[0]
    return best.notebooks, tuple(ranked[path] for path in best.notebooks), _why_these(best, proposals, ranked)


def _why_these(best: Proposal, proposals: Sequence[Proposal], ranked: dict[str, RankedNotebook]) -> str:
    sure = best.convertible == "yes"
    chances = "nothing is known to stop it" if sure else "something may stop its run (see the risks)"
    if len(best.notebooks) > 1:
        return f"Its first pipeline is made of {_listed(best.notebooks)}. {best.why}"
    score = ranked[best.notebooks[0]].score
    if len(proposals) == 1:
        return f"Its first pipeline is made of {_listed(best.notebooks)}: {chances}."
    return (
        f"Its first pipeline is made of {_listed(best.notebooks)}, the most promising of {len(proposals)}: {chances}, "
        f"and it needs the least rework ({score} of 100)."
    )


def _listed(paths: Sequence[str]) -> str:
    return ", ".join(paths[:4]) + (f" and {len(paths) - 4} more" if len(paths) > 4 else "")
