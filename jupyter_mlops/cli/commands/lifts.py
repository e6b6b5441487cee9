"""`jupyter mlops lifts`: what can be done automatically, and what of it applies here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from jupyter_mlops.cli.output import Format, errors_as_json, print_json

_MARKS = {"applies": ("▲ applies", "green"), "done": ("✔ done", "dim"), "not-here": ("- not here", "yellow")}


def command(
    path: Path = typer.Argument(Path(), help="The project, or a folder or file in it."),
    *,
    format: Format = typer.Option(Format.text, help="How to answer."),  # noqa: A002
) -> None:
    """List the lifts: automated steps that raise a criterion, and whether each applies here."""
    with errors_as_json(format):
        from jupyter_mlops.lifts.api import lifts

        listed = lifts(path)
    if format is Format.json:
        print_json({"lifts": listed})
    else:
        _show(listed)


def _show(listed: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("lift", "level", "here", "what it does, and why it applies or not"):
        table.add_column(name, no_wrap=name != "what it does, and why it applies or not")
    for entry in listed:
        mark, style = _MARKS[entry["state"]]
        raises = ", ".join(entry["raises"])
        told = Text.assemble(entry["title"], (f"  (raises {raises})\n", "dim"), (entry["why"], style))
        table.add_row(Text(entry["lift"], style="bold"), str(entry["level"]), Text(mark, style=style), told)
    console.print(table)
    console.print("\n`jupyter mlops lift NAME --dry-run` shows what one would change.", style="dim", markup=False)
