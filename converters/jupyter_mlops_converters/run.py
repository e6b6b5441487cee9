"""Run a pipeline: an engine does it, this says how far it is and what came of it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from jupyter_mlops_converters import params
from jupyter_mlops_converters.errors import MissingDependencyError, MlopsError

Progress = Callable[[dict[str, Any]], None]
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_EVENTS = (
    ("run", re.compile(r"^Running stage '(?P<stage>[^']+)'")),
    ("skipped", re.compile(r"^Stage '(?P<stage>[^']+)' didn't change, skipping")),
    ("restored", re.compile(r"^Stage '(?P<stage>[^']+)' is cached - skipping run")),
)
_FAILED = re.compile(r"^ERROR: failed to reproduce '(?P<stage>[^']+)'")
_MISSING = re.compile(r"(?:No such file or directory: '|missing data '[^']+': )(?P<path>[^'\n]+)")
_TAIL = 30


@dataclass(frozen=True)
class StageRun:
    """What became of a stage.

    Attributes:
        name: the stage.
        status: "run", "skipped" since nothing changed, or "restored" from an earlier run with the same inputs.
        seconds: wall time.
    """

    name: str
    status: Literal["run", "skipped", "restored"]
    seconds: float


@dataclass(frozen=True)
class PipelineRun:
    """What came of running a pipeline.

    Attributes:
        path: the pipeline's folder.
        stages: in the order they were taken up.
        seconds: wall time of all.
        metrics: the content of `metrics.json`.
        parameters: the values it ran with.
    """

    path: str
    stages: tuple[StageRun, ...]
    seconds: float
    metrics: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """As the JSON document of `jupyter mlops run`."""
        return {**asdict(self), "stages": [asdict(stage) for stage in self.stages]}


#: Runs the stale stages of the pipeline in a folder and yields what became of each as it is known.
Engine = Callable[[Path, Progress], Iterator[StageRun]]


def run_pipeline(
    folder: Path | str,
    assignments: Mapping[str, str] | None = None,
    *,
    progress: Progress | None = None,
    engine: Engine | None = None,
) -> PipelineRun:
    """Run what is stale in a pipeline.

    Args:
        folder: the pipeline's.
        assignments: parameters to change first, name → value as typed.
        progress: called with progress events.
        engine: what runs the stages; DVC when None.

    Returns:
        What came of it.

    Raises:
        MlopsError: ``not-a-pipeline``, ``unknown-parameter``, ``invalid-parameter``, ``stage-failed`` (with stage, cell
            and error), ``missing-input``, ``no-dvc-project``, ``run-failed``.
        MissingDependencyError: the engine is not installed.
    """
    here = Path(folder).resolve()
    if not (here / "dvc.yaml").is_file():
        raise MlopsError(
            "not-a-pipeline", "There is no dvc.yaml here. Name the folder of a converted pipeline.", path=str(folder)
        )
    chosen = engine or run_with_dvc
    if chosen is run_with_dvc and find_spec("dvc") is None:
        raise MissingDependencyError("DVC", 'pip install "jupyter-mlops[dvc]"', "Running a pipeline")
    params.change(here, assignments or {})
    started = time.monotonic()
    stages = tuple(chosen(here, progress or (lambda _event: None)))
    return PipelineRun(
        path=str(folder),
        stages=stages,
        seconds=round(time.monotonic() - started, 2),
        metrics=_metrics(here),
        parameters=params.read(here),
    )


def run_with_dvc(folder: Path, tell: Progress) -> Iterator[StageRun]:
    """Run `dvc repro` in the pipeline's folder.

    Args:
        folder: the pipeline's.
        tell: called with progress events.

    Yields:
        What became of each stage.

    Raises:
        MlopsError: as `run_pipeline`.
    """
    count = _stage_count(folder)
    tail: deque[str] = deque(maxlen=_TAIL)
    current: tuple[str, Literal["run", "skipped", "restored"], float] | None = None
    done = 0
    tell({"phase": "run", "message": "Looking for what changed", "fraction": 0.0})
    with _dvc_repro(folder) as process:
        for raw in process.stdout or ():
            line = _ANSI.sub("", raw).rstrip()
            tail.append(line)
            event = _event(line)
            if event is None:
                continue
            now = time.monotonic()
            if current is not None:
                yield StageRun(current[0], current[1], round(now - current[2], 2))
            status, stage = event
            done += 1
            word = {"run": "Running", "skipped": "Unchanged:", "restored": "Restoring"}[status]
            message = f"{word} {stage} ({done} of {max(count, done)})"
            tell({"phase": "run", "stage": stage, "message": message, "fraction": (done - 1) / max(count, done)})
            current = (stage, status, now)
        failed = process.wait() != 0
    if failed:
        raise _failure(folder, list(tail))
    if current is not None:
        yield StageRun(current[0], current[1], round(time.monotonic() - current[2], 2))
    tell({"phase": "run", "message": "Done", "fraction": 1.0})


@contextmanager
def _dvc_repro(folder: Path) -> Iterator[subprocess.Popen[str]]:
    environment = {
        **os.environ,
        # DVC finds papermill through the shell, in an environment that need not be activated.
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "DVC_NO_ANALYTICS": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "dvc", "repro"],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        if process.stdout is not None:
            process.stdout.close()
        process.wait()


def _event(line: str) -> tuple[Literal["run", "skipped", "restored"], str] | None:
    for status, pattern in _EVENTS:
        if found := pattern.match(line):
            return status, found["stage"].rpartition(":")[2]  # type: ignore[return-value]
    return None


def _stage_count(folder: Path) -> int:
    import yaml

    try:
        document = yaml.safe_load((folder / "dvc.yaml").read_text(encoding="utf-8"))
        return len(document["stages"])
    except (yaml.YAMLError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise MlopsError("invalid-dvc-yaml", f"dvc.yaml cannot be read: {error}", path=str(folder)) from None


def _metrics(folder: Path) -> dict[str, Any]:
    """The metrics; by notebook, where several have some."""
    found = {file.stem: _mapping(file) for file in sorted((folder / "metrics").glob("*.json"))}
    return found or _mapping(folder / "metrics.json")


def _mapping(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _failure(folder: Path, tail: list[str]) -> MlopsError:
    """The failure in the user's terms: the cell that raised, the file that is missing, or what DVC said."""
    text = "\n".join(line for line in tail if line)
    said = next((line for line in reversed(tail) if line.startswith("ERROR:")), "ERROR: DVC stopped with an error")
    failed = _FAILED.match(said)
    stage = failed["stage"].rpartition(":")[2] if failed else None
    if "not inside of a DVC repository" in text:
        return MlopsError(
            "no-dvc-project",
            "DVC is not initialised in this project. Run `dvc init` in its root (`dvc init --no-scm` without git).",
            path=str(folder),
        )
    if missing := _MISSING.search(said):
        path = Path(os.path.relpath(folder / missing["path"], folder)).as_posix()
        return MlopsError(
            "missing-input",
            f"{path} is not there, and {stage} reads it. Get the data first (`dvc pull`, where DVC keeps it).",
            path=str(folder / "dvc.yaml"),
            exit_status=1,
        )
    if stage is not None and (raised := _raised(folder / "products" / f"{stage}.ipynb")):
        place, cell, error, traceback = raised
        return MlopsError(
            "stage-failed",
            f"Stage {stage} failed in {place}: {error}. The notebook as far as it ran is products/{stage}.ipynb.",
            cell=cell,
            path=f"stages/{stage}.ipynb",
            exit_status=1,
            detail=traceback,
        )
    where = f"Stage {stage} failed" if stage else "The pipeline does not run"
    return MlopsError(
        "stage-failed" if stage else "run-failed",
        f"{where}: {said.removeprefix('ERROR: ')}.",
        path=f"stages/{stage}.ipynb" if stage else str(folder / "dvc.yaml"),
        exit_status=1,
        detail=text,
    )


def _raised(executed: Path) -> tuple[str, int | None, str, str] | None:
    """Where an executed notebook stopped: place, cell of the original notebook, error, end of the traceback."""
    try:
        cells = json.loads(executed.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    for cell in cells:
        for output in cell.get("outputs", ()):
            if output.get("output_type") == "error":
                own = cell["metadata"].get("jupyter_mlops", {})
                source_cell = own.get("source_cell")
                name = f"`{own['role']}`" if "role" in own else "a"
                original = own.get("source_notebook", "the original notebook")
                place = f"its {name} cell" if source_cell is None else f"cell {source_cell} of {original}"
                traceback = _ANSI.sub("", "\n".join(output.get("traceback", ()))).splitlines()
                header = next((n for n, line in enumerate(traceback) if "Traceback (most recent" in line), -1)
                error = f"{output.get('ename')}: {output.get('evalue')}".strip().rstrip(":. ")
                return place, source_cell, error.splitlines()[0], "\n".join(traceback[header + 1 :][-_TAIL // 2 :])
    return None
