"""Divide the steps into stages: a shortest-path search over the places where a stage may end.

What a division costs is what a person would dislike about it: much to hand over, mixed purposes, boundaries that ignore
the notebook's headings, stages too small to be worth a file. The search is exact and deterministic.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from jupyter_mlops_converters.analysis.cells import Analysis
from jupyter_mlops_converters.analysis.roles import roles
from jupyter_mlops_converters.plan.flow import Conflict, needs_of
from jupyter_mlops_converters.plan.program import Program

#: Below this number of code cells a notebook stays one stage.
SMALL = 4
MOST_STAGES = 8
_HEADING_GAIN = {1: 5.0, 2: 5.0, 3: 3.0, 4: 1.5, 5: 1.0, 6: 1.0}


def possible_cuts(analysis: Analysis, most: int = 14) -> frozenset[int]:
    """Cells after which a stage may end, judged before anything has run.

    Args:
        analysis: the static view.
        most: how many at the most.

    Returns:
        Cell indices. The last code cell is never among them.
    """
    found = roles(analysis)
    order = [cell.index for cell in analysis.cells]
    scored: list[tuple[float, int]] = []
    for index, following in pairwise(order):
        gain = 0.0
        for heading in found[following].headings:
            gain = max(gain, _HEADING_GAIN[heading.level])
        here, there = found[index], found[following]
        if here.role != there.role and there.role:
            gain += 2 + min(2, there.weight / 3)
        if there.role == "train":
            gain += 1
        scored.append((gain, index))
    spread = max(1, len(order) // 6)
    chosen = {index for gain, index in sorted(scored, key=lambda item: (-item[0], item[1])) if gain > 0}
    ranked = [index for gain, index in sorted(scored, key=lambda item: (-item[0], item[1])) if index in chosen][:most]
    if len(ranked) < 3:
        ranked += [
            order[position] for position in range(spread - 1, len(order) - 1, spread) if order[position] not in ranked
        ]
    return frozenset(ranked)


def divide(
    program: Program,
    cuts: frozenset[int],
    conflicts: list[Conflict],
    parameters: frozenset[str],
    *,
    most: int = MOST_STAGES,
) -> list[tuple[int, ...]]:
    """Find the best division.

    Args:
        program: the steps.
        cuts: cells after which a stage may end.
        conflicts: steps that must stay together.
        parameters: names that reach stages as parameters and so cost nothing.
        most: how many stages at the most.

    Returns:
        Positions of every stage's steps; one stage when nothing else is possible or worth it.
    """
    count = len(program.steps)
    forbidden = {position for conflict in conflicts for position in range(conflict.first + 1, conflict.last + 1)}
    starts = [p for p in range(1, count) if program.steps[p - 1].index in cuts and p not in forbidden]
    if count < SMALL or not starts:
        return _runs([0, count]) if count else []
    points = [0, *starts, count]
    boundary = {p: _boundary_cost(program, p) for p in starts}
    segment = {(a, b): _segment_cost(program, a, b, parameters) for i, a in enumerate(points) for b in points[i + 1 :]}
    best: dict[tuple[int, int], tuple[float, tuple[int, ...]]] = {(0, 0): (0.0, (0,))}
    for point in points[1:]:
        for number in range(1, most + 1):
            options = [
                (cost + segment[a, point] + boundary.get(a, 0.0), (*path, point))
                for a in points
                if a < point and (found := best.get((a, number - 1))) is not None
                for cost, path in [found]
            ]
            if options:
                best[point, number] = min(options, key=lambda option: (round(option[0], 6), option[1]))
    least = 2 if count > SMALL else 1
    wanted = 3 if count >= 10 else least
    ends = [
        (best[count, number][0] + max(0, wanted - number) * 4.0, number)
        for number in range(1, most + 1)
        if (count, number) in best and (number >= least or all((count, n) not in best for n in range(least, most + 1)))
    ]
    _, number = min(ends)
    path = best[count, number][1]
    return _runs(path)


def _runs(points: Sequence[int]) -> list[tuple[int, ...]]:
    return [tuple(range(start, end)) for start, end in pairwise(points)]


def _boundary_cost(program: Program, point: int) -> float:
    before, after = program.steps[point - 1], program.steps[point]
    cost = 3.0
    levels = [heading.level for heading in after.role.headings]
    if levels:
        cost -= _HEADING_GAIN[min(levels)]
    if after.role.role and before.role.role and after.role.role != before.role.role:
        cost -= 2.0
    total = sum(step.seconds or 0.0 for step in program.steps)
    if total > 5:
        # Expensive work is cached apart from what is around it.
        for step in (before, after):
            if (step.seconds or 0.0) > 0.25 * total:
                cost -= 1.0
    return cost


def _segment_cost(program: Program, start: int, end: int, parameters: frozenset[str]) -> float:
    steps = program.steps[start:end]
    cost = 1.0
    if start:
        crossing = [
            name
            for name, need in needs_of(program, tuple(range(start, end))).items()
            if name not in parameters and program.replay(name, start) is None and need.writer is not None
        ]
        cost += 0.6 * len(crossing)
        for name in crossing:
            change = program.last_change(name, start)
            size = float((change.about or {}).get("bytes") or 0) if change else 0.0
            cost += 0.2 * max(0.0, math.log10(size / 1e6)) if size > 1e6 else 0.0
    weights: dict[str, float] = {}
    for step in steps:
        if step.role.role not in {"", "setup"}:
            weights[step.role.role] = weights.get(step.role.role, 0.0) + 1.0
    if weights:
        cost += 0.5 * (sum(weights.values()) - max(weights.values()))
    else:
        cost += 6.0  # nothing but imports, definitions or configuration
    if len(steps) == 1 and len(program.steps) > 8 and (steps[0].seconds or 0) < 2:
        cost += 1.0
    cost += max(0.0, len(steps) / len(program.steps) - 0.5) * 6
    return cost
