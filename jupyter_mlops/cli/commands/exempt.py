"""`jupyter mlops exempt`: say that a criterion does not apply."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jupyter_mlops.cli.deciding import Criterion, DryRun, How, Owner, Project, Scope, Yes, carry_out
from jupyter_mlops.cli.output import Format


def command(
    criterion: Criterion,
    path: Project = None,
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why it does not arise here.")],
    owner: Owner,
    scope: Scope = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    format: How = Format.text,  # noqa: A002
) -> int:
    """Say that a criterion does not apply to this project.

    Shows the lines for .mlops/waivers.toml and the level they lead to; on a terminal it asks before it writes.

    Exit status: 0 written or shown; 1 you said no; 2 it cannot be decided so.
    """
    from jupyter_mlops.decisions import decide

    return carry_out(
        lambda: decide(
            path or Path(),
            criterion,
            "not_applicable",
            reason=reason,
            owner=owner,
            scope=scope,
        ),
        dry_run=dry_run,
        yes=yes,
        format=format,
    )
