"""`jupyter mlops criteria`: what each level asks for."""

from __future__ import annotations

import typer


def command() -> None:
    """List the criteria of every level."""
    from jupyter_mlops.assessment.criteria import all_criteria
    from jupyter_mlops.assessment.criterion import LEVELS

    for level, name in enumerate(LEVELS[1:], 1):
        typer.echo(f"Level {level}: {name}")
        for criterion in all_criteria():
            if criterion.level == level:
                mark = "required   " if criterion.required else "recommended"
                typer.echo(f"  {mark}  {criterion.id:24} {criterion.title}")
        typer.echo("")
    typer.echo("`jupyter mlops explain CRITERION` says what it takes.")
