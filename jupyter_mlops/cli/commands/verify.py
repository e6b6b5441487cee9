"""`jupyter mlops verify`: prove a pipeline again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from jupyter_mlops.cli.output import Format, ProgressStyle, errors_as_json, print_json, progress_to


def command(
    pipeline: Annotated[Path, typer.Argument(help="Folder of a converted pipeline.")],
    timeout: Annotated[Optional[float], typer.Option(help="Seconds a cell may take.")] = None,  # noqa: UP045 - typer on 3.10
    total_timeout: Annotated[Optional[float], typer.Option(help="Seconds that everything may take.")] = None,  # noqa: UP045
    report: Annotated[Optional[Path], typer.Option(help="Write the proof, side by side, as one HTML page.")] = None,  # noqa: UP045
    format: Annotated[Format, typer.Option(help="How to answer.")] = Format.text,  # noqa: A002
    progress: Annotated[ProgressStyle, typer.Option(help="How to show progress, on stderr.")] = ProgressStyle.auto,
) -> int:
    """Run the notebook and the pipeline as they are now, and compare. Writes nothing.

    Where you have edited stages or parameters, the pipeline is proven as it was generated, and then run with your edits: what
    they change is `edited`.

    Exit status: 0 equivalent, or edited; 1 not; 2 the input is at fault; 3 something is not installed.
    """
    with errors_as_json(format):
        from jupyter_mlops.lifts.pipeline.api import verify

        with progress_to(progress) as tell:
            found = verify(pipeline, timeout=timeout, total_timeout=total_timeout, report=report, progress=tell)
    if format is Format.json:
        print_json(found)
    else:
        from jupyter_mlops.cli.conversion_text import show_verification

        show_verification(found)
    return 1 if found["verdict"] in {"failed", "differs"} else 0
