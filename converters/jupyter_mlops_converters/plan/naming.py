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
        role, share, cells = majorities[number]
        if role:
            # What a stage does is not the import of what it needs.
            headings, section = ([h for h in found if not _IMPORTS.search(h.text)] for found in (headings, section))
        title = section[-1].text if section else (headings[0].text if headings and not role else "")
        telling = cells * 4 >= len(stage) or not slug(title)
        if role and telling and share >= 0.5 and [each[0] for each in majorities].count(role) == 1:
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


_IMPORTS = re.compile(
    r"(?i)^(?:step \d+\W+)?(?:import(?:s|ing)?\b(?!.*\bdata)|load(?:ing)? (?:the )?(?:libra|packag|modul)|librar|packages|set ?up\b|tools$)"
)


def _main_role(program: Program, stage: tuple[int, ...]) -> tuple[str, float, int]:
    """The role that weighs most, its share of all weights, and in how many cells it is."""
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
        return "", 0.0, 0
    role = max(weights, key=lambda name: (weights[name], -ROLES.index(name)))
    cells = sum(program.steps[position].role.role == role for position in stage)
    return role, weights[role] / sum(weights.values()), cells


#: Words that say nothing about what a stage does.
_EMPTY = frozenset(
    {"the", "a", "an", "of", "and", "or", "our", "my", "your", "its", "to", "in", "for", "with", "on", "at", "by", "from",
     "as", "is", "are", "be", "do", "does", "did", "can", "could", "should", "will", "would", "have", "has", "it",
     "this", "that", "these", "those", "there", "how", "what", "which", "when", "where", "why", "who", "if", "not",
     "no", "don", "t", "s", "i", "you", "we", "us", "let", "lets", "some", "any", "all", "step", "part", "section",
     "chapter", "exercise", "question", "problem", "task", "solution", "use", "using"}
)  # fmt: skip


def slug(text: str) -> str:
    """A text as an identifier of a few words; empty when it has none."""
    words = [word for word in re.findall(r"[a-z0-9]+", text.lower()) if word not in _EMPTY and not word.isdigit()]
    if words and not words[0][0].isalpha():
        words.insert(0, "step")
    found = words[0][:30] if words else ""
    for word in words[1:3]:
        if len(found) + 1 + len(word) > 30:
            break
        found += f"_{word}"
    return found
