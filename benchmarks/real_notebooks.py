"""Tries the converter on a folder of real notebooks with their data, and prints the table.

    python benchmarks/real_notebooks.py DIR_OR_INDEX [--json OUT] [--only PATTERN] [--engines] [--keep DIR]

A folder is searched for notebooks; each one's project is the folder that it lies in. An index is a JSON list of
``{"notebook": path, "project": path, "code_cells": n, "seconds": s, "repo": name}``, where `project` is the folder
that holds all that the notebook needs. Paths in an index are relative to it. Every conversion works on a copy.

A notebook counts as converted when its proof says that the results are equal, and, where it has ten code cells or
more, when they were put into two stages or more.
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from notebook_outputs import differing_cells, run_notebook, staged_outputs
from rich.console import Console
from rich.table import Table

EQUAL = ("equivalent", "equivalent-within-tolerance")
CELLS_THAT_NEED_STAGES = 10
ENGINES = {"dvc": ("dvc", "repro"), "ploomber": ("ploomber", "build")}
NAMED_ERROR = re.compile(r"(?:\w+\.)*\w*(?:Error|Exception)\b\s*[:\[]")
PRODUCTS = {"dvc": "products", "ploomber": "products/ploomber"}

console = Console()


@dataclass(frozen=True)
class Case:
    """A notebook to try, the folder that makes it run, and what is known of its plain run."""

    notebook: Path
    project: Path
    repo: str
    code_cells: int
    plain_seconds: float | None = None

    @property
    def name(self) -> str:
        """What the table calls it."""
        return f"{self.repo}/{self.notebook.name}"


@dataclass
class Outcome:
    """What became of one notebook."""

    notebook: str
    repo: str
    code_cells: int
    plain_seconds: float | None
    exit_status: int | None = None
    verdict: str = "failed"
    stages: int = 0
    seconds: float = 0.0
    reason: str = ""
    engines: dict[str, str] = field(default_factory=dict)

    @property
    def converted(self) -> bool:
        """Whether the results are equal, in stages where the notebook is long enough to have some."""
        return self.verdict in EQUAL and self.stages >= (2 if self.code_cells >= CELLS_THAT_NEED_STAGES else 1)


def main(
    where: Annotated[Path, typer.Argument(metavar="DIR_OR_INDEX", exists=True, help="Notebooks, or an index of them.")],
    *,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the outcomes there, after each one.")] = None,
    only: Annotated[str | None, typer.Option(help="Only those whose repo/notebook matches this pattern.")] = None,
    engines: Annotated[bool, typer.Option(help="Also run DVC and Ploomber and compare what they show.")] = False,
    keep: Annotated[Path | None, typer.Option(help="Keep the converted copies in this folder.")] = None,
    limit: Annotated[float, typer.Option(help="Seconds for one conversion, and for one engine.")] = 900.0,
) -> None:
    """Convert every notebook and print what came of it."""
    cases = [case for case in read_cases(where) if only is None or fnmatch.fnmatch(case.name.lower(), only.lower())]
    outcomes: list[Outcome] = []
    for number, case in enumerate(cases, start=1):
        console.print(f"[dim]{number}/{len(cases)}[/] {case.name}", highlight=False)
        with scratch_copy(case, keep) as notebook:
            outcome = try_notebook(case, notebook, limit=limit, engines=engines)
        outcomes.append(outcome)
        console.print(
            f"    {outcome.verdict} · {outcome.seconds:.1f} s · {outcome.reason}", markup=False, highlight=False
        )
        if json_file:
            rows = [{**asdict(each), "converted": each.converted} for each in outcomes]
            json_file.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8", newline="\n")
    print_table(outcomes, engines=engines)
    raise typer.Exit(0 if all(outcome.converted for outcome in outcomes) else 1)


def read_cases(where: Path) -> list[Case]:
    """The notebooks of an index, or of a folder (of its `index.json`, where it has one).

    Args:
        where: the folder or the index file.

    Returns:
        The cases, in the order of the index or of their paths.
    """
    index = where / "index.json" if where.is_dir() else where
    if index.is_file():
        return [
            Case(
                notebook=(index.parent / entry["notebook"]).resolve(),
                project=(index.parent / entry.get("project", Path(entry["notebook"]).parent)).resolve(),
                repo=entry.get("repo", "-"),
                code_cells=entry.get("code_cells") or count_code_cells(index.parent / entry["notebook"]),
                plain_seconds=entry.get("seconds"),
            )
            for entry in json.loads(index.read_text(encoding="utf-8"))
        ]
    notebooks = sorted(path for path in where.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)
    return [
        Case(path.resolve(), path.resolve().parent, path.parent.name or "-", count_code_cells(path))
        for path in notebooks
    ]


def count_code_cells(notebook: Path) -> int:
    """How many code cells with anything in them a notebook file has; 0 where it cannot be read."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8")).get("cells", [])
    except (ValueError, OSError):
        return 0
    return sum(cell.get("cell_type") == "code" and bool("".join(cell.get("source", "")).strip()) for cell in cells)


@contextmanager
def scratch_copy(case: Case, keep: Path | None) -> Iterator[Path]:
    """A copy of the case's project; gives the notebook in it."""
    folder = Path(tempfile.mkdtemp(prefix="real-notebook-"))
    copy = folder / case.project.name
    if keep is not None:
        copy = keep.resolve() / case.repo.replace("/", "+") / case.project.name
        shutil.rmtree(copy, ignore_errors=True)
    try:
        shutil.copytree(case.project, copy)
        yield copy / case.notebook.relative_to(case.project)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def try_notebook(case: Case, notebook: Path, *, limit: float, engines: bool) -> Outcome:
    """Convert one notebook and, if asked, run the pipeline under the engines.

    Args:
        case: what is known of the notebook.
        notebook: its copy, free to be written beside.
        limit: seconds for the conversion and for each engine.
        engines: whether to run DVC and Ploomber too.

    Returns:
        What became of it.
    """
    outcome = Outcome(case.notebook.name, case.repo, case.code_cells, case.plain_seconds)
    reference: dict[int, list[str]] = {}
    if engines or case.plain_seconds is None:
        start = time.perf_counter()
        reference = run_notebook(notebook)
        outcome.plain_seconds = outcome.plain_seconds or round(time.perf_counter() - start, 1)
    if engines:
        unsteady = differing_cells(reference, run_notebook(notebook))
        reference = {cell: shown for cell, shown in reference.items() if cell not in unsteady}

    command = [find_tool("jupyter-mlops"), "convert", str(notebook), "--format", "json"]
    finished = run_limited(command, notebook.parent, limit)
    outcome.exit_status, outcome.seconds = finished.status, round(finished.seconds, 1)
    try:
        document = json.loads(finished.output)
    except ValueError:
        outcome.reason = f"no result after {limit:.0f} s" if finished.status is None else telling_line(finished.errors)
        return outcome
    if "error" in document:
        error = document["error"]
        place = "" if error["cell"] is None else f" cell {error['cell']}:"
        outcome.reason = f"[{error['code']}]{place} {error['message']}"
        return outcome

    proof = document.get("verification") or {}
    outcome.verdict = proof.get("verdict", "not-run")
    outcome.stages = sum(bool(stage["source_cells"]) for stage in document["stages"])
    outcome.reason = explain(document, outcome, finished.errors)
    if engines:
        pipeline = (notebook.parent / document["path"]).resolve()
        outcome.engines = {name: run_engine(name, pipeline, document, reference, limit) for name in ENGINES}
    return outcome


def explain(document: dict[str, Any], outcome: Outcome, errors: str) -> str:
    """Why a notebook does not count as converted; empty where it does."""
    if outcome.converted:
        return ""
    if outcome.verdict in EQUAL:
        told = [each["message"] for each in document.get("findings", []) if "stage" in each["code"]]
        return f"one stage for {outcome.code_cells} cells: {told[0] if told else 'no reason given'}"
    cells = (document.get("verification") or {}).get("cells", [])
    wrong = [cell for cell in cells if cell["verdict"] in ("differs", "failed")]
    if not wrong:
        return telling_line(errors)
    return (
        f"{len(wrong)} cells; cell {wrong[0]['source_cell']}: {' '.join(str(wrong[0].get('detail', '')).split())[:300]}"
    )


def run_engine(
    name: str, pipeline: Path, document: dict[str, Any], reference: dict[int, list[str]], limit: float
) -> str:
    """Run the pipeline under one engine and compare what its notebooks show with the plain run.

    Args:
        name: the engine, a key of `ENGINES`.
        pipeline: the folder of the pipeline.
        document: the conversion's document, for the names of the stages.
        reference: what each cell showed in the plain run, without those that show something else each time.
        limit: seconds.

    Returns:
        ``ok``, or what is wrong.
    """
    tool, *arguments = ENGINES[name]
    finished = run_limited([find_tool(tool), *arguments], pipeline, limit)
    if finished.status != 0:
        return f"exit {finished.status}: {telling_line(finished.errors + finished.output)}"
    stages = {stage["name"]: stage["source_cells"] for stage in document["stages"] if stage["source_cells"]}
    differing = differing_cells(reference, staged_outputs(pipeline / PRODUCTS[name], stages))
    return f"cells {differing} show something else" if differing else "ok"


@dataclass(frozen=True)
class Finished:
    """A command that ended; its status is None where it ran out of time."""

    status: int | None
    output: str
    errors: str
    seconds: float


def run_limited(command: list[str], folder: Path, limit: float) -> Finished:
    """Run a command with a time limit, and end all that it started when the time is over."""
    environment = {**os.environ, "DVC_NO_ANALYTICS": "1", "PLOOMBER_STATS_ENABLED": "false"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment.get('PATH', '')}"
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    try:
        output, errors = process.communicate(timeout=limit)
        status: int | None = process.returncode
    except subprocess.TimeoutExpired:
        end_group(process)
        output, errors = process.communicate()
        status = None
    return Finished(status, output, errors, time.perf_counter() - start)


def end_group(process: subprocess.Popen[str]) -> None:
    """End a process and its children."""
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


def find_tool(name: str) -> str:
    """The executable of this environment, else the one on PATH."""
    beside = shutil.which(name, path=str(Path(sys.executable).parent))
    return beside or shutil.which(name) or name


def telling_line(text: str) -> str:
    """The line of a command's errors that says most: the last that names an error, else the last."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and "WARNING" not in line]
    named = [line for line in lines if NAMED_ERROR.match(line)]
    return (named or lines or ["no message"])[-1][:300]


def print_table(outcomes: list[Outcome], *, engines: bool) -> None:
    """The table and the summary."""
    table = Table(title="Real notebooks", row_styles=["", "dim"])
    for title, justify in COLUMNS.items():
        table.add_column(title, justify=justify)  # type: ignore[arg-type]
    if engines:
        table.add_column("engines")
    for outcome in outcomes:
        cells = [
            f"{outcome.repo}/{outcome.notebook}",
            str(outcome.code_cells),
            "yes" if outcome.converted else "NO",
            outcome.verdict,
            str(outcome.stages),
            f"{outcome.seconds:.1f}",
            "" if outcome.plain_seconds is None else f"{outcome.plain_seconds:.1f}",
            outcome.reason,
        ]
        if engines:
            cells.append("; ".join(f"{name}: {told}" for name, told in outcome.engines.items()))
        table.add_row(*cells)
    Console(width=None if console.is_terminal else 240).print(table, markup=False)

    converted = sum(each.converted for each in outcomes)
    verdicts = Counter(each.verdict for each in outcomes).most_common()
    console.print(
        f"{converted} of {len(outcomes)} ({converted / max(len(outcomes), 1):.0%}) converted with equal results,"
        f" of {len({each.repo for each in outcomes})} repositories · "
        + ", ".join(f"{verdict} {count}" for verdict, count in verdicts),
        markup=False,
    )
    plain = [each for each in outcomes if each.plain_seconds and each.converted]
    if plain:
        over = [each.seconds / (3 * (each.plain_seconds or 0) + 10) for each in plain]
        console.print(
            f"{sum(ratio <= 1 for ratio in over)} of {len(over)} within three plain runs + 10 s", markup=False
        )
    if engines:
        ran = [each for each in outcomes if each.engines]
        console.print(
            " · ".join(
                f"{name}: {sum(each.engines[name] == 'ok' for each in ran)} of {len(ran)} ok" for name in ENGINES
            )
        )


COLUMNS = {
    "notebook": "left",
    "cells": "right",
    "converted": "left",
    "verdict": "left",
    "stages": "right",
    "s": "right",
    "plain s": "right",
    "reason": "left",
}

if __name__ == "__main__":
    typer.run(main)
