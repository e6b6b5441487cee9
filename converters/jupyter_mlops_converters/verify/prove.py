"""The proof: run every stage in a fresh process from files on disk, and compare with the original notebook's run.

Stages run side by side where the graph allows it. The process of a stage starts ahead of its turn, and the cells that need
nothing of other stages (parameters, set-up, imports) run in it at once; the rest waits for the stages before it.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from pathlib import Path
from typing import Any

from jupyter_mlops_converters.observe.kernels import Kernels
from jupyter_mlops_converters.observe.mirror import Snapshot, state_of
from jupyter_mlops_converters.observe.observation import Observation, ObservedCell
from jupyter_mlops_converters.observe.observe import FORCED
from jupyter_mlops_converters.observe.session import CellFailedError, Session
from jupyter_mlops_converters.verify.contents import same_content
from jupyter_mlops_converters.verify.outputs import compare_outputs
from jupyter_mlops_converters.verify.proof import DIFFERS, FAILED, Compared, Proof, StageProof, StageRun

#: Cells of a stage notebook that need nothing of other stages.
_HEAD = frozenset({"parameters", "setup", "context"})


@dataclass(frozen=True)
class Grounds:
    """What all stages of a proof have in common.

    Attributes:
        observation: the original's run.
        mirror: a scratch copy of the project that holds the pipeline.
        before: what was in that copy before any stage ran.
        temp: the kernels' folder of temporary files.
        original: the scratch copy that the original ran in (for the files it left).
        project: the user's project, which must not be written to.
        folder: the pipeline's folder in the project, posix.
        kernels: starts processes.
        side_by_side: how many stages may be at work at the same time.
        at_once: how many stages may have a process at the same time.
        limit: seconds that a cell may take; None for no limit.
        paths: replacements for the comparison of outputs: folders of the proof, and of the original's run.
        seeded_from: generator → cell that first seeds it. Before that cell the notebook draws what it likes, so the
            proof gives both runs the same draws; from there on the pipeline has to carry the state itself.
        progress: told about every stage and cell.
        excuse: given a stage that differs, replaces the verdicts that a second run of the original excuses.
    """

    observation: Observation
    mirror: Path
    before: Snapshot
    temp: Path
    original: Path
    project: Path
    folder: str
    kernels: Kernels
    side_by_side: int
    at_once: int
    limit: float | None
    paths: Mapping[str, str]
    seeded_from: Mapping[str, int]
    progress: Callable[[dict[str, Any]], None]
    excuse: Callable[[StageProof], Awaitable[StageProof]]

    @property
    def cwd(self) -> Path:
        """Where the kernels of stages start."""
        return self.mirror / self.folder / "stages"


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
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(self._tasks)
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
        work = _StageWork(stage, grounds, self._tell(stage))
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


@dataclass
class _StageWork:
    """One stage in its process."""

    stage: StageRun
    grounds: Grounds
    tell: Callable[[int], None]
    cells: list[Compared] = field(default_factory=list)
    hand_overs: list[Compared] = field(default_factory=list)
    compared_files: list[Compared] = field(default_factory=list)
    failure: Compared | None = None
    memory: int = 0

    def __post_init__(self) -> None:
        text = (self.grounds.mirror / self.grounds.folder / self.stage.notebook).read_text("utf-8")
        code = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
        split = next((n for n, cell in enumerate(code) if _own(cell).get("role") not in _HEAD), len(code))
        self._head, self._body = code[:split], code[split:]
        self._starts = self._find_starts()
        self._now: dict[str, Any] = {}
        self._session: Session | None = None

    async def start(self) -> None:
        self._session = await self.grounds.kernels.take(self.grounds.cwd, self.grounds.temp)
        await self._session.install_agent(
            root=self.grounds.mirror,
            protected=self.grounds.project,
            reference=self.grounds.mirror.parent / "unused",
        )

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def restart(self) -> None:
        await self.close()
        await self.start()

    async def head(self, *, ahead_of: set[str] | None = None) -> bool:
        """Run the cells that need nothing of other stages.

        Args:
            ahead_of: files that other stages write, when it is not the stage's turn yet.

        Returns:
            Whether that counts: not when a cell failed or touched such a file before its turn.
        """
        for cell in self._head:
            try:
                await self._run(cell)
                seen = await self._asked("opened") if ahead_of else {}
            except CellFailedError:
                if ahead_of is None:
                    raise
                return False
            if ahead_of and ahead_of & {*seen["reads"], *seen["writes"]}:
                return False
        return True

    async def body(self) -> None:
        observation = self.grounds.observation
        for cell in self._body:
            source_cell = _own(cell).get("source_cell")
            if source_cell is not None:
                self.tell(source_cell)
                if source_cell in self._starts:
                    await self._asked("set_random", {"states": self._free_draws(source_cell)})
            outputs = await self._run(cell)
            if source_cell is not None:
                expected = observation.cell(source_cell).outputs
                found = compare_outputs(list(expected), outputs, paths=self.grounds.paths)
                self.cells.append(
                    Compared(found.verdict, found.detail, self.stage.name, source_cell, outputs=tuple(outputs))
                )
            elif _own(cell).get("role") == "inputs":
                self.hand_overs += await self._check_loaded()

    async def _run(self, cell: dict[str, Any]) -> list[dict[str, Any]]:
        assert self._session is not None
        self._now = _own(cell)
        metadata = {key: value for key, value in cell["metadata"].items() if key != "jupyter_mlops"}
        await self._session.ask("before")
        # Where stages run side by side, each takes longer than it does alone.
        limit = None if self.grounds.limit is None else self.grounds.limit * self.grounds.side_by_side
        outputs, _ = await self._session.execute("".join(cell["source"]), metadata=metadata, limit=limit)
        return outputs

    async def _asked(self, method: str, request: dict[str, Any] | None = None) -> dict[str, Any]:
        assert self._session is not None
        return await self._session.ask(method, request) or {}

    def _find_starts(self) -> set[int]:
        """Cells of the stage before which, in the notebook, a cell of another stage (or none) ran."""
        order = [cell.index for cell in self.grounds.observation.cells]
        inside = set(self.stage.source_cells)
        return {
            index
            for before, index in zip([None, *order], order, strict=False)
            if index in inside and before not in inside
        }

    def _free_draws(self, first: int) -> dict[str, str | None]:
        """States for the generators that nothing has seeded before that cell: those that the notebook had there."""
        before = self.grounds.observation.before(first)
        return {
            name: before[-1].states.get(name) if before else None
            for name in FORCED
            if name not in self.stage.loads
            and self.grounds.seeded_from.get(name, first) not in {cell.index for cell in before}
            and (not before or name in before[-1].states)
        }

    async def _check_loaded(self) -> list[Compared]:
        order = [cell.index for cell in self.grounds.observation.cells]
        inside = [place for place, index in enumerate(order) if index in self.stage.source_cells]
        first = inside[0] if inside else 0
        expected: dict[str, dict[str, Any]] = {}
        written: dict[str, int] = {}
        for name, key in self.stage.loads.items():
            entry: dict[str, Any] | None = None
            version = self.stage.versions.get(name)
            last = order.index(version) if version in order else first - 1
            for place, cell in enumerate(self.grounds.observation.cells):
                if place > last and (name not in self.stage.versions or _writes(cell, name, entry)):
                    break
                if name in cell.random:
                    entry = {"fingerprint": cell.random[name]}
                    written[name] = cell.index
                elif name in cell.changes and cell.changes[name].fingerprint is not None:
                    entry = {"fingerprint": cell.changes[name].fingerprint, "reference": None, "format": key}
                    written[name] = cell.index
                if entry is not None and name in cell.choices:
                    choice = cell.choices[name]
                    entry.update(reference=choice.file, format=choice.format)
            if entry is not None:
                expected[name] = entry
        if not expected:
            return []
        report = await self._asked("check", {"label": self.stage.name, "expected": expected})
        return [
            Compared(result["verdict"], result["detail"], self.stage.name, written[name], name)
            for name, result in report.get("results", {}).items()
        ]

    async def files(self, paths: Sequence[str]) -> None:
        """Compare what the stage has written; pickles by the values in them, in the stage's own process."""
        for path in sorted(paths):
            expected, actual = self.grounds.original / path, self.grounds.mirror / path
            if not expected.is_file():
                continue
            if not actual.is_file() or state_of(actual) == self.grounds.before.get(path):
                verdict, detail = DIFFERS, "the pipeline does not write it"
            else:
                verdict, detail = same_content(expected, actual)
                if verdict == DIFFERS:
                    report = await self._asked("compare_files", {"expected": str(expected), "actual": str(actual)})
                    if report.get("loaded"):
                        verdict, detail = report["verdict"], report["detail"]
            self.compared_files.append(Compared(verdict, detail, self.stage.name, name=path))

    async def measure(self) -> None:
        """Note the memory that the stage needed."""
        self.memory = (await self._asked("memory")).get("peak", 0)

    def failed(self, failure: CellFailedError) -> None:
        said = {"timeout": "it ran out of time", "kernel-died": "the kernel died"}.get(
            failure.kind, f"{failure.ename}: {failure.evalue}"[:500]
        )
        self.failure = Compared(FAILED, said, self.stage.name, self._now.get("source_cell"), name=self._now.get("role"))

    def found(self) -> StageProof:
        return StageProof(
            self.stage.name,
            tuple(self.cells),
            tuple(self.hand_overs),
            tuple(self.compared_files),
            self.failure,
            self.memory,
        )


def _writes(cell: ObservedCell, name: str, entry: Mapping[str, Any] | None) -> bool:
    change = cell.changes.get(name)
    if change is not None:
        return change.bound or change.changed is not False
    return name in cell.removed or (name in cell.random and cell.random[name] != (entry or {}).get("fingerprint"))


def _own(cell: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = cell["metadata"].get("jupyter_mlops", {})
    return found


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
    for stage in stages:
        others = {path for other in stages if other is not stage for path in other.writes}
        if others & set(stage.writes) or not all(name in keys for name in stage.upstream):
            continue
        text = [shared, files[stage.notebook], repr([keys[name] for name in stage.upstream]).encode()]
        text.append(repr(sorted(set(stage.writes) & final_files)).encode())
        keys[stage.name] = hashlib.sha256(b"\0".join(text)).hexdigest()
    return keys
