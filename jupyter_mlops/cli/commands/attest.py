"""`jupyter mlops attest`: claim what files do not show."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from jupyter_mlops.cli.deciding import carry_out, last_day
from jupyter_mlops.cli.output import Format


def command(
    criterion: Annotated[str, typer.Argument(help="Id of the criterion; `jupyter mlops criteria` lists them.")],
    path: Annotated[
        Optional[Path],  # noqa: UP045 - typer on 3.10
        typer.Argument(help="The project.  [default: .]"),
    ] = None,
    *,
    evidence: Annotated[
        str, typer.Option("--evidence", help="Where it can be seen: a link, a document, who has seen it.")
    ],
    owner: Annotated[str, typer.Option("--owner", help="Who answers for it, such as @data-team.")],
    until: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--until", metavar="DAY", help="The last day it counts, YYYY-MM-DD.  [default: in 90 days]"),
    ] = None,
    scope: Annotated[str, typer.Option("--scope", metavar="GLOB", help="Only for units with such paths.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be written; write nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    format: Annotated[Format, typer.Option(help="How to answer.")] = Format.text,  # noqa: A002
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
