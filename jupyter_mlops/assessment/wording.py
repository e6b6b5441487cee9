"""Sentences that several reports share."""

from __future__ import annotations

import posixpath

from jupyter_mlops.assessment.api import UnitAssessment
from jupyter_mlops.assessment.criterion import LEVELS
from jupyter_mlops.assessment.findings import Finding
from jupyter_mlops.assessment.scoring import Result
from jupyter_mlops.project import Project


def headline(unit: UnitAssessment) -> str:
    """One line that says where a unit stands.

    Args:
        unit: the unit.
    """
    level = f"Level {unit.level} · {LEVELS[unit.level]}{beside_evidence(unit)}"
    if unit.level == 4:
        return level
    count = len(unit.blockers)
    return f"{level} · {unit.progress} % to Level {unit.level + 1} · {count} blocker{'' if count == 1 else 's'}"


def beside_evidence(unit: UnitAssessment) -> str:
    """What a level rests on beside evidence: " (1 waived)", or nothing."""
    states = [
        result.state
        for result in unit.results
        if result.criterion.required and result.criterion.level <= max(unit.level, 1)
    ]
    suffix = [
        f"{states.count(state)} {word}"
        for state, word in (("waived", "waived"), ("attested", "attested"))
        if state in states
    ]
    return f" ({', '.join(suffix)})" if suffix else ""


def elsewhere(unit: UnitAssessment) -> str:
    """One line that says where a unit stands in other models.

    Args:
        unit: the unit.
    """
    from jupyter_mlops.assessment.crosswalk import crosswalk

    named = []
    for standing in crosswalk(unit):
        where = f"{standing.score:g} of 7" if standing.score is not None else standing.reached
        named.append(f"{standing.model.title}: {where}")
    return " · ".join(named)


def telling(result: Result) -> list[Finding]:
    """The findings of a criterion that say what is open, those with a place; all of them where it passes."""
    placed = [finding for finding in result.evidence if finding.path is not None]
    return [finding for finding in placed if finding.rung < result.criterion.passes_at] or placed


def relative_path(project: Project, path: str) -> str:
    """A path of the base, relative to the assessed folder."""
    return path if project.folder == "." else posixpath.relpath(path, project.folder)


def place_of(project: Project, finding: Finding) -> str:
    """Where a finding is, relative to the assessed folder: ``path:line`` or ``path#cell:line``."""
    path = relative_path(project, finding.path or ".")
    if finding.line is None:
        return path
    return f"{path}:{finding.line}" if finding.cell is None else f"{path}#{finding.cell}:{finding.line}"
