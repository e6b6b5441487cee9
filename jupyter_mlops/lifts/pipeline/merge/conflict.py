"""What both the user and the notebook changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Conflict:
    """A place in a pipeline that both sides changed in different ways.

    Attributes:
        path: the file, relative to the pipeline's folder.
        where: the place in it, in words: "cell 7", "the `setup` cell", "stages.train.cmd", "line 12"; empty for all.
        base: what was generated before; None where nothing was, or where that is not known.
        ours: what the user has there; None where it is deleted.
        theirs: what is generated there now; None where nothing is.
        cell: the cell of the original notebook that it is about, as that is now.
        why: more to say about it; empty where the three sides say all.
    """

    path: str
    where: str
    base: str | None
    ours: str | None
    theirs: str | None
    cell: int | None = None
    why: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The conflict as JSON-like data."""
        return {
            "path": self.path,
            "where": self.where,
            "cell": self.cell,
            "base": self.base,
            "ours": self.ours,
            "theirs": self.theirs,
            "why": self.why,
        }
