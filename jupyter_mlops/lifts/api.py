"""`lift` and `lifts`: plan a lift, show it, carry it out, and say what that changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from jupyter_mlops.assessment.api import Assessment, UnitAssessment, assess
from jupyter_mlops.assessment.scoring import Result
from jupyter_mlops.changes import Applied
from jupyter_mlops.errors import MissingDependencyError, MlopsError
from jupyter_mlops.lifts.lift import Lift, Plan, State
from jupyter_mlops.lifts.registry import all_lifts, lift_named
from jupyter_mlops.lifts.scene import Progress, Scene


@dataclass(frozen=True)
class Lifted:
    """A lift of a project.

    Attributes:
        lift: which.
        plan: what it would do, or did.
        before: how the project stood.
        applied: what was written; None when nothing was.
        after: how it stands then; None when nothing was written.
    """

    lift: Lift
    plan: Plan
    before: Assessment
    applied: Applied | None = None
    after: Assessment | None = None

    @property
    def good(self) -> bool:
        """Whether the lift fits the project."""
        return self.plan.state != "not-here"

    def preview(self) -> str:
        """The changes as one unified diff."""
        return self.plan.changes.preview()

    @property
    def scorecard(self) -> dict[str, Any] | None:
        """What the assessment says now and said before; None when nothing was written."""
        if self.after is None:
            return None
        old = {result.criterion.id: result for result in _unit_of(self.before).results}
        criteria = [
            {
                "id": result.criterion.id,
                "before": old[result.criterion.id].state,
                "after": result.state,
                "rung": [f"E{int(old[result.criterion.id].rung)}", f"E{int(result.rung)}"],
                "raise_by": result.raise_by,
            }
            for result in _unit_of(self.after).results
            if result.criterion.id in old
            and (old[result.criterion.id].state, old[result.criterion.id].rung) != (result.state, result.rung)
        ]
        return {
            "level": [self.before.level, self.after.level],
            "progress": [self.before.progress, self.after.progress],
            "score": [self.before.score, self.after.score],
            "criteria": criteria,
        }

    @property
    def still_open(self) -> list[Result]:
        """Criteria that the lift raises and that do not pass yet; none when nothing was written."""
        results = _unit_of(self.after).results if self.after is not None else ()
        raised = [result for result in results if result.criterion.id in self.lift.raises]
        return [result for result in raised if result.state in ("partial", "fail")]

    def to_dict(self) -> dict[str, Any]:
        """The answer as the JSON document of the command line and the server."""
        applied = self.applied
        return {
            **self.lift.as_dict(),
            "path": str(self.before.project.base),
            **self.plan.as_dict(),
            "applied": None
            if applied is None
            else {"number": applied.number, "time": applied.time, "paths": list(applied.paths)},
            "scorecard": self.scorecard,
        }


def _unit_of(assessment: Assessment) -> UnitAssessment:
    """The unit that a lift is about; of a repository as a whole, the one that sets its level."""
    folder = assessment.project.folder
    return next((unit for unit in assessment.units if unit.unit.path == folder), assessment.headline)


def lift(
    name: str,
    path: str | Path = ".",
    *,
    options: Mapping[str, str] | None = None,
    write: bool = True,
    expected: str | None = None,
    progress: Progress | None = None,
) -> Lifted:
    """Plan a lift and carry it out. None of the user's code is run, except by the lifts `pipeline` and `tests`.

    Args:
        name: of the lift.
        path: the project, or a folder or file in it.
        options: what a person may choose, by name; `jupyter mlops lifts` lists what there is.
        write: whether the changes are made; they are only planned otherwise.
        expected: `id` of the preview that was agreed to; any when None.
        progress: called with events.

    Returns:
        What was, or would be, done.

    Raises:
        MlopsError: `unknown-lift`, `invalid-option`, `changed-since-preview` when the plan is no longer the expected one,
            and what applying a change set raises. Nothing has changed then.
        MissingDependencyError: the lift needs something that is not installed.
    """
    chosen = lift_named(name)
    given = _options(chosen, options or {})
    scene = replace(Scene.open(path, progress=progress), options=given)
    _require(chosen)
    return carry_out(Lifted(chosen, chosen.plan(scene), scene.assessment), write=write, expected=expected)


def carry_out(planned: Lifted, *, write: bool = True, expected: str | None = None) -> Lifted:
    """Make the changes of a plan, and assess the project again.

    Args:
        planned: the plan.
        write: whether to do so at all.
        expected: `id` of the preview that was agreed to; any when None.

    Raises:
        MlopsError: as `lift`.
    """
    changes = planned.plan.changes
    if expected is not None and changes.id != expected:
        message = "The project changed since the preview. Nothing was written; look at a new preview."
        raise MlopsError("changed-since-preview", message)
    if not (write and planned.plan.state == "applies" and changes):
        return planned
    applied = changes.apply()
    project = planned.before.project
    return replace(planned, applied=applied, after=assess(project.base / project.folder))


def lifts(path: str | Path | None = None) -> list[dict[str, Any]]:
    """All lifts; with a path, whether each has something to do there.

    Args:
        path: the project, or None.

    Returns:
        What each is, with `state` ("applies", "done" or "not-here") and `why` where a path was given.

    Raises:
        MlopsError: what `assess` raises.
    """
    if path is None:
        return [each.as_dict() for each in all_lifts()]
    scene = Scene.open(path, thorough=False)
    listed = []
    for each in all_lifts():
        state, why = _glance(each, scene)
        listed.append({**each.as_dict(), "state": state, "why": why})
    return listed


def _glance(each: Lift, scene: Scene) -> tuple[State, str]:
    try:
        _require(each)
        chosen = replace(scene, options=_options(each, {}))
        if each.glance is not None:
            return each.glance(chosen)
        plan = each.plan(chosen)
    except MlopsError as error:
        return "not-here", error.message
    return plan.state, plan.why


def _options(each: Lift, given: Mapping[str, str]) -> dict[str, str]:
    known = {option.name: option for option in each.options}
    for name, value in given.items():
        if name not in known:
            there = f"It has: {', '.join(known)}." if known else "It has none."
            raise MlopsError("invalid-option", f"The lift {each.name} has no option {name!r}. {there}")
        values = known[name].values
        if values and value not in values:
            raise MlopsError("invalid-option", f"{name} can be {' or '.join(values)}, not {value!r}.")
    return {name: str(given.get(name, option.default)) for name, option in known.items()}


def _require(each: Lift) -> None:
    from importlib.util import find_spec

    for need in each.needs:
        if find_spec(need.module) is None:
            raise MissingDependencyError(need.module, need.install, f"The lift {each.name}")
