"""Sentences that several reports share."""

from __future__ import annotations

import posixpath

from jupyter_mlops.assessment.api import Assessment, UnitAssessment
from jupyter_mlops.assessment.checkboxes import Checkbox
from jupyter_mlops.assessment.criterion import LEVELS
from jupyter_mlops.assessment.findings import Finding
from jupyter_mlops.assessment.scoring import Result, weakest
from jupyter_mlops.assessment.secrets import mask
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
    if not count:
        return f"{level} · nothing is asked for Level {unit.level + 1} here, so it is not reached"
    return f"{level} · {unit.progress} % to Level {unit.level + 1} · {count} blocker{'' if count == 1 else 's'}"


#: Who decided → how the headline says it.
_DECIDED = {
    "waiver": "waived",
    "attestation": "attested",
    "exemption": "exempt",
    "profile": "exempt by profile",
}


def beside_evidence(unit: UnitAssessment) -> str:
    """What a level rests on beside evidence: " (1 waived)", or nothing."""
    decided = [
        result.by
        for result in unit.results
        if result.criterion.required and result.criterion.level <= max(unit.level, 1)
    ]
    suffix = [f"{decided.count(by)} {word}" for by, word in _DECIDED.items() if by in decided]
    return f" ({', '.join(suffix)})" if suffix else ""


def coming(result: Result) -> str:
    """What a criterion that does not count yet will be, and from when on.

    Args:
        result: how it stands.
    """
    criterion = result.criterion
    kind = "required" if criterion.required else "recommended"
    return f"preview: {kind} for Level {criterion.level} from ruleset {criterion.counts_from} on, and counts for nothing until then"


def whole(assessment: Assessment) -> str | None:
    """How several units make the level of the whole, where that is not the least of them."""
    chosen = assessment.config.headline
    if chosen.how == "min" or len(assessment.units) < 2:
        return None
    path = relative_path(assessment.project, assessment.headline.unit.path)
    least = min(unit.level for unit in assessment.units)
    what = "the one in the middle of the units" if chosen.how == "median" else "the unit that the settings name"
    return f"Level {assessment.level} of the whole is that of {path}, {what}; the least of all units is Level {least}."


def left_out(assessment: Assessment) -> list[str]:
    """What is not asked by the settings, a sentence each, and reports of other repositories that count."""
    lines = [
        f"Not asked here: {name}"
        + (f" ({reason.rstrip('.')})." if reason else ", without a reason: `ignore` takes one.")
        for name, reason in assessment.left_out.items()
    ]
    for other in assessment.config.externals:
        counts = f"; counts for {', '.join(other.criteria)}" if other.criteria else ""
        lines.append(
            f"{other.repo} at {other.commit[:8]}: Level {other.level} on {other.date.isoformat()}, by {other.report}{counts}."
        )
    return lines


def hindered(unit: UnitAssessment) -> str | None:
    """The dimension that holds the level down most; None where none does."""
    least = weakest(unit.dimensions)
    if least is None:
        return None
    return f"Weakest dimension: {least.id}, which lets Level {least.level} through ({', '.join(least.open)} open)."


def banked(unit: UnitAssessment) -> str | None:
    """What is earned already at gates further up; it counts when they are reached. None where nothing is."""
    earned = [f"{share} % of Level {level}" for level, share in sorted(unit.banked.items()) if share]
    return f"Banked for later: {', '.join(earned)}." if earned else None


def ticked(project: Project, box: Checkbox) -> str:
    """Something that looks like a tick in a box, with its place."""
    path = relative_path(project, box.path)
    cell = "" if box.cell is None else f"#{box.cell}"
    return f"{path}{cell}{'' if box.line is None else f':{box.line}'}: {mask(box.message)}"


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
