"""What stages are called, and the sentence that says why each is one."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from jupyter_mlops_converters.analysis.cells import dotted
from jupyter_mlops_converters.analysis.roles import ROLES, Heading, heading_role, is_drawing
from jupyter_mlops_converters.plan.costs import has_purpose
from jupyter_mlops_converters.plan.edited import stage_tag
from jupyter_mlops_converters.plan.program import Program

_LONGEST = 30
#: Words that say nothing about what a stage does.
_EMPTY = frozenset(
    {"the", "a", "an", "of", "and", "or", "our", "my", "your", "its", "to", "in", "for", "with", "on", "at", "by", "from",
     "as", "is", "are", "be", "do", "does", "did", "can", "could", "should", "will", "would", "have", "has", "it",
     "this", "that", "these", "those", "there", "how", "what", "which", "when", "where", "why", "who", "if", "not",
     "no", "don", "t", "s", "i", "you", "we", "us", "let", "lets", "some", "any", "all", "each", "every", "step", "part", "section",
     "chapter", "notebook", "lecture", "lesson", "tutorial", "assignment", "homework", "exercise", "question", "problem", "task", "solution", "use", "using", "introduction", "overview", "code"}
)  # fmt: skip
#: What a stage does is not the import of what it needs.
_IMPORTS = re.compile(
    r"(?i)^(?:step \d+\W+|\d+\W+)?(?:import(?:s|ing)?\b(?!.*\bdata)|load(?:ing)? (?:the )?(?:libra|packag|modul)|librar|packages|set ?up\b|tools$)"
)
_MODELS = frozenset({"sklearn", "xgboost", "lightgbm", "catboost", "statsmodels"})
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
    mains = [_main_role(program, stage) for stage in stages]
    headings = [_heading(program, stage, role) for stage, role in zip(stages, mains, strict=True)]
    names: list[str] = []
    titles: list[str] = []
    reasons: list[str] = []
    for number, stage in enumerate(stages):
        role, heading = mains[number], headings[number]
        begins = _headings(program, stage[:1])
        speaking = [h for h in _headings(program, stage) if role and heading_role(h.text) == role]
        if heading is None and speaking and (mains.count(role) == 1 or not begins):
            heading = speaking[0]
        elif heading is None and begins and not (mains.count(role) == 1 and _is_for(program, stage, role)):
            heading = begins[-1]
        spoken = slug(heading.text) if heading is not None else ""
        # A heading of its own says more than one cell in many.
        title_only = number == 0 and role == "load" and heading is not None and heading_role(heading.text) != role
        if role and mains.count(role) == 1 and (_is_for(program, stage, role) or not spoken or title_only):
            name, reason = role, f"Most of its cells {_DOES[role]}."
        elif heading is not None and spoken:
            name, reason = spoken, f"The notebook has a heading of its own for it: “{heading.text}”."
        else:
            # Those of the same kind may have headings that tell them apart.
            alike = [n for n, other in enumerate(mains) if other == role and headings[n] is None]
            subjects = _subjects(program, stage) if len(alike) > 1 or not role else []
            options = ["_".join(part for part in (role or "prepare", subject) if part) for subject in subjects or [""]]
            name = next((option for option in options if option not in names), options[0])
            reason = f"Most of its cells {_DOES[role]}." if role else "Its cells belong to none of the others."
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
        # A heading above something else that is in the stage, too, would mislead.
        of_it = heading is not None and (name != role or heading_role(heading.text) in ("", role))
        titles.append(heading.text if heading is not None and of_it else names[-1].replace("_", " ").capitalize())
        reasons.append(reason)
    return Division(tuple(stages), tuple(names), tuple(titles), tuple(reasons))


def _free(name: str, taken: set[str]) -> str:
    free, counter = name, 2
    while free in taken:
        free, counter = f"{name}_{counter}", counter + 1
    return free


def _main_role(program: Program, stage: tuple[int, ...]) -> str:
    """What most of a stage is for, or ""."""
    weights: dict[str, float] = {}
    for position in stage:
        role = program.steps[position].role
        if role.role and has_purpose(role):
            weights[role.role] = weights.get(role.role, 0.0) + 1 + role.weight / 4
    for heading in _headings(program, stage[:1]):
        if (spoken := heading_role(heading.text)) in weights:
            weights[spoken] += 1
    if stage[0] == 0 and "load" in weights:
        weights["load"] += 2
    if "train" in weights:
        # What comes before fitting a model is done for it.
        weights["train"] += 1.5
    if "report" in weights and _feeds_later(program, stage):
        # What others build on is no end, even if it is saved.
        del weights["report"]
    if not weights:
        return ""
    main = max(weights, key=lambda name: (weights[name], -ROLES.index(name)))
    if "train" in weights and _trains(program, stage):
        return "train"
    return "evaluate" if main == "explore" and _looks_at_models(program, stage) else main


def _trains(program: Program, stage: tuple[int, ...]) -> bool:
    """Whether models that a stage fits are what it is for: a later stage uses them, or it is the whole notebook."""
    trainers = {position for position in stage if program.steps[position].role.role == "train"}
    return len(stage) == len(program.steps) or any(
        program.last_writer(name, later) in trainers
        for later in range(stage[-1] + 1, len(program.steps))
        for name in program.steps[later].uses
    )


def _looks_at_models(program: Program, stage: tuple[int, ...]) -> bool:
    """Whether a stage looks at what another one has trained."""
    writers = {
        writer
        for position in stage
        for name in program.steps[position].uses
        if (writer := program.last_writer(name, position)) is not None and writer not in stage
    }
    return any(program.steps[writer].role.role == "train" for writer in writers)


def _feeds_later(program: Program, stage: tuple[int, ...]) -> bool:
    return any(
        program.last_writer(name, later) in stage and program.replay(name, later) is None
        for later in range(stage[-1] + 1, len(program.steps))
        for name in program.steps[later].uses
    )


def _headings(program: Program, positions: Sequence[int]) -> list[Heading]:
    """Headings above these steps, without the notebook's title, what stands under it, and those above imports."""
    # Imports may stand above the title.
    first = next((s.role.headings for s in program.steps if s.role.headings or s.role.role != "setup"), ())
    levels = [heading.level for step in program.steps for heading in step.role.headings]
    title = first[0] if first and levels.count(first[0].level) == 1 else None
    found = [h for position in positions for h in program.steps[position].role.headings if h is not title]
    # Beside the title stand subtitles and who wrote it.
    found = [h for h in found if title is None or h.cell != title.cell or heading_role(h.text)]
    return [heading for heading in found if not _IMPORTS.search(heading.text)]


def _covering(program: Program, stage: tuple[int, ...], sections: Sequence[Heading]) -> Heading | None:
    """The section of a stage that most of its cells are in."""
    covered: Counter[int] = Counter()
    inside: int | None = None
    for position in stage:
        for heading in program.steps[position].role.headings:
            inside = next((n for n, section in enumerate(sections) if section is heading), inside)
        if inside is not None:
            covered[inside] += 1
    number, cells = max(covered.items(), key=lambda item: (item[1], -item[0]), default=(0, 0))
    return sections[number] if cells * 2 > len(stage) else None


def _heading(program: Program, stage: tuple[int, ...], role: str) -> Heading | None:
    """The heading that tells what a stage is: that of its role, of its only section, or of one that fills it."""
    headings = _headings(program, stage)
    first = _headings(program, stage[:1])
    speaking = [heading for heading in headings if role and heading_role(heading.text) == role]
    if speaking and (speaking[0] in first or len(headings) == 1):
        return speaking[0]
    top = min((heading.level for heading in headings), default=0)
    sections = [heading for heading in headings if heading.level == top]
    if first and len(sections) == 1:
        return sections[0] if sections[0] in first else first[-1]
    return _covering(program, stage, sections)


def _is_for(program: Program, stage: tuple[int, ...], role: str) -> bool:
    """Whether enough of a stage's cells have a role for it to be called after that."""
    return bool(role) and 4 * sum(program.steps[position].role.role == role for position in stage) >= len(stage)


def _subjects(program: Program, stage: tuple[int, ...]) -> list[str]:
    """What a stage is about, best first: the kind of model it fits, the values it makes, best for others, or reads."""
    made: Counter[str] = Counter()
    drawn: set[str] = set()
    models: list[str] = []
    for position in stage:
        step = program.steps[position]
        for node in ast.walk(step.cell.code.tree):
            if isinstance(node, ast.Call) and step.role.role == "train":
                origin = (dotted(node.func, program.analysis.modules) or "").split(".")
                if origin[0] in _MODELS and origin[-1][:1].isupper():
                    models.append(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", origin[-1]))
            if isinstance(node, ast.Assign) and is_drawing(node.value):
                drawn |= {name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)}
        # Star imports bring names that the notebook does not speak of.
        written = (name for name in step.writes if name.isidentifier() and name in program.analysis.names)
        made.update(name for name in written if program.replay(name, position + 1) is None)
    later = {
        name
        for position in range(stage[-1] + 1, len(program.steps))
        for name in program.steps[position].uses
        if program.last_writer(name, position) in stage
    }
    read = Counter(
        name
        for position in stage
        for name in program.steps[position].uses
        if name.isidentifier() and program.replay(name, position) is None
    )
    # What others go on with says more than what it took to make it; a single letter says little.
    ranked = sorted(made, key=lambda n: (n in drawn, len(n) == 1, n not in later, -made[n], n))
    ranked += sorted(read.keys() - made.keys(), key=lambda n: (len(n) == 1, -read[n], n))
    return [subject for name in (*models[:1], *ranked) if (subject := slug(name))]


def slug(text: str) -> str:
    """A text as an identifier of a few words; empty when it has none."""
    words = _words(text)
    if len(words) > 3:
        # Of a long text the first part is enough.
        first = _words(re.split(r"(?i)(?<!-)\s(?:and|or|vs)\s|[&,;:/(]", text)[0])
        words = first if len(first) > 1 else words
    if words and not words[0][0].isalpha():
        words.insert(0, "step")
    found = words[0][:_LONGEST] if words else ""
    for word in words[1:3]:
        if len(found) + 1 + len(word) > _LONGEST:
            break
        found += f"_{word}"
    return found


def _words(text: str) -> list[str]:
    # Accents go, not their letters; K-Means and t-test are one word.
    text = "".join(sign for sign in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(sign))
    text = re.sub(r"\b([a-z])-(?=[a-z])", r"\1_", text)
    found = (
        word for name in re.findall(r"[a-z0-9_]+", text) for word in re.findall(r"[a-z]_[a-z0-9]+|[a-z0-9]+", name)
    )
    return [word for word in found if word not in _EMPTY and not word.isdigit()]
