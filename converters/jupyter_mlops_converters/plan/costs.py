"""What people would dislike about a division: the costs that the search for stages weighs.

A stage should have one purpose, so mixed roles cost. What crosses costs, by number and size. Boundaries belong where the
notebook has a heading or its purpose changes, never between looking at a value and what made it, nor between imports
and what they are for. Expensive work should be cached apart from what comes after it. A stage has to be worth a file,
and none should hold most of the notebook. All costs are in one unit: what an extra hand-over costs is 0.4.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from jupyter_mlops_converters.analysis.roles import CellRole
from jupyter_mlops_converters.plan.flow import needs_of
from jupyter_mlops_converters.plan.program import Program

_HAND_OVER = 0.4
#: Of what one statement makes together, as `X_train, X_test, y_train, y_test = …`, each further one.
_FURTHER = 0.1
_STAGE = 1.0
_BOUNDARY = 2.0
#: How many cells away a fit may be, for what lies between to belong to it.
_NEAR = 3
_MIXED = 0.9
#: Gain of a boundary where the purpose becomes quite another one.
_OTHER_PURPOSE = 2.2
#: Cost of training and evaluating in one stage.
_TRAINED_AND_EVALUATED = 1.0
#: Gain of a boundary at a heading of the notebook's main level, and of levels below that.
_HEADING = (2.5, 1.5, 0.75)
#: What importing a module takes where the notebook does not show it, and how many modules show it.
_SECONDS_PER_MODULE, _SOME_MODULES = 0.0015, 50
#: How far a cell of no known role is from others.
_UNKNOWN = 0.25
#: How far apart two purposes are, where it is not 1.
_DISTANCES = {
    frozenset(pair): distance
    for pair, distance in {
        ("load", "clean"): 0.9,
        ("load", "explore"): 0.7,
        ("clean", "explore"): 0.7,
        ("clean", "features"): 0.5,
        ("explore", "features"): 0.8,
        ("features", "split"): 0.3,
        ("split", "train"): 0.4,
        ("features", "train"): 0.9,
        ("explore", "evaluate"): 0.8,
        ("evaluate", "report"): 0.4,
        ("explore", "report"): 0.8,
    }.items()
}


def distance(one: str, other: str) -> float:
    """How far apart two roles are: 0 for the same, 1 for those that have nothing to do with each other."""
    if one == other:
        return 0.0
    return _DISTANCES.get(frozenset((one, other)), 1.0) if one and other else _UNKNOWN


def has_purpose(role: CellRole) -> bool:
    """Whether a cell does something that its stage could be for; one of no known role does, when it makes something."""
    return role.role not in {"", "setup"} or (role.role == "" and not role.looks)


def smoothed(roles: Sequence[CellRole]) -> list[CellRole]:
    """Roles in which fits that alternate with looks at them are one piece of work.

    Args:
        roles: of all code cells in order.

    Returns:
        The roles, with `train` for what is evaluated before the next fit, and after the last of three or more alike.
    """
    purposes = [position for position, role in enumerate(roles) if has_purpose(role)]
    found = [roles[position] for position in purposes]
    runs = [list(group) for _, group in groupby(range(len(found)), key=lambda place: found[place].role)]
    fits = [run for run in runs if found[run[0]].role == "train"]
    after = [run for run in runs if found[run[0]].role == "evaluate" and [run[0] - 1] in [fit[-1:] for fit in fits]]
    if len(after) > 2 and len(after) == len(fits) and len(after[-1]) <= max(len(run) for run in after[:-1]):
        _make_training(found, after[-1])
    while between := [place for place, role in enumerate(found) if role.role == "evaluate" and _amid(found, place)]:
        _make_training(found, between)
    smooth = list(roles)
    for position, role in zip(purposes, found, strict=True):
        smooth[position] = role
    return smooth


def _amid(roles: Sequence[CellRole], place: int) -> bool:
    """Whether there are fits shortly before and after."""
    near = roles[max(0, place - _NEAR) : place], roles[place + 1 : place + 1 + _NEAR]
    return all("train" in [role.role for role in side] for side in near)


def _make_training(roles: list[CellRole], places: Sequence[int]) -> None:
    for place in places:
        roles[place] = replace(roles[place], role="train")


def boundary_gains(roles: Sequence[CellRole]) -> list[float]:
    """How natural it is to begin a stage at each position.

    Args:
        roles: of all code cells in order.

    Returns:
        The gain at each position; negative where a boundary would part what belongs together.
    """
    each, roles = roles, smoothed(roles)
    main = _main_level(roles)
    gains = [0.0] * len(roles)
    before = None
    for position, role in enumerate(roles):
        after = next((r.role for r in roles[position:] if has_purpose(r)), None)
        gain = 0.0
        beside = position > 0 and (roles[position - 1].ahead or (role.looks and not role.ahead))
        parts_a_glance = beside and not role.headings
        if role.headings:
            depth = max(0, min(heading.level for heading in role.headings) - main)
            gain += _HEADING[min(depth, len(_HEADING) - 1)]
        if parts_a_glance:
            gain -= 1.0
        if position and roles[position - 1].role == "setup":
            gain -= 2.0
        elif before is not None and after is not None and not parts_a_glance:
            gain += _OTHER_PURPOSE * distance(before, after)
            next_model = position and each[position].role == "train" and each[position - 1].role == "evaluate"
            gain -= (0.5 if role.headings else 1.0) * (before == after and not next_model)
        gains[position] = gain
        before = role.role if has_purpose(role) else before
    return gains


def _main_level(roles: Sequence[CellRole]) -> int:
    """The level of headings that divides the notebook: the highest one that occurs more than once."""
    starts = [min(heading.level for heading in role.headings) for role in roles if role.headings]
    repeated = [level for level in sorted(set(starts)) if starts.count(level) > 1]
    return repeated[0] if repeated else min(starts, default=1)


def seconds_of_work(program: Program) -> list[float]:
    """How long each step took, without its imports, whose time is spent in every stage that needs them.

    Args:
        program: the steps.

    Returns:
        Seconds of each; zero without a run. What an imported module takes is judged by the steps that only import.
    """
    imported = [step.observed.imported if step.observed is not None else 0 for step in program.steps]
    only = [p for p, step in enumerate(program.steps) if step.role.role == "setup" and imported[p] > _SOME_MODULES]
    seconds = [step.seconds or 0.0 for step in program.steps]
    each = sum(seconds[p] for p in only) / sum(imported[p] for p in only) if only else _SECONDS_PER_MODULE
    return [
        0.0 if step.role.role == "setup" else max(0.0, seconds[p] - each * imported[p])
        for p, step in enumerate(program.steps)
    ]


class Costs:
    """The costs of a program's divisions.

    Args:
        program: the steps.
        parameters: names that reach stages as parameters and so cost nothing.
    """

    def __init__(self, program: Program, parameters: frozenset[str]) -> None:
        self._program = program
        self._parameters = parameters
        roles = [step.role for step in program.steps]
        self._roles = smoothed(roles)
        self._gains = boundary_gains(roles)
        self._seconds = seconds_of_work(program)
        self._total = sum(self._seconds)
        self._last_reader = _last_readers(program)
        self._made_together = _made_together(program)

    def boundary(self, point: int) -> float:
        """The cost of beginning a stage at a position."""
        # The more there is, the more stages a person would draw.
        return _BOUNDARY - min(0.8, max(0, len(self._roles) - 8) / 24) - self._gains[point]

    def stage(self, steps: tuple[int, ...]) -> float:
        """The cost of a stage, apart from its boundaries.

        Args:
            steps: positions, sorted.

        Returns:
            The cost.
        """
        whole = len(self._program.steps)
        cost = _STAGE + self._crossings(steps) + self._mixture(steps)
        cost += min(12.0, whole / 5) * (len(steps) / whole) ** 2
        seconds = sum(self._seconds[position] for position in steps)
        if whole > 8 and len(steps) < 3 and seconds < max(2.0, 0.1 * self._total):
            cost += 1.0 if len(steps) == 1 else 0.3
        return cost + self._recomputed(steps)

    def _crossings(self, steps: tuple[int, ...]) -> float:
        cost = 0.0
        seen: set[tuple[int, int]] = set()
        for name, need in needs_of(self._program, steps).items():
            if name in self._parameters or need.writer is None or self._program.replay(name, need.reader) is not None:
                continue
            made = self._made_together.get((need.writer, name))
            cost += _FURTHER if made in seen else _HAND_OVER
            seen |= {made} if made is not None else set()
            change = self._program.last_change(name, need.reader)
            size = float((change.about or {}).get("bytes") or 0) if change else 0.0
            cost += 0.2 * math.log10(size / 1e6) if size > 1e6 else 0.0
        return cost

    def _mixture(self, steps: tuple[int, ...]) -> float:
        purposes = [self._roles[position].role for position in steps if has_purpose(self._roles[position])]
        if not purposes:
            return 8.0
        least = min(sum(distance(main, role) for role in purposes) for main in sorted(set(purposes)))
        leaf = set(purposes) == {"explore"} and all(self._last_reader[p] in (-1, *steps) for p in steps)
        both = _TRAINED_AND_EVALUATED if {"train", "evaluate"} <= set(purposes) else 0.0
        return _MIXED * least + both - (1.0 if leaf else 0.0)

    def _recomputed(self, steps: tuple[int, ...]) -> float:
        """What a change of the stage's later cells would run again for nothing."""
        cost = 0.0
        for place, position in enumerate(steps):
            seconds = self._seconds[position]
            if seconds < max(2.0, 0.2 * self._total):
                continue
            others = sum(
                distance(self._roles[position].role, self._roles[later].role) > 0
                for later in steps[place + 1 :]
                if has_purpose(self._roles[later])
            )
            cost += 0.4 * math.log2(1 + seconds) * min(2, others)
        return cost


def _last_readers(program: Program) -> list[int]:
    """For each step, the last one that reads what it wrote; -1 where none does."""
    found = [-1] * len(program.steps)
    for position, step in enumerate(program.steps):
        for name in step.uses:
            writer = program.last_writer(name, position)
            if writer is not None and program.replay(name, position) is None:
                found[writer] = position
    return found


def _made_together(program: Program) -> dict[tuple[int, str], tuple[int, int]]:
    """For each step and name that one of its statements binds along with others, that step and statement."""
    return {
        (position, name.id): (position, place)
        for position, step in enumerate(program.steps)
        for place, node in enumerate(step.cell.code.tree.body)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Tuple | ast.List)
        for name in target.elts
        if isinstance(name, ast.Name)
    }
