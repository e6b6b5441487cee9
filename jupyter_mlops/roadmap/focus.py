"""One pipeline first: which unit goes first, and which notebooks become its pipeline."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from jupyter_mlops.assessment.api import Assessment, UnitAssessment
from jupyter_mlops.assessment.engine import leading_units
from jupyter_mlops.assessment.trainings import trainings
from jupyter_mlops.assessment.what_if import cheapest_path
from jupyter_mlops.assessment.wording import relative_path
from jupyter_mlops.errors import MlopsError
from jupyter_mlops.roadmap.model import Focus, unit_name
from jupyter_mlops.roadmap.settings import FILE, Settings

if TYPE_CHECKING:
    from jupyter_mlops.lifts.pipeline.chances import RankedNotebook
    from jupyter_mlops.lifts.pipeline.ranking import Proposal

Progress = Callable[[dict[str, Any]], None]

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


def choose(assessment: Assessment, target: int, settings: Settings, progress: Progress | None = None) -> Choice:
    """Which unit, and in it which notebooks, go first.

    Args:
        assessment: how all units stand.
        target: the level to reach.
        settings: what people decided.
        progress: called with progress events.

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
        notebooks, ranked, because = _first_pipeline(first, settings, progress)
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
    shown = unit_name(name).capitalize() if name == "." else name
    hours = hours_to(first, target)
    goal = _first_goal(first, target)
    if settings.focus == name:
        return f"{shown} goes first, as {FILE} says: {hours:g} h to Level {goal}."
    rest = [hours_to(unit, target) for unit in units[1:] if _has_work(unit) == _has_work(first)]
    if rest and hours == min(rest):
        return f"{shown} goes first: {hours:g} h to Level {goal}, as few as any, and it is as far along as any (score {first.score})."
    return f"{shown} goes first: {hours:g} h to Level {goal}, the least of {len(units)} units below Level {target}."


def _first_pipeline(
    unit: UnitAssessment, settings: Settings, progress: Progress | None
) -> tuple[tuple[str, ...], tuple[RankedNotebook, ...], str]:
    """The notebooks of the first pipeline, how they were ranked, and why these."""
    from jupyter_mlops.lifts.pipeline.ranking import rank

    own = {posixpath.relpath(file.path, unit.unit.path) for file in unit.unit.files if file.suffix == ".ipynb"}
    try:
        ranking = rank(unit.unit.project.base / unit.unit.path, progress=progress)
    except MlopsError:  # no notebook that could be looked at
        return (), (), ""
    ranked = {one.path: _anywhere(one) for one in ranking.notebooks if one.path in own}
    decided = tuple(path for path in settings.notebooks if path in ranked)
    if decided:
        looked = tuple(ranked[path] for path in decided)
        return decided, looked, f"Its first pipeline is made of {_listed(decided)}, as {FILE} says."
    groups = [set(one.notebooks) for one in ranking.proposals]
    whole = [
        one
        for one in ranking.proposals
        if set(one.notebooks) <= set(ranked) and not any(set(one.notebooks) < group for group in groups)
    ]
    if not whole:
        worst = [f"{one.path} ({one.reasons[0].message.rstrip('.')})" for one in ranked.values() if one.reasons][:2]
        because = "None of its notebooks can be converted as they are" + (f": {'; '.join(worst)}." if worst else ".")
        return (), tuple(ranked.values()), because if ranked else ""
    fitting = {posixpath.relpath(site.path, unit.unit.path) for site in trainings(unit.unit)}
    chances = sorted((_chance(one, ranked, fitting) for one in whole), key=lambda chance: chance.key)
    best = chances[0]
    return best.notebooks, tuple(ranked[path] for path in best.notebooks), _why_these(best, chances)


def _anywhere(one: RankedNotebook) -> RankedNotebook:
    """A notebook's chances whatever is installed here: a plan must be the same on every machine."""
    from jupyter_mlops.lifts.pipeline.chances import score

    reasons = tuple(reason for reason in one.reasons if reason.code != "missing-package")
    if len(reasons) == len(one.reasons) or one.convertible == "no":
        return one
    one = replace(one, reasons=reasons, convertible="perhaps" if reasons else "yes")
    return replace(one, score=score(one))


@dataclass(frozen=True)
class _Chance:
    """Notebooks that could be the first pipeline.

    Attributes:
        notebooks: in the order they run.
        fits: whether they fit a model: a pipeline that does not reach training counts for little.
        sure: nothing is known to stop them.
        score: how little work they need, 0 to 100.
        why: of the ranking.
    """

    notebooks: tuple[str, ...]
    fits: bool
    sure: bool
    score: float
    why: str

    @property
    def key(self) -> tuple[bool, bool, int, float, tuple[str, ...]]:
        """The best first."""
        return not self.fits, not self.sure, -len(self.notebooks), -self.score, self.notebooks


def _chance(proposal: Proposal, ranked: dict[str, RankedNotebook], fitting: set[str]) -> _Chance:
    members = [ranked[path] for path in proposal.notebooks]
    return _Chance(
        notebooks=proposal.notebooks,
        fits=bool(fitting & set(proposal.notebooks)),
        sure=all(one.convertible == "yes" for one in members),
        score=sum(one.score for one in members) / len(members),
        why=proposal.why,
    )


def _why_these(best: _Chance, chances: Sequence[_Chance]) -> str:
    rivals = [one for one in chances if one.fits == best.fits]
    text = f"Its first pipeline is made of {_listed(best.notebooks)}"
    if len(best.notebooks) > 1:
        text += f" ({best.why.rstrip('.')})"
    if len(chances) > 1:
        if len(rivals) == 1:
            text += f", the only one that fits a model of {len(chances)}"
        else:
            kind = " that fit a model" if best.fits else ", none of which fits a model"
            text += f", the most promising of {len(rivals)}{kind}"
    stops = "nothing is known to stop it" if best.sure else "something may stop its run (see the risks)"
    return f"{text}: {stops}."


def _listed(paths: Sequence[str]) -> str:
    return ", ".join(paths[:4]) + (f" and {len(paths) - 4} more" if len(paths) > 4 else "")
