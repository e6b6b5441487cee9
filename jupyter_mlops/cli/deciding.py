"""What people decide, on the command line: shown as a diff with what it leads to, asked for, written."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from jupyter_mlops.cli.output import Format, errors_as_json, print_json

if TYPE_CHECKING:
    from jupyter_mlops.decisions import Decided

#: Days that a decision lasts unless another day is named.
_DAYS = 90

# What the commands that decide have in common.
Criterion = Annotated[str, typer.Argument(help="Id of the criterion; `jupyter mlops criteria` lists them.")]
Project = Annotated[Optional[Path], typer.Argument(help="The project.  [default: .]")]  # noqa: UP045 - typer on 3.10
Owner = Annotated[str, typer.Option("--owner", help="Who answers for it, such as @data-team.")]
Until = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--until", metavar="DAY", help="The last day it counts, YYYY-MM-DD.  [default: in 90 days]"),
]
Scope = Annotated[str, typer.Option("--scope", metavar="GLOB", help="Only for units with such paths.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be written; write nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
How = Annotated[Format, typer.Option(help="How to answer.")]


def carry_out(make: Callable[[], Decided], *, dry_run: bool, yes: bool, format: Format) -> int:  # noqa: A002
    """Show a decision and write it.

    Args:
        make: the decision.
        dry_run: only show it.
        yes: do not ask.
        format: how to answer.

    Returns:
        The exit status: 1 where the person said no.
    """
    asks = format is Format.text and not (dry_run or yes) and sys.stdin.isatty() and sys.stdout.isatty()
    with errors_as_json(format):
        decided = make()
        if format is Format.text:
            typer.echo(decided.changes.preview() or "This changes nothing.\n", nl=False)
            typer.echo(_effect(decided))
        if asks and decided.changes and not typer.confirm("Write this?", default=True):
            return 1
        applied = decided.changes.apply() if decided.changes and not dry_run else None
    if format is Format.json:
        print_json(decided.to_dict(applied))
    elif applied is not None:
        typer.echo(f"Written: {', '.join(applied.paths)}. `jupyter mlops undo` takes it back.")
    elif dry_run:
        typer.echo("Nothing was written.")
    return 0


def last_day(until: str | None) -> dt.date:
    """The last day that a decision counts.

    Args:
        until: YYYY-MM-DD; None for as long as decisions usually last.

    Raises:
        MlopsError: `invalid-option`.
    """
    from jupyter_mlops.errors import MlopsError

    try:
        return dt.date.today() + dt.timedelta(_DAYS) if until is None else dt.date.fromisoformat(until)  # noqa: DTZ011 - a day of the person's calendar
    except ValueError:
        raise MlopsError("invalid-option", f"{until!r} is not a day. Write it as YYYY-MM-DD.") from None


def _effect(decided: Decided) -> str:
    before, after = (f"Level {one.level} · {one.progress} %" for one in (decided.before, decided.after))
    return f"The project stays at {after}." if before == after else f"{before} → {after}."
