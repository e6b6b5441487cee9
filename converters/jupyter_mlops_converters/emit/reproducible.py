"""The script that takes out of executed notebooks what no two runs share, so that `dvc.lock` stays as it is."""

from __future__ import annotations

from pathlib import PurePosixPath

from jupyter_mlops_converters.emit import layout
from jupyter_mlops_converters.emit.templating import render
from jupyter_mlops_converters.plan.pipeline import Pipeline, Stage

FILE = "reproducible.py"


def command(stage: Stage) -> str:
    """The shell command that does so for a stage, in the pipeline's folder."""
    return f"python {FILE} {layout.executed_notebook(stage)}"


def files(pipeline: Pipeline) -> dict[str, bytes]:
    """The script, for engines whose stages run it."""
    depth = len(PurePosixPath(pipeline.folder).parts)
    return {FILE: render("reproducible.py.j2", depth=depth).encode("utf-8")}
