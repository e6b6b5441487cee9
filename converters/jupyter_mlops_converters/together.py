"""Observe the notebooks, plan, prove, and where the proof differs, plan again: all that runs the user's code.

Most often there is one notebook. Several run one after the other in one scratch copy of the project, those that write
files before those that read them; each is planned by itself, and their pipeline is proven as a whole.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from jupyter_mlops_converters.document import conversion_document
from jupyter_mlops_converters.emit import Emission, emit
from jupyter_mlops_converters.emit.emission import Content
from jupyter_mlops_converters.errors import MlopsError
from jupyter_mlops_converters.observe.observe import Limits
from jupyter_mlops_converters.plan.members import Member, joined, plan_all, program_of
from jupyter_mlops_converters.plan.order import (
    FilesUsed,
    Join,
    find_joins,
    in_order,
    refuse_ambiguous,
    refuse_circle,
)
from jupyter_mlops_converters.plan.pipeline import Finding, Pipeline
from jupyter_mlops_converters.plan.program import needing
from jupyter_mlops_converters.proving import MOST_ATTEMPTS, Progress, Workbench, lacking, more_careful
from jupyter_mlops_converters.scratch import Scratch
from jupyter_mlops_converters.verify.edited import EditedFiles, code_of, edited_pipeline, judged
from jupyter_mlops_converters.verify.proof import Compared, Proof, StageProof, StageRun, stage_runs
from jupyter_mlops_converters.verify.prove import stage_keys

T = TypeVar("T")
#: Given the project's root and what is generated: the files of the pipeline's folder as they will stand, where the user's
#: edits make them others; else None.
Revise = Callable[[Path, Emission], "Mapping[str, Content] | None"]


class Together:
    """The notebooks of a pipeline in one scratch copy of their project.

    Args:
        scratch: the copies and kernels.
        members: the notebooks.
        limits: time limits.
        progress: called with progress events.
    """

    def __init__(self, scratch: Scratch, members: Sequence[Member], *, limits: Limits, progress: Progress) -> None:
        self._scratch = scratch
        self._progress = progress
        self._limits = limits
        self._members = list(members)
        self._said = ""
        self._benches = {
            member.path: Workbench(member.analysis, scratch, limits=limits, progress=self._of(member))
            for member in members
        }

    def _tell(self, event: dict[str, Any]) -> None:
        self._said = event["message"]
        self._progress(event)

    def _of(self, member: Member) -> Progress:
        """Progress events of one notebook; of several, each says which one it is about."""
        if len(self._members) == 1:
            return self._tell
        return lambda event: self._tell(
            {**event, "notebook": member.path, "message": f"{member.name}: {event['message']}"}
        )

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
            return await asyncio.wait_for(work, self._limits.total)
        except asyncio.TimeoutError:
            raise MlopsError(
                "total-timeout",
                f"It took longer than the limit of {self._limits.total:g} s in all. It was at: {self._said}. "
                "Raise the limit with --total-timeout.",
                path=str(self._members[0].analysis.notebook.path),
            ) from None

    # --- observing

    async def _observe(self) -> list[Member]:
        """Run all notebooks, each after those whose files it reads.

        Returns:
            The notebooks in the order in which they ran.

        Raises:
            MlopsError: one of them does not run, or there is no such order.
        """
        names = [member.name for member in self._members]
        order = list(range(len(names)))
        tried: set[tuple[int, ...]] = set()
        while tuple(order) not in tried:
            tried.add(tuple(order))
            failed = await self._run_in(order)
            if failed is not None:
                number, error = failed
                position = order.index(number)
                if error.code != "missing-data" or position == len(order) - 1:
                    if error.code == "missing-data":
                        refuse_circle(find_joins([m.used for m in self._members]), names)
                    raise error
                # Another notebook may write what it misses.
                self._members[number].waits = {self._members[n].place.label for n in order[position + 1 :]}
                order = [*order[:position], *order[position + 1 :], number]
            else:
                used = [member.used for member in self._members]
                joins = find_joins(used)
                refuse_circle(joins, names)
                refuse_ambiguous(used, names)
                right = _reordered(order, joins)
                if right == order:
                    return self._settled(order, used, joins)
                order = right
            self._scratch.original.reset(frozenset())
        raise MlopsError(
            "notebooks-in-a-circle",
            f"No order was found in which {', '.join(names)} all find the files that they read. Convert them apart.",
            path=names[0],
        )

    async def observed(self) -> None:
        """Run the notebooks, and nothing else.

        Raises:
            MlopsError: one of them does not run.
        """
        async with AsyncExitStack() as stack:
            await self._open(stack, 0)
            if (failed := await self._run_in(range(len(self._members)))) is not None:
                raise failed[1]

    async def _run_in(self, order: Sequence[int]) -> tuple[int, MlopsError] | None:
        """Run them in that order; the number and error of the first that fails."""
        folders = _folders(self._scratch.original.root)
        for number in order:
            member = self._members[number]
            try:
                member.observation = await self._benches[member.path].observe(member.cuts)
            except MlopsError as error:
                return number, error
            now = _folders(self._scratch.original.root)
            member.made, folders = now - folders, now
        return None

    def _settled(self, order: Sequence[int], used: Sequence[FilesUsed], joins: Sequence[Join]) -> list[Member]:
        """What has to be respected apart from the files that are read: folders that others make."""
        label = {number: member.place.label for number, member in enumerate(self._members)}
        for position, number in enumerate(order):
            member = self._members[number]
            before = order[:position]
            written_to = {str(Path(path).parent.as_posix()) for path in used[number].writes}
            makers = {label[n] for n in before if self._members[n].made & written_to}
            explained = any(join.reader == number for join in joins)
            missed = set() if explained else member.waits & {label[n] for n in before}
            member.waits = makers | missed
        self._members = [self._members[number] for number in order]
        return self._members

    # --- proving

    async def planned_and_proven(
        self, targets: tuple[str, ...], revise: Revise | None = None
    ) -> tuple[list[Member], Pipeline, Proof]:
        """Observe, plan and prove; where the proof differs, plan more carefully and prove again.

        Args:
            targets: emit targets.
            revise: given what is generated, tells what the files become with the user's edits.

        Returns:
            The notebooks in the order they run, their plan, and its proof (with the edits, where there are any).
        """
        async with AsyncExitStack() as stack:
            await self._open(stack, sum(len(member.cuts) + 1 for member in self._members))
            members = await self._observe()
            await self._scratch.ready()
            for member in members:
                run = member.run
                member.place = replace(
                    member.place,
                    python_version=run.python_version or member.place.python_version,
                    requirements=tuple(f"{name}=={version}" for name, version in sorted(run.distributions.items())),
                )
                member.program = program_of(member)
            final = self._final_files()
            proven: dict[str, StageProof] = {}
            while True:
                self._tell({"phase": "plan", "message": "Dividing the notebook into stages", "fraction": 0.0})
                plans = plan_all(members)
                pipeline = joined(members, plans)
                emission = emit(pipeline, targets)
                document = conversion_document(emission, None)
                stages = stage_runs(document)
                keys = stage_keys(stages, _contents(emission), final)
                known = {name: proven[key] for name, key in keys.items() if key in proven}
                last = {m.path for m, p in zip(members, plans, strict=True) if _is_last(m, p)}
                groups = self._by_notebook(document, stages)
                proof = await self._prove(groups, emission.files, known, last)
                bad = proof.first_bad
                if bad is None:
                    files = revise(self._scratch.project.root, emission) if revise is not None else None
                    if files is not None:
                        proof = await self._with_edits(groups, emission.files, files, proof)
                    break
                number = next((n for n, m in enumerate(members) if m.path == bad.source_notebook), 0)
                if not _plan_again(members, plans, number, bad, last):
                    break
                proven = {keys[found.stage]: found for found in proof.stages if found.good and found.stage in keys}
            return members, pipeline, proof

    def _final_files(self) -> frozenset[str]:
        return frozenset(path for member in self._members for path in member.run.final_files)

    async def proven_again(self, document: Mapping[str, Any], edited: EditedFiles | None = None) -> Proof:
        """Prove a pipeline as it is in the project.

        Args:
            document: its `conversion.json`; the notebooks are in its order.
            edited: its files, where hands have changed what it runs.

        Returns:
            The proof; each notebook's run is in its member then.
        """
        stages = stage_runs(document)
        groups = self._by_notebook(document, stages)
        for member in self._members:
            member.cuts = frozenset(stage.source_cells[-1] for stage in groups.get(member.path, ()))
        async with AsyncExitStack() as stack:
            await self._open(stack, len(stages))
            failed = await self._run_in(range(len(self._members)))
            if failed is not None:
                raise failed[1]
            await self._scratch.ready()
            everything = {member.path for member in self._members}
            proof = await self._prove(groups, edited.generated if edited is not None else {}, {}, everything)
            if edited is None or proof.first_bad is not None:
                return proof
            return await self._with_edits(groups, edited.generated, edited.now, proof)

    def _by_notebook(self, document: Mapping[str, Any], stages: Sequence[StageRun]) -> dict[str, list[StageRun]]:
        only = self._members[0].path
        origin = {stage["name"]: stage.get("source_notebook", only) for stage in document["stages"]}
        return {m.path: [stage for stage in stages if origin[stage.name] == m.path] for m in self._members}

    async def _open(self, stack: AsyncExitStack, stages: int) -> None:
        await stack.enter_async_context(self._scratch)
        for bench in self._benches.values():
            await stack.enter_async_context(bench)
        self._scratch.open(stages)

    async def _with_edits(
        self,
        groups: Mapping[str, Sequence[StageRun]],
        generated: Mapping[str, Content],
        files: Mapping[str, Content],
        proof: Proof,
    ) -> Proof:
        """Run what the user's edits reach, now that the generated pipeline is known to give the notebook's results."""
        edited = edited_pipeline([stage for group in groups.values() for stage in group], generated, files)
        if not edited.edits:
            return proof
        final = self._final_files()
        self._tell({"phase": "verify", "message": "Running the pipeline with your edits", "fraction": 0.9})
        kept = {path: [stage for stage in group if stage.notebook in edited.files] for path, group in groups.items()}
        there = [stage for group in kept.values() for stage in group]
        before = stage_keys([stage for group in groups.values() for stage in group], code_of(generated), final)
        after = stage_keys(there, edited.code, final)
        known = {found.stage: found for found in proof.stages if after.get(found.stage, "") == before.get(found.stage)}
        everything = {member.path for member in self._members}
        found = await self._prove(kept, edited.files, known, everything, excusing=False)
        return judged(proof, found, edited, there)

    async def _prove(
        self,
        groups: Mapping[str, Sequence[StageRun]],
        files: Mapping[str, Any],
        known: Mapping[str, StageProof],
        to_the_end: set[str],
        *,
        excusing: bool = True,
    ) -> Proof:
        """Prove the notebooks' stages, one notebook after the other in the same copy."""
        self._scratch.lay_out([stage for group in groups.values() for stage in group], files, known)
        found: list[StageProof] = []
        for number, member in enumerate(self._members):
            bench = self._benches[member.path]
            bench.earlier = [self._benches[other.path] for other in self._members[:number]]
            later = {p for other in self._members[number + 1 :] for s in groups.get(other.path, ()) for p in s.writes}
            stages = [
                replace(stage, writes=tuple(path for path in stage.writes if path not in later))
                for stage in groups.get(member.path, ())
            ]
            proof = await bench.prove(
                stages, member.run, known=known, to_the_end=member.path in to_the_end, excusing=excusing
            )
            several = len(self._members) > 1
            found += [_tagged(stage, member.path) if several else stage for stage in proof.stages]
            if proof.first_bad is not None and (proof.failure is not None or member.path not in to_the_end):
                break
        return Proof(tuple(found))


def _contents(emission: Emission) -> dict[str, bytes]:
    return {path: content for path, content in emission.files.items() if isinstance(content, bytes)}


def _is_last(member: Member, plan: Pipeline) -> bool:
    """Whether no more careful plan of the notebook is left."""
    return len(plan.stages) == 1 or len(member.attempts) >= MOST_ATTEMPTS


def _tagged(stage: StageProof, path: str) -> StageProof:
    """What was found in a stage, with the notebook that it is about."""

    def tag(compared: Compared) -> Compared:
        return replace(compared, source_notebook=path)

    return replace(
        stage,
        cells=tuple(map(tag, stage.cells)),
        hand_overs=tuple(map(tag, stage.hand_overs)),
        files=tuple(map(tag, stage.files)),
        failure=tag(stage.failure) if stage.failure is not None else None,
    )


def _plan_again(
    members: Sequence[Member], plans: Sequence[Pipeline], number: int, bad: Compared, last: set[str]
) -> bool:
    """Make the plan more careful where it did not give the same results; False when nothing is left to try."""
    member = members[number]
    missed = lacking(bad, member.steps)
    if missed is not None and bad.source_cell is not None:
        member.program = needing(member.steps, bad.source_cell, missed)
        return True
    if member.path in last:
        # It may be the fault of a notebook before it: of a class in the library that it has pickled, for one.
        if not any(other.caution.library and plans[n].library for n, other in enumerate(members[: number + 1])):
            return False
        for other in members[: number + 1]:
            other.caution = replace(other.caution, library=False)
    else:
        member.caution = more_careful(member.caution, plans[number], member.steps, bad, len(member.attempts) + 1)
    message = f"A first plan did not give the same results in stage {bad.stage} ({bad.detail})."
    member.attempts.append(Finding("planned-again", "info", message, bad.source_cell))
    return True


def _reordered(order: Sequence[int], joins: Sequence[Join]) -> list[int]:
    """The order with as little change as the joins ask for."""
    place = {number: position for position, number in enumerate(order)}
    moved = [replace(join, writer=place[join.writer], reader=place[join.reader]) for join in joins]
    found = in_order(len(order), moved)
    assert found is not None  # circles were refused
    return [order[position] for position in found]


def _folders(root: Path) -> frozenset[str]:
    return frozenset(Path(folder).relative_to(root).as_posix() for folder, _, _ in os.walk(root))
