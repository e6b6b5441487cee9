"""`jupyter mlops history`: the scorecard over time."""

from __future__ import annotations

from pathlib import Path

import typer


def command(
    path: str = typer.Argument(".", help="Project folder."),
    *,
    record: bool = typer.Option(False, "--record", help="Assess now, and add a row to .mlops/history.jsonl."),
    date: str = typer.Option("", "--date", help="Day of the row, YYYY-MM-DD; today by default."),
    format_: str = typer.Option("text", "--format", "-f", help="text or json."),
) -> None:
    """Show how level and score went, and record where they are now."""
    import json

    from jupyter_mlops.assessment import history
    from jupyter_mlops.assessment.api import assess
    from jupyter_mlops.errors import MlopsError

    if format_ not in ("text", "json"):
        raise MlopsError("unknown-format", f"There is no format {format_!r}. Choose text or json.")
    folder = Path(path)
    if not folder.is_dir():
        raise MlopsError("path-not-found", f"There is no folder {path!r}.", path=path)
    if record:
        history.record(folder, assess(path, date=date or None))
    rows = history.read_history(folder)
    if format_ == "json":
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    if not rows:
        typer.echo("Nothing is recorded yet. `jupyter mlops history --record` adds the first row.")
    before = None
    for row in rows:
        bar = "█" * (row["score"] // 5)
        typer.echo(f"{row['date']}  {(row['commit'] or '')[:8]:8}  Level {row['level']}  {row['score']:3}  {bar}")
        found: list[history.Change] = history.changes(before, row) if before is not None else []
        for change in found:
            by = "" if change.cause == "project" else " (by the ruleset)"
            typer.echo(
                f"            {'↓' if change.worse else '↑'} {change.what}: {change.before or 'new'} → {change.after or 'gone'}{by}"
            )
        before = row
