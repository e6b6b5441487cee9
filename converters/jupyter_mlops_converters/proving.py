"""Runs one notebook and its stages: observes the original, and proves what was made of it."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from jupyter_mlops_converters.analysis.cells import Analysis
from jupyter_mlops_converters.observe.kernels import processors
from jupyter_mlops_converters.observe.mirror import Mirror
from jupyter_mlops_converters.observe.observation import Observation
from jupyter_mlops_converters.observe.observe import Limits, observe
from jupyter_mlops_converters.plan.modules import separates
from jupyter_mlops_converters.plan.pipeline import Pipeline
from jupyter_mlops_converters.plan.planner import Caution
from jupyter_mlops_converters.plan.program import Program, first_seeds
from jupyter_mlops_converters.plan.stages import MOST_STAGES
from jupyter_mlops_converters.scratch import Scratch
from jupyter_mlops_converters.values import DATA_ONLY
from jupyter_mlops_converters.verify.excuse import TwoRuns
from jupyter_mlops_converters.verify.proof import Compared, Proof, StageProof, StageRun
from jupyter_mlops_converters.verify.prove import prove
from jupyter_mlops_converters.verify.stage import Grounds

if TYPE_CHECKING:
    from typing_extensions import Self

Progress = Callable[[dict[str, Any]], None]
#: How often the plan is made more careful before one stage is all that is left.
MOST_ATTEMPTS = 6
_NOT_DEFINED = re.compile(r"(?:name|variable) '(\w+)' is not defined")


class Workbench:
    """Runs a notebook and its stages in scratch copies. Use as an asynchronous context manager.

    Args:
        analysis: of the notebook.
        scratch: the copies; other notebooks of the pipeline run there, too.
        limits: time limits.
        progress: called with progress events.

    Attributes:
        earlier: those of the notebooks that run before this one.
    """

    def __init__(self, analysis: Analysis, scratch: Scratch, *, limits: Limits, progress: Progress) -> None:
        self.earlier: Sequence[Workbench] = ()
        self._analysis = analysis
        self._scratch = scratch
        self._limits = limits
        self._tell = progress
        self._folder = analysis.notebook.path.parent.relative_to(scratch.project.root)
        self._reference = f"reference-{hashlib.sha256(str(analysis.notebook.path).encode()).hexdigest()[:8]}"
        self._again: asyncio.Task[Observation] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._again is not None:
            self._again.cancel()
            await asyncio.gather(self._again, return_exceptions=True)

    async def observe(self, cuts: frozenset[int]) -> Observation:
        """Run the original.

        Args:
            cuts: cells after which a stage may end.

        Returns:
            What was seen.
        """
        return await self._run_in(self._scratch.original, self._reference, cuts, self._tell)

    async def _run_in(self, mirror: Mirror, reference: str, cuts: frozenset[int], progress: Progress) -> Observation:
        return await observe(
            self._analysis,
            mirror=mirror.root,
            project=self._scratch.project.root,
            session=self._scratch.kernels.session(mirror.root / self._folder, self._scratch.temp(mirror)),
            reference=self._scratch.work / reference,
            cut_after=cuts,
            limits=self._limits,
            progress=progress,
        )

    async def prove(
        self,
        stages: Sequence[StageRun],
        observation: Observation,
        *,
        known: Mapping[str, StageProof] | None = None,
        to_the_end: bool = True,
        excusing: bool = True,
    ) -> Proof:
        """Run the stages of the notebook, in the copy that was laid out for the proof, and compare.

        Args:
            stages: in order.
            observation: the run of the original.
            known: stages that need not run again.
            to_the_end: whether to go on where a stage differs.
            excusing: whether a second run of the original may excuse what differs.

        Returns:
            The proof.
        """
        scratch = self._scratch
        grounds = Grounds(
            observation=observation,
            mirror=scratch.proof.root,
            before=scratch.proof.first,
            temp=scratch.temp(scratch.proof),
            original=scratch.original.root,
            project=scratch.project.root,
            folder=scratch.folder,
            kernels=scratch.kernels,
            side_by_side=processors(),
            at_once=_processes(observation.memory),
            limit=self._limits.cell,
            paths={**scratch.paths(scratch.original, scratch.proof), f"{Path(scratch.folder).name}_lib.": "__main__."},
            seeded_from=first_seeds(self._analysis),
            installs=frozenset(install.cell for install in self._analysis.notebook.installs),
            progress=self._tell,
            excuse=(lambda stage: self._excuse(stage, observation)) if excusing else _as_it_is,
        )
        return await prove(stages, grounds, known=known or {}, to_the_end=to_the_end)

    async def _excuse(self, stage: StageProof, observation: Observation) -> StageProof:
        """Compare with a second run of the original."""
        again, mirror = await self.run_again(), await self._scratch.second()
        original = self._scratch.original
        runs = TwoRuns(observation, again, original.root, mirror.root, self._scratch.paths(original, mirror))
        return runs.excuse(stage)

    async def run_again(self) -> Observation:
        """A second run of the original, which is made once, when it is needed first."""
        if self._again is None:
            self._again = asyncio.ensure_future(self._run_again())
        return await asyncio.shield(self._again)

    async def _run_again(self) -> Observation:
        for other in self.earlier:
            await other.run_again()
        self._tell(
            {
                "phase": "verify",
                "message": "Running the notebook again, to see what is not deterministic",
                "fraction": 0.9,
            }
        )
        return await self._run_in(await self._scratch.second(), "unused", frozenset(), lambda _event: None)


async def _as_it_is(stage: StageProof) -> StageProof:
    return stage


def _processes(memory: int) -> int:
    """How many stages may have a process at the same time: as many as memory has room for, were all like the notebook."""
    import psutil

    room = psutil.virtual_memory().available // max(1, memory)
    return int(max(1, min(MOST_STAGES, room)))


def lacking(bad: Compared, program: Program) -> str | None:
    """The name that a cell looked up without its code showing it: in a text that is evaluated, say."""
    said = _NOT_DEFINED.search(bad.detail) if bad.verdict == "failed" else None
    step = next((step for step in program.steps if step.index == bad.source_cell), None)
    if said is None or step is None or said[1] in step.uses or said[1] not in program.binders:
        return None
    return said[1]


def more_careful(caution: Caution, pipeline: Pipeline, program: Program, bad: Compared, attempt: int) -> Caution:
    """How careful to be after a plan did not give the same results.

    Args:
        caution: how careful that was.
        pipeline: that plan, of one notebook.
        program: its steps.
        bad: the first comparison that failed or differs.
        attempt: how many such plans there were.
    """
    if not caution.modules and separates([stage.source_cells for stage in pipeline.stages], program):
        return replace(caution, modules=True)
    if (caution.library and pipeline.library) or (caution.plain_formats and _loads_plainly(pipeline, bad)):
        return replace(caution, library=False, plain_formats=False)
    if attempt >= MOST_ATTEMPTS:
        return replace(caution, library=False, plain_formats=False, parameters=False, most_stages=1)
    pair = _parted(pipeline, program, bad) or _neighbours(pipeline, bad)
    return replace(caution, together=(*caution.together, pair), parameters=caution.parameters and attempt < 3)


def _loads_plainly(pipeline: Pipeline, bad: Compared) -> bool:
    """Whether the stage that differs has loaded something that was not kept as the object it was."""
    return any(
        hand_over.format in DATA_ONLY
        for stage in pipeline.stages
        if stage.name == bad.stage
        for hand_over in stage.inputs
        if bad.name is None or bad.name in hand_over.variables
    )


def _parted(pipeline: Pipeline, program: Program, bad: Compared) -> tuple[int, int] | None:
    """The cell that differs, and the last one of another stage that made something it needs; None where that is not told."""
    inside = {cell for stage in pipeline.stages if stage.name == bad.stage for cell in stage.source_cells}
    steps = {step.index: position for position, step in enumerate(program.steps)}
    if bad.source_cell not in steps:
        return None
    reader = steps[bad.source_cell]
    names: Iterable[str] = program.steps[reader].uses
    if bad.name is not None:
        # A value is compared where it was loaded, or after the last cell of the stage that may have changed it.
        names = [bad.name]
        reader = next(
            (steps[c] for c in sorted(inside & steps.keys()) if bad.name in program.steps[steps[c]].uses), reader
        )
    writers = [
        program.steps[writer].index
        for name in names
        if (writer := program.last_writer(name, reader)) is not None and program.replay(name, reader) is None
    ]
    outside = [cell for cell in writers if cell not in inside]
    return (max(outside), program.steps[reader].index) if outside else None


def _neighbours(pipeline: Pipeline, bad: Compared) -> tuple[int, int]:
    """The cells on both sides of a boundary: that before the stage, or, where it could not save something, that after it."""
    cells = {
        stage.name: [c.source_cell for c in stage.cells if c.kind == "code" and c.source_cell is not None]
        for stage in pipeline.stages
    }
    stages = [stage for stage in pipeline.stages if cells[stage.name]]
    position = next((p for p, stage in enumerate(stages) if stage.name == bad.stage), len(stages) - 1)
    producer, reader = stages[max(0, position - 1)], stages[max(1, position)]
    if bad.verdict == "failed" and bad.source_cell is None and bad.name == "outputs":
        producer = stages[position]
        reader = next((s for s in stages if any(h.producer == producer.name for h in s.inputs)), reader)
    return max(cells[producer.name]), min(cells[reader.name])
