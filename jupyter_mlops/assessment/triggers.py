"""What a trigger is: something that starts work without a person."""

from __future__ import annotations

from typing import NamedTuple

from jupyter_mlops.project.reach import Node


class Trigger(NamedTuple):
    """Something that starts work without a person.

    Attributes:
        kind: "schedule", "event" (new data, an alert, a message) or "chained" (another workflow).
        what: for people.
        path: file.
        line: where.
        nodes: what it starts.
    """

    kind: str
    what: str
    path: str
    line: int | None
    nodes: tuple[Node, ...]
