"""A ranking of notebooks for people at a terminal, and the choice of what to convert."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from jupyter_mlops.lifts.pipeline.chances import RankedNotebook
    from jupyter_mlops.lifts.pipeline.ranking import Alike, Proposal, Ranking

_MARKS = {"yes": ("✔", "green"), "perhaps": ("•", "yellow"), "no": ("✘", "red")}
_MOST_ALIKE = 5
_MOST_PROPOSALS = 9


def show_ranking(ranking: Ranking, *, explain: bool) -> None:
    """Print a ranking.

    Args:
        ranking: of a folder.
        explain: whether to name all hazards and offer functions for what notebooks have alike.
    """
    console = Console(highlight=False, soft_wrap=True)
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column, justify in (
        ("", "left"),
        ("notebook", "left"),
        ("score", "right"),
        ("cells", "right"),
        ("stages", "left"),
    ):
        table.add_column(column, justify=justify)  # type: ignore[arg-type]
    for one in ranking.notebooks:
        mark, colour = _MARKS[one.convertible]
        stages = f"{len(one.stages)}: {', '.join(one.stages)}" if one.stages else "-"
        table.add_row(Text(mark, style=colour), Text(one.path), str(one.score), str(one.code_cells), Text(stages))
    console.print(table)
    for one in ranking.notebooks:
        _show_faults(console, one, explain=explain)
    for join in ranking.joins:
        console.print(Text.assemble(("file  ", "dim"), f"{join.file}: {join.writer} → {', '.join(join.readers)}"))
    for problem in ranking.problems:
        console.print(Text.assemble(("problem  ", "red"), problem))
    for alike in ranking.alike[: None if explain else _MOST_ALIKE]:
        _show_alike(console, alike, explain=explain)
    if len(ranking.alike) > _MOST_ALIKE and not explain:
        console.print(Text(f"alike  {len(ranking.alike) - _MOST_ALIKE} more; --explain shows them", style="dim"))
    if ranking.left_out:
        console.print(Text(f"{len(ranking.left_out)} more notebooks were not looked at.", style="yellow"))
    shown = ranking.proposals[: None if explain else _MOST_PROPOSALS]
    for number, proposal in enumerate(shown, start=1):
        _show_proposal(console, number, proposal)
    if len(shown) < len(ranking.proposals):
        console.print(Text(f"    {len(ranking.proposals) - len(shown)} more; --explain shows them", style="dim"))
    if not ranking.proposals:
        console.print("None of them can be converted.")


def _show_faults(console: Console, one: RankedNotebook, *, explain: bool) -> None:
    for reason in (*one.reasons, *(one.hazards if explain else ())):
        where = one.path + (f", cell {reason.cell}" if reason.cell is not None else "")
        style = "yellow" if one.convertible != "no" else "red"
        console.print(Text.assemble((f"{reason.code}  ", style), f"{where}: {reason.message}"))
    if one.hazards and not explain:
        codes = sorted({reason.code for reason in one.hazards})
        console.print(Text.assemble(("hazards  ", "dim"), f"{one.path}: {', '.join(codes)}"))


def _show_alike(console: Console, alike: Alike, *, explain: bool) -> None:
    if alike.definitions:
        text = (
            f"{', '.join(alike.definitions)} in {', '.join(alike.places)}: in one pipeline they are in its library once"
        )
    else:
        places = (f"{path} cell {_cells(cells)}" for path, cells in alike.places.items())
        text = " = ".join(places) + ("" if alike.same_names else " (with other names)")
    console.print(Text.assemble(("alike  ", "dim"), text))
    if explain and alike.offer:
        console.print(Text("".join(f"    {line}\n" for line in alike.offer.splitlines()), style="dim"), end="")


def _cells(cells: tuple[int, ...]) -> str:
    return str(cells[0]) if len(cells) == 1 else f"{cells[0]}-{cells[-1]}"


def _show_proposal(console: Console, number: int, proposal: Proposal) -> None:
    mark, colour = _MARKS[proposal.convertible]
    console.print(Text.assemble(f"{number:>3} ", (mark, colour), (f" {proposal.name}", "bold"), f"  {proposal.why}"))
    console.print(Text(f"      {proposal.command}", style="cyan"))


def choose(ranking: Ranking) -> Proposal | None:
    """Ask which proposal to convert.

    Args:
        ranking: with at least one proposal.

    Returns:
        The chosen one; None when nothing is to be converted.
    """
    import typer

    count = len(ranking.proposals)
    while True:
        answer = typer.prompt(f"Convert which? 1 to {count}, or n for none", default="1").strip().lower()
        if answer in {"n", "no", "q", "0"}:
            return None
        if answer.isdigit() and 1 <= int(answer) <= count:
            return ranking.proposals[int(answer) - 1]
