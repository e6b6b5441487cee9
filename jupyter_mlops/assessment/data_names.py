"""Which data files a project's code, commands and settings name, where what is read only a run can tell."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator
from typing import Any, NamedTuple

from jupyter_mlops.assessment.data_files import is_data_file
from jupyter_mlops.assessment.dvc_tracked import is_of_model, tracked
from jupyter_mlops.assessment.trainings import relevant
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.assessment.written_files import WRITERS
from jupyter_mlops.project.files import File
from jupyter_mlops.project.marks import items, mapping, sequence

_SETTINGS = (".yaml", ".yml", ".toml", ".json")
_LARGEST_SETTINGS = 50_000
#: Databases that tools keep beside the data: no data of their own.
_STORES = ("mlflow.db", "registry.db", "online_store.db", "optuna.db", "airflow.db")


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
            if data not in found and (text in names or _folder_of(text, data)) and not _beside(unit, path, data):
                found[data] = Named(data, path, line, cell)
    others = [other for name in found.values() for other in _alternatives(unit, name, held)]
    return [*(found[data] for data in sorted(found)), *others]


def _beside(unit: Unit, path: str, data: str) -> bool:
    """Whether a settings file lies with the data, in a folder without code: it describes what is there, and nothing reads by it."""
    folder = posixpath.dirname(path)
    if not path.endswith(_SETTINGS) or not folder or not data.startswith(f"{folder}/"):
        return False
    return not any(source.startswith(f"{folder}/") for source in unit.sources)


def _alternatives(unit: Unit, name: Named, held: dict[str, frozenset[str]]) -> Iterator[Named]:
    """Files that code may read in the place of a named one: `FILE = "sample.csv" if testing else "train.csv"`."""
    source = unit.project.python(name.path) if name.path.endswith(".py") else None
    if source is None:
        return
    given: dict[str, list[ast.Constant]] = {}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            chosen = [node.value.body, node.value.orelse] if isinstance(node.value, ast.IfExp) else [node.value]
            given.setdefault(node.targets[0].id, []).extend(
                value for value in chosen if isinstance(value, ast.Constant) and isinstance(value.value, str)
            )
    for values in given.values():
        texts = {str(value.value): value.lineno for value in values}
        if not any(text in held[name.data] for text in texts):
            continue
        for text, line in texts.items():
            other = posixpath.join(posixpath.dirname(name.data), posixpath.basename(text))
            if is_data_file(text) and other not in held:
                yield Named(other, name.path, line)


def _data_files(unit: Unit) -> list[str]:
    def holds(file: File) -> bool:
        kept = file.tracked and is_data_file(file.path) and not file.path.endswith(_STORES)
        return kept and not unit.aside(file.path) and not unit.is_test(file.path)

    return [file.path for file in unit.files.which("data files", holds)]


def _held(unit: Unit) -> dict[str, frozenset[str]]:
    """Data files and what they can be called: the path from the unit's folder, and the name alone."""
    paths = set(_data_files(unit))
    paths |= {item.path for item in tracked(unit) if not is_of_model(unit, item.path)}
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
        made = _written(source.tree)
        tails = {
            id(part) for node in ast.walk(source.tree) if isinstance(node, ast.JoinedStr) for part in node.values[1:]
        }
        for node in ast.walk(source.tree):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and len(node.value) < 300
                and posixpath.basename(node.value) not in made
            ):
                cell, place = notebook.place(node.lineno) if notebook is not None else (None, node.lineno)
                # `f"{folder}/rows.csv"`
                text = node.value.lstrip("/") if id(node) in tails else node.value
                yield _plain(text), path, place, cell
    for launch in unit.launches:
        if groups and (launch.group or launch.id) not in groups:
            continue
        for command in launch.commands:
            for word in command.words if command.words[:1] != ("cd",) else ():
                yield _plain(word.rpartition("=")[2]), launch.path, launch.line_of(command), None
    for file in unit.files.suffixed(*_SETTINGS):
        if file.size < _LARGEST_SETTINGS and not unit.aside(file.path):
            text = unit.project.text(file.path) or ""
            if any(hint in text for hint in hints) and not unit.is_test(file.path):
                for value, line in _values(_document(unit, file.path, file.suffix)):
                    yield _plain(value), file.path, line, None


def _written(tree: ast.Module) -> frozenset[str]:
    """Names of files that code hands to calls that write: what it makes is no data that it was given."""
    writes = (
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in WRITERS
    )
    return frozenset(
        posixpath.basename(inner.value)
        for node in writes
        for inner in ast.walk(node)
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str) and is_data_file(inner.value)
    )


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
