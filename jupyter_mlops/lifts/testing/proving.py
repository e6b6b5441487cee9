"""Tests are run, on a copy, before they are offered: what does not pass there is left out."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from jupyter_mlops.lifts.testing.trial import LIMIT_S, Trial


@dataclass(frozen=True)
class Outcome:
    """How tests went.

    Attributes:
        passed: names of tests that passed, parameters in brackets.
        failed: name of each that did not → what it said, in one line.
        error: why nothing could be run; "" where it could.
    """

    passed: frozenset[str]
    failed: Mapping[str, str]
    error: str = ""


def run(place: Trial, files: Mapping[str, str], names: list[str]) -> Outcome:
    """Run tests in a copy.

    Args:
        place: the copy.
        files: path from the root → text, of everything that the tests need.
        names: paths of the test files, from the root.
    """
    for path, text in files.items():
        file = place.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
    report = place.scratch / "report.xml"
    report.unlink(missing_ok=True)
    paths = [os.path.relpath(place.root / name, place.folder) for name in names]
    done = place.python(
        "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *paths, limit_s=3 * LIMIT_S
    )
    if done is None:
        return Outcome(frozenset(), {}, "they take too long")
    if not report.is_file():
        return Outcome(frozenset(), {}, _last((done.stderr + done.stdout).strip()))
    passed, failed = set(), {}
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - pytest wrote it
        name = case.get("name", "")
        problem = next((each for kind in ("failure", "error") for each in case.iter(kind)), None)
        if problem is not None and problem.get("message") == "collection failure":
            return Outcome(frozenset(), {}, _last(problem.text or ""))
        if problem is not None:
            failed[name] = _last(problem.text or problem.get("message") or "")
        elif next(case.iter("skipped"), None) is None:
            passed.add(name)
    if not passed and not failed:
        return Outcome(frozenset(), {}, _last((done.stdout + done.stderr).strip()))
    return Outcome(frozenset(passed), failed)


def _last(text: str) -> str:
    """The line of a report that says what went wrong."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    cells = re.findall(r"^(?:E\s+)?FAILED .*::(Cell \d+)", text, re.MULTILINE)
    if cells:
        return f"the first is {cells[0]}, counted from 0 among cells of code"
    errors = [line for line in lines if re.match(r"(E\s+)?[\w.]*(Error|Exception|Exit|Interrupt)\b", line)]
    line = errors[-1] if errors else lines[-1] if lines else "it failed"
    return re.sub(r"^E\s+", "", re.sub(r"\x1b\[[0-9;]*m", "", line))[:300]
