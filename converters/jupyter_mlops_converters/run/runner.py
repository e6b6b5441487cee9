"""Runs the stale stages of a pipeline, and tracks the run after its result is known."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from jupyter_mlops_converters.errors import MissingDependencyError, MlopsError
from jupyter_mlops_converters.run.command_line import as_notebook_run
from jupyter_mlops_converters.run.kernels import StageKernels
from jupyter_mlops_converters.run.outlook import notebooks_ahead
from jupyter_mlops_converters.run.result import PipelineRun, Progress, StageRun

if TYPE_CHECKING:
    from typing_extensions import Self

    from jupyter_mlops_converters.run.dvc_stages import DvcStages, Step

#: Stages at a time when nothing else is said, as far as there are processors.
_SIDE_BY_SIDE = 2


class PipelineRunner:
    """Runs a pipeline: first all but the tracking, then that. Use as a context manager.

    Args:
        folder: the pipeline's.
        assignments: parameters to change first, name → value as typed.
        jobs: stages at a time; as many as there are processors, and two at most, when None.
        cold: start every kernel in a process of its own, as papermill does, instead of forking it.

    Raises:
        MlopsError: ``not-a-pipeline``, ``unknown-parameter``, ``invalid-parameter``, ``invalid-params``.
        MissingDependencyError: DVC is not installed.
    """

    def __init__(
        self,
        folder: Path | str,
        assignments: Mapping[str, str] | None = None,
        *,
        jobs: int | None = None,
        cold: bool = False,
    ) -> None:
        self._shown = str(folder)
        self._folder = Path(folder).resolve()
        if not (self._folder / "dvc.yaml").is_file():
            raise MlopsError(
                "not-a-pipeline",
                "There is no dvc.yaml here. Name the folder of a converted pipeline.",
                path=self._shown,
            )
        if find_spec("dvc") is None:
            raise MissingDependencyError("DVC", 'pip install "jupyter-mlops[dvc]"', "Running a pipeline")
        self._jobs = jobs or min(_SIDE_BY_SIDE, os.cpu_count() or 1)
        self._stages: DvcStages | None = None
        self._tracking: list[Step] = []
        # First of all: the imports of the stages take longer than all that is done here meanwhile.
        self._kernels = StageKernels(cold=cold)
        try:
            if assignments:
                # Some stage is going to run.
                self._kernels.begin(self._folder / "stages")
            self._kernels.import_ahead(notebooks_ahead(self._folder, changed=assignments or {}))
            from jupyter_mlops_converters import params

            params.change(self._folder, assignments or {})
        except BaseException:
            self._kernels.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._kernels.close(keep=kind is None)
        if self._stages is not None:
            self._stages.close()

    def run(self, progress: Progress | None = None) -> PipelineRun:
        """Run what is stale, except the tracking.

        Args:
            progress: called with progress events.

        Returns:
            What came of it.

        Raises:
            MlopsError: ``stage-failed`` (with stage, cell and error), ``missing-input``, ``no-dvc-project``,
                ``invalid-dvc-yaml``, ``pipeline-busy``, ``no-kernel``.
        """
        from jupyter_mlops_converters import params
        from jupyter_mlops_converters.run.dvc_stages import DvcStages

        tell = progress or _tell_nobody
        started = time.monotonic()
        tell({"phase": "run", "message": "Looking for what changed", "fraction": 0.0})
        self._stages = DvcStages(self._folder)
        self._tracking = [step for step in self._stages.steps if _only_tracks(step)]
        stages = self._round([step for step in self._stages.steps if step not in self._tracking], tell, "run")
        tell({"phase": "run", "message": "Done", "fraction": 1.0})
        return PipelineRun(
            path=self._shown,
            stages=(*stages, *(StageRun(step.name, "pending", 0.0) for step in self._tracking)),
            seconds=round(time.monotonic() - started, 2),
            metrics=_metrics(self._stages),
            parameters=params.read(self._folder),
        )

    def track(self, progress: Progress | None = None) -> tuple[StageRun, ...]:
        """Run the stages that track what `run` did, where they are stale.

        Args:
            progress: called with progress events.

        Returns:
            What became of them.

        Raises:
            MlopsError: as `run`.
        """
        if self._stages is not None:
            self._stages.write()
        return tuple(self._round(self._tracking, progress or _tell_nobody, "track"))

    def _round(self, steps: list[Step], tell: Progress, phase: str) -> list[StageRun]:
        """Run steps to their end, also where an event loop is running already, as in a notebook."""
        import asyncio

        from jupyter_mlops_converters.run.schedule import Round

        async def work() -> list[StageRun]:
            assert self._stages is not None
            return await Round(self._stages, steps, self._kernels, jobs=self._jobs, tell=tell, phase=phase).run()

        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return asyncio.run(work())
        outcome: list[list[StageRun] | BaseException] = []

        def run() -> None:
            try:
                outcome.append(asyncio.run(work()))
            except BaseException as error:  # noqa: BLE001 - it goes on below
                outcome.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        if isinstance(outcome[0], BaseException):
            raise outcome[0]
        return outcome[0]


def run_pipeline(
    folder: Path | str,
    assignments: Mapping[str, str] | None = None,
    *,
    progress: Progress | None = None,
    jobs: int | None = None,
    cold: bool = False,
) -> PipelineRun:
    """Run what is stale in a pipeline, and track it.

    Args:
        folder: the pipeline's.
        assignments: parameters to change first, name → value as typed.
        progress: called with progress events.
        jobs: as for `PipelineRunner`.
        cold: as for `PipelineRunner`.

    Returns:
        What came of it, the tracking included.

    Raises:
        MlopsError: as `PipelineRunner` and its methods.
        MissingDependencyError: DVC is not installed.
    """
    with PipelineRunner(folder, assignments, jobs=jobs, cold=cold) as runner:
        result = runner.run(progress)
        tracked = {stage.name: stage for stage in runner.track(progress)}
    return replace(result, stages=tuple(tracked.get(stage.name, stage) for stage in result.stages))


def _only_tracks(step: Step) -> bool:
    """Whether a stage is the converter's own addition, which has no cell of the notebook: it tracks the others."""
    runs = [run for command in step.commands if (run := as_notebook_run(command, step.folder)) is not None]
    return bool(runs) and all(_is_added(run.folder / run.source) for run in runs)


def _is_added(notebook: Path) -> bool:
    try:
        cells = json.loads(notebook.read_text("utf-8"))["cells"]
        own = [cell["metadata"].get("jupyter_mlops", {}) for cell in cells]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return any("role" in each for each in own) and not any("source_cell" in each for each in own)


def _metrics(stages: DvcStages) -> dict[str, Any]:
    """The metrics of all stages; those of a file of its own have its name before theirs."""
    found: dict[str, Any] = {}
    for path in stages.metric_files():
        prefix = "" if path.name == "metrics.json" else f"{path.stem}."
        try:
            metrics = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(metrics, dict):
            found.update({f"{prefix}{name}": value for name, value in metrics.items()})
    return found


def _tell_nobody(_event: dict[str, Any]) -> None:
    pass
