"""Compose files of a unit: those with the usual names, and others that a command hands to compose or to a swarm."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.compose import NAMES
from jupyter_mlops.project.files import File
from jupyter_mlops.project.marks import mapping
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.reach import MAKEFILES
from jupyter_mlops.project.shell import join, read_script

_LARGEST = 100_000
_SERVICES = lazy(r"^services:\s*$", re.MULTILINE)
#: What begins a command in the files that hold some: `- run: `, `  - `, a tab, `cmd = "`.
_BEFORE = lazy(r"^[\s@-]*(?:(?:run|script|cmd|command|sh|bash)\s*[:=]\s*)?[|>\"']*\s*")
_FILE_OPTIONS = frozenset({"-f", "--file", "-c", "--compose-file"})
#: What compose and a swarm do that starts services, or makes their images.
_STARTS = frozenset({"up", "start", "run", "create", "build", "deploy", "restart"})
_VARIABLE = lazy(r"COMPOSE_FILE\s*[:=]\s*[\"']?([\w./:-]+)")


def compose_files(unit: Unit) -> list[File]:
    """The compose files of a unit.

    Args:
        unit: the unit.
    """
    return unit.once("compose files", lambda: [*unit.named(*NAMES), *_of_other_names(unit)])


def _of_other_names(unit: Unit) -> Iterator[File]:
    named = {file.path for file in unit.named(*NAMES)}
    found = [
        file
        for file in unit.files.suffixed(".yml", ".yaml")
        if file.path not in named and file.size < _LARGEST and not file.name.startswith(".") and _is_compose(unit, file)
    ]
    if found:
        handed = frozenset(_handed(unit))
        yield from (file for file in found if file.path in handed)


def _is_compose(unit: Unit, file: File) -> bool:
    if not _SERVICES.search(unit.project.text(file.path) or "") or unit.aside(file.path):
        return False
    services = mapping(mapping(next(iter(unit.project.yaml(file.path)), None)).get("services"))
    return any({"image", "build"} & mapping(service).keys() for service in services.values())


def _handed(unit: Unit) -> Iterator[str]:
    """Paths that commands name to compose or to a swarm when they start services."""
    for file in unit.all_files:
        holds = file.suffix in (".yml", ".yaml", ".sh", ".toml") or file.name in (*MAKEFILES, "Jenkinsfile")
        if not holds or file.size >= _LARGEST or file.special is not None:
            continue
        text = unit.project.text(file.path) or ""
        if "compose" not in text.lower() and "stack" not in text:
            continue
        folders = [unit.path, ".", file.folder or "."]
        for line in text.splitlines():
            for variable in _VARIABLE.finditer("" if line.lstrip().startswith("#") else line):
                yield from (join(folder, path) for path in variable[1].split(":") for folder in folders)
            if "docker" in line or "podman" in line:
                for command in read_script(_BEFORE.sub("", line, count=1)):
                    yield from (
                        join(join(folder, command.folder), path) for path in _named(command.words) for folder in folders
                    )


def _named(words: tuple[str, ...]) -> list[str]:
    program = posixpath.basename(words[0])
    composes = program in ("docker-compose", "podman-compose") or words[1:2] in (("compose",), ("stack",))
    if (
        not composes
        or program not in ("docker", "podman", "docker-compose", "podman-compose")
        or not _STARTS & set(words)
    ):
        return []
    after = [words[place + 1] for place, word in enumerate(words[:-1]) if word in _FILE_OPTIONS]
    return [*after, *(word.partition("=")[2] for word in words if word.startswith(("--file=", "--compose-file=")))]
