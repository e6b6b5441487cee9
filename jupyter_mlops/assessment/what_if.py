"""What would be if: the level after some steps, and the cheapest steps to a level."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from jupyter_mlops.assessment.criterion import Criterion
from jupyter_mlops.assessment.findings import Rung
from jupyter_mlops.assessment.scoring import OPEN, Answer, Result, answers, level_of, progress_to, score_of
from jupyter_mlops.errors import MlopsError

#: Hours of work that an effort stands for, for plans: an hour or two, a day or two, a week or more.
HOURS = {"S": 2.0, "M": 12.0, "L": 40.0}


class Standing(Protocol):
    """How a unit stands, as far as it matters here."""

    @property
    def results(self) -> tuple[Result, ...]:
        """One a criterion."""


@dataclass(frozen=True)
class Outcome:
    """Where a unit would stand.

    Attributes:
        level: 0 to 4.
        progress: to the next level, 0 to 100.
        score: 0 to 100.
        blockers: required criteria that would keep the next gate closed.
        answers: the five questions.
    """

    level: int
    progress: int
    score: int
    blockers: tuple[str, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Step:
    """One step of a path.

    Attributes:
        criterion: what to satisfy.
        state: how it stands now.
        hours: of work, from `HOURS`; half where it is partly there.
        requires: criteria of the same path that come before it.
        after: where the unit stands once this step and all before it are done.
        message: what is missing.
        raise_by: what to do; None when only the criterion's own documentation says it.
    """

    criterion: Criterion
    state: str
    hours: float
    requires: tuple[str, ...]
    after: Outcome
    message: str
    raise_by: str | None


@dataclass(frozen=True)
class Path:
    """The cheapest way to a level.

    Attributes:
        target: the level asked for.
        steps: in an order that respects what builds on what; empty when the level is reached.
        hours: of all steps.
    """

    target: int
    steps: tuple[Step, ...]
    hours: float


def what_if(unit: Standing, done: Iterable[str]) -> Outcome:
    """Where a unit would stand if these criteria passed.

    Args:
        unit: how it stands.
        done: ids of criteria taken as satisfied.

    Raises:
        MlopsError: ``unknown-criterion``.
    """
    wanted = set(done)
    known = {result.criterion.id for result in unit.results}
    if unknown := sorted(wanted - known):
        raise MlopsError(
            "unknown-criterion",
            f"There is no criterion {', '.join(unknown)}. `jupyter mlops criteria` lists them.",
        )
    return _outcome([_satisfied(result) if result.criterion.id in wanted else result for result in unit.results])


def cheapest_path(unit: Standing, target: int) -> Path:
    """The steps with the least effort that reach a level.

    A gate opens only when each of its required criteria does, so the cheapest set is the open required criteria of all
    gates up to the target, and what they build on. The order is by gate, then by what builds on what, then the cheapest
    first, so that every level is reached as early as it can be.

    Args:
        unit: how it stands.
        target: level 1 to 4.

    Raises:
        MlopsError: ``invalid-target``.
    """
    if target not in range(1, 5):
        raise MlopsError("invalid-target", f"There is no Level {target} to reach. Choose 1 to 4.")
    results = {result.criterion.id: result for result in unit.results}
    wanted = [
        result.criterion.id
        for result in unit.results
        if result.criterion.required and result.criterion.level <= target and result.state not in OPEN
    ]
    chosen = _with_requirements(wanted, results)
    current = dict(results)
    steps: list[Step] = []
    for name in _ordered(chosen, results):
        result = results[name]
        current[name] = _satisfied(result)
        hours = HOURS[result.criterion.effort] * (0.5 if result.rung >= Rung.E2 else 1.0)
        steps.append(
            Step(
                criterion=result.criterion,
                state=result.state,
                hours=hours,
                requires=tuple(need for need in result.criterion.requires if need in chosen),
                after=_outcome(list(current.values())),
                message=result.message,
                raise_by=result.raise_by,
            )
        )
    return Path(target, tuple(steps), sum(step.hours for step in steps))


def _satisfied(result: Result) -> Result:
    rung = max(result.rung, result.criterion.passes_at)
    return result if result.state in OPEN else replace(result, state="pass", rung=rung, raise_by=None)


def _outcome(results: Sequence[Result]) -> Outcome:
    level = level_of(results)
    progress = 100 if level == 4 else progress_to(level + 1, results)
    blockers = tuple(
        result.criterion.id
        for result in results
        if result.criterion.required and result.criterion.level == level + 1 and result.state not in OPEN
    )
    return Outcome(level, progress, score_of(level, progress), blockers, answers(results))


def _with_requirements(wanted: list[str], results: dict[str, Result]) -> set[str]:
    chosen: set[str] = set()
    waiting = list(wanted)
    while waiting:
        name = waiting.pop()
        if name in chosen or name not in results or results[name].state in OPEN:
            continue
        chosen.add(name)
        waiting.extend(results[name].criterion.requires)
    return chosen


def _ordered(chosen: set[str], results: dict[str, Result]) -> list[str]:
    order: list[str] = []
    left = set(chosen)
    while left:
        ready = [name for name in left if not any(need in left for need in results[name].criterion.requires)]
        # Requirements cannot form a circle: a test of the criteria sees to that.
        following = min(
            ready,
            key=lambda name: (
                results[name].criterion.level,
                HOURS[results[name].criterion.effort] * (0.5 if results[name].rung >= Rung.E2 else 1.0),
                name,
            ),
        )
        order.append(following)
        left.discard(following)
    return order
