"""`jupyter mlops run`: run a converted pipeline."""

from __future__ import annotations

import sys
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
    jobs: Annotated[
        Optional[int],  # noqa: UP045 - typer on 3.10
        typer.Option(min=1, show_default="as many as processors, two at most", help="Stages that run side by side."),
    ] = None,
    cold: Annotated[
        bool,
        typer.Option("--cold", help="Start every kernel in a process of its own, as DVC and papermill do: slower."),
    ] = False,
    format: Annotated[Format, typer.Option(help="How to answer.")] = Format.text,  # noqa: A002
    progress: Annotated[ProgressStyle, typer.Option(help="How to show progress, on stderr.")] = ProgressStyle.auto,
) -> int:
    """Run the stages of a pipeline whose inputs changed.

    The run is tracked by MLflow after its result is shown. Afterwards DVC finds everything as if `dvc repro` had run.

    Exit status: 0 it ran; 1 a stage failed; 2 the request is wrong; 3 DVC, which keeps the results, is not installed.
    """
    from jupyter_mlops.errors import MlopsError

    with errors_as_json(format):
        from jupyter_mlops_converters.run import PipelineRunner

        with PipelineRunner(pipeline, _assignments(parameter or []), jobs=jobs, cold=cold) as runner:
            with progress_to(progress) as tell:
                result = runner.run(tell)
            if format is Format.json:
                print_json(result.as_dict())
            else:
                _show(result)
            try:
                with progress_to(progress) as tell:
                    runner.track(tell)
            except MlopsError as error:
                sys.stderr.write(f"The run is done, but it could not be tracked: {error.message}\n")
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

    words = {"run": "ran", "skipped": "unchanged", "restored": "restored from an earlier run", "pending": "runs next"}
    console = Console(highlight=False)
    table = Table(box=None, show_header=False, pad_edge=False)
    for stage in result.stages:
        memory = f"{stage.memory / 1e6:.0f} MB" if stage.memory else ""
        table.add_row(
            stage.name, words[stage.status], f"{stage.seconds:.1f} s" if stage.status == "run" else "", memory
        )
    console.print(table)
    for name, value in result.metrics.items():
        console.print(f"{name}: {value}", markup=False)
    console.print(f"Done in {result.seconds:.1f} s: {result.path}", markup=False)
