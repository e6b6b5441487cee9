"""`jupyter mlops assess`: score the project."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, List, Optional  # noqa: UP035 - typer on 3.10

import typer

from jupyter_mlops.errors import MlopsError

if TYPE_CHECKING:
    from jupyter_mlops.assessment.api import Assessment
    from jupyter_mlops.assessment.history import Change


def command(
    paths: Optional[List[str]] = typer.Argument(  # noqa: UP006, UP045 - typer on 3.10
        None,
        metavar="[PATH]...",
        help="Project folder, or a file in it; several make one table. The present folder by default.",
    ),
    *,
    repositories: str = typer.Option(
        "", "--repositories", help="A file that lists repositories, one a line; - for standard input."
    ),
    jobs: int = typer.Option(0, "--jobs", min=0, help="Of several repositories, how many at a time."),
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
    """Score the project on the evidence in its files; of several, show where each stands and what most of them lack."""
    listed = [*(paths or ()), *_listed(repositories)]
    if repositories or len(listed) > 1:
        if no_regress or baseline:
            raise MlopsError(
                "one-project", "`--no-regress` and `--baseline` are for one project. Name one, or leave them."
            )
        return _assess_all(listed, format_, output, fail_under, strict=strict, date=date, jobs=jobs)
    path = listed[0] if listed else "."
    from jupyter_mlops.assessment.api import assess
    from jupyter_mlops.assessment.reports import report_named

    gc.disable()  # the process ends soon: collecting what it will not need again takes longer than the parsing
    report = report_named(format_)
    assessment = assess(path, date=date or None, strict=strict)
    _write(report.render(assessment, not output and sys.stdout.isatty()), output)
    if assessment.level < fail_under:
        sys.stderr.write(f"Level {assessment.level} is below {fail_under}.\n")
    lost = _lost(path, baseline, assessment) if no_regress else []
    return 1 if lost or assessment.level < fail_under else 0


def _assess_all(
    paths: list[str], format_: str, output: str, fail_under: int, *, strict: bool, date: str, jobs: int
) -> int:
    from jupyter_mlops.assessment.portfolio.api import assess_all
    from jupyter_mlops.assessment.portfolio.reports import report_named
    from jupyter_mlops.cli.output import ProgressStyle, progress_to

    report = report_named(format_)
    with progress_to(ProgressStyle.auto) as tell:
        portfolio = assess_all(paths, date=date or None, strict=strict, jobs=jobs or None, progress=tell)
    _write(report.render(portfolio, not output and sys.stdout.isatty()), output)
    for failure in portfolio.failures if output or format_ != "text" else ():
        sys.stderr.write(f"Could not assess {failure.path} [{failure.code}]: {failure.message}\n")
    below = [entry.path for entry in portfolio.entries if entry.level < fail_under]
    below += [failure.path for failure in portfolio.failures if fail_under]
    if below:
        sys.stderr.write(f"Below Level {fail_under}: {', '.join(below)}.\n")
    if not portfolio.entries:
        return 2
    return 1 if below else 0


def _listed(file: str) -> list[str]:
    """The repositories that a file lists; relative ones are relative to the file."""
    if not file:
        return []
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise MlopsError("path-not-found", "The list of repositories cannot be read.", path=file) from None
    lines = [line.strip() for line in text.splitlines()]
    folder = Path() if file == "-" else Path(file).parent
    return [str(folder / line) for line in lines if line and not line.startswith("#")]


def _write(text: str, output: str) -> None:
    if output:
        try:
            Path(output).write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
        except OSError as error:
            raise MlopsError("cannot-write", f"Cannot write the report: {error.strerror}.", path=output) from None
    else:
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))  # names of files need not be text
        sys.stdout.buffer.flush()


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
