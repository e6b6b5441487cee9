"""Which data files a project's code, commands and settings name, where what is read only a run can tell."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator
from typing import Any, NamedTuple

from jupyter_mlops.assessment.code_facts import is_data_file, is_model_file, relevant
from jupyter_mlops.assessment.probes.dvc import tracked
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import items, mapping, sequence

_SETTINGS = (".yaml", ".yml", ".toml", ".json")
_LARGEST_SETTINGS = 50_000


class Named(NamedTuple):
    """A data file that is named.

    Attributes:
        data: path of the data, relative to the base.
        path: the file that names it.
        line: 1-based in it, or in the cell.
        cell: cell of a notebook.
    """

    data: str
    path: str
    line: int | None
    cell: int | None = None


def named_data(unit: Unit) -> list[Named]:
    """Data under git or DVC that the code that trains, what starts it or its settings name: by path, name or folder."""
    held = _held(unit)
    if not held:
        return []
    found: dict[str, Named] = {}
    for text, path, line, cell in _texts(unit, held):
        for data, names in held.items():
            if data not in found and (text in names or _folder_of(text, data)):
                found[data] = Named(data, path, line, cell)
    return [found[data] for data in sorted(found)]


def _held(unit: Unit) -> dict[str, frozenset[str]]:
    """Data files and what they can be called: the path from the unit's folder, and the name alone."""
    paths = {
        file.path
        for file in unit.files
        if is_data_file(file.path) and file.tracked and not unit.aside(file.path) and not unit.is_test(file.path)
    }
    paths |= {item.path for item in tracked(unit) if not is_model_file(item.path)}
    return {path: frozenset({unit.local(path), posixpath.basename(path)}) for path in sorted(paths)}


def _folder_of(text: str, data: str) -> bool:
    """Whether a text is a path of a folder around the data; a single word is a key more often than a folder."""
    return "/" in text and len(text) > 2 and f"/{data}".find(f"/{text.strip('/')}/") >= 0


def _texts(unit: Unit, held: dict[str, frozenset[str]]) -> Iterator[tuple[str, str, int | None, int | None]]:
    groups = relevant(unit)
    hints = {posixpath.basename(data) for data in held} | {posixpath.dirname(data) for data in held} - {"", "."}
    for path in unit.mentioning(*sorted(hints)):
        source = unit.project.python(path)
        if source is None or unit.is_test(path):
            continue
        if groups and not any(unit.reach.groups(path, scope.name) & groups for scope in source.scopes):
            continue
        notebook = unit.project.notebook(path) if path.endswith(".ipynb") else None
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 300:
                cell, place = notebook.place(node.lineno) if notebook is not None else (None, node.lineno)
                yield _plain(node.value), path, place, cell
    for launch in unit.launches:
        if groups and (launch.group or launch.id) not in groups:
            continue
        for command in launch.commands:
            for word in command.words:
                yield _plain(word.rpartition("=")[2]), launch.path, launch.line_of(command), None
    for file in unit.files:
        if (
            file.suffix in _SETTINGS
            and file.special is None
            and file.size < _LARGEST_SETTINGS
            and not unit.aside(file.path)
        ):
            text = unit.project.text(file.path) or ""
            if any(hint in text for hint in hints) and not unit.is_test(file.path):
                for value, line in _values(_document(unit, file.path, file.suffix)):
                    yield _plain(value), file.path, line, None


def _document(unit: Unit, path: str, suffix: str) -> Any:
    if suffix == ".toml":
        return unit.project.toml(path)
    return unit.project.json(path) if suffix == ".json" else list(unit.project.yaml(path))


def _values(node: Any, line: int | None = None, depth: int = 0) -> Iterator[tuple[str, int | None]]:
    if isinstance(node, str):
        yield node, line
    elif depth < 20:
        for _key, value, place in items(mapping(node)):
            yield from _values(value, place, depth + 1)
        for value in sequence(node):
            yield from _values(value, line, depth + 1)


def _plain(text: str) -> str:
    text = text.replace("\\", "/")
    while text.startswith(("./", "../")):
        text = text.partition("/")[2]
    return text
