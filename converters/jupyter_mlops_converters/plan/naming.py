"""What stages are called, and the sentence that says why each is one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from jupyter_mlops_converters.analysis.roles import ROLES, heading_role
from jupyter_mlops_converters.plan.edited import stage_tag
from jupyter_mlops_converters.plan.program import Program


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


def named(program: Program, stages: Sequence[tuple[int, ...]], wanted: Sequence[str | None] | None = None) -> Division:
    """Name stages after what their cells do, or after the notebook's headings.

    Args:
        program: the steps.
        stages: positions of every stage's steps.
        wanted: names that are given already, one for each stage; None for the others.

    Returns:
        The division with names, titles and reasons.
    """
    given = list(wanted) if wanted is not None else [None] * len(stages)
    names: list[str] = []
    titles: list[str] = []
    reasons: list[str] = []
    majorities = [_main_role(program, stage) for stage in stages]
    for number, stage in enumerate(stages):
        headings = [h for position in stage for h in program.steps[position].role.headings]
        section = [h for h in program.steps[stage[0]].role.headings if h.text]
        role, share = majorities[number]
        title = section[-1].text if section else (headings[0].text if headings and not role else "")
        if role and share >= 0.5 and [r for r, _ in majorities].count(role) == 1:
            name, reason = role, f"Most of its cells {_DOES[role]}."
        elif title and slug(title):
            name, reason = slug(title), f"The notebook has a heading of its own for it: “{title}”."
        else:
            name, reason = (
                role or "step",
                f"Most of its cells {_DOES[role]}." if role else "What is left forms a stage.",
            )
        taken = {*names, "track", *(other for other in given if other is not None)} - {given[number]}
        name = _free(name, taken)
        if len(stages) == 1:
            reason = "The notebook is small, or its cells depend on each other so much, that one stage is best."
        wish = given[number]
        tags = [tag for p in stage if (tag := stage_tag(program.steps[p].cell.cell.tags)) is not None]
        if wish is not None and any(slug(tag) == wish for tag in tags):
            reason = f"The cells are tagged `stage:{tags[0]}`."
        elif wish is not None and wish != name:
            reason = "The plan that was given draws it so."
        names.append(wish or name)
        titles.append(title or names[-1].replace("_", " ").capitalize())
        reasons.append(reason)
    return Division(tuple(stages), tuple(names), tuple(titles), tuple(reasons))


def _free(name: str, taken: set[str]) -> str:
    free, counter = name, 2
    while free in taken:
        free, counter = f"{name}_{counter}", counter + 1
    return free


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


def slug(text: str) -> str:
    """A text as an identifier of a few words; empty when it has none."""
    words = [word for word in re.findall(r"[a-z0-9]+", text.lower()) if word not in {"the", "a", "an", "of", "and", "our", "to", "in", "for", "with", "on", "is", "are", "let", "s", "us", "we", "step", "part", "section"} and not word.isdigit()]  # fmt: skip
    found = "_".join(words[:3])
    if found and not found[0].isalpha():
        found = "step_" + found
    return found[:30].strip("_")
