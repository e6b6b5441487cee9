"""`jupyter mlops waive`: accept a gap for a time."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jupyter_mlops.cli.deciding import Criterion, DryRun, How, Owner, Project, Scope, Until, Yes, carry_out, last_day
from jupyter_mlops.cli.output import Format


def command(
    criterion: Criterion,
    path: Project = None,
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why that is acceptable.")],
    owner: Owner,
    until: Until = None,
    scope: Scope = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    format: How = Format.text,  # noqa: A002
) -> int:
    """Accept for a time that a criterion is not met.

    Shows the lines for .mlops/waivers.toml and the level they lead to; on a terminal it asks before it writes.

    Exit status: 0 written or shown; 1 you said no; 2 it cannot be decided so.
    """
    from jupyter_mlops.decisions import decide

    return carry_out(
        lambda: decide(
            path or Path(),
            criterion,
            "waiver",
            reason=reason,
            owner=owner,
            expires=last_day(until),
            scope=scope,
        ),
        dry_run=dry_run,
        yes=yes,
        format=format,
    )
