"""Files with a schema of Azure ML, and the commands that submit them. Shared by probes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import items, mapping
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.shell import join

_VARIABLE = lazy(r"\$\{\w+\}|\$\w+")
#: What a workflow of another repository is called that submits something.
_RUNS = {
    "job": lazy(r"^(?!\./).*(run|submit|create)[-_]?(aml[-_]?)?(pipeline|job|training)", re.IGNORECASE),
    "online-deployment": lazy(
        r"^(?!\./).*(create|update|deploy)[-_]?(online[-_]?)?(deployment|endpoint)", re.IGNORECASE
    ),
}


def azure_documents(unit: Unit) -> list[tuple[str, dict[Any, Any]]]:
    """The files of a unit that have a schema of Azure ML, with what they say.

    Args:
        unit: the unit.
    """
    return unit.once("Azure ML files", lambda: list(_documents(unit)))


def _documents(unit: Unit) -> Iterator[tuple[str, dict[Any, Any]]]:
    for file in unit.files.suffixed(".yml", ".yaml"):
        if "azuremlschemas" in (unit.project.text(file.path) or ""):
            document = mapping(next(iter(unit.project.yaml(file.path)), None))
            if "azuremlschemas" in str(document.get("$schema")):
                yield file.path, document


def submitted(unit: Unit, path: str, what: str) -> str | None:
    """What submits a file, as `path:line`; None where nothing does.

    Args:
        unit: the unit.
        path: the file.
        what: "job", "schedule" or "online-deployment", as the command says.
    """
    created = re.compile(rf"\baz\s+ml\s+{what}\s+(create|update)\b")
    for launch in unit.launches:
        if launch.neutralised is None and created.search(launch.script):
            for command in launch.commands:
                named = [join(launch.folder, join(command.folder, word)) for word in command.words]
                looped = (
                    any(_may_be(word, path) for word in command.words) and PurePosixPath(path).stem in launch.script
                )
                if (path in named or looped) and not command.neutralised:
                    return f"{launch.path}:{launch.line_of(command)}"
    return _handed_to_workflow(unit, path, what) if what in _RUNS else None


def _may_be(word: str, path: str) -> bool:
    """Whether a word with variables of the shell can be a file: `"${HERE}/jobs/${name}.yml"`."""
    parts = _VARIABLE.split(word.strip("\"'"))
    return len(parts) > 1 and "/" in word and bool(re.fullmatch(".*".join(map(re.escape, parts)), f"/{path}"))


def _handed_to_workflow(unit: Unit, path: str, what: str) -> str | None:
    """The job of a workflow that hands the file to a workflow of another repository, which submits such files by its name."""
    for file in unit.all_files.inside(".github/workflows"):
        if file.suffix not in (".yml", ".yaml"):
            continue
        document = mapping(next(iter(unit.project.yaml(file.path)), None))
        for _name, job, line in items(document.get("jobs")):
            used = mapping(job).get("uses")
            given = [join(".", str(value)) for value in mapping(mapping(job).get("with")).values()]
            if isinstance(used, str) and _RUNS[what].search(used) and path in given:
                return f"{file.path}:{line}"
    return None
