"""`jupyter mlops run`: run a converted pipeline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from jupyter_mlops.cli.output import Format, ProgressStyle, errors_as_json, print_json, progress_to

if TYPE_CHECKING:
    from jupyter_mlops_converters.run import PipelineRun


def command(
    pipeline: Annotated[Path, typer.Argument(help="The pipeline's folder.")],
    parameter: Annotated[
        Optional[list[str]],  # noqa: UP045 - typer on 3.10
        typer.Option("--parameter", "-P", metavar="NAME=VALUE", help="Change a parameter in params.yaml first."),
    ] = None,
    format: Annotated[Format, typer.Option(help="How to answer.")] = Format.text,  # noqa: A002
    progress: Annotated[ProgressStyle, typer.Option(help="How to show progress, on stderr.")] = ProgressStyle.auto,
) -> int:
    """Run the stages of a pipeline whose inputs changed.

    Exit status: 0 it ran; 1 a stage failed; 2 the request is wrong; 3 DVC, which runs it, is not installed.
    """
    with errors_as_json(format):
        from jupyter_mlops_converters.run import run_pipeline

        assignments = _assignments(parameter or [])
        with progress_to(progress) as tell:
            result = run_pipeline(pipeline, assignments, progress=tell)
    if format is Format.json:
        print_json(result.as_dict())
    else:
        _show(result)
    return 0


def _assignments(texts: list[str]) -> dict[str, str]:
    from jupyter_mlops.errors import MlopsError

    assignments = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise MlopsError("invalid-parameter", f"Give parameters as NAME=VALUE, not {text!r}.")
        assignments[name.strip()] = value
    return assignments


def _show(result: PipelineRun) -> None:
    from rich.console import Console
    from rich.table import Table

    words = {"run": "ran", "skipped": "unchanged", "restored": "restored from an earlier run"}
    console = Console(highlight=False)
    table = Table(box=None, show_header=False, pad_edge=False)
    for stage in result.stages:
        table.add_row(stage.name, words[stage.status], f"{stage.seconds:.1f} s" if stage.status == "run" else "")
    console.print(table)
    for name, value in result.metrics.items():
        console.print(f"{name}: {value}", markup=False)
    console.print(f"Done in {result.seconds:.1f} s: {result.path}", markup=False)
