"""The process that assesses one repository after the other: a request a line in, an answer a line out."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jupyter_mlops.assessment.api import Assessment, assess
from jupyter_mlops.assessment.history import read_history
from jupyter_mlops.assessment.wording import relative_path
from jupyter_mlops.errors import MlopsError

_RECENT = dt.timedelta(days=90)
_MOST_SCORES = 24


def main() -> None:
    """Answers until there is no more request."""
    # What a library prints must not come between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    for line in sys.stdin:
        answers.write(json.dumps(answer(json.loads(line))) + "\n")
        answers.flush()


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """One repository, in a few words; or why it could not be assessed.

    Args:
        request: "path", "date" and "strict".
    """
    try:
        assessment = assess(request["path"], date=request["date"], strict=request["strict"])
        return _in_short(assessment)
    except MlopsError as error:
        place = (
            f"{error.path}{f':{error.line}' if error.line else ''}: "
            if error.path not in (None, request["path"])
            else ""
        )
        return {"error": {"code": error.code, "message": f"{place}{error.message}"}}
    except Exception as error:  # noqa: BLE001 - one that nobody foresaw must not stop the others
        message = f"{type(error).__name__}: {error}. This is a fault of jupyter-mlops: please report it."
        return {"error": {"code": "internal-error", "message": message}}


def _in_short(assessment: Assessment) -> dict[str, Any]:
    unit = assessment.headline
    asked = [
        result for result in unit.results if result.criterion.required and result.criterion.level <= max(unit.level, 1)
    ]
    states = [result.state for result in asked]
    folder = assessment.project.base / assessment.project.folder
    return {
        "level": assessment.level,
        "progress": assessment.progress,
        "score": assessment.score,
        "confidence": round(unit.confidence, 2),
        "waived": states.count("waived"),
        "attested": states.count("attested"),
        "not_asked": sum(result.by in ("exemption", "profile") for result in asked),
        "units": {relative_path(assessment.project, each.unit.path): each.level for each in assessment.units},
        "gaps": [result.criterion.id for result in unit.blockers],
        "trend": _trend(read_history(Path(folder)), assessment),
    }


def _trend(rows: Sequence[dict[str, Any]], assessment: Assessment) -> dict[str, Any] | None:
    known = [row for row in rows if str(row.get("date")) <= assessment.date.isoformat()]
    if not known:
        return None
    recent = [row for row in known if str(row.get("date")) >= (assessment.date - _RECENT).isoformat()]
    since = recent[0] if recent else known[-1]
    return {
        "since": str(since.get("date")),
        "level": int(since.get("level") or 0),
        "score": int(since.get("score") or 0),
        "scores": [*(int(row.get("score") or 0) for row in known[-_MOST_SCORES:]), assessment.score],
    }
