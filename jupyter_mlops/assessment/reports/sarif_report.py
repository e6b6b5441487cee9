"""SARIF 2.1.0: every open criterion as a result, at the line that says so."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import quote

from jupyter_mlops.assessment.api import Assessment, UnitAssessment
from jupyter_mlops.assessment.criterion import Criterion
from jupyter_mlops.assessment.report import Report
from jupyter_mlops.assessment.rulesets import RULESET
from jupyter_mlops.assessment.scoring import OPEN, Result
from jupyter_mlops.assessment.secrets import mask
from jupyter_mlops.assessment.wording import coming, relative_path, telling

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def _render(assessment: Assessment, _colour: bool) -> str:
    results = [
        item
        for unit in assessment.units
        for result in (*unit.results, *unit.previews)
        if result.state not in OPEN or result.state == "waived"
        for item in _results(assessment, unit, result)
    ]
    document = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "jupyter-mlops",
                        "semanticVersion": RULESET,
                        "rules": [
                            _rule(result.criterion)
                            for result in (*assessment.headline.results, *assessment.headline.previews)
                        ],
                    }
                },
                "properties": {"level": assessment.level, "progress": assessment.progress, "score": assessment.score},
                "results": results,
            }
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _rule(criterion: Criterion) -> dict[str, Any]:
    return {
        "id": criterion.id,
        "shortDescription": {"text": criterion.title},
        "fullDescription": {"text": criterion.what},
        "help": {"text": " ".join(f"{step}." for step in criterion.how)},
        "properties": {"level": criterion.level, "required": criterion.required}
        | ({"preview": True, "counts_from": criterion.counts_from} if criterion.preview else {}),
    }


def _results(assessment: Assessment, unit: UnitAssessment, result: Result) -> list[dict[str, Any]]:
    """One result a place, three at most; one at the unit's folder where no file says it."""
    blocking = result.criterion.required and result.criterion.level == unit.level + 1
    found = telling(result)[:3]
    base: dict[str, Any] = {
        "ruleId": result.criterion.id,
        "level": "warning" if blocking else "note",
        "message": {"text": mask(" ".join(filter(None, (result.message, result.raise_by))))},
    }
    if result.criterion.preview:
        base |= {"kind": "informational", "level": "none", "properties": {"preview": coming(result)}}
    if result.state == "waived":
        base["suppressions"] = [{"kind": "external", "justification": mask(result.note or "")}]
    if not found:
        return [
            base
            | {
                "locations": [_location(relative_path(assessment.project, unit.unit.path) or ".", None)],
                "partialFingerprints": _fingerprint(unit, result, ""),
            }
        ]
    located = []
    for finding in found:
        # A line of a notebook's cell is no line of its file.
        line = finding.line if finding.cell is None else None
        place = _location(
            relative_path(assessment.project, finding.path or "."), line, finding.end_line if line else None
        )
        text = mask(" ".join(filter(None, (finding.message, finding.raise_by))))
        if finding.cell is not None:
            text = f"Cell {finding.cell}, line {finding.line}: {text}"
        located.append(
            base
            | {
                "message": {"text": text},
                "locations": [place],
                "partialFingerprints": _fingerprint(unit, result, f"{finding.probe} {finding.path}"),
            }
        )
    return located


def _location(path: str, line: int | None, end_line: int | None = None) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(path, errors="surrogateescape")}}
    if line is not None:
        physical["region"] = {"startLine": line, "endLine": end_line or line}
    return {"physicalLocation": physical}


def _fingerprint(unit: UnitAssessment, result: Result, where: str) -> dict[str, str]:
    """Stable while lines move: made of the unit, the criterion, the probe and the file."""
    text = f"{unit.unit.path} {result.criterion.id} {where}"
    return {"mlops/v1": hashlib.sha1(text.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()}


REPORT = Report("SARIF", _render)
