"""Markdown, for a wiki or a weekly report."""

from __future__ import annotations

from jupyter_mlops.assessment.charts import sparkline
from jupyter_mlops.assessment.portfolio.model import Portfolio, PortfolioReport
from jupyter_mlops.assessment.portfolio.wording import change, standing, summary
from jupyter_mlops.assessment.rulesets import RULESET


def _render(portfolio: Portfolio, _colour: bool) -> str:
    lines = ["# MLOps maturity of the portfolio", "", f"**{summary(portfolio)}**", ""]
    lines += ["| repository | level | score | trend | what keeps it from the next level |", "|---|---|---|---|---|"]
    for entry in portfolio.entries:
        line = sparkline([{"score": score} for score in entry.trend.scores]) + " " if entry.trend else ""
        gaps = ", ".join(f"`{gap}`" for gap in entry.gaps)
        lines.append(f"| {_plain(entry.path)} | {standing(entry)} | {entry.score} | {line}{change(entry)} | {gaps} |")
    if portfolio.gaps:
        lines += ["", "## The commonest gaps", "", "| repositories | criterion | level |", "|---|---|---|"]
        lines += [f"| {len(gap.paths)} | {gap.title} (`{gap.criterion}`) | {gap.level} |" for gap in portfolio.gaps]
    if portfolio.failures:
        lines += ["", "## Could not be assessed", ""]
        lines += [f"- {_plain(one.path)}: {_plain(one.message)} (`{one.code}`)" for one in portfolio.failures]
    return "\n".join([*lines, "", f"<sub>{portfolio.date.isoformat()} · ruleset {RULESET}</sub>"]) + "\n"


def _plain(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


REPORT = PortfolioReport("Markdown", _render)
