"""`jupyter mlops attest`: claim what files do not show."""

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
    evidence: Annotated[
        str, typer.Option("--evidence", help="Where it can be seen: a link, a document, who has seen it.")
    ],
    owner: Owner,
    until: Until = None,
    scope: Scope = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    format: How = Format.text,  # noqa: A002
) -> int:
    """Attest that a criterion is met where files do not show it.

    Shows the lines for .mlops/waivers.toml and the level they lead to; on a terminal it asks before it writes.

    Exit status: 0 written or shown; 1 you said no; 2 it cannot be decided so.
    """
    from jupyter_mlops.decisions import decide

    return carry_out(
        lambda: decide(
            path or Path(),
            criterion,
            "attest",
            reason=evidence,
            owner=owner,
            expires=last_day(until),
            scope=scope,
        ),
        dry_run=dry_run,
        yes=yes,
        format=format,
    )
