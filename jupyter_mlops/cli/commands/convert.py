"""`jupyter mlops convert`: notebooks become a proven pipeline."""

from __future__ import annotations

import sys
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from jupyter_mlops.cli.output import Format, ProgressStyle, errors_as_json, print_json, progress_to, read_object

if TYPE_CHECKING:
    from jupyter_mlops.lifts.pipeline.api import Conversion
    from jupyter_mlops.lifts.pipeline.ranking import Ranking


class OnConflict(Enum):
    """Whose version stands."""

    stop = "stop"
    keep = "keep"
    replace = "replace"


class Order(str, Enum):
    """In which order the cells run."""

    document = "document"
    recorded = "recorded"


def command(
    notebooks: Annotated[
        list[Path],
        typer.Argument(
            metavar="NOTEBOOK...",
            help="The notebook, or several that become one pipeline, or a folder whose notebooks are ranked. They are never changed.",
        ),
    ],
    name: Annotated[Optional[str], typer.Option(help="Name of the pipeline.")] = None,  # noqa: UP045 - typer on 3.10
    output: Annotated[Optional[Path], typer.Option(help="Its folder; pipelines/NAME unless given.")] = None,  # noqa: UP045
    plan: Annotated[Optional[str], typer.Option(help="Stages and parameters: a JSON file, or the JSON itself.")] = None,  # noqa: UP045
    order: Annotated[
        Optional[Order],  # noqa: UP045
        typer.Option(
            help="Run the cells as they are written, or as they were last run. Else as the pipeline was made."
        ),
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say why for every stage and hand-over.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be written; write nothing.")] = False,
    no_run: Annotated[bool, typer.Option("--no-run", help="Never run the notebook; nothing is proven then.")] = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Of a folder, convert what is proposed, without asking.")
    ] = False,
    allow_install: Annotated[
        bool, typer.Option("--allow-install", help="Install what the notebook installs and what is not there.")
    ] = False,
    timeout: Annotated[Optional[float], typer.Option(help="Seconds a cell may take.")] = None,  # noqa: UP045
    total_timeout: Annotated[Optional[float], typer.Option(help="Seconds that everything may take.")] = None,  # noqa: UP045
    on_conflict: Annotated[
        OnConflict, typer.Option(help="Where you and the notebook changed the same: whose version stands.")
    ] = OnConflict.stop,
    report: Annotated[Optional[Path], typer.Option(help="Write the proof, side by side, as one HTML page.")] = None,  # noqa: UP045
    format: Annotated[Format, typer.Option(help="How to answer.")] = Format.text,  # noqa: A002
    progress: Annotated[ProgressStyle, typer.Option(help="How to show progress, on stderr.")] = ProgressStyle.auto,
) -> int:
    """Turn notebooks into a pipeline, and prove that it gives the same results.

    Several notebooks are joined by the files that one writes and another reads. A folder's notebooks are ranked, and joins
    are proposed; on a terminal you choose what is converted. Where the pipeline is there already, your edits are kept and
    merged with what changed in the notebook.

    Exit status: 0 written (or shown) and proven; 1 the results differ, or you and the notebook changed the same: nothing
    is written; or no notebook of the folder can be converted; 2 the notebook is at fault; 3 something is not installed; 130 interrupted, nothing is written and nothing
    left behind.
    """
    with errors_as_json(format):
        from jupyter_mlops.lifts.pipeline.api import convert

        if len(notebooks) == 1 and notebooks[0].is_dir():
            ranking = _ranked(notebooks[0], progress)
            chosen = _chosen(ranking, format, explain=explain, dry_run=dry_run, yes=yes)
            if chosen is None:
                return 0 if ranking.proposals else 1
            notebooks = chosen
        with progress_to(progress) as tell:
            conversion = convert(
                notebooks,
                name=name,
                output=output,
                order=order.value if order is not None else None,
                plan=read_object(plan) if plan is not None else None,
                run=not no_run,
                write=not dry_run,
                timeout=timeout,
                total_timeout=total_timeout,
                on_conflict=on_conflict.value,
                allow_install=allow_install,
                report=report,
                progress=tell,
            )
    if format is Format.json:
        more: dict[str, object] = {"explanation": conversion.explanation} if explain else {}
        if dry_run:
            more |= conversion.preview
        more["rerun"] = conversion.rerun
        print_json({**conversion.document, "path": str(conversion.path), **conversion.again.as_dict(), **more})
    else:
        _show(conversion, explain=explain, dry_run=dry_run)
    return 0 if conversion.good else 1


def _ranked(folder: Path, progress: ProgressStyle) -> Ranking:
    from jupyter_mlops.lifts.pipeline.ranking import rank

    with progress_to(progress) as tell:
        return rank(folder, progress=tell)


def _chosen(ranking: Ranking, form: Format, *, explain: bool, dry_run: bool, yes: bool) -> list[Path] | None:
    """The notebooks to convert; None when the ranking is all that is wanted, and then it is printed."""
    asks = form is Format.text and not dry_run and not yes and sys.stdin.isatty() and sys.stdout.isatty()
    if form is Format.json and not yes:
        print_json(ranking.as_dict())
        return None
    if form is Format.text:
        from jupyter_mlops.cli.ranking_text import choose, show_ranking

        show_ranking(ranking, explain=explain)
    proposal = ranking.proposals[0] if ranking.proposals and yes else None
    if asks and ranking.proposals:
        proposal = choose(ranking)
    return [Path(ranking.path) / path for path in proposal.notebooks] if proposal is not None else None


def _show(conversion: Conversion, *, explain: bool, dry_run: bool) -> None:
    from jupyter_mlops.cli.conversion_text import show_conversion

    show_conversion(conversion, explain=explain, dry_run=dry_run)
