"""Constraints of pip: versions that hold whatever the requirements say, where something hands them to pip."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from itertools import pairwise

from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.shell import join

_OPTIONS = ("-c", "--constraint", "--constraints", "--build-constraint")
_LINE = lazy(r"^\s*(?:-c|--constraint)[ =]+(\S+)", 8)
_INSTALLERS = frozenset({"pip", "pip3", "uv"})


def constrained(unit: Unit) -> frozenset[str]:
    """The packages that constraints pin.

    Args:
        unit: the unit.
    """
    return unit.once("constrained packages", lambda: frozenset(_pinned(unit)))


def _pinned(unit: Unit) -> Iterator[str]:
    for path in dict.fromkeys(_files(unit)):
        if unit.project.exists(path):
            yield from (one.name for one in unit.project.requirements(path).requirements if one.pinned)


def _files(unit: Unit) -> Iterator[str]:
    for file in unit.named("*requirements*.txt", "*requirements*.in"):
        for found in _LINE.finditer(unit.project.text(file.path) or ""):
            yield join(posixpath.dirname(file.path) or ".", found[1])
    for launch in unit.launches:
        for command in launch.commands if launch.neutralised is None else ():
            if "install" not in command.words or not _INSTALLERS & set(command.words[:4]):
                continue
            folder = join(launch.folder, command.folder)
            yield from (join(folder, value) for option, value in pairwise(command.words) if option in _OPTIONS)
            yield from (
                join(folder, word.partition("=")[2]) for word in command.words if word.startswith("--constraint=")
            )
