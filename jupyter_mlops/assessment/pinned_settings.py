"""Revisions of data sets that code takes from its settings: `revision=config.revision`, and a commit in the YAML."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from jupyter_mlops.assessment.literals import text_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import items, mapping, sequence
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call

_SETTINGS = (".yaml", ".yml", ".toml", ".json")
_LARGEST = 50_000
#: A commit, or the tag of a release: a branch moves.
_FIXED = lazy(r"[0-9a-f]{7,40}\Z|v?\d+\.\d+(\.\d+)?\Z")


def revision_of(unit: Unit, path: str, call: Call) -> str | None:
    """The one revision that a call's `revision=` stands for; None where it is a branch, or nothing tells.

    Args:
        unit: the unit.
        path: the source of the call.
        call: the call.
    """
    given = call.argument(None, "revision")
    source = unit.project.python(path)
    if given is None or source is None:
        return None
    text = text_of(source, call.scope, given)
    if text is not None:
        return text if text not in ("main", "master", "HEAD") and "{}" not in text else None
    name = _setting(given)
    found = {value for value in _settings(unit, name.lower()) if value} if name else set()
    # One setting that moves is enough for the data to move.
    if not found and name:  # `load(settings["dataset_revision"])`, where the parameter is called `revision`
        found = {value for value in _settings(unit, f"_{name.lower()}") if value}
        return min(found) if found and all(_FIXED.match(value) for value in found) else None
    return found.pop() if len(found) == 1 and all(_FIXED.match(value) for value in found) else None


def setting_of(unit: Unit, given: ast.expr | None) -> str | None:
    """The one value that the settings of a unit have for what an expression looks up: `cfg["dataset"]`; None without one."""
    name = _setting(given).lower() if given is not None else ""
    found = {value for value in _settings(unit, name) if value} if name else set()
    return found.pop() if len(found) == 1 else None


def _setting(given: ast.expr) -> str:
    """The name under which an expression finds its value: `cfg.revision`, `revision`, `cfg["revision"]`."""
    if isinstance(given, ast.Subscript) and isinstance(given.slice, ast.Constant):
        return str(given.slice.value) if isinstance(given.slice.value, str) else ""
    return given.attr if isinstance(given, ast.Attribute) else given.id if isinstance(given, ast.Name) else ""


def _settings(unit: Unit, name: str) -> Iterator[str]:
    """What the settings of a unit, and constants in its code, give for a name."""
    for file in unit.files.suffixed(*_SETTINGS):
        if file.size < _LARGEST and not unit.aside(file.path):
            text = unit.project.text(file.path) or ""
            if name in text.lower() and not unit.is_test(file.path):
                yield from _named(_document(unit, file.path, file.suffix), name)
    for path in unit.mentioning(name.upper()):
        source = unit.project.python(path)
        if source is not None and not unit.is_test(path):
            yield from (value for key, value in source.module.constants.items() if key.lower() == name)


def _document(unit: Unit, path: str, suffix: str) -> Any:
    if suffix == ".toml":
        return unit.project.toml(path)
    return unit.project.json(path) if suffix == ".json" else list(unit.project.yaml(path))


def _named(node: Any, name: str, depth: int = 0) -> Iterator[str]:
    if depth > 20:
        return
    for key, value, _line in items(mapping(node)):
        known = str(key).lower()
        if (known == name or (name.startswith("_") and known.endswith(name))) and isinstance(value, (str, int, float)):
            yield str(value)
        yield from _named(value, name, depth + 1)
    for value in sequence(node):
        yield from _named(value, name, depth + 1)
