"""`jupyter mlops tutorial [N]`: the tutorials."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from jupyter_mlops.tutorials import Tutorial


def command(
    number: int | None = typer.Argument(None, metavar="[N]", help="Which; without it, the list."),
    *,
    into: Path = typer.Option(Path("mlops-tutorials"), "--into", help="Folder of the sandboxes."),
    reset: bool = typer.Option(False, "--reset", help="Put its sandbox back to how it was; your work in it is lost."),
    yes: bool = typer.Option(False, "--yes", "-y", help="Reset without asking."),
    open_: bool = typer.Option(False, "--open", help="Open it in JupyterLab."),
    format_: str = typer.Option("text", "--format", "-f", help="text or json."),
) -> int:
    """List the tutorials, or lay one's sandbox and say how to open it."""
    from jupyter_mlops.errors import MlopsError
    from jupyter_mlops.tutorials import entry, lay, progress_of, tutorial_numbered, tutorials

    into = into.expanduser()
    if format_ not in ("text", "json"):
        raise MlopsError("unknown-format", f"There is no format {format_!r}: text or json.")
    if number is None:
        if reset or open_:
            raise MlopsError("unknown-tutorial", "Say which tutorial: `jupyter mlops tutorial` lists them.")
        entries = [entry(tutorial, into) for tutorial in tutorials()]
        typer.echo(json.dumps({"schema": 1, "tutorials": entries}, indent=2) if format_ == "json" else _list(into))
        return 0
    tutorial = tutorial_numbered(number)
    if reset and not yes and progress_of(tutorial, into) is not None and not _agreed(tutorial, into):
        return 1
    notebook = lay(tutorial, into, reset=reset)
    if format_ == "json":
        typer.echo(json.dumps({"schema": 1, "tutorials": [entry(tutorial, into)]}, indent=2))
    else:
        typer.echo(_told(tutorial, into, notebook))
    return _open(notebook) if open_ else 0


def _agreed(tutorial: Tutorial, into: Path) -> bool:
    import sys

    if not sys.stdin.isatty():
        typer.echo("Nothing was reset: say --yes, since your work in the sandbox is lost.", err=True)
        return False
    return typer.confirm(f"Reset {into / tutorial.name}? Your work in it is lost.")


def _list(into: Path) -> str:
    from jupyter_mlops.tutorials import progress_of, tutorials

    lines = ["", "Tutorials", ""]
    for tutorial in tutorials():
        kept = progress_of(tutorial, into)
        done = "" if kept is None else f"   {len(kept['passed'])} of {len(tutorial.checks)} checks passed"
        lines.append(f"  {tutorial.number}  {tutorial.title:<34} {tutorial.minutes:>3} minutes{done}")
    return "\n".join(
        [*lines, "", "`jupyter mlops tutorial 0` lays the first one's sandbox. Each works on a copy of its own.", ""]
    )


def _told(tutorial: Tutorial, into: Path, notebook: Path) -> str:
    from jupyter_mlops.tutorials import progress_of

    kept = progress_of(tutorial, into) or {"passed": [], "open": []}
    steps = [
        f"{tutorial.number}  {tutorial.title}  ({tutorial.minutes} minutes)",
        f"The sandbox is in {notebook.parent}; the project that you work on is its folder `project`.",
    ]
    if kept["passed"]:
        steps.append(f"Passed: {', '.join(kept['passed'])}.  Open: {', '.join(kept['open']) or 'nothing'}.")
    quoted = f'"{notebook}"' if " " in str(notebook) else str(notebook)
    return "\n".join(
        [*steps, "", f"Open it:  jupyter lab {quoted}", "or open that notebook in the Jupyter that is running."]
    )


def _open(notebook: Path) -> int:
    import subprocess
    import sys
    from importlib.util import find_spec

    from jupyter_mlops.errors import MissingDependencyError

    if find_spec("jupyterlab") is None:
        raise MissingDependencyError("JupyterLab", 'pip install "jupyter-mlops[lab]"', "Opening a tutorial")
    return subprocess.run([sys.executable, "-m", "jupyterlab", str(notebook)], check=False).returncode
