"""What became of the user's edits when a notebook is converted again, for people at a terminal."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from jupyter_mlops.changes import ChangeSet
    from jupyter_mlops.lifts.pipeline.merge import Conflict, Merge

_EDITS = (
    ("kept", "kept", "as you left it"),
    ("merged", "merged", "your edits and what is new"),
    ("deleted", "deleted", "stays deleted, as you left it"),
    ("left", "kept", "not part of the pipeline any more; you edited it, so it stays"),
)
#: Lines of a side of a conflict that are shown.
_LONGEST = 24
_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def show_edits(merge: Merge, console: Console) -> None:
    """Print which files hold edits, and what became of them."""
    for attribute, word, meaning in _EDITS:
        for path in getattr(merge, attribute):
            console.print(Text.assemble((f"  {word:<8}", "cyan"), f"{path:<30}", (f" {meaning}", "dim")))


def show_conflicts(conflicts: tuple[Conflict, ...], console: Console) -> None:
    """Print both sides of every conflict, and what can be done."""
    number = len(conflicts)
    places = "one place" if number == 1 else f"{number} places"
    head = f"You and the notebook changed {places} in different ways. Nothing was written."
    console.print(Text.assemble((f"✘ {number} conflict{'s' if number > 1 else ''}", "bold red"), f"  {head}"))
    for conflict in conflicts:
        where = f", {conflict.where}" if conflict.where else ""
        why = f": {conflict.why}" if conflict.why else ""
        console.print()
        console.print(Text.assemble("  ", (f"{conflict.path}{where}", "bold"), why))
        if conflict.base is None:
            _show_side("yours", conflict.ours, console)
            _show_side("generated now", conflict.theirs, console)
        else:
            _show_change("you", conflict.base, conflict.ours, console)
            _show_change("the notebook", conflict.base, conflict.theirs, console)
    console.print()
    console.print(
        "Convert again with --on-conflict keep (yours stands) or --on-conflict replace (what is generated stands), "
        "or make both sides alike."
    )


def show_diff(changes: ChangeSet, hidden: tuple[str, ...], console: Console) -> None:
    """Print the changes to files that are there, line by line.

    Args:
        changes: all of them.
        hidden: names of files whose content is of no interest to people.
        console: where to.
    """
    for change in changes.changes:
        if change.kind != "create" and change.diff and change.path.rpartition("/")[2] not in hidden:
            console.print()
            for line in change.diff.splitlines():
                style = "bold" if line.startswith(("---", "+++")) else _COLOURS.get(line[:1], "")
                console.print(Text(line, style=style), soft_wrap=True)


def _show_side(name: str, text: str | None, console: Console) -> None:
    console.print(Text(f"    {name}", style="dim"))
    if text is None:
        console.print("      (nothing)")
        return
    _show_lines([f"  {line}" for line in text.splitlines()], console)


def _show_change(who: str, base: str, text: str | None, console: Console) -> None:
    if text is None:
        console.print(Text.assemble("    ", (f"{who} removed it", "dim")))
        return
    console.print(Text.assemble("    ", (f"{who} changed", "dim")))
    lines = list(difflib.unified_diff(base.splitlines(), text.splitlines(), lineterm="", n=1))[2:]
    _show_lines([f"{line[:1]} {line[1:]}" for line in lines if not line.startswith("@@")], console)


def _show_lines(lines: list[str], console: Console) -> None:
    for line in lines[:_LONGEST]:
        console.print(Text(f"      {line}", style=_COLOURS.get(line[:1], "")), soft_wrap=True)
    if len(lines) > _LONGEST:
        console.print(Text(f"      … {len(lines) - _LONGEST} more lines", style="dim"))
