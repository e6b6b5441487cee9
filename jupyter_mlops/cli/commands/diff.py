"""`jupyter mlops diff A B`: what changed between two assessments, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer


def command(
    before: str = typer.Argument(help="A file written by `assess --format json`, or a commit in the history."),
    after: str = typer.Argument(help="The later one."),
    *,
    path: str = typer.Option(".", "--path", help="Project folder, for commits in its history."),
) -> None:
    """Say what changed between two assessments, and whether you or the ruleset changed it."""
    from jupyter_mlops.assessment import history
    from jupyter_mlops.errors import MlopsError

    def row(name: str) -> dict[str, Any]:
        if Path(name).is_file():
            return history.read_baseline(Path(name))
        recorded: dict[str, Any]
        for recorded in reversed(history.read_history(Path(path))):
            if len(name) >= 4 and str(recorded.get("commit") or "").startswith(name):
                return recorded
        raise MlopsError("unknown-baseline", f"{name!r} is neither a file nor a commit in {history.FILE}.")

    found = history.changes(row(before), row(after))
    if not found:
        typer.echo("Nothing changed.")
    for cause, title in (("project", "You changed"), ("ruleset", "The ruleset changed")):
        listed = [change for change in found if change.cause == cause]
        if listed:
            typer.echo(title)
        for change in listed:
            typer.echo(
                f"  {'↓' if change.worse else '↑'} {change.unit}: {change.what} {change.before or 'new'} → {change.after or 'gone'}"
            )
