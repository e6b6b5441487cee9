"""`jupyter mlops undo`: take back the change set that was applied last."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Literal

import typer


def command(
    path: Path = typer.Argument(Path(), help="The project, or a folder or file in it."),
    *,
    list_: bool = typer.Option(False, "--list", help="Show what can be taken back, the newest first, and stop."),
    yes: bool = typer.Option(False, "--yes", "-y", help="Do not ask."),
    format_: Literal["text", "json"] = typer.Option("text", "--format", help="How to print the answer."),
) -> None:
    """Take back the last change set: files get their exact bytes and modes back."""
    from jupyter_mlops.changes import history, is_committed, uncovered, undo, untracked
    from jupyter_mlops.errors import MlopsError

    root = project_root(path)
    entries = list(reversed(history(root)))
    if list_:
        if format_ == "json":
            typer.echo(json.dumps([asdict(entry) for entry in entries], indent=2))
        for entry in entries if format_ == "text" else []:
            typer.echo(f"{entry.time}  {entry.title}  ({_files(len(entry.paths))})")
        return
    if not entries:
        raise MlopsError("nothing-to-undo", "There is no change here that this tool made and could take back.")
    if not yes and sys.stdin.isatty() and format_ == "text":
        typer.echo(f"{entries[0].title}, {entries[0].time}:")
        for name in entries[0].paths:
            typer.echo(f"  {name}")
        for effect in entries[0].effects:
            typer.echo(f"  {effect}")
        typer.confirm("Take this back?", default=True, abort=True)
    before = untracked(root)
    undone = undo(root)
    stays = uncovered(root, before)
    if format_ == "json":
        typer.echo(json.dumps({**asdict(undone), "uncovered": stays}, indent=2))
        return
    typer.echo(f"Taken back: {undone.title} ({_files(len(undone.paths))}).")
    if is_committed(root, undone.paths):
        typer.echo("Git has what was taken back in its last commit: commit this, too, or `git reset` to before it.")
    if stays:
        typer.echo("No change of this tool made these, and no .gitignore hides them now. Remove what you do not need:")
        for name in stays:
            typer.echo(f"  {name}")


def project_root(path: Path) -> Path:
    """The nearest folder from `path` up that has a journal; the folder itself when none has."""
    start = path.resolve()
    if not start.is_dir():
        start = start.parent
    return next((folder for folder in (start, *start.parents) if (folder / ".mlops" / "journal").is_dir()), start)


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"
