"""`jupyter mlops assess`: score the project."""

import typer


def command() -> None:
    """Score the project."""
    raise typer.Exit(2)
