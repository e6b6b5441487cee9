"""Which notebooks are cleaned, and what is written for that: a copy beside each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from jupyter_mlops.changes import Wanted
from jupyter_mlops.lifts.clean_notebook.cleaning import cleaned
from jupyter_mlops.lifts.clean_notebook.edits import Open, Repair
from jupyter_mlops.lifts.lift import Act, Plan, Refusal, State, commit, done, not_here
from jupyter_mlops.lifts.mlflow_tracking.notebooks import cell_diff, with_cells
from jupyter_mlops.lifts.scene import Scene

SUFFIX = "_clean"
_MESSAGE = "Clean copies of notebooks"
#: Sentences about a notebook that are shown; all are in the diff.
_MOST = 60


@dataclass
class _Made:
    """What the notebooks become.

    Attributes:
        files: path → content.
        shown: path → what changes in its cells.
        found: what one should know.
        refused: what is not repaired.
        copies: notebook → its copy, written now or there already.
        left: what is left to a person about them.
    """

    files: dict[str, Wanted] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    copies: dict[str, str] = field(default_factory=dict)
    left: list[Act] = field(default_factory=list)


def plan(scene: Scene) -> Plan:
    """The plan of the lift.

    Args:
        scene: the project.
    """
    paths = list(_notebooks(scene))
    if not paths:
        return done(scene, "There are no notebooks here that could be cleaned.")
    made = _Made()
    for position, path in enumerate(paths):
        scene.tell(f"Reading {path}", position / len(paths))
        _clean(scene, made, path)
    if not made.files:
        return _nothing(scene, made, paths)
    count = len(made.files)
    listed = next(iter(made.files)) if count == 1 else f"{next(iter(made.files))} and {count - 1} more"
    return Plan(
        "applies",
        f"{'A notebook needs' if count == 1 else f'{count} notebooks need'} repair: {listed} {'is a clean copy' if count == 1 else 'are clean copies'}.",
        scene.changes(made.files, _MESSAGE),
        found=tuple(made.found),
        left=(*made.left, *_left(scene, made)),
        cannot=tuple(made.refused),
        shown=made.shown,
    )


def glance(scene: Scene) -> tuple[State, str]:
    """Whether there is a notebook to clean: looked for no longer than until there is one.

    Args:
        scene: the project.
    """
    paths = list(_notebooks(scene))
    if not paths:
        return "done", "There are no notebooks here that could be cleaned."
    made = _Made()
    for path in paths:
        _clean(scene, made, path)
        if made.files:
            return "applies", f"{path} needs repair."
    return (one := _nothing(scene, made, paths)).state, one.why


def _notebooks(scene: Scene) -> Iterator[str]:
    """Notebooks in Python: the one that was named, those that were chosen, or all of the unit."""
    root = scene.root.resolve()
    named = scene.path.relative_to(root).as_posix() if scene.path.is_file() and scene.path.is_relative_to(root) else ""
    for file in scene.unit.files:
        if file.suffix != ".ipynb" or file.special is not None or (named.endswith(".ipynb") and file.path != named):
            continue
        if file.path.endswith(f"{SUFFIX}.ipynb") and file.path != named:
            continue
        notebook = scene.project.notebook(file.path)
        if (
            notebook is not None
            and notebook.language in ("python", "python2", "python3", "ipython")
            and notebook.code_cells
        ):
            yield file.path


def _clean(scene: Scene, made: _Made, path: str) -> None:
    notebook = scene.project.notebook(path)
    assert notebook is not None
    draft = cleaned(scene, path, notebook)
    changed = draft.changed()
    made.refused += [_refusal(path, one) for one in sorted(draft.open)]
    if not changed:
        return
    copy = f"{path.removesuffix('.ipynb')}{SUFFIX}.ipynb"
    text = (scene.root / path).read_bytes().decode("utf-8-sig")
    content = with_cells(text, changed, as_copy=True)
    made.copies[path] = copy
    if (scene.root / copy).exists():
        if (scene.root / copy).read_bytes() != content.encode():
            made.refused.append(
                Refusal("a copy of the notebook", f"{copy} is there already, and is not what it would be now", path)
            )
        return
    made.files[copy] = content
    made.shown[copy] = cell_diff(copy, notebook, changed)
    made.found.append(f"{copy} is a copy of {path}, which stays as it is; it has no outputs until you run it.")
    told = [_told(one) for one in sorted(draft.repairs, key=lambda one: (one.cell, one.line))]
    made.found += [f"{copy}: {sentence}" for sentence in told[:_MOST]]
    if len(told) > _MOST:
        made.found.append(f"{copy}: {len(told) - _MOST} more repairs, all in the diff.")


def _told(repair: Repair) -> str:
    version = f" ({repair.version})" if repair.version else ""
    return f"cell {repair.cell} line {repair.line}, {repair.what}: {repair.why.removesuffix('.')}{version}."


def _refusal(path: str, one: Open) -> Refusal:
    version = f" ({one.version})" if one.version else ""
    return Refusal(one.what, f"{one.why.removesuffix('.')}{version}", path, one.cell, one.line)


def _left(scene: Scene, made: _Made) -> tuple[Act, ...]:
    acts = [Act(f"Run {copy} from top to bottom, and look at what it shows.") for copy in made.files]
    return (*acts, *commit(scene, made.files, _MESSAGE), *_replacing(made.copies))


def _replacing(copies: dict[str, str]) -> tuple[Act, ...]:
    import shlex

    moves = " && ".join(f"git mv -f {shlex.quote(copy)} {shlex.quote(path)}" for path, copy in copies.items())
    return (
        Act(
            "Let the copies take the place of the notebooks, once you are content with them.",
            f"{moves} && git commit -m 'Clean notebooks take the place of the old'",
        ),
    )


def _nothing(scene: Scene, made: _Made, paths: list[str]) -> Plan:
    if made.copies:
        there = [copy for path, copy in made.copies.items()]
        stale = [one for one in made.refused if "is there already" in one.why]
        why = f"{there[0]}{f' and {len(there) - 1} more' if len(there) > 1 else ''} {'is' if len(there) == 1 else 'are'} there; what is left is to run and commit."
        answer = done(scene, why, left=(*commit(scene, there, _MESSAGE), *_replacing(made.copies)))
        return Plan(answer.state, answer.why, answer.changes, left=answer.left, cannot=tuple(stale or made.refused))
    count = len(paths)
    if made.refused:
        why = f"{'The notebook' if count == 1 else f'None of {count} notebooks'} can{'not' if count == 1 else ''} be repaired with certainty."
        return not_here(
            scene, why, cannot=tuple(made.refused), left=tuple(made.left) or (Act("Repair what is listed by hand."),)
        )
    return done(scene, "The notebook needs no repair." if count == 1 else f"None of {count} notebooks needs repair.")
