"""Runs steps, each as soon as those before it are done and there is room for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

from jupyter_mlops_converters.errors import MlopsError
from jupyter_mlops_converters.run import failures
from jupyter_mlops_converters.run.command_line import NotebookRun, as_notebook_run
from jupyter_mlops_converters.run.dvc_stages import DvcStages, Step
from jupyter_mlops_converters.run.kernels import StageKernels
from jupyter_mlops_converters.run.papermill import NotebookFailedError, execute
from jupyter_mlops_converters.run.result import Progress, StageRun
from jupyter_mlops_converters.run.shell import CommandFailedError, run_command

_WORDS = {"skipped": "Unchanged:", "restored": "Restored", "run": "Ran"}


class Round:
    """One round of steps.

    Args:
        stages: whose steps they are.
        steps: in order.
        kernels: for notebooks.
        jobs: how many steps may run at a time.
        tell: told how far it is.
        phase: what it is called when it is told.
    """

    def __init__(
        self, stages: DvcStages, steps: Sequence[Step], kernels: StageKernels, *, jobs: int, tell: Progress, phase: str
    ) -> None:
        self._stages = stages
        self._steps = steps
        self._kernels = kernels
        self._room = asyncio.Semaphore(jobs)
        self._progress = tell
        self._phase = phase
        self._tasks: dict[Step, asyncio.Task[StageRun | None]] = {}
        self._done = 0
        self._failures: list[MlopsError] = []

    async def run(self) -> list[StageRun]:
        """Run the steps. When one fails, those that are running still come to their end.

        Returns:
            What became of each that has commands, in order; data that DVC keeps is a step without.

        Raises:
            MlopsError: of the first step that failed.
        """
        for step in self._steps:
            if step.commands:
                self._tell(step, "queued", f"{step.name} is waiting")
            self._tasks[step] = asyncio.create_task(self._one(step))
        try:
            outcomes = await asyncio.gather(*self._tasks.values())
        except BaseException:
            # So that nobody waits for a kernel that nobody needs any more.
            self._kernels.close()
            raise
        if self._failures:
            raise self._failures[0]
        return [outcome for step, outcome in zip(self._steps, outcomes, strict=True) if outcome and step.commands]

    async def _one(self, step: Step) -> StageRun | None:
        before = [self._tasks[other] for other in step.upstream if other in self._tasks]
        if None in [await task for task in before]:
            return None
        async with self._room:
            if self._failures:
                return None
            started = time.monotonic()
            memory = None
            try:
                status = self._stages.take_up(step)
                if status == "run":
                    self._tell(step, "running", f"Running {step.name} ({self._count()})")
                    memory = await self._execute(step)
                    self._stages.record(step)
            except MlopsError as error:
                self._failures.append(error)
                self._tell(step, "failed", error.message)
                return None
            finally:
                self._stages.release(step)
            self._done += 1
            if step.commands:
                self._tell(step, status, f"{_WORDS[status]} {step.name}")
            return StageRun(step.name, status, round(time.monotonic() - started, 2), memory)

    async def _execute(self, step: Step) -> int | None:
        memory = None
        for command in step.commands:
            run = as_notebook_run(command, step.folder)
            if run is not None:
                memory = await self._execute_notebook(step, run)
                continue
            try:
                await run_command(command, step.folder, step.env)
            except CommandFailedError as failure:
                raise failures.of_command(step.name, command, failure) from None
        return memory

    async def _execute_notebook(self, step: Step, run: NotebookRun) -> int | None:
        def on_cell(metadata: Mapping[str, Any]) -> None:
            cell = metadata.get("jupyter_mlops", {}).get("source_cell")
            if cell is not None:
                self._tell(step, "running", f"Running {step.name}, cell {cell} ({self._count()})", cell)

        try:
            client = await self._kernels.start(run, step.env)
            return await execute(run, client, on_cell)
        except NotebookFailedError as failure:
            raise failures.of_notebook(step.name, run, failure) from None

    def _count(self) -> str:
        return f"{self._done + 1} of {len(self._steps)}"

    def _tell(self, step: Step, state: str, message: str, cell: int | None = None) -> None:
        self._progress(
            {
                "phase": self._phase,
                "stage": step.name,
                "state": state,
                "cell": cell,
                "message": message,
                "fraction": self._done / len(self._steps),
            }
        )
