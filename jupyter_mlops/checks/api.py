"""`check`: the one entry."""

from __future__ import annotations

import datetime as dt
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_mlops.checks.check import Check, Evidence, Item
from jupyter_mlops.checks.technologies import TECHNOLOGIES
from jupyter_mlops.errors import MlopsError

if TYPE_CHECKING:
    from jupyter_mlops.assessment.api import Assessment
    from jupyter_mlops.assessment.findings import Finding
    from jupyter_mlops.assessment.scoring import Result

_SNIPPET = 100
_MOST_EVIDENCE = 6


def check(name: str | int, path: str | Path | None = None, *, date: dt.date | str | None = None) -> Check:
    """Assesses the project and answers how one thing stands: what passes, what is missing, where, and what to do.

    Args:
        name: id of a criterion (``"data-versioned"``), of a question (``"versioning"``), a technology (``"dvc"``), or a
            level (``1`` to ``4``: all that its gate requires). A technology stands for what it is used for: a project that
            has that in another way passes.
        path: the project's folder, or a file in it; the project around the working directory when None.
        date: day the answer is for, as a date or ``"YYYY-MM-DD"``; today when None.

    Returns:
        The answer: true when all of it passes, readable as text and as HTML.

    Raises:
        MlopsError: ``unknown-check`` when there is nothing of that name; and what `assess` raises.
    """
    from jupyter_mlops.assessment.api import assess
    from jupyter_mlops.checks.progress import keep

    _choose(name, ())  # a slip of the pen is told before the project is read
    folder = _project() if path is None else Path(path)
    assessment = assess(folder, date=date)
    wanted = _choose(name, assessment.headline.results)
    items = tuple(_item(str(name), result, assessment) for result in wanted)
    answer = Check(str(name), bool(items) and all(item.passed for item in items), items, str(folder))
    keep(folder, answer)
    return answer


def _project() -> Path:
    from jupyter_mlops_converters.source.place import find_project

    return find_project(Path.cwd() / "any.ipynb").unit


def _choose(name: str | int, results: tuple[Result, ...]) -> list[Result]:
    """The results that a name is about. Without results, only whether there is something of that name."""
    from jupyter_mlops.assessment.criteria import all_criteria
    from jupyter_mlops.assessment.criterion import CHECKLIST

    plain = str(name).strip().lower().replace("_", "-").removeprefix("level").strip(" -")
    known = {criterion.id for criterion in all_criteria()} | {result.criterion.id for result in results}
    if plain in known:
        return [result for result in results if result.criterion.id == plain]
    if plain in {"1", "2", "3", "4"}:
        level = int(plain)
        return [result for result in results if result.criterion.required and result.criterion.level == level]
    if plain in CHECKLIST:
        return [result for result in results if result.criterion.required and result.criterion.checklist == plain]
    if plain in TECHNOLOGIES:
        return [result for result in results if result.criterion.id in TECHNOLOGIES[plain]]
    names = sorted({*known, *CHECKLIST, *TECHNOLOGIES})
    near = get_close_matches(plain, names, n=3, cutoff=0.5)
    hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
    raise MlopsError(
        "unknown-check",
        f"There is nothing called {str(name)!r} to check.{hint} Ask for a criterion (`jupyter mlops criteria` lists them), "
        f"a question ({', '.join(CHECKLIST)}), a technology like 'dvc', or a level, 1 to 4.",
    )


def _item(name: str, result: Result, assessment: Assessment) -> Item:
    from jupyter_mlops.assessment.scoring import OPEN
    from jupyter_mlops.assessment.secrets import mask

    criterion = result.criterion
    passed = result.state in OPEN
    message = result.message if result.note is None else f"{result.message} {result.note}"
    return Item(
        criterion=criterion.id,
        title=criterion.title,
        level=criterion.level,
        state=result.state,
        passed=passed,
        message=mask(message),
        todo=None if passed else mask(result.raise_by or criterion.how[0]),
        how=() if passed else criterion.how,
        evidence=_evidence(result, assessment),
        remark=_remark(name, result) if passed else "",
    )


def _evidence(result: Result, assessment: Assessment) -> tuple[Evidence, ...]:
    from jupyter_mlops.assessment.scoring import OPEN

    passes_at = result.criterion.passes_at
    limited = {
        finding.part for finding in result.evidence if finding.effect == "cap" and finding.rung < passes_at
    }  # what supports such a part does not count in full
    done = result.state in OPEN
    shown: dict[tuple[str, str], Evidence] = {}
    for finding in result.evidence:
        good = done or (finding.effect == "support" and finding.rung >= passes_at and finding.part not in limited)
        told = _told(finding, assessment, good)
        if told.place or told.message not in result.message:
            shown.setdefault((told.place, told.message), told)
    return tuple(sorted(shown.values(), key=lambda told: told.good)[:_MOST_EVIDENCE])


def _told(finding: Finding, assessment: Assessment, good: bool) -> Evidence:
    from jupyter_mlops.assessment.secrets import mask
    from jupyter_mlops.assessment.wording import place_of

    if finding.path is None:
        return Evidence(mask(finding.message), "", "", good)
    line = assessment.project.line(finding.path, finding.line, finding.cell)
    return Evidence(mask(finding.message), place_of(assessment.project, finding), mask(line).strip()[:_SNIPPET], good)


def _remark(name: str, result: Result) -> str:
    """Says so where what was asked for was reached in another way."""
    from jupyter_mlops.assessment.probes import all_probes

    asked = name.strip().lower()
    probes = {probe.id: probe.title for probe in all_probes()}
    by = {finding.probe for finding in result.evidence if finding.rung >= result.criterion.passes_at}
    if result.state != "pass" or asked not in TECHNOLOGIES or asked not in probes or not by or asked in by:
        return ""
    return f"Reached without {probes[asked]}, which is as good."
