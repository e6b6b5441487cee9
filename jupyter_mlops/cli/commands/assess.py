"""`jupyter mlops assess`: score the project."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from jupyter_mlops.assessment.api import Assessment
    from jupyter_mlops.assessment.history import Change


def command(
    path: str = typer.Argument(".", help="Project folder, or a file in it."),
    *,
    format_: str = typer.Option("text", "--format", "-f", help="text, json, markdown, html, sarif, junit or badge."),
    output: str = typer.Option("", "--output", "-o", help="Write to this file instead of the terminal."),
    fail_under: int = typer.Option(0, "--fail-under", min=0, max=4, help="Exit 1 below this level."),
    no_regress: bool = typer.Option(
        False, "--no-regress", help="Exit 1 when something was lost since the last row of the history."
    ),
    baseline: str = typer.Option("", "--baseline", help="Compare with this file instead of the history."),
    strict: bool = typer.Option(False, "--strict", help="Leave waivers, attestations and exemptions aside."),
    date: str = typer.Option("", "--date", help="Day the answer is for, YYYY-MM-DD; today by default."),
) -> int:
    """Score the project on the evidence in its files."""
    from jupyter_mlops.assessment.api import assess
    from jupyter_mlops.assessment.reports import report_named
    from jupyter_mlops.errors import MlopsError

    gc.disable()  # the process ends soon: collecting what it will not need again takes longer than the parsing
    report = report_named(format_)
    assessment = assess(path, date=date or None, strict=strict)
    text = report.render(assessment, not output and sys.stdout.isatty())
    if output:
        try:
            Path(output).write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise MlopsError("cannot-write", f"Cannot write the report: {error.strerror}.", path=output) from None
    else:
        sys.stdout.buffer.write(text.encode("utf-8"))
        sys.stdout.buffer.flush()
    if assessment.level < fail_under:
        sys.stderr.write(f"Level {assessment.level} is below {fail_under}.\n")
    lost = _lost(path, baseline, assessment) if no_regress else []
    return 1 if lost or assessment.level < fail_under else 0


def _lost(path: str, baseline: str, assessment: Assessment) -> list[Change]:
    """What was lost since the baseline, said on stderr."""
    from jupyter_mlops.assessment import history

    rows = [history.read_baseline(Path(baseline))] if baseline else history.read_history(Path(path))
    if not rows:
        sys.stderr.write("Nothing to compare with yet: `jupyter mlops history --record` adds the first row.\n")
        return []
    lost = history.regressions(rows[-1], assessment)
    for change in lost:
        sys.stderr.write(f"Lost in {change.unit}: {change.what} was {change.before}, is {change.after}.\n")
    return lost
