"""Divide the steps into stages: a shortest-path search over the places where a stage may end.

What a division costs is what a person would dislike about it: much to hand over, mixed purposes, boundaries that ignore
the notebook's headings, stages too small to be worth a file. The search is exact and deterministic.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from jupyter_mlops_converters.analysis.cells import Analysis
from jupyter_mlops_converters.analysis.roles import ROLES, heading_role, roles
from jupyter_mlops_converters.plan.flow import Conflict, needs_of
from jupyter_mlops_converters.plan.program import Program

#: Below this number of code cells a notebook stays one stage.
SMALL = 4
MOST_STAGES = 8
_HEADING_GAIN = {1: 5.0, 2: 5.0, 3: 3.0, 4: 1.5, 5: 1.0, 6: 1.0}


@dataclass(frozen=True)
class Division:
    """Steps divided into stages.

    Attributes:
        stages: positions of every stage's steps, sorted.
        names: of the stages.
        titles: for people.
        reasons: why each is a stage.
    """

    stages: tuple[tuple[int, ...], ...]
    names: tuple[str, ...]
    titles: tuple[str, ...]
    reasons: tuple[str, ...]


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
    for position, (index, following) in enumerate(pairwise(order)):
        gain = 0.0
        for heading in found[following].headings:
            gain = max(gain, _HEADING_GAIN[heading.level])
        here, there = found[index], found[following]
        if here.role != there.role and there.role:
            gain += 2 + min(2, there.weight / 3)
        if _tagged_stage(analysis, position) != _tagged_stage(analysis, position + 1):
            gain += 100
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


def _tagged_stage(analysis: Analysis, position: int) -> str | None:
    for tag in analysis.cells[position].cell.tags:
        if tag.startswith("stage:") and tag[6:].strip():
            return tag[6:].strip()
    return None


def divide(
    program: Program,
    cuts: frozenset[int],
    conflicts: list[Conflict],
    parameters: frozenset[str],
    *,
    most: int = MOST_STAGES,
) -> Division:
    """Find the best division.

    Args:
        program: the steps.
        cuts: cells after which a stage may end.
        conflicts: steps that must stay together.
        parameters: names that reach stages as parameters and so cost nothing.
        most: how many stages at the most.

    Returns:
        The division; one stage when nothing else is possible or worth it.
    """
    count = len(program.steps)
    forbidden = {position for conflict in conflicts for position in range(conflict.first + 1, conflict.last + 1)}
    tags = [_tagged_stage(program.analysis, position) for position in range(count)]
    if any(tags):
        starts = [0] + [
            p for p in range(1, count) if tags[p] is not None and tags[p] != tags[p - 1] and p not in forbidden
        ]
        return _named(program, _runs([*starts, count]), tags)
    starts = [p for p in range(1, count) if program.steps[p - 1].index in cuts and p not in forbidden]
    if count < SMALL or not starts:
        return _named(program, _runs([0, count]) if count else [], tags)
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
    least = 2 if count >= 8 else 1
    wanted = 3 if count >= 10 else least
    ends = [
        (best[count, number][0] + max(0, wanted - number) * 4.0, number)
        for number in range(1, most + 1)
        if (count, number) in best and (number >= least or all((count, n) not in best for n in range(least, most + 1)))
    ]
    _, number = min(ends)
    path = best[count, number][1]
    return _named(program, _runs(path), tags)


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


def _named(program: Program, stages: list[tuple[int, ...]], tags: list[str | None]) -> Division:
    names: list[str] = []
    titles: list[str] = []
    reasons: list[str] = []
    majorities = [_main_role(program, stage) for stage in stages]
    for number, stage in enumerate(stages):
        headings = [h for position in stage for h in program.steps[position].role.headings]
        section = [h for h in program.steps[stage[0]].role.headings if h.text]
        role, share = majorities[number]
        tag = next((tags[p] for p in stage if tags[p]), None)
        title = section[-1].text if section else (headings[0].text if headings and not role else "")
        if tag:
            name, reason = _slug(tag), f"The cells are tagged `stage:{tag}`."
        elif role and share >= 0.5 and [r for r, _ in majorities].count(role) == 1:
            name, reason = role, f"Most of its cells {_DOES[role]}."
        elif title and _slug(title):
            name, reason = _slug(title), f"The notebook has a heading of its own for it: “{title}”."
        else:
            name, reason = (
                role or "step",
                f"Most of its cells {_DOES[role]}." if role else "What is left forms a stage.",
            )
        base, counter = name, 2
        while name in names or name == "track":
            name, counter = f"{base}_{counter}", counter + 1
        if len(stages) == 1:
            reason = "The notebook is small, or its cells depend on each other so much, that one stage is best."
        names.append(name)
        titles.append(title or name.replace("_", " ").capitalize())
        reasons.append(reason)
    return Division(tuple(stages), tuple(names), tuple(titles), tuple(reasons))


_DOES = {
    "setup": "import and define",
    "load": "load data",
    "clean": "clean the data",
    "explore": "explore the data",
    "features": "build features",
    "split": "split the data",
    "train": "train models",
    "evaluate": "evaluate results",
    "report": "write results",
}


def _main_role(program: Program, stage: tuple[int, ...]) -> tuple[str, float]:
    weights: dict[str, float] = {}
    for step in (program.steps[position] for position in stage):
        if step.role.role not in {"", "setup"}:
            weights[step.role.role] = weights.get(step.role.role, 0.0) + 1 + step.role.weight / 4
    for heading in program.steps[stage[0]].role.headings:
        if role := heading_role(heading.text):
            weights[role] = weights.get(role, 0.0) + 2
    if stage[0] == 0 and "load" in weights:
        weights["load"] += 2
    if not weights:
        return "", 0.0
    role = max(weights, key=lambda name: (weights[name], -ROLES.index(name)))
    return role, weights[role] / sum(weights.values())


def _slug(text: str) -> str:
    words = [word for word in re.findall(r"[a-z0-9]+", text.lower()) if word not in {"the", "a", "an", "of", "and", "our", "to", "in", "for", "with", "on", "is", "are", "let", "s", "us", "we", "step", "part", "section"} and not word.isdigit()]  # fmt: skip
    slug = "_".join(words[:3])
    if slug and not slug[0].isalpha():
        slug = "step_" + slug
    return slug[:30].strip("_")
