"""Stages of `dvc.yaml`: what each runs, needs and writes, and what `dvc.lock` says of it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from jupyter_mlops.assessment.dvc_lock import LockCheck, check_lock
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import MarkedDict, MarkedList, entries, items, mapping, sequence
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.shell import join


def files_named(unit: Unit, name: str) -> list[str]:
    """Files of a name, such as `dvc.yaml`, in the unit."""
    return [file.path for file in unit.named(name)]


def stages_of(unit: Unit, path: str) -> Iterator[tuple[str, dict[Any, Any], int | None]]:
    """Stages with `foreach` and `matrix` taken as one, and `vars` and parameters filled in."""
    document = mapping(next(iter(unit.project.yaml(path)), None))
    values = _template_values(unit, path, document)
    for name, stage, line in items(document.get("stages")):
        inner = mapping(stage)
        if isinstance(inner.get("do"), dict):
            inner = inner["do"]
        yield name, _filled(inner, values), line


def _template_values(unit: Unit, path: str, document: dict[Any, Any]) -> dict[str, Any]:
    folder = posixpath.dirname(path) or "."
    found: dict[str, Any] = {}
    params = join(folder, "params.yaml")
    if unit.project.exists(params):
        found |= mapping(next(iter(unit.project.yaml(params)), None))
    for item in sequence(document.get("vars")):
        if isinstance(item, dict):
            found |= item
        elif isinstance(item, str) and item.endswith((".yaml", ".yml")):
            found |= mapping(next(iter(unit.project.yaml(join(folder, item.partition(":")[0]))), None))
    return found


_TEMPLATE = lazy(r"\$\{([\w.\[\]-]+)\}")


def _filled(value: Any, values: dict[str, Any]) -> Any:
    if isinstance(value, str) and "${" in value:
        return _TEMPLATE.sub(lambda found: _looked_up(found, values), value)
    if isinstance(value, MarkedDict):
        mapped = MarkedDict(value.line)
        mapped.update({key: _filled(item, values) for key, item in value.items()})
        mapped.lines = value.lines
        return mapped
    if isinstance(value, MarkedList):
        listed = MarkedList(value.line)
        listed.extend(_filled(item, values) for item in value)
        listed.lines = value.lines
        return listed
    return value


def _looked_up(found: re.Match[str], values: Any) -> str:
    for part in found[1].split("."):
        values = mapping(values).get(part)
    return found[0] if values is None or isinstance(values, (dict, list)) else str(values)


def outs_of(stage: dict[Any, Any]) -> Iterator[tuple[str, str, int | None, dict[Any, Any]]]:
    """Kind, path, line and options of everything that a stage writes."""
    for kind in ("outs", "metrics", "plots", "outs_persist", "outs_no_cache", "metrics_no_cache"):
        for item, line in entries(stage.get(kind)):
            if isinstance(item, str):
                yield kind, item, line, {}
            elif isinstance(item, dict) and item:
                name = next(iter(item))
                yield kind, str(name), line, mapping(item[name])


def root_of(unit: Unit, path: str) -> str | None:
    """The DVC project around a path: the nearest folder up with a `.dvc` that `dvc init` made."""
    folder = posixpath.dirname(path) or "."
    while True:
        # DVC does without a configuration, and some do not commit theirs.
        if any(unit.project.exists(join(folder, name)) for name in (".dvc/config", ".dvc/.gitignore")):
            return folder
        if folder == ".":
            return None
        folder = posixpath.dirname(folder) or "."


def lock_of(unit: Unit, path: str) -> LockCheck | None:
    """What `dvc.lock` beside a `dvc.yaml` says; None without one."""
    return unit.once(f"dvc.lock of {path}", lambda: _lock_of(unit, path))


def _lock_of(unit: Unit, path: str) -> LockCheck | None:
    lock = join(posixpath.dirname(path) or ".", "dvc.lock")
    if not unit.project.exists(lock):
        return None
    stages = {name: stage for name, stage, _line in stages_of(unit, path)}
    return check_lock(unit.project, path, lock, stages)


def recorded_metrics(unit: Unit, path: str, check: LockCheck) -> Iterator[tuple[str, int | None]]:
    """Metrics files of a `dvc.yaml` that its lock records, and their lines.

    Args:
        unit: the unit.
        path: the dvc.yaml.
        check: what its lock says.
    """
    for _name, stage, line in stages_of(unit, path):
        folder = join(posixpath.dirname(path) or ".", str(stage.get("wdir") or "."))
        for kind, out, out_line, _options in outs_of(stage):
            if kind.startswith("metrics") and join(folder, out) in check.recorded:
                yield out, out_line or line
