"""Observe the original, plan, prove, and where the proof differs, plan again: all that runs the user's code."""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from jupyter_mlops_converters.analysis.cells import Analysis
from jupyter_mlops_converters.document import conversion_document
from jupyter_mlops_converters.emit import Emission, Link, emit
from jupyter_mlops_converters.emit.emission import Content
from jupyter_mlops_converters.errors import MlopsError
from jupyter_mlops_converters.observe.kernels import Kernels, processors
from jupyter_mlops_converters.observe.mirror import Mirror, state_of
from jupyter_mlops_converters.observe.observation import Observation
from jupyter_mlops_converters.observe.observe import Limits, observe
from jupyter_mlops_converters.plan.edited import EditedPlan
from jupyter_mlops_converters.plan.pipeline import Finding, Pipeline
from jupyter_mlops_converters.plan.planner import Caution, Place, plan
from jupyter_mlops_converters.plan.program import Program, build_program, first_seeds, needing
from jupyter_mlops_converters.plan.stages import MOST_STAGES
from jupyter_mlops_converters.source.place import Project
from jupyter_mlops_converters.verify.edited import code_of, edited_pipeline, judged
from jupyter_mlops_converters.verify.excuse import TwoRuns
from jupyter_mlops_converters.verify.proof import Compared, Proof, StageProof, StageRun, stage_runs
from jupyter_mlops_converters.verify.prove import Grounds, prove, stage_keys

if TYPE_CHECKING:
    from typing_extensions import Self

T = TypeVar("T")
Progress = Callable[[dict[str, Any]], None]
#: Given the project's root and what is generated: the files of the pipeline's folder as they will stand, where the user's
#: edits make them others; else None.
Revise = Callable[[Path, Emission], "Mapping[str, Content] | None"]
#: How often the plan is made more careful before one stage is all that is left.
_ATTEMPTS = 6
_NOT_DEFINED = re.compile(r"(?:name|variable) '(\w+)' is not defined")


@contextmanager
def workspace() -> Iterator[Path]:
    """A temporary folder for everything that a conversion needs; gone afterwards."""
    # Its name is known before it is made, so that there is no moment at which an interrupt would leave it behind.
    work = Path(tempfile.gettempdir()).resolve() / f"jupyter-mlops-{uuid4().hex[:12]}"
    try:
        work.mkdir(mode=0o700)
        yield work
    finally:
        try:
            shutil.rmtree(work, ignore_errors=True)
        except KeyboardInterrupt:
            shutil.rmtree(work, ignore_errors=True)
            raise


class Workbench:
    """Where one conversion runs the notebook and its stages: scratch copies of the project, and kernels.

    Use as an asynchronous context manager.

    Args:
        analysis: of the notebook.
        project: its project.
        folder: of the pipeline, relative to the project, posix.
        kernel_name: which kernel.
        work: a temporary folder.
        limits: time limits.
        progress: called with progress events.
    """

    def __init__(
        self,
        analysis: Analysis,
        project: Project,
        folder: str,
        kernel_name: str,
        *,
        work: Path,
        limits: Limits,
        progress: Progress,
    ) -> None:
        self.analysis = analysis
        self.project = project
        self.folder = folder
        self._progress = progress
        self.limits = limits
        self._work = work
        self._notebook_folder = analysis.notebook.path.parent
        secrets = {secret.name: secret.value for secret in analysis.notebook.secrets}
        self._kernels = Kernels(kernel_name, work / "kernels", secrets)
        self._original = self._mirror("original")
        self._proof = self._mirror("proof")
        self._said = ""
        self._large: dict[Path, tuple[int, int]] = {}
        self._background: list[asyncio.Task[Any]] = []
        self._second: asyncio.Task[TwoRuns] | None = None
        self._memory = 0

    def tell(self, event: dict[str, Any]) -> None:
        """Pass on a progress event."""
        self._said = event["message"]
        self._progress(event)

    async def in_time(self, work: Awaitable[T]) -> T:
        """Do something within the limit for everything.

        Args:
            work: what to do.

        Returns:
            What it gives.

        Raises:
            MlopsError: ``total-timeout``.
        """
        try:
            return await asyncio.wait_for(work, self.limits.total)
        except asyncio.TimeoutError:
            raise MlopsError(
                "total-timeout",
                f"It took longer than the limit of {self.limits.total:g} s in all. It was at: {self._said}. "
                "Raise the limit with --total-timeout.",
                path=str(self.analysis.notebook.path),
            ) from None

    def _mirror(self, name: str) -> Mirror:
        mirror = Mirror(self.project.root, self._work / name, keep=self._notebook_folder)
        # A notebook that lists its folder shows the pipeline's as well, once it is there. So it is there in every run.
        (mirror.root / self.folder / "stages").mkdir(parents=True)
        return mirror

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        tasks = [task for task in (*self._background, self._second) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._kernels.close()

    @property
    def changed(self) -> list[Path]:
        """Large files of the project, linked into the scratch copies, that have changed meanwhile."""
        return [file for file, state in self._large.items() if state_of(file) != state]

    async def observe(self, cuts: frozenset[int]) -> Observation:
        """Run the original; meanwhile, get ready for the proof.

        Args:
            cuts: cells after which a stage may end.

        Returns:
            What was seen.
        """
        self._original.copy()
        self._large = {file: state_of(file) for file in self._original.linked}
        if processors() > 1:
            self._background.append(asyncio.ensure_future(self._get_ready(len(cuts) + 1)))
        observation = await self._run_in(self._original, "reference", cuts, self.tell)
        if not self._background:
            self._background.append(asyncio.ensure_future(self._get_ready(0)))
        await self._background[0]
        await self._kernels.stop_starting()
        self._memory = observation.memory
        return observation

    async def _get_ready(self, stages: int) -> None:
        cwd = self._proof.root / self.folder / "stages"
        for _ in self._proof.copying():
            await asyncio.sleep(0)
        self._kernels.start_ahead(min(stages, MOST_STAGES), cwd, self._temp(self._proof))

    def _temp(self, mirror: Mirror) -> Path:
        return self._work / f"temp-{mirror.root.name}"

    def _paths(self, *mirrors: Mirror) -> dict[str, str]:
        """Replacements for the comparison of outputs: the scratch copies stand for the project."""
        copies = {str(mirror.root): str(self.project.root) for mirror in mirrors}
        return copies | {str(self._temp(mirror)): tempfile.gettempdir() for mirror in mirrors}

    def _processes(self) -> int:
        """How many stages may have a process at the same time: as many as memory has room for, were all like the notebook."""
        import psutil

        room = psutil.virtual_memory().available // max(1, self._memory)
        return int(max(1, min(MOST_STAGES, room)))

    async def _run_in(self, mirror: Mirror, reference: str, cuts: frozenset[int], progress: Progress) -> Observation:
        place = self._notebook_folder.relative_to(self.project.root)
        return await observe(
            self.analysis,
            mirror=mirror.root,
            project=self.project.root,
            session=self._kernels.session(mirror.root / place, self._temp(mirror)),
            reference=self._work / reference,
            cut_after=cuts,
            limits=self.limits,
            progress=progress,
        )

    async def prove(
        self,
        stages: list[StageRun],
        observation: Observation,
        *,
        files: Mapping[str, bytes | Link] | None = None,
        known: Mapping[str, StageProof] | None = None,
        to_the_end: bool = True,
        excusing: bool = True,
    ) -> Proof:
        """Run the stages of a pipeline and compare.

        Args:
            stages: in order.
            observation: the run of the original.
            files: of the pipeline's folder; those that are in the project when None.
            known: stages that need not run again.
            to_the_end: whether to go on where a stage differs.
            excusing: whether a second run of the original may excuse what differs.

        Returns:
            The proof.
        """
        known = known or {}
        spared = {path for stage in stages if stage.name in known for path in stage.writes}
        spared |= {f"{self.folder}/{path}" for stage in stages if stage.name in known for path in stage.products}
        self._proof.reset(spared)
        shutil.rmtree(self._temp(self._proof), ignore_errors=True)
        self._temp(self._proof).mkdir()
        folder = self._proof.root / self.folder
        write_files(folder, files or {})
        for path in {path for stage in stages if stage.name not in known for path in stage.products}:
            # A pipeline that has run in the project may have left them, and a stage must make its own.
            (folder / path).unlink(missing_ok=True)
        grounds = Grounds(
            observation=observation,
            mirror=self._proof.root,
            before=self._proof.first,
            temp=self._temp(self._proof),
            original=self._original.root,
            project=self.project.root,
            folder=self.folder,
            kernels=self._kernels,
            side_by_side=processors(),
            at_once=self._processes(),
            limit=self.limits.cell,
            paths={**self._paths(self._original, self._proof), f"{Path(self.folder).name}_lib.": "__main__."},
            seeded_from=first_seeds(self.analysis),
            progress=self.tell,
            excuse=(lambda stage: self._excuse(stage, observation)) if excusing else _as_it_is,
        )
        return await prove(stages, grounds, known=known, to_the_end=to_the_end)

    async def _excuse(self, stage: StageProof, observation: Observation) -> StageProof:
        """Compare with a second run of the original, which is made once, when it is needed first."""
        if self._second is None:
            self._second = asyncio.ensure_future(self._run_again(observation))
        return (await asyncio.shield(self._second)).excuse(stage)

    async def _run_again(self, observation: Observation) -> TwoRuns:
        self.tell(
            {
                "phase": "verify",
                "message": "Running the notebook again, to see what is not deterministic",
                "fraction": 0.9,
            }
        )
        mirror = self._mirror("second")
        for _ in mirror.copying():
            await asyncio.sleep(0)
        again = await self._run_in(mirror, "unused", frozenset(), lambda _event: None)
        return TwoRuns(observation, again, self._original.root, mirror.root, self._paths(self._original, mirror))


async def proven_again(bench: Workbench, stages: list[StageRun]) -> tuple[Observation, Proof]:
    """Prove a pipeline as it is in the project.

    Args:
        bench: where to.
        stages: of the pipeline.

    Returns:
        The run of the original, and the proof.
    """
    async with bench:
        observation = await bench.observe(frozenset(max(stage.source_cells) for stage in stages))
        return observation, await bench.prove(stages, observation)


async def _as_it_is(stage: StageProof) -> StageProof:
    return stage


async def observed(bench: Workbench) -> Observation:
    """Run the original, and nothing else."""
    async with bench:
        return await bench.observe(frozenset())


async def planned_and_proven(
    bench: Workbench,
    place: Place,
    cuts: frozenset[int],
    targets: tuple[str, ...],
    asked: EditedPlan,
    revise: Revise | None = None,
) -> tuple[Pipeline, Proof, Observation]:
    """Observe, plan and prove; where the proof differs, plan more carefully and prove again.

    Args:
        bench: where to.
        place: where the pipeline goes.
        cuts: cells after which a stage may end.
        targets: emit targets.
        asked: what the user wants of the plan.
        revise: given what is generated, tells what the files become with the user's edits.

    Returns:
        The plan, its proof (with the edits, where there are any), and the run of the original.
    """
    async with bench:
        observation = await bench.observe(cuts)
        place = replace(
            place,
            python_version=observation.python_version or place.python_version,
            requirements=tuple(f"{name}=={version}" for name, version in sorted(observation.distributions.items())),
        )
        program = build_program(bench.analysis, observation)
        caution = Caution()
        attempts: list[Finding] = []
        proven: dict[str, StageProof] = {}
        while True:
            bench.tell({"phase": "plan", "message": "Dividing the notebook into stages", "fraction": 0.0})
            pipeline = plan(program, place, cuts, caution, asked)
            last = len(pipeline.stages) == 1 or len(attempts) >= _ATTEMPTS
            emission = emit(pipeline, targets)
            stages = stage_runs(conversion_document(emission, None))
            keys = stage_keys(stages, _contents(emission), observation.final_files)
            known = {name: proven[key] for name, key in keys.items() if key in proven}
            proof = await bench.prove(stages, observation, files=emission.files, known=known, to_the_end=last)
            bad = proof.first_bad
            if bad is None or last:
                if bad is None and revise is not None:
                    proof = await _with_edits(bench, emission, stages, proof, observation, revise)
                return replace(pipeline, findings=(*pipeline.findings, *attempts)), proof, observation
            proven = {keys[found.stage]: found for found in proof.stages if found.good and found.stage in keys}
            lacking = _lacking(bad, program)
            if lacking is not None and bad.source_cell is not None:
                program = needing(program, bad.source_cell, lacking)
                continue
            attempts.append(
                Finding(
                    "planned-again",
                    "info",
                    f"A first plan did not give the same results in stage {bad.stage} ({bad.detail}).",
                    bad.source_cell,
                )
            )
            caution = _more_careful(caution, pipeline, bad.stage, len(attempts))


def _lacking(bad: Compared, program: Program) -> str | None:
    """The name that a cell looked up without its code showing it: in a text that is evaluated, say."""
    said = _NOT_DEFINED.search(bad.detail) if bad.verdict == "failed" else None
    step = next((step for step in program.steps if step.index == bad.source_cell), None)
    if said is None or step is None or said[1] in step.uses or said[1] not in program.binders:
        return None
    return said[1]


async def _with_edits(
    bench: Workbench,
    emission: Emission,
    stages: list[StageRun],
    proof: Proof,
    observation: Observation,
    revise: Revise,
) -> Proof:
    """Run what the user's edits reach, now that the generated pipeline is known to give the notebook's results."""
    files = revise(bench.project.root, emission)
    edited = None if files is None else edited_pipeline(emission.pipeline, emission.files, files)
    if edited is None or not edited.edits:
        return proof
    bench.tell({"phase": "verify", "message": "Running the pipeline with your edits", "fraction": 0.9})
    there = [stage for stage in stages if stage.notebook in edited.files]
    before = stage_keys(stages, code_of(emission.files), observation.final_files)
    after = stage_keys(there, edited.code, observation.final_files)
    known = {found.stage: found for found in proof.stages if after.get(found.stage, "") == before.get(found.stage)}
    found = await bench.prove(there, observation, files=edited.files, known=known, excusing=False)
    return judged(proof, found, edited, there)


def _contents(emission: Emission) -> dict[str, bytes]:
    return {path: content for path, content in emission.files.items() if isinstance(content, bytes)}


def _more_careful(caution: Caution, pipeline: Pipeline, bad_stage: str, attempt: int) -> Caution:
    if attempt == 1 and (
        pipeline.library or any(h.format in {"parquet", "npy", "json"} for s in pipeline.stages for h in s.outputs)
    ):
        return replace(caution, library=False, plain_formats=False)
    if attempt >= _ATTEMPTS:
        return replace(caution, library=False, plain_formats=False, parameters=False, most_stages=1)
    names = [stage.name for stage in pipeline.stages]
    # What the first stage cannot save, the second needs.
    position = max(1, names.index(bad_stage)) if bad_stage in names else len(names) - 1
    first = pipeline.stages[position - 1].source_cells
    last = pipeline.stages[position].source_cells
    code = {
        step
        for stage in pipeline.stages
        for cell in stage.cells
        if cell.kind == "code" and (step := cell.source_cell) is not None
    }
    pair = (max(c for c in first if c in code), min(c for c in last if c in code))
    return replace(caution, together=(*caution.together, pair), parameters=caution.parameters and attempt < 3)


def write_files(folder: Path, files: Mapping[str, bytes | Link]) -> None:
    """Write emitted files into a scratch folder.

    Args:
        folder: created when it is not there.
        files: path in it → content.
    """
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Link):
            target.unlink(missing_ok=True)
            target.symlink_to(content.target)
        else:
            target.write_bytes(content)
