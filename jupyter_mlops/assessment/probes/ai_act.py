"""The EU's AI Act: the technical documentation of a model, with the record of its risk class at its head."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from jupyter_mlops.assessment.findings import Finding, Rung
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.probes.model_card import judged_card
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import mapping
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.yaml_reader import DocumentError, read_yaml

_NAME = lazy(
    r"^(eu[-_ ]?)?ai[-_ ]?act\b.*|^annex[-_ ]?iv\b.*|^technical[-_ ]documentation\b.*|^risk[-_ ]class(ification)?\b.*",
    re.IGNORECASE,
)
_HEAD = lazy(r"\A---\n(.*?)\n---\n", re.DOTALL)
_CLASSES = frozenset({"minimal", "limited", "high", "unacceptable", "prohibited"})
_ADVICE = "Begin it with `risk_class`, `owner`, `reviewed` and `next_review` between two lines of `---`."


def _findings(unit: Unit) -> Iterator[Finding]:
    documents = (file for file in unit.files.suffixed(".md") if _NAME.match(file.name))
    for path in [file.path for file in documents]:
        text = unit.project.text(path) or ""
        head = _HEAD.match(text)
        rest = "\n" * text[: head.end()].count("\n") + text[head.end() :] if head else text
        found = replace(judged_card(unit, path, rest), probe="ai-act")
        problem = _problem(head[1] if head else None)
        if problem is not None:
            rung = Rung.E1 if head is None else Rung.E2
            found = found.capped(rung, problem, _ADVICE)
        yield found


def _problem(head: str | None) -> str | None:
    """What the record lacks; None when it is complete."""
    if head is None:
        return "no record of the risk class begins it"
    try:
        record = mapping(next(iter(read_yaml(head)), None))
    except DocumentError:
        return "the record that begins it cannot be read"
    if str(record.get("risk_class")).lower() not in _CLASSES:
        return "its record names no risk class"
    if re.match(r"$|@?(TODO|TBD|<.*|none|null)$", str(record.get("owner") or "").strip(), re.IGNORECASE):
        return "its record names no owner"
    reviewed, following = _day(record.get("reviewed")), _day(record.get("next_review"))
    if reviewed is None or following is None or following <= reviewed:
        return "its record does not say when it was and will be reviewed"
    return None


def _day(value: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


PROBE = Probe(
    id="ai-act",
    title="Technical documentation (EU AI Act)",
    reads="Markdown files called after the AI Act, its Annex IV or a risk classification",
    credits="declared: no record of the risk class, or headings alone · configured: an incomplete record, or figures of no run · wired: complete, with the figures of a metrics file",
    findings=_findings,
)
