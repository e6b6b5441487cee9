"""The terminal: a line a repository, the lowest first; then what most of them lack."""

from __future__ import annotations

from jupyter_mlops.assessment.charts import sparkline
from jupyter_mlops.assessment.portfolio.model import Portfolio, PortfolioReport
from jupyter_mlops.assessment.portfolio.wording import change, standing, summary
from jupyter_mlops.assessment.terminal import text_console

_WIDTH = 100
_MOST_GAPS = 8


def _render(portfolio: Portfolio, colour: bool) -> str:
    from rich.table import Table
    from rich.text import Text

    console, stream = text_console(colour, _WIDTH)
    console.print()
    console.print(Text(summary(portfolio), style="bold"))
    console.print()
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("repository", overflow="fold", ratio=2)
    for name in ("level", "score", "trend"):
        table.add_column(name, no_wrap=True, justify="right" if name == "score" else "left")
    table.add_column("what keeps it from the next level", overflow="fold", ratio=3)
    for entry in portfolio.entries:
        line = sparkline([{"score": score} for score in entry.trend.scores[-12:]]) + " " if entry.trend else ""
        grown = entry.score - entry.trend.score if entry.trend else 0
        table.add_row(
            Text(entry.path),
            standing(entry),
            str(entry.score),
            Text(line + change(entry), style="green" if grown > 0 else "red" if grown < 0 else "dim"),
            Text(", ".join(entry.gaps)),
        )
    console.print(table)
    if portfolio.gaps:
        console.print()
        console.print(Text("The commonest gaps", style="bold"))
        for gap in portfolio.gaps[:_MOST_GAPS]:
            console.print(
                Text.assemble(
                    f"  {len(gap.paths):3} of {len(portfolio.entries)}  {gap.title}", (f"  ({gap.criterion})", "dim")
                )
            )
    if portfolio.failures:
        console.print()
        console.print(Text("Could not be assessed", style="bold red"))
        for failure in portfolio.failures:
            console.print(Text(f"  {failure.path}: {failure.message} [{failure.code}]"))
    console.print()
    return "\n".join(line.rstrip() for line in stream.getvalue().split("\n")).rstrip("\n") + "\n"


REPORT = PortfolioReport("terminal", _render)
