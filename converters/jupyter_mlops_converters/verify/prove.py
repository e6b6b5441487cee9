"""The proof: run every stage in a fresh process from files on disk, and compare with the original notebook's run.

Stages run side by side where the graph allows it. The process of a stage starts ahead of its turn, and the cells that need
nothing of other stages (parameters, set-up, imports) run in it at once; the rest waits for the stages before it.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from heapq import heappop, heappush

from jupyter_mlops_converters.observe.session import CellFailedError
from jupyter_mlops_converters.verify.given import parameters_in
from jupyter_mlops_converters.verify.proof import Proof, StageProof, StageRun
from jupyter_mlops_converters.verify.stage import Grounds, StageWork


async def prove(
    stages: Sequence[StageRun],
    grounds: Grounds,
    *,
    known: Mapping[str, StageProof] | None = None,
    to_the_end: bool = True,
) -> Proof:
    """Run all stages and compare.

    Args:
        stages: in pipeline order, without `track`.
        grounds: what they have in common.
        known: stages that were proven before with the same text and the same inputs, whose products are there still.
        to_the_end: whether to go on where a stage differs; a stage that fails ends those behind it in any case.

    Returns:
        The proof.
    """
    run = _Run(list(stages), grounds, to_the_end=to_the_end)
    return await run.all(known or {})


class _Slots:
    """A semaphore that lets the lowest key in first."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._waiting: list[tuple[tuple[int, int], asyncio.Future[None]]] = []

    @contextlib.asynccontextmanager
    async def one(self, *key: int) -> AsyncIterator[None]:
        if self._free:
            self._free -= 1
        else:
            turn = asyncio.get_running_loop().create_future()
            heappush(self._waiting, ((key[0], key[-1]), turn))
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._release()
                raise
        try:
            yield
        finally:
            self._release()

    def _release(self) -> None:
        while self._waiting:
            _, turn = heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1


class _Run:
    """One proof: the tasks of its stages, and who waits for whom."""

    def __init__(self, stages: list[StageRun], grounds: Grounds, *, to_the_end: bool) -> None:
        self._stages = stages
        self._grounds = grounds
        self._to_the_end = to_the_end
        self._working = _Slots(grounds.side_by_side)
        self._alive = _Slots(grounds.at_once)
        self._written = {stage.name: asyncio.Event() for stage in stages}
        self._tasks: list[asyncio.Task[StageProof]] = []
        self._cells = 0

    async def all(self, known: Mapping[str, StageProof]) -> Proof:
        for stage in self._stages:
            if stage.name in known:
                self._written[stage.name].set()
        self._tasks = [
            asyncio.ensure_future(self._stage(number, stage, known.get(stage.name)))
            for number, stage in enumerate(self._stages)
        ]
        try:
            # A stage that does not run is a result; what is raised here ends the proof.
            if self._tasks:
                await asyncio.wait(self._tasks, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        return Proof(tuple(task.result() for task in self._tasks if not task.cancelled()))

    async def _stage(self, number: int, stage: StageRun, known: StageProof | None) -> StageProof:
        if known is not None:
            return known
        async with self._alive.one(number):
            found = await self._proven(number, stage)
        if found.differs:
            found = await self._grounds.excuse(found)
        if found.failure is not None or (found.differs and not self._to_the_end):
            for task in self._tasks[number + 1 :]:
                task.cancel()
        return found

    async def _proven(self, number: int, stage: StageRun) -> StageProof:
        grounds = self._grounds
        work = StageWork(stage, grounds, self._tell(stage))
        later = {path for other in self._stages[number + 1 :] for path in other.writes}
        others = {path for other in self._stages if other is not stage for path in other.writes}
        upstream = [self._written[name] for name in stage.upstream if name in self._written]
        try:
            async with self._working.one(1, number):
                await work.start()
                ahead = not all(event.is_set() for event in upstream)
                done = await work.head(ahead_of=others) if ahead else False
            for event in upstream:
                await event.wait()
            async with self._working.one(0, number):
                if ahead and not done:
                    await work.restart()
                if not done:
                    await work.head()
                await work.body()
                await work.results()
                await work.files(
                    [path for path in stage.writes if path not in later and path in grounds.observation.final_files]
                )
                await work.measure()
            self._written[stage.name].set()
        except CellFailedError as failure:
            work.failed(failure)
        finally:
            await work.close()
        return work.found()

    def _tell(self, stage: StageRun) -> Callable[[int], None]:
        cells = self._grounds.observation.cells

        def tell(cell: int) -> None:
            self._cells += 1
            self._grounds.progress(
                {
                    "phase": "verify",
                    "message": f"Proving stage {stage.name}, cell {cell}",
                    "stage": stage.name,
                    "cell": cell,
                    "cells": max(cell.index for cell in cells) + 1,
                    "fraction": min(1.0, self._cells / max(1, len(cells))),
                }
            )

        return tell


def stage_keys(stages: Sequence[StageRun], files: Mapping[str, bytes], final_files: frozenset[str]) -> dict[str, str]:
    """What the result of proving each stage depends on, as a digest: its text and all that its inputs come from.

    Args:
        stages: in pipeline order.
        files: of the pipeline's folder, path → content.
        final_files: files that the notebook leaves.

    Returns:
        Stage → digest. A stage that writes a file which another one writes, too, has none: what is in it depends on both.
    """
    keys: dict[str, str] = {}
    shared = b"".join(content for path, content in sorted(files.items()) if path.endswith("_lib.py"))
    given = parameters_in(files.get("params.yaml", b""))
    for stage in stages:
        others = {path for other in stages if other is not stage for path in other.writes}
        if others & set(stage.writes) or not all(name in keys for name in stage.upstream):
            continue
        text = [shared, files[stage.notebook], repr([keys[name] for name in stage.upstream]).encode()]
        text.append(repr(sorted(set(stage.writes) & final_files)).encode())
        text.append(repr([(name, given.get(name)) for name in stage.parameters]).encode())
        keys[stage.name] = hashlib.sha256(b"\0".join(text)).hexdigest()
    return keys
