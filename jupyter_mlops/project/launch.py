"""What starts things: a CI step, a pipeline stage, a make target, a container's command."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from jupyter_mlops.project.marks import items
from jupyter_mlops.project.shell import Command, read_script


@dataclass(frozen=True)
class Launch:
    """A place in a file that runs commands.

    Attributes:
        id: unique, e.g. ``dvc.yaml#train``; what other launches name it by.
        kind: "ci", "stage", "make", "environment", "container", "console", "schedule", "shell".
        path: file it is written in.
        line: 1-based line of its first command.
        script: shell text.
        folder: folder it runs in, relative to the base.
        name: for people.
        triggers: what starts it: "push", "pull_request", "schedule", "manual", "release" …
        neutralised: why its failure would go unseen; None when it counts.
        pipefail: whether a failure on the left of a pipe counts.
        needs: ids of launches that run before it.
        group: launches of one pipeline share it; of their own by default.
        assigned: variables of the environment that it runs with, as "NAME=value".
        by_default: its tool runs it when it is told no name.
    """

    id: str
    kind: str
    path: str
    line: int | None
    script: str
    folder: str = "."
    name: str = ""
    triggers: frozenset[str] = frozenset()
    neutralised: str | None = None
    pipefail: bool = True
    needs: tuple[str, ...] = ()
    group: str = ""
    assigned: tuple[str, ...] = ()
    by_default: bool = True

    @cached_property
    def commands(self) -> tuple[Command, ...]:
        """The simple commands it runs, their folders relative to `folder`."""
        return tuple(read_script(self.script, pipefail=self.pipefail, assigned=self.assigned))

    def line_of(self, command: Command) -> int | None:
        """1-based line of one of its commands in the file."""
        return None if self.line is None else self.line + command.line


def assignments(table: Any) -> tuple[str, ...]:
    """The variables of the environment that a table sets, as "NAME=value".

    Args:
        table: what a file holds under `env:`, whatever that is.
    """
    return tuple(f"{name}={value}" for name, value, _line in items(table) if isinstance(value, (str, int, float)))
