"""JSON, as the published schema describes it."""

from __future__ import annotations

import json

from jupyter_mlops.assessment.portfolio.model import Portfolio, PortfolioReport


def _render(portfolio: Portfolio, _colour: bool) -> str:
    return json.dumps(portfolio.to_dict(), ensure_ascii=False, indent=2) + "\n"


REPORT = PortfolioReport("JSON", _render)
