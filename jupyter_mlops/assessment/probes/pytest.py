"""pytest and unittest: tests that the runner finds, with real assertions, that call the project's code."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_mlops.assessment.findings import CALL, Finding, Rung
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.test_facts import tests
from jupyter_mlops.assessment.unit import Unit


def _findings(unit: Unit) -> Iterator[Finding]:
    found = tests(unit)
    if not found:
        return
    good = [test for test in found if test.problem is None]
    if good:
        for test in good[:5]:
            yield Finding(
                "pytest",
                "tests",
                Rung.E3,
                f"{len(good)} of {len(found)} tests call the project's code and assert what comes out; `{test.name}` calls `{test.calls}`.",
                confidence=CALL,
                path=test.path,
                line=test.line,
                cell=test.cell,
                chain=test.chain,
            )
        return
    for test in found[:3]:
        rung = Rung.E2 if test.near else Rung.E1
        yield Finding(
            "pytest",
            "tests",
            rung,
            f"None of {len(found)} tests counts; `{test.name}`: {test.problem}.",
            confidence=CALL,
            path=test.path,
            line=test.line,
            cell=test.cell,
            raise_by="Call one of the project's functions in a test and assert what it returns.",
        )


PROBE = Probe(
    id="pytest",
    title="pytest, unittest",
    reads="test_*.py, *_test.py, conftest.py",
    credits="declared: empty or constant assertions · configured: assertions, but not about the project's code · wired: tests that call the project and can fail",
    findings=_findings,
)
