"""Divide the steps into stages: a shortest-path search over the places where a stage may end.

The search is exact and deterministic; what it weighs is in `plan.costs`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from jupyter_mlops_converters.analysis.cells import Analysis
from jupyter_mlops_converters.analysis.roles import roles
from jupyter_mlops_converters.plan.costs import Costs, boundary_gains
from jupyter_mlops_converters.plan.flow import Conflict
from jupyter_mlops_converters.plan.program import Program

#: Below this number of code cells a notebook stays one stage.
SMALL = 4
MOST_STAGES = 8


def possible_cuts(analysis: Analysis, most: int = 16) -> frozenset[int]:
    """Cells after which a stage may end, judged before anything has run.

    Args:
        analysis: the static view.
        most: how many at the most.

    Returns:
        Cell indices. The last code cell is never among them.
    """
    found = roles(analysis)
    order = [cell.index for cell in analysis.cells]
    gains = boundary_gains([found[index] for index in order])
    # Even an unlikely place may turn out to be the only one where nothing stands in the way.
    ranked = sorted(range(1, len(order)), key=lambda position: (-gains[position], position))
    return frozenset(order[position - 1] for position in ranked[:most])


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
    costs = Costs(program, parameters)
    points = [0, *starts, count]
    boundary = {p: costs.boundary(p) for p in starts}
    segment = {(a, b): costs.stage(tuple(range(a, b))) for i, a in enumerate(points) for b in points[i + 1 :]}
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
    wanted = 3 if count >= 8 else least
    ends = [
        (best[count, number][0] + max(0, wanted - number) * 4.0, number)
        for number in range(1, most + 1)
        if (count, number) in best and (number >= least or all((count, n) not in best for n in range(least, most + 1)))
    ]
    _, number = min(ends)
    return _runs(best[count, number][1])


def _runs(points: Sequence[int]) -> list[tuple[int, ...]]:
    return [tuple(range(start, end)) for start, end in pairwise(points)]
