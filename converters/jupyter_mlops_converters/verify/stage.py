"""The proof of one stage: its cells run in a process of its own, and what they give is compared."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from jupyter_mlops_converters.emit.literals import assignment
from jupyter_mlops_converters.observe.kernels import Kernels
from jupyter_mlops_converters.observe.mirror import Snapshot, state_of
from jupyter_mlops_converters.observe.observation import Observation, ObservedCell
from jupyter_mlops_converters.observe.observe import FORCED
from jupyter_mlops_converters.observe.session import CellFailedError, Session
from jupyter_mlops_converters.verify.contents import same_content
from jupyter_mlops_converters.verify.given import read_metrics, read_parameters
from jupyter_mlops_converters.verify.outputs import compare_outputs
from jupyter_mlops_converters.verify.proof import (
    DIFFERS,
    FAILED,
    IDENTICAL,
    NOT_DETERMINISTIC,
    Compared,
    StageProof,
    StageRun,
)

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
        installs: cells whose installs were left out, of the notebook's run too: what they show is not known.
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
    installs: frozenset[int]
    progress: Callable[[dict[str, Any]], None]
    excuse: Callable[[StageProof], Awaitable[StageProof]]

    @property
    def cwd(self) -> Path:
        """Where the kernels of stages start."""
        return self.mirror / self.folder / "stages"


@dataclass
class StageWork:
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
        self._head, self._body = _with_parameters(code[:split], self._given()), code[split:]
        self._starts = self._find_starts()
        self._now: dict[str, Any] = {}
        self._session: Session | None = None

    async def start(self) -> None:
        """Have a process."""
        self._session = await self.grounds.kernels.take(self.grounds.cwd, self.grounds.temp)
        await self._session.install_agent(
            root=self.grounds.mirror,
            protected=self.grounds.project,
            reference=self.grounds.mirror.parent / "unused",
        )

    async def close(self) -> None:
        """End the process."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def restart(self) -> None:
        """Begin again in another process."""
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
        """Load, run the cells of the notebook, and save; compare what they show with what they showed there."""
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
                compared = Compared(found.verdict, found.detail, self.stage.name, source_cell, outputs=tuple(outputs))
                if source_cell in self.grounds.installs and found.verdict == IDENTICAL:
                    said = "what its install would show is left out; all else is identical"
                    compared = replace(compared, verdict=NOT_DETERMINISTIC, detail=said)
                self.cells.append(compared)
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

    def _given(self) -> dict[str, Any]:
        """The values of `params.yaml` that an engine would give the stage."""
        values = read_parameters(self.grounds.mirror / self.grounds.folder / "params.yaml")
        return {name: values[name] for name in self.stage.parameters if name in values}

    def _expected(self, name: str, version: int | None) -> dict[str, Any] | None:
        """What is known of the value that a cell left; of the last one before the stage when it is not said which."""
        entry: dict[str, Any] | None = None
        order = [cell.index for cell in self.grounds.observation.cells]
        inside = [place for place, index in enumerate(order) if index in self.stage.source_cells]
        last = order.index(version) if version in order else (inside[0] if inside else 0) - 1
        for place, cell in enumerate(self.grounds.observation.cells):
            if place > last and (version is None or _writes(cell, name, entry)):
                break
            if name in cell.random:
                entry = {"fingerprint": cell.random[name], "cell": cell.index}
            elif name in cell.changes and cell.changes[name].fingerprint is not None:
                entry = {"fingerprint": cell.changes[name].fingerprint, "cell": cell.index, "reference": None}
            if entry is not None and name in cell.choices:
                entry.update(reference=cell.choices[name].file, format=cell.choices[name].format)
        return entry

    async def _check_loaded(self) -> list[Compared]:
        wanted = {name: self._expected(name, self.stage.versions.get(name)) for name in self.stage.loads}
        return await self._check({name: entry for name, entry in wanted.items() if entry is not None}, None)

    async def results(self) -> None:
        """Compare what the stage has saved and no other stage loads, and the metrics."""
        for saved in self.stage.results:
            wanted = {name: self._expected(name, version) for name, version in saved.versions.items()}
            expected = {name: entry for name, entry in wanted.items() if entry is not None}
            file = {
                "path": str(self.grounds.mirror / self.grounds.folder / saved.path),
                "key": saved.format,
                "variables": list(saved.versions),
            }
            self.hand_overs += await self._check(expected, file)
        self.hand_overs += self._check_metrics()

    async def _check(self, expected: dict[str, dict[str, Any]], file: dict[str, Any] | None) -> list[Compared]:
        if not expected:
            return []
        report = await self._asked("check", {"label": self.stage.name, "expected": expected, "file": file})
        return [
            Compared(result["verdict"], result["detail"], self.stage.name, expected[name]["cell"], name)
            for name, result in report.get("results", {}).items()
        ]

    def _check_metrics(self) -> list[Compared]:
        if not self.stage.metrics:
            return []
        written = read_metrics(self.grounds.mirror / self.grounds.folder / "metrics.json")
        found = []
        for name in self.stage.metrics:
            numbers = [
                (cell.index, cell.changes[name].number)
                for cell in self.grounds.observation.cells
                if name in cell.changes
            ]
            if not numbers or numbers[-1][1] is None:
                continue
            index, expected = numbers[-1]
            actual = written.get(name)
            same = repr(expected) == repr(float(actual)) if isinstance(actual, (int, float)) else False
            detail = "" if same else f"the metric is {actual!r} instead of {expected!r}"
            found.append(Compared(IDENTICAL if same else DIFFERS, detail, self.stage.name, index, name))
        return found

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

    def _count_cells(self) -> None:
        """Every cell of the stage that ran in the notebook has to run in it, once."""
        ran = [compared.source_cell for compared in self.cells]
        inside = set(self.stage.source_cells)
        for cell in self.grounds.observation.cells:
            if cell.index in inside and ran.count(cell.index) != 1:
                said = "the stage does not run it" if cell.index not in ran else "the stage runs it more than once"
                self.cells.append(Compared(DIFFERS, said, self.stage.name, cell.index))

    async def measure(self) -> None:
        """Note the memory that the stage needed."""
        self.memory = (await self._asked("memory")).get("peak", 0)

    def failed(self, failure: CellFailedError) -> None:
        """Note the error that ended the stage."""
        said = {"timeout": "it ran out of time", "kernel-died": "the kernel died"}.get(
            failure.kind, f"{failure.ename}: {failure.evalue}"[:500]
        )
        self.failure = Compared(FAILED, said, self.stage.name, self._now.get("source_cell"), name=self._now.get("role"))

    def found(self) -> StageProof:
        """What came of it."""
        if self.failure is None:
            self._count_cells()
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


def _with_parameters(head: list[dict[str, Any]], values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The cells with one that sets parameters behind that of their defaults, as papermill puts it."""
    if not values:
        return head
    source = "\n".join(assignment(name, value) for name, value in values.items())
    injected = {"source": source, "metadata": {"jupyter_mlops": {"role": "parameters"}}}
    place = next((n + 1 for n, cell in enumerate(head) if _own(cell).get("role") == "parameters"), 0)
    return [*head[:place], injected, *head[place:]]


def _own(cell: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = cell["metadata"].get("jupyter_mlops", {})
    return found
