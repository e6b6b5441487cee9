"""`jupyter mlops self-assess`: answer a question of the checklist yourself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from jupyter_mlops.cli.deciding import carry_out
from jupyter_mlops.cli.output import Format


def command(
    question: Annotated[str, typer.Argument(help="versioning, pipelines, monitoring, serving or governance.")],
    answer: Annotated[str, typer.Argument(help="yes, partly or no; none takes your answer back.")],
    path: Annotated[
        Optional[Path],  # noqa: UP045 - typer on 3.10
        typer.Argument(help="The project.  [default: .]"),
    ] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be written; write nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    format: Annotated[Format, typer.Option(help="How to answer.")] = Format.text,  # noqa: A002
) -> int:
    """Answer a question of the checklist yourself; that stands beside the evidence and changes no level.

    Shows the lines for .mlops/self-assessment.toml; on a terminal it asks before it writes.

    Exit status: 0 written or shown; 1 you said no; 2 there is no such question or answer.
    """
    from jupyter_mlops import decisions

    said = None if answer == "none" else answer
    return carry_out(lambda: decisions.answer(path or Path(), question, said), dry_run=dry_run, yes=yes, format=format)
