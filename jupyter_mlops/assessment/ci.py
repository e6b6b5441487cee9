"""What all CI systems have in common: steps, and which files a trigger covers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from jupyter_mlops.assessment.trainings import trainings
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.reach import LAUNCH, Node
from jupyter_mlops.project.shell import join


@dataclass(frozen=True)
class Step:
    """A step of a CI job, whatever the system.

    Attributes:
        path: its file.
        line: 1-based line of its first command.
        name: for people.
        script: shell text.
        job: name of its job.
        index: position in the job.
        triggers: "push", "pull_request", "schedule", "manual" …
        folder: where it runs.
        neutralised: why its failure would go unseen.
        pipefail: whether a failure on the left of a pipe counts.
        needs: jobs that run before.
        job_line: 1-based line of the job.
        assigned: variables of the environment that it runs with, as "NAME=value".
    """

    path: str
    line: int | None
    name: str
    script: str
    job: str
    index: int
    triggers: frozenset[str]
    folder: str = "."
    neutralised: str | None = None
    pipefail: bool = True
    needs: tuple[str, ...] = ()
    job_line: int | None = None
    assigned: tuple[str, ...] = ()


def launch_of(kind: str, step: Step) -> Launch:
    """The launch that a step is."""
    return Launch(
        id=f"{step.path}#{step.job}/{step.index}",
        kind=kind,
        path=step.path,
        line=step.line,
        script=step.script,
        folder=join(".", step.folder),
        name=f"{step.job}: {step.name}",
        triggers=step.triggers,
        neutralised=step.neutralised,
        pipefail=step.pipefail,
        group=f"{step.path}#{step.job}",
        assigned=step.assigned,
    )


def work_of(unit: Unit, group: str) -> Node | None:
    """The step of a job that does its work: the one that trains, else the last one.

    Args:
        unit: the unit.
        group: the group of the job's launches.
    """
    fits = {(site.path, site.scope) for site in trainings(unit)}
    steps = [one for one in unit.launches if one.group == group and one.commands and one.neutralised is None]
    nodes = [(step.id, LAUNCH) for step in steps]
    return next((node for node in nodes if fits & unit.reach.behind(node)), nodes[-1] if nodes else None)


def joined(items: Iterable[tuple[Any, int | None]]) -> tuple[str, int | None]:
    """Commands of a list as one script, so that `cd` and `set` carry over, each on its line as in the file.

    Args:
        items: the commands and their lines; what is no text is left out.

    Returns:
        The script and the line of its first command.
    """
    # What follows `- |` starts on the next line.
    parts = [
        (text, None if line is None else line + ("\n" in text))
        for text, line in items
        if isinstance(text, str) and text
    ]
    first = next((start for _text, start in parts if start is not None), None)
    lines: list[str] = []
    for text, start in parts:
        ahead = (start or 0) - (first or 0) - len(lines)
        if ahead < 0 and start is not None and lines and "\n" not in text:  # `script: [install, test]`
            lines[-1] += f"; {text}"
            continue
        lines += [""] * ahead
        lines += text.rstrip("\n").split("\n")
    return "\n".join(lines), first


def covers(unit: Unit, paths: list[str], ignored: list[str]) -> bool:
    """Whether a trigger limited to some paths fires for changes of the unit.

    Args:
        unit: the unit.
        paths: globs that a changed file must match; none for all.
        ignored: globs whose files do not count.
    """
    code = _coverable(unit)
    if not code:
        return True
    if paths:
        wanted = [_glob(pattern) for pattern in paths if not pattern.startswith("!")]
        if not any(pattern.match(path) for pattern in wanted for path in code):
            return False
    if ignored:
        unwanted = [_glob(pattern) for pattern in ignored]
        return any(not any(pattern.match(path) for pattern in unwanted) for path in code)
    return True


def _coverable(unit: Unit) -> list[str]:
    """Files whose change a workflow should notice: code and settings, or whatever there is."""
    code = unit.files.suffixed(".py", ".ipynb", ".yaml", ".yml", ".toml")
    return [file.path for file in code or unit.files.which("plain", lambda file: file.special is None)]


def _glob(pattern: str) -> re.Pattern[str]:
    out = ""
    position = 0
    pattern = pattern.removeprefix("./")
    while position < len(pattern):
        if pattern.startswith("**/", position):
            out += "(?:.*/)?"
            position += 3
        elif pattern.startswith("**", position):
            out += ".*"
            position += 2
        else:
            char = pattern[position]
            out += {"*": "[^/]*", "?": "[^/]"}.get(char) or re.escape(char)
            position += 1
    return re.compile(out + r"\Z")
