"""The answer of `check`, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Evidence:
    """A fact and its place.

    Attributes:
        message: what was found.
        place: ``path:line`` or ``path#cell:line``; "" for facts about git or a folder.
        snippet: the line itself, secrets masked.
        good: it counts in full.
    """

    message: str
    place: str
    snippet: str
    good: bool


@dataclass(frozen=True)
class Item:
    """How one criterion stands.

    Attributes:
        criterion: its id.
        title: what to do, as an imperative.
        level: the level that asks for it.
        state: "pass", "partial", "fail", "not-applicable", "not-visible", "attested", "waived" or "error".
        passed: the state lets the level's gate through.
        message: what was found or is missing.
        todo: what to do next; None when it passes.
        how: ways to pass.
        evidence: what decides it, open points first.
        remark: what else to know: that another tool did it, for one.
    """

    criterion: str
    title: str
    level: int
    state: str
    passed: bool
    message: str
    todo: str | None
    how: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    remark: str = ""


@dataclass(frozen=True)
class Check:
    """What was asked, and how it stands. True when it passes.

    Attributes:
        name: what was asked for.
        passed: all items pass.
        items: one a criterion.
        project: the folder that was looked at.
    """

    name: str
    passed: bool
    items: tuple[Item, ...]
    project: str

    @property
    def label(self) -> str:
        """What was asked for, for people."""
        return f"Level {self.name}" if self.name.isdigit() else self.name

    def __bool__(self) -> bool:
        return self.passed

    def __repr__(self) -> str:
        from jupyter_mlops.checks.rendering import as_text

        return as_text(self)

    def _repr_html_(self) -> str:
        from jupyter_mlops.checks.rendering import as_html

        return as_html(self)

    def to_dict(self) -> dict[str, Any]:
        """The answer as data for JSON."""
        from dataclasses import asdict

        return asdict(self)
