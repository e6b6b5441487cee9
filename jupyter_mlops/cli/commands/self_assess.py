"""`jupyter mlops self-assess`: answer a question of the checklist yourself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jupyter_mlops.cli.deciding import DryRun, How, Project, Yes, carry_out
from jupyter_mlops.cli.output import Format


def command(
    question: Annotated[str, typer.Argument(help="versioning, pipelines, monitoring, serving or governance.")],
    answer: Annotated[str, typer.Argument(help="yes, partly or no; none takes your answer back.")],
    path: Project = None,
    *,
    dry_run: DryRun = False,
    yes: Yes = False,
    format: How = Format.text,  # noqa: A002
) -> int:
    """Answer a question of the checklist yourself; that stands beside the evidence and changes no level.

    Shows the lines for .mlops/self-assessment.toml; on a terminal it asks before it writes.

    Exit status: 0 written or shown; 1 you said no; 2 there is no such question or answer.
    """
    from jupyter_mlops import decisions

    said = None if answer == "none" else answer
    return carry_out(lambda: decisions.answer(path or Path(), question, said), dry_run=dry_run, yes=yes, format=format)
