"""Failures of stages in the user's terms: the cell that raised, the file that is missing, or what was said."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_mlops_converters.errors import MlopsError
from jupyter_mlops_converters.run.command_line import NotebookRun
from jupyter_mlops_converters.run.papermill import NotebookFailedError
from jupyter_mlops_converters.run.shell import CommandFailedError

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
#: Lines of a traceback, and of what a command said, that are shown.
_LINES = 15


def of_notebook(stage: str, run: NotebookRun, failure: NotebookFailedError) -> MlopsError:
    """What to tell when a stage's notebook did not run to its end."""
    if failure.kind == "no-kernel":
        return MlopsError(
            "no-kernel",
            f"There is no kernel {failure.detail!r} here, and {run.source} asks for it. Install one with: "
            f"python -m ipykernel install --user --name {failure.detail}",
            path=run.source,
            exit_status=3,
        )
    own = failure.cell.get("jupyter_mlops") or {}
    cell = own.get("source_cell")
    if failure.kind == "kernel-died":
        why = f" ({failure.detail})" if failure.detail else ""
        error, detail = f"its kernel died{why}, mostly for want of memory", None
    else:
        error, detail = _raised(run.folder / run.target)
    return MlopsError(
        "stage-failed",
        f"Stage {stage} failed in {_place(own)}: {error}. The notebook as far as it ran is {run.target}.",
        cell=cell,
        path=run.source,
        exit_status=1,
        detail=detail,
    )


def of_command(stage: str, command: str, failure: CommandFailedError) -> MlopsError:
    """What to tell when a command of a stage failed."""
    return MlopsError(
        "stage-failed",
        f"Stage {stage} failed: `{command}` {failure}.",
        path="dvc.yaml",
        exit_status=1,
        detail="\n".join(_ANSI.sub("", failure.said).splitlines()[-_LINES:]) or None,
    )


def _place(own: Mapping[str, Any]) -> str:
    if "source_cell" in own:
        return f"cell {own['source_cell']} of {own.get('source_notebook', 'the original notebook')}"
    return f"its `{own['role']}` cell" if "role" in own else "a cell"


def _raised(executed: Path) -> tuple[str, str | None]:
    """The error that an executed notebook stopped with, and the end of its traceback."""
    cells = json.loads(executed.read_text(encoding="utf-8"))["cells"]
    errors = [each for cell in cells for each in cell.get("outputs", ()) if each["output_type"] == "error"]
    if not errors:
        return "it stopped", None
    error = errors[-1]
    lines = _ANSI.sub("", "\n".join(error["traceback"])).splitlines()
    header = next((number for number, line in enumerate(lines) if "Traceback (most recent" in line), -1)
    text = f"{error['ename']}: {error['evalue']}".strip().rstrip(":. ")
    return text.splitlines()[0], "\n".join(lines[header + 1 :][-_LINES:])
