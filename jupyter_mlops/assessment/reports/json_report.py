"""JSON, as the published schema describes it."""

from __future__ import annotations

import json

from jupyter_mlops.assessment.api import Assessment
from jupyter_mlops.assessment.report import Report


def _render(assessment: Assessment, _colour: bool) -> str:
    return json.dumps(assessment.to_dict(), ensure_ascii=False, indent=2) + "\n"


REPORT = Report("JSON", _render)
