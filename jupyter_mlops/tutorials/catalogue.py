"""Which tutorials there are: one notebook each, found by being in `tutorials/`, that says in its metadata what it needs."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jupyter_mlops.errors import MlopsError

_PACKAGED = Path(__file__).parent / "lessons"  # in a wheel; beside the package in a clone
_IN_A_CLONE = Path(__file__).parents[2] / "tutorials"


@dataclass(frozen=True)
class Tutorial:
    """A tutorial.

    Attributes:
        number: its place in the course.
        title: for people.
        minutes: that it takes.
        notebook: its file.
        layers: folders whose files make up its sandbox's project, later ones over earlier ones → the messages of their commits.
        history: the project is under git, with these commits.
        needs: distributions and programs beyond the package's own dependencies.
        checks: what its check cells ask for, in order.
    """

    number: int
    title: str
    minutes: int
    notebook: Path
    layers: dict[Path, str]
    history: bool
    needs: tuple[str, ...]
    checks: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its folder's name."""
        return self.notebook.stem


def lessons() -> Path:
    """The folder with the notebooks and the projects that they work on."""
    return _PACKAGED if _PACKAGED.is_dir() else _IN_A_CLONE


@cache
def tutorials() -> tuple[Tutorial, ...]:
    """All tutorials, in the order of the course."""
    return tuple(sorted((_read(path) for path in lessons().glob("*.ipynb")), key=lambda tutorial: tutorial.number))


def tutorial_numbered(number: int) -> Tutorial:
    """The tutorial of that number.

    Args:
        number: its place in the course.

    Raises:
        MlopsError: ``unknown-tutorial`` when there is none.
    """
    for tutorial in tutorials():
        if tutorial.number == number:
            return tutorial
    there = ", ".join(f"{tutorial.number} ({tutorial.title})" for tutorial in tutorials())
    raise MlopsError("unknown-tutorial", f"There is no tutorial {number}. There are: {there}.")


def _read(path: Path) -> Tutorial:
    document = json.loads(path.read_text(encoding="utf-8"))
    about = document["metadata"]["jupyter_mlops"]
    return Tutorial(
        number=about["tutorial"],
        title=about["title"],
        minutes=about["minutes"],
        notebook=path,
        layers={path.parent / "projects" / layer: message for layer, message in about["layers"].items()},
        history=about["history"],
        needs=tuple(about["needs"]),
        checks=_checks(document["cells"]),
    )


def _checks(cells: list[dict[str, object]]) -> tuple[str, ...]:
    """What the cells with the tag `check` ask `check` for."""
    found: list[str] = []
    for cell in cells:
        metadata = cell["metadata"]
        if isinstance(metadata, dict) and "check" in metadata.get("tags", ()):
            source = cell["source"]
            tree = ast.parse("".join(source) if isinstance(source, list) else str(source))
            found += [
                str(node.args[0].value)
                for node in ast.walk(tree)
                if isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "check"
                and isinstance(node.args[0], ast.Constant)
            ]
    return tuple(dict.fromkeys(found))
