"""Findings about code that checks data, whatever it checks with."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_mlops.assessment.findings import Finding, Rung
from jupyter_mlops.assessment.sites import sites
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.python_source import Call


def data_checks(
    unit: Unit, path: str, calls: list[Call], probe: str, how: str, rungs: tuple[Rung, Rung], confidence: float
) -> Iterator[Finding]:
    """A finding for each check, wired where something runs it.

    Args:
        unit: the unit.
        path: of the code.
        calls: the checks in it.
        probe: id of the probe that found them.
        how: what is added to "Data is checked here", with a space before it; may be empty.
        rungs: of a check that nothing runs, and of one that something runs.
        confidence: of the findings.
    """
    for site in sites(unit, path, calls):
        yield Finding(
            probe,
            "data-validated",
            rungs[bool(site.reached)],
            f"Data is checked here{how}" + ("." if site.reached else ", in code that nothing runs."),
            confidence=confidence,
            path=path,
            line=site.line,
            end_line=site.end_line,
            cell=site.cell,
            chain=unit.reach.chain(path, site.scope),
            raise_by=None if site.reached else "Call the check where data is loaded.",
        )
