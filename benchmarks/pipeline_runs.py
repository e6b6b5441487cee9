"""Prints what running a pipeline costs, against running its notebook: all of it, nothing, and its last stage.

    python benchmarks/pipeline_runs.py                          # the demo's notebook
    python benchmarks/pipeline_runs.py notebooks/churn.ipynb    # one of a git repository, which is copied

A plain run is a cold process that executes the notebook with nbclient. A pipeline's run is measured until its result is
shown; the tracking comes after that. All are taken in turn, a few times, and the quickest of each counts.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Annotated, Any, Optional

import typer
from rich.console import Console
from rich.table import Table

from jupyter_mlops.demo import sample

_COMMAND = [sys.executable, "-m", "jupyter_mlops"]
_PLAIN = """
import sys
import nbformat
from nbclient import NotebookClient

notebook = nbformat.read(sys.argv[1], 4)
NotebookClient(notebook, resources={"metadata": {"path": sys.argv[2]}}).execute()
"""


@dataclass
class Row:
    """One kind of run.

    Attributes:
        what: in words.
        action: runs it and gives the seconds.
        limit: how long it may take: so many plain runs, and so many seconds; None where nothing is asked.
        best: seconds of the quickest so far.
    """

    what: str
    action: Callable[[], float]
    limit: tuple[float, float] | None = None
    best: float = float("inf")


def main(
    notebook: Annotated[
        Optional[Path],  # noqa: UP045 - typer on 3.10
        typer.Argument(help="A notebook in a git repository; the demo's when left out."),
    ] = None,
    times: Annotated[int, typer.Option(help="How often each is run.")] = 3,
) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as scratch:
        copy, root = _lay(notebook, Path(scratch, "project"))
        conversion = json.loads(_output([*_COMMAND, "convert", str(copy), "--format", "json"], root))
        folder = root / conversion["path"]
        parameter = _last_parameter(conversion)
        rows = [
            Row("the notebook, plain", lambda: _seconds([sys.executable, "-c", _PLAIN, str(copy), str(copy.parent)])),
            Row("all stages", lambda: _run_afresh(folder, root), (1.5, 2)),
            Row("nothing changed", lambda: _run(folder)),
        ]
        if parameter is not None:
            name, values = parameter
            rows.append(
                Row(f"{name} of the last stage changed", lambda: _run(folder, f"-P{name}={next(values)}"), (0.4, 0))
            )
        for _ in range(times):
            for row in rows:
                row.best = min(row.best, row.action())
    Console().print(_table(rows))


def _lay(notebook: Path | None, root: Path) -> tuple[Path, Path]:
    """The notebook and the root of a copy of its project."""
    if notebook is None:
        sample.lay(root)
        return root / sample.NOTEBOOK, root
    top = Path(_output(["git", "rev-parse", "--show-toplevel"], notebook.resolve().parent).strip())
    shutil.copytree(top, root, symlinks=True)
    return root / notebook.resolve().relative_to(top.resolve()), root


def _last_parameter(conversion: Mapping[str, Any]) -> tuple[str, Iterator[Any]] | None:
    """A number that the last stage with one uses, and values for it that were not there before."""
    numbers = {each["name"]: each["value"] for each in conversion["parameters"] if each["type"] in ("int", "float")}
    for stage in reversed([each for each in conversion["stages"] if each["source_cells"]]):
        for name in stage["parameters"]:
            if name in numbers:
                value = numbers[name]
                return name, (
                    value + step if isinstance(value, int) else value * (1 + step / 1000) for step in count(1)
                )
    return None


def _run(folder: Path, *arguments: str) -> float:
    return _seconds([*_COMMAND, "run", str(folder), "--format", "json", *arguments])


def _run_afresh(folder: Path, root: Path) -> float:
    """Run all stages, as after a clone."""
    for path in (folder / "dvc.lock", root / ".dvc" / "tmp"):
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    shutil.rmtree(root / ".dvc" / "cache", ignore_errors=True)
    return _run(folder)


def _seconds(command: list[str]) -> float:
    """Seconds until a command has shown its answer, a JSON document, or has ended if it shows none.

    What it does after its answer is waited for, so that the next command has the machine to itself.
    """
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        seconds = None
        for line in process.stdout:
            if line == "}\n":
                seconds = time.perf_counter() - started
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with exit status {process.returncode}")
    return time.perf_counter() - started if seconds is None else seconds


def _output(command: list[str], folder: Path) -> str:
    return subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout


def _table(rows: list[Row]) -> Table:
    plain = rows[0].best
    table = Table(
        "what", "seconds", "of plain", "limit", "", box=None, title=f"Runs of a pipeline ({os.cpu_count()} processors)"
    )
    for row in rows:
        limit, verdict = "", ""
        if row.limit is not None:
            factor, more = row.limit
            allowed = factor * plain + more
            limit = f"{factor} of plain{f' + {more} s' if more else ''} = {allowed:.1f} s"
            verdict = "kept" if row.best <= allowed else "EXCEEDED"
        table.add_row(row.what, f"{row.best:.1f}", f"{row.best / plain:.2f}", limit, verdict)
    return table


if __name__ == "__main__":
    typer.run(main)
