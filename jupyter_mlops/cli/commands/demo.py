"""`jupyter mlops demo`: the whole journey on a bundled Level 0 project."""

from __future__ import annotations

from pathlib import Path

import typer


def command(
    folder: Path = typer.Argument(Path("jupyter-mlops-demo"), metavar="[DIR]", help="Where the demo project goes."),
    *,
    copy_only: bool = typer.Option(False, "--copy-only", help="Lay the project there and stop."),
) -> None:
    """Assess, convert, prove, run and assess again, on a bundled project."""
    from rich.console import Console

    from jupyter_mlops.demo import sample

    if copy_only:
        sample.lay(folder.resolve())
        typer.echo(f"The project is in {folder}; its notebook is {sample.NOTEBOOK}.")
        return
    from jupyter_mlops.demo.journey import travel

    travel(folder.resolve(), Console(highlight=False))
