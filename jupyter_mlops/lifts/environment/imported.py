"""What the notebooks and scripts need: modules that they import, and packages that calls of theirs need silently."""

from __future__ import annotations

import ast
import posixpath
import re
import sys
from collections.abc import Iterator
from typing import NamedTuple

from jupyter_mlops.lifts.scene import Scene
from jupyter_mlops.project.python_source import Call
from jupyter_mlops.project.requirements import Requirement, parse_requirement

#: Calls of pandas that need a package which nobody imports: last part of the call's name → distribution.
_SILENT = {
    "read_parquet": "pyarrow",
    "to_parquet": "pyarrow",
    "read_feather": "pyarrow",
    "to_feather": "pyarrow",
    "read_orc": "pyarrow",
    "read_excel": "openpyxl",
    "to_excel": "openpyxl",
    "read_hdf": "tables",
    "to_hdf": "tables",
    "to_markdown": "tabulate",
    "read_html": "lxml",
}
#: Modules that are there wherever the code runs, or that the code makes itself.
_GIVEN = frozenset(
    {"IPython", "setuptools", "google.colab", "dbutils", "pkg_resources", "__main__", "kaggle_secrets", "_pipeline"}
)
_PIP = re.compile(r"^(?:python3?\s+-m\s+)?pip3?\s+install\s+(.*)$")


class Use(NamedTuple):
    """Where something is needed.

    Attributes:
        name: module, as dotted as it is used, or distribution.
        path: source file.
        line: 1-based in the file, or in the cell.
        cell: cell of a notebook.
    """

    name: str
    path: str
    line: int
    cell: int | None


def imported(scene: Scene, apart: tuple[str, ...] = (), only: str | None = None) -> list[Use]:
    """The first use of each third-party module, with as much of its name as tells packages of a name space apart.

    Args:
        scene: the project.
        apart: folders, with a slash at the end, whose code is not looked at.
        only: a file whose code alone is looked at.
    """
    found: dict[str, Use] = {}
    for path in scene.unit.sources if only is None else (only,):
        # What setup.py imports is there before anything is installed.
        if path.startswith(apart) or path.rpartition("/")[2] == "setup.py":
            continue
        source = scene.project.python(path)
        notebook = scene.project.notebook(path) if path.endswith(".ipynb") else None
        optional = _optional(source.tree) if source is not None else set()
        for item in source.imports if source is not None else ():
            if item.line in optional:
                continue
            top = item.module.partition(".")[0]
            if not top or top in sys.stdlib_module_names or scene.unit.reach.modules.is_own(item.module, path):
                continue
            if item.module in _GIVEN or top in _GIVEN:
                continue
            dotted = item.dotted.removesuffix(".*") if item.name != "*" else item.module
            cell, line = notebook.place(item.line) if notebook is not None else (None, item.line)
            found.setdefault(dotted, Use(dotted, path, line, cell))
    return [found[name] for name in sorted(found)]


def _optional(tree: ast.Module) -> set[int]:
    """Lines of imports that nothing needs when it runs: for type checkers, and those whose absence is caught."""
    found = set()
    for node in ast.walk(tree):
        guarded: list[ast.stmt] = []
        if isinstance(node, ast.If) and ast.unparse(node.test).rpartition(".")[2] == "TYPE_CHECKING":
            guarded = node.body
        elif isinstance(node, ast.Try) and any(_catches_import(handler) for handler in node.handlers):
            guarded = [*node.body, *(each for handler in node.handlers for each in handler.body)]
        found |= {each.lineno for each in guarded if isinstance(each, (ast.Import, ast.ImportFrom))}
    return found


def _catches_import(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or bool(
        {"ImportError", "ModuleNotFoundError"} & set(re.findall(r"\w+", ast.unparse(handler.type)))
    )


def silent(scene: Scene, apart: tuple[str, ...] = (), only: str | None = None) -> list[Use]:
    """Packages that calls need and nobody imports, at the first such call.

    Args:
        scene: the project.
        apart: folders whose code is not looked at.
        only: a file whose code alone is looked at.
    """
    found: dict[str, Use] = {}
    for path in scene.unit.mentioning(*_SILENT):
        if path.startswith(apart) or (only is not None and path != only):
            continue
        source = scene.project.python(path)
        notebook = scene.project.notebook(path) if path.endswith(".ipynb") else None
        for call in source.calls if source is not None else ():
            package = _SILENT.get(call.attribute)
            if call.attribute == "read_excel":
                package = _for_workbook(scene, path, call)
            if package is not None:
                cell, line = notebook.place(call.line) if notebook is not None else (None, call.line)
                found.setdefault(package, Use(package, path, line, cell))
    return [found[name] for name in sorted(found)]


def installed_in_cells(scene: Scene) -> list[tuple[Requirement, Use]]:
    """What notebooks install by `!pip install` and the like."""
    return [pair for path in scene.unit.sources if path.endswith(".ipynb") for pair in _installs(scene, path)]


def _installs(scene: Scene, path: str) -> Iterator[tuple[Requirement, Use]]:
    notebook = scene.project.notebook(path)
    for escape in notebook.escapes if notebook is not None else ():
        asked = _PIP.match(escape.text.strip())
        for word in asked[1].split() if asked else ():
            requirement = parse_requirement(word.strip("\"'"))
            if requirement is not None and not word.startswith(("-", ".")) and "/" not in word:
                yield requirement, Use(requirement.name, path, escape.line, escape.cell)


def _for_workbook(scene: Scene, path: str, call: Call) -> str | None:
    """The package that pandas reads a workbook with, by what the file is, or else by its name; None where it is none."""
    where = call.node.args[0] if call.node.args else None
    name = where.value if isinstance(where, ast.Constant) and isinstance(where.value, str) else ""
    file = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
    if name and scene.project.kind(file) == "file":
        with (scene.root / file).open("rb") as stream:
            head = stream.read(4)
        return {b"\xd0\xcf\x11\xe0": "xlrd", b"PK\x03\x04": "openpyxl"}.get(head)
    return "xlrd" if name.lower().endswith(".xls") else "openpyxl"
