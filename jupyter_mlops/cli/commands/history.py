"""`jupyter mlops history`: the scorecard over time."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_mlops.assessment.celebration import Reached
    from jupyter_mlops.assessment.recording import Recorded

_FORMATS = ("text", "json", "svg", "html")


def command(
    path: str = typer.Argument(".", help="Project folder."),
    *,
    record: bool = typer.Option(
        False,
        "--record",
        help="Assess now, add a row to .mlops/history.jsonl, and write the certificate of a new level.",
    ),
    date: str = typer.Option("", "--date", help="Day of the row, YYYY-MM-DD; today by default."),
    format_: str = typer.Option("text", "--format", "-f", help="text, json, svg (the chart) or html."),
    output: str = typer.Option("", "--output", "-o", help="Write to this file instead of the terminal."),
) -> None:
    """Show how level and score went, record where they are now, and celebrate a level that is new."""
    from jupyter_mlops.assessment import history
    from jupyter_mlops.assessment.api import assess
    from jupyter_mlops.assessment.recording import record_level
    from jupyter_mlops.errors import MlopsError

    if format_ not in _FORMATS:
        raise MlopsError("unknown-format", f"There is no format {format_!r}. Choose text, json, svg or html.")
    folder = Path(path)
    if not folder.is_dir():
        raise MlopsError("path-not-found", f"There is no folder {path!r}.", path=path)
    recorded = record_level(folder, assess(path, date=date or None)) if record else None
    text = _rendered(history.read_history(folder), format_)
    if output:
        try:
            Path(output).write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise MlopsError("cannot-write", f"Cannot write the history: {error.strerror}.", path=output) from None
    else:
        sys.stdout.buffer.write(text.encode("utf-8"))
        sys.stdout.buffer.flush()
    if recorded is not None:
        said = [*_celebrated(recorded.reached), *_certificate(recorded)]
        # Beside a document, what is said goes where progress goes.
        typer.echo("\n".join(said), err=bool(format_ != "text" or output), nl=bool(said))


def _rendered(rows: list[dict[str, Any]], form: str) -> str:
    import json

    from jupyter_mlops.assessment.charts import score_chart
    from jupyter_mlops.assessment.history_page import history_page
    from jupyter_mlops.errors import MlopsError

    if form == "json":
        return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"
    if form == "html":
        return history_page(rows)
    if form == "svg":
        if not rows:
            raise MlopsError(
                "empty-history", "Nothing is recorded yet, so there is nothing to draw: `history --record`."
            )
        return score_chart(rows) + "\n"
    return _text(rows)


def _text(rows: list[dict[str, Any]]) -> str:
    from jupyter_mlops.assessment import history
    from jupyter_mlops.assessment.charts import sparkline

    if not rows:
        return "Nothing is recorded yet. `jupyter mlops history --record` adds the first row.\n"
    lines = []
    if len(rows) > 1:
        first, last = rows[0], rows[-1]
        lines += [f"{first['score']} {sparkline(rows)} {last['score']}  Level {first['level']} → {last['level']}", ""]
    before = None
    for row in rows:
        bar = "█" * (row["score"] // 5)
        lines.append(f"{row['date']}  {(row['commit'] or '')[:8]:8}  Level {row['level']}  {row['score']:3}  {bar}")
        found: list[history.Change] = history.changes(before, row) if before is not None else []
        for change in found:
            by = "" if change.cause == "project" else " (by the ruleset)"
            unit = "" if change.unit == "." else f"{change.unit} "
            lines.append(
                f"            {'↓' if change.worse else '↑'} {unit}{change.what}: {change.before or 'new'} → {change.after or 'gone'}{by}"
            )
        before = row
    return "\n".join(lines) + "\n"


def _celebrated(reached: Sequence[Reached]) -> list[str]:
    from jupyter_mlops.assessment.celebration import celebration

    lines = []
    for one in reached:
        if one.unit is not None:
            lines += ["", f"⚑ {one.unit} reached Level {one.level}."]
            continue
        for level in range(one.before + 1, one.level + 1):
            found = celebration(level)
            lines += ["", f"⚑ Level {level} reached: {found.name}", f"  {found.means}", f"  Celebrate it: {found.show}"]
    return lines


def _certificate(recorded: Recorded) -> list[str]:
    """What is to be said of the certificate."""
    if recorded.why_not is not None:
        return ["", recorded.why_not]
    if recorded.certificate is None or recorded.commit is None:
        return []
    file = recorded.certificate
    return [
        "",
        f"Certificate: {file} (commit {recorded.commit[:8]}). Commit it; `jupyter mlops verify-certificate {file}` checks it.",
        "Badge: jupyter mlops assess --format badge --output maturity.svg",
    ]
