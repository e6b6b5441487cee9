"""Findings: facts with a place, and how real they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Literal, NamedTuple


class Rung(IntEnum):
    """How real a piece of evidence is."""

    E0 = 0  # absent: nothing, empty, placeholder, ignored by git
    E1 = 1  # declared: a dependency, an unused import, an example
    E2 = 2  # configured: parses and says something, but nothing reaches it
    E3 = 3  # wired: something that runs reaches it
    E4 = 4  # proven: a trace of it having worked


#: What a finding does: adds evidence, limits what other evidence is worth, or says that the question does not arise or
#: cannot be answered from files.
Effect = Literal["support", "cap", "not-applicable", "not-visible"]

PARSED = 0.95
CALL = 0.9
CONFIGURED = 0.85
CONVENTION = 0.7
PATTERN = 0.5


@dataclass(frozen=True)
class Finding:
    """A fact about the project.

    Attributes:
        probe: id of the probe that found it.
        criterion: id of the criterion it is about.
        rung: how real it is; with effect "cap", the most that the part can be worth.
        message: what was found, one sentence.
        part: the part of the criterion, "" where it has none.
        confidence: 0 to 1.
        path: file, relative to the project's base; None for facts about git or a folder.
        line: 1-based, in the file, or in the cell where `cell` is set.
        end_line: last line.
        cell: 0-based among all cells of a notebook.
        chain: how an entry point leads there, first link first.
        raise_by: what would raise it.
        effect: what it does.
        anywhere: it counts in `docs/` and the like too (model cards, runbooks, outputs of runs).
    """

    probe: str
    criterion: str
    rung: Rung
    message: str
    part: str = ""
    confidence: float = CONFIGURED
    path: str | None = None
    line: int | None = None
    end_line: int | None = None
    cell: int | None = None
    chain: tuple[str, ...] = ()
    raise_by: str | None = None
    effect: Effect = "support"
    anywhere: bool = False

    def capped(self, rung: Rung, because: str, raise_by: str | None = None) -> Finding:
        """The same finding worth at most `rung`, saying why."""
        if self.rung <= rung or self.effect != "support":
            return self
        return replace(self, rung=rung, message=f"{self.message} ({because})", raise_by=raise_by or self.raise_by)


@dataclass(frozen=True)
class Findings:
    """Makes the findings of a probe that are about one criterion and have one advice. Call it with what differs.

    Attributes:
        probe: id of the probe.
        criterion: id of the criterion.
        advice: what would raise a finding that is not wired.
        confidence: 0 to 1, where nothing else is said.
    """

    probe: str
    criterion: str
    advice: str
    confidence: float = PARSED

    def __call__(
        self,
        rung: Rung,
        message: str,
        path: str,
        line: int | None,
        chain: tuple[str, ...] = (),
        *,
        confidence: float | None = None,
        cell: int | None = None,
    ) -> Finding:
        """A finding; the arguments are those of `Finding`."""
        return Finding(
            self.probe,
            self.criterion,
            rung,
            message,
            confidence=self.confidence if confidence is None else confidence,
            path=path,
            line=line,
            cell=cell,
            chain=chain,
            raise_by=None if rung >= Rung.E3 else self.advice,
        )


class NotebookIssue(NamedTuple):
    """What is wrong with a notebook, at a cell and a line.

    Attributes:
        code: stable kebab-case identifier.
        severity: "error" (it will not run again), "warning" or "info".
        message: one sentence.
        path: the notebook.
        cell: 0-based among all cells.
        line: 1-based in the cell.
    """

    code: str
    severity: Literal["info", "warning", "error"]
    message: str
    path: str
    cell: int | None = None
    line: int | None = None
