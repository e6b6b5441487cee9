"""`jupyter mlops withdraw`: take back a waiver, an attestation or an exemption."""

from __future__ import annotations

from pathlib import Path

from jupyter_mlops.cli.deciding import Criterion, DryRun, How, Project, Scope, Yes, carry_out
from jupyter_mlops.cli.output import Format


def command(
    criterion: Criterion,
    path: Project = None,
    *,
    scope: Scope = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    format: How = Format.text,  # noqa: A002
) -> int:
    """Take back what was decided about a criterion.

    Shows the lines for .mlops/waivers.toml and the level they lead to; on a terminal it asks before it writes.

    Exit status: 0 written or shown; 1 you said no; 2 it cannot be decided so.
    """
    from jupyter_mlops.decisions import withdraw

    return carry_out(lambda: withdraw(path or Path(), criterion, scope=scope), dry_run=dry_run, yes=yes, format=format)
