"""`jupyter mlops diff A B`: what changed between two assessments, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from jupyter_mlops.cli.output import Format, errors_as_json, print_json

_TITLES = {"project": "You changed", "ruleset": "The ruleset changed"}


def command(
    before: str = typer.Argument(help="A file written by `assess --format json`, or a commit in the history."),
    after: str = typer.Argument(help="The later one."),
    *,
    path: str = typer.Option(".", "--path", help="Project folder, for commits in its history."),
    format_: Format = typer.Option(Format.text, "--format", "-f", help="How to answer."),
) -> None:
    """Say what changed between two assessments, and whether you or the ruleset changed it.

    Where they are of two rulesets, the earlier commit is assessed again by the present one, which tells the two apart.
    """
    from jupyter_mlops.assessment import history
    from jupyter_mlops.assessment.rulesets import RULESET

    with errors_as_json(format_):
        first, second = _row(before, path), _row(after, path)
        rejudged = None
        if first.get("ruleset") != second.get("ruleset") == RULESET:
            rejudged = history.judged_again(Path(path), first)
        found = history.changes(first, second, rejudged)
    by_names = first.get("ruleset") != second.get("ruleset") and rejudged is None
    if format_ is Format.json:
        print_json(
            {
                "rulesets": [first.get("ruleset"), second.get("ruleset")],
                "judged_again": rejudged is not None,
                "changes": [change._asdict() | {"worse": change.worse} for change in found],
                "coming": history.coming(second),
            }
        )
        return
    if not found:
        typer.echo("Nothing changed.")
    for cause, title in _TITLES.items():
        listed = [change for change in found if change.cause == cause]
        if listed:
            rulesets = f" ({first.get('ruleset')} → {second.get('ruleset')})" if cause == "ruleset" else ""
            typer.echo(title + rulesets)
        for change in listed:
            typer.echo(
                f"  {'↓' if change.worse else '↑'} {change.unit}: {change.what} {change.before or 'new'} → {change.after or 'gone'}"
            )
    for item in history.coming(second):
        kind = "required" if item.get("required") else "recommended"
        typer.echo(
            f"  ◌ {item['unit']}: {item['id']} becomes {kind} for Level {item.get('level')} with ruleset "
            f"{item.get('counts_from')}; it is {item.get('rung')} now"
        )
    if by_names:
        typer.echo(
            "They are of two rulesets, and the earlier commit is not here to be assessed again: what the ruleset judges "
            "differently is among what you changed."
        )


def _row(name: str, path: str) -> dict[str, Any]:
    from jupyter_mlops.assessment import history
    from jupyter_mlops.errors import MlopsError

    if Path(name).is_file():
        return history.read_baseline(Path(name))
    recorded: dict[str, Any]
    for recorded in reversed(history.read_history(Path(path))):
        if len(name) >= 4 and str(recorded.get("commit") or "").startswith(name):
            return recorded
    raise MlopsError("unknown-baseline", f"{name!r} is neither a file nor a commit in {history.FILE}.")
