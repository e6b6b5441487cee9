r"""Whether a `dvc.lock` matches what it locks, from the files alone.

In lock schema 2.0 the hash of a file is the MD5 of its bytes, that of a folder the MD5 of the JSON list of its files
(`[{"md5": …, "relpath": …}]`, sorted by relpath) with ``.dir`` added. Entries without ``hash: md5`` were written by DVC 2,
which hashed text files with line ends changed to ``\\n``.
"""

from __future__ import annotations

import hashlib
import json
import os
import posixpath
from typing import Any, NamedTuple

from jupyter_mlops.project import Project
from jupyter_mlops.project.marks import items, line_of, mapping, sequence, strings
from jupyter_mlops.project.shell import join

_LARGEST = 200_000_000
_MOST_FILES = 5_000


class LockCheck(NamedTuple):
    """What a lock says.

    Attributes:
        path: the lock file.
        line: where the first difference is, or its first stage.
        problem: the first difference; None when it matches.
        checked_all: every hash was compared with a file.
        recorded: what stages wrote when they ran last, relative to the base: it can be told from any other version.
        stale: the stages whose command or files are not those that ran last.
    """

    path: str
    line: int | None
    problem: str | None
    checked_all: bool
    recorded: frozenset[str] = frozenset()
    stale: frozenset[str] = frozenset()


def check_lock(project: Project, pipeline: str, lock: str, stages: dict[str, dict[Any, Any]]) -> LockCheck:
    """Compares a lock with the pipeline, its parameters and the files that are there.

    Args:
        project: the project.
        pipeline: path of dvc.yaml.
        lock: path of dvc.lock.
        stages: the stages of dvc.yaml, by name.
    """
    document = mapping(next(iter(project.yaml(lock)), None))
    # Before schema 2.0 the stages were all that there was in it.
    locked = mapping(document.get("stages")) if "schema" in document else document
    by_stage: dict[str, list[tuple[str, dict[Any, Any], int | None]]] = {}
    for name, entry, line in items(locked):
        by_stage.setdefault(name.partition("@")[0], []).append((name, mapping(entry), line))
    checker = _Checker(project, lock)
    recorded = frozenset(
        join(checker.folder_of(stages.get(name, {})), str(mapping(out).get("path")))
        for name, entries in by_stage.items()
        for _full, entry, _line in entries
        for out in sequence(entry.get("outs"))
        if mapping(out).get("md5")
    )
    problem, line, stale = _difference(checker, pipeline, document, by_stage, stages)
    complete = problem is None and checker.missing == 0 and checker.compared > 0
    return LockCheck(lock, line, problem, complete, recorded, frozenset(stale))


def _difference(
    checker: _Checker,
    pipeline: str,
    document: dict[Any, Any],
    by_stage: dict[str, list[tuple[str, dict[Any, Any], int | None]]],
    stages: dict[str, dict[Any, Any]],
) -> tuple[str | None, int | None, set[str]]:
    """The first difference and its line, the line of the first stage when there is none; and the stages that differ."""
    if not by_stage:
        return "it records no stage", None, set()
    found: list[tuple[str, int | None]] = [
        (f"stage {name} is not in it", line_of(document, "stages")) for name in sorted(stages) if name not in by_stage
    ]
    stale = set()
    for name, entries in by_stage.items():
        if name not in stages:
            found.append((f"stage {name} is no longer in {pipeline}", entries[0][2]))
            continue
        for full, entry, line in entries:
            differs = checker.stage(full, stages[name], entry, line)
            if differs is not None:
                found.append(differs)
                # The lock has the values of parameters themselves; of other files it has hashes only.
                if not differs[0].startswith(("parameter ", "the parameters ")):
                    stale.add(name)
    problem, line = found[0] if found else (None, next(iter(by_stage.values()))[0][2])
    return problem, line, stale


class _Checker:
    def __init__(self, project: Project, lock: str) -> None:
        self.project = project
        self.folder = posixpath.dirname(lock) or "."
        self.missing = 0
        self.compared = 0

    def folder_of(self, stage: dict[Any, Any]) -> str:
        """Where a stage runs."""
        return join(self.folder, str(stage.get("wdir") or "."))

    def stage(
        self, name: str, stage: dict[Any, Any], entry: dict[Any, Any], line: int | None
    ) -> tuple[str, int | None] | None:
        expanded = "@" in name
        if not expanded and strings(entry.get("cmd")) != strings(stage.get("cmd")):
            return f"the command of stage {name} has changed", line_of(entry, "cmd") or line
        if not expanded:
            wanted = {str(dep) for dep in sequence(stage.get("deps")) if isinstance(dep, str)}
            wanted |= {str(next(iter(dep))) for dep in sequence(stage.get("deps")) if isinstance(dep, dict) and dep}
            listed = {str(mapping(dep).get("path")) for dep in sequence(entry.get("deps"))}
            if wanted != listed:
                return f"the dependencies of stage {name} have changed", line_of(entry, "deps") or line
        problem = self._params(name, stage, entry) if not expanded else None
        if problem is not None:
            return problem, line_of(entry, "params") or line
        wdir = self.folder_of(stage)
        for kind in ("deps", "outs"):
            for item in map(mapping, sequence(entry.get(kind))):
                changed = self._hash(wdir, item)
                if changed is not None:
                    return f"{changed} (stage {name})", line_of(item, "md5") or line_of(item) or line
        return None

    def _params(self, name: str, stage: dict[Any, Any], entry: dict[Any, Any]) -> str | None:
        recorded = mapping(entry.get("params"))
        asked: dict[str, list[str]] = {}
        for item in sequence(stage.get("params")):
            if isinstance(item, str):
                asked.setdefault("params.yaml", []).append(item)
            else:
                for file, keys in mapping(item).items():
                    asked.setdefault(str(file), []).extend(strings(keys))
        for file, keys in asked.items():
            known = mapping(recorded.get(file))
            if keys and set(keys) != {str(key) for key in known}:
                return f"the parameters of stage {name} are others now"
        for file, known in recorded.items():
            current = self._values(join(self.folder, str(file)))
            if current is None:
                return f"{file}, which stage {name} reads, cannot be read"
            for key, value in mapping(known).items():
                if _value(current, str(key)) != value:
                    return f"parameter {key} of stage {name} has changed"
        return None

    def _values(self, path: str) -> Any:
        if path.endswith(".json"):
            return self.project.json(path)
        if path.endswith(".toml"):
            return self.project.toml(path) or None
        if path.endswith(".py"):
            return None
        return next(iter(self.project.yaml(path)), None)

    def _hash(self, wdir: str, item: dict[Any, Any]) -> str | None:
        name, expected = str(item.get("path") or ""), item.get("md5")
        path = join(wdir, name)
        if not isinstance(expected, str):
            return None
        kind = self.project.kind(path)
        if kind is None:
            self.missing += 1
            return None
        legacy = item.get("hash") != "md5"
        actual = (
            self._folder_hash(path, legacy) if kind == "folder" else self._file_hash(path, item.get("size"), legacy)
        )
        if actual is None:
            self.missing += 1
            return None
        self.compared += 1
        if actual == expected or (kind == "file" and self._with_other_line_ends(path, expected)):
            return None
        return f"{name} is not the one that was recorded"

    def _with_other_line_ends(self, path: str, expected: str) -> bool:
        """Whether a text file is the recorded one but for its line ends, which git changes when it checks out."""
        data = self.project.read(path, _LARGEST)
        if data is None or b"\0" in data[:8192]:
            return False
        unix = data.replace(b"\r\n", b"\n")
        return any(
            hashlib.md5(text, usedforsecurity=False).hexdigest() == expected
            for text in (unix, unix.replace(b"\n", b"\r\n"))
        )

    def _file_hash(self, path: str, size: Any, legacy: bool) -> str | None:
        full = self.project.base / path
        try:
            actual = full.stat().st_size
            if actual > _LARGEST:
                return None
            if not legacy and isinstance(size, int) and actual != size:
                return "another size"
            data = self.project.read(path, _LARGEST)
        except OSError:
            return None
        if data is None:
            return None
        if legacy and b"\0" not in data[:512]:
            data = data.replace(b"\r\n", b"\n")
        return hashlib.md5(data, usedforsecurity=False).hexdigest()

    def _folder_hash(self, path: str, legacy: bool) -> str | None:
        listed: list[dict[str, str]] = []
        base = self.project.base / path
        for folder, names, files in os.walk(base, followlinks=False):
            names.sort()
            for file in files:
                full = f"{folder}/{file}"
                relative = os.path.relpath(full, base).replace(os.sep, "/")
                digest = self._file_hash(f"{path}/{relative}", None, legacy)
                if digest is None or len(listed) >= _MOST_FILES:
                    return None
                listed.append({"md5": digest, "relpath": relative})
        listed.sort(key=lambda entry: entry["relpath"])
        text = json.dumps(listed, sort_keys=True)
        return f"{hashlib.md5(text.encode('utf-8'), usedforsecurity=False).hexdigest()}.dir"


def _value(values: Any, key: str) -> Any:
    if isinstance(values, dict) and key in values:
        return values[key]
    for part in key.split("."):
        if isinstance(values, dict) and part in values:
            values = values[part]
        elif isinstance(values, list) and part.isdigit() and int(part) < len(values):
            values = values[int(part)]
        else:
            return _ABSENT
    return values


_ABSENT = object()
