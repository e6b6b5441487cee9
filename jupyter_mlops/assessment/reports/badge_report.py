"""A badge, as a self-contained SVG."""

from __future__ import annotations

from jupyter_mlops.assessment.api import Assessment
from jupyter_mlops.assessment.report import Report
from jupyter_mlops.assessment.wording import beside_evidence

_COLOURS = ("#9f4a46", "#a3662a", "#8a7a1c", "#3f7d44", "#1f6f8b")
_LABEL = "MLOps maturity"
_PER_CHARACTER = 6.6


def _render(assessment: Assessment, _colour: bool) -> str:
    how = "" if assessment.config.headline.how == "min" else f", {assessment.config.headline.how}"
    value = f"Level {assessment.level}{beside_evidence(assessment.headline)}{how}"
    left, right = (round(len(text) * _PER_CHARACTER + 12) for text in (_LABEL, value))
    width = left + right
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label="{_LABEL}: {value}">\n'
        f"  <title>{_LABEL}: {value}</title>\n"
        f'  <clipPath id="r"><rect width="{width}" height="20" rx="3"/></clipPath>\n'
        '  <g clip-path="url(#r)">\n'
        f'    <rect width="{left}" height="20" fill="#4a4a4a"/>\n'
        f'    <rect x="{left}" width="{right}" height="20" fill="{_COLOURS[assessment.level]}"/>\n'
        "  </g>\n"
        '  <g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">\n'
        f'    <text x="{left / 2:g}" y="14">{_LABEL}</text>\n'
        f'    <text x="{left + right / 2:g}" y="14">{value}</text>\n'
        "  </g>\n"
        "</svg>\n"
    )


REPORT = Report("badge (SVG)", _render)
