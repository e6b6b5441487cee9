"""Commands that something runs: CI steps, schedules, make targets, scripts that these lead to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.shell import Command

#: What only starts another program.
_BEFORE = lazy(
    r"^(?:(?:sudo|env|exec|time|uvx|npx|pipx run|uvx? run|uv tool run|poetry run|pdm run|pixi run|hatch run|python3? -m|-\S+|\w+=\S*) )*(?:\S*/)?(?=\S)"
)


class Run(NamedTuple):
    """A command that something runs.

    Attributes:
        launch: where it is written.
        command: it.
        text: its words, without what only starts it.
        problem: why its failure would go unseen; None when it counts.
    """

    launch: Launch
    command: Command
    text: str
    problem: str | None

    @property
    def path(self) -> str:
        """The file it is written in."""
        return self.launch.path

    @property
    def line(self) -> int | None:
        """1-based line in the file."""
        return self.launch.line_of(self.command)

    @property
    def automatic(self) -> bool:
        """Whether an event starts it: a push, a release, a schedule; not a person."""
        return self.launch.kind == "schedule" or (
            self.launch.kind == "ci" and bool(self.launch.triggers - {"manual", "dispatch"})
        )


def commands(unit: Unit, pattern: re.Pattern[str]) -> Iterator[Run]:
    """The commands that begin as a pattern says and that something can run, those that count first.

    Args:
        unit: the unit.
        pattern: matched against the beginning of the command, without `sudo`, `uv run`, `python -m` and the like.
    """
    found = [run for run in unit.once("commands that run", lambda: list(_all(unit))) if pattern.match(run.text)]
    yield from sorted(found, key=lambda run: (run.problem is not None, not run.automatic))


def _all(unit: Unit) -> Iterator[Run]:
    for launch in unit.launches:
        if launch.kind in ("ci", "schedule", "stage") or unit.reach.launched(launch):
            for command in launch.commands:
                text = " ".join(command.words)
                yield Run(launch, command, _BEFORE.sub("", text), launch.neutralised or command.neutralised)
