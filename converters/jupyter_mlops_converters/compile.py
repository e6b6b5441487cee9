"""The compiler from end to end: read, analyse, observe, plan, emit, verify. Writes nothing into the project."""

from __future__ import annotations

import os
import posixpath
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from jupyter_mlops_converters.analysis.cells import analyse, parent_references
from jupyter_mlops_converters.document import conversion_document, verification
from jupyter_mlops_converters.emit import TARGETS, Emission, emit
from jupyter_mlops_converters.errors import MlopsError
from jupyter_mlops_converters.observe.loop import complete
from jupyter_mlops_converters.observe.observation import Observation
from jupyter_mlops_converters.observe.observe import Limits
from jupyter_mlops_converters.plan.edited import EditedPlan, check_skipped, read_plan, skipped_cells, tagged_plan
from jupyter_mlops_converters.plan.labels import joint_name
from jupyter_mlops_converters.plan.members import Member, joined, plan_all, program_of
from jupyter_mlops_converters.plan.pipeline import Finding, Pipeline
from jupyter_mlops_converters.plan.planner import Place
from jupyter_mlops_converters.plan.remembered import cell_digests, remembered_plan
from jupyter_mlops_converters.plan.stages import possible_cuts
from jupyter_mlops_converters.reading import (
    Order,
    in_remembered_order,
    is_written_order,
    offered,
    read,
    reading_findings,
)
from jupyter_mlops_converters.scratch import Scratch, workspace
from jupyter_mlops_converters.source.existing import find_existing, read_existing
from jupyter_mlops_converters.source.notebook import Secret, SourceNotebook
from jupyter_mlops_converters.source.order import in_recorded_order
from jupyter_mlops_converters.source.owned import owned
from jupyter_mlops_converters.source.place import Project, find_project, pipeline_name, project_at
from jupyter_mlops_converters.source.secrets import masked
from jupyter_mlops_converters.together import Revise, Together
from jupyter_mlops_converters.verify.edited import EditedFiles, edited_pipeline
from jupyter_mlops_converters.verify.proof import Proof, stage_runs
from jupyter_mlops_converters.verify.stable import with_outputs

Progress = Callable[[dict[str, Any]], None]
#: Given the project's root and the pipeline's folder in it, before anything runs; raises where the work would be for nothing.
Before = Callable[[Path, str], None]


@dataclass(frozen=True)
class Original:
    """One notebook of several.

    Attributes:
        notebook: as it was read.
        observation: its run; None when nothing was run.
    """

    notebook: SourceNotebook
    observation: Observation | None


@dataclass(frozen=True)
class Compiled:
    """A conversion, not written yet.

    Attributes:
        project: where the notebook lives.
        pipeline: the plan, with the stages that targets added.
        emission: all files.
        document: the content of `conversion.json`.
        proof: None when nothing was run.
        observation: None when nothing was run.
        notebook: the original; the first one of several.
        originals: path, relative to the project → notebook, where there are several.
    """

    project: Project
    pipeline: Pipeline
    emission: Emission
    document: dict[str, Any]
    proof: Proof | None
    observation: Observation | None
    notebook: SourceNotebook
    originals: Mapping[str | None, Original] = field(default_factory=dict)


@dataclass(frozen=True)
class Verified:
    """A pipeline that was proven again.

    Attributes:
        document: the content of its `conversion.json` with the new verification.
        proof: the proof.
        observation: the run of the original that it was compared with.
        notebook: the original; the first one of several.
        originals: path, relative to the project → notebook, where there are several.
    """

    document: dict[str, Any]
    proof: Proof
    observation: Observation
    notebook: SourceNotebook
    originals: Mapping[str | None, Original] = field(default_factory=dict)


def compile_notebook(
    path: Path | str,
    *,
    name: str | None = None,
    output: Path | str | None = None,
    run: bool = True,
    limits: Limits | None = None,
    targets: Iterable[str] | None = None,
    edited: Mapping[str, Any] | Path | str | None = None,
    revise: Revise | None = None,
    before: Before | None = None,
    order: Order | None = None,
    progress: Progress | None = None,
) -> Compiled:
    """Convert a notebook in memory.

    Args:
        path: the notebook.
        name: of the pipeline; from the notebook's file name when None.
        output: the folder that gets the pipeline; `pipelines/<name>` in the notebook's unit when None.
        run: whether the notebook may be run, to observe it and to prove the result.
        limits: time limits.
        targets: emit targets; those of the plan, or else `TARGETS`, when None.
        edited: a plan to follow (see `plan.edited`), or a JSON file with one.
        revise: given what is generated, tells what the files become with the user's edits; they are run, too.
        before: called when it is known where the pipeline goes, before anything runs; what it raises ends the conversion.
        order: of the cells: "document", or "recorded", in which they were last run. When None, that of the pipeline, where
            it is there already, or else "document".
        progress: called with progress events.

    Returns:
        The conversion.

    Raises:
        MlopsError: the plan cannot be followed, or the notebook cannot be read, is not Python, or does not run.
    """
    tell = progress or (lambda _event: None)
    limits = limits or Limits()
    tell({"phase": "read", "message": f"Reading {path}", "fraction": 0.0})
    notebook = read(path, order or "document")
    tell({"phase": "analyse", "message": f"Analysing {len(notebook.code_cells)} code cells", "fraction": 0.0})
    asked = read_plan(edited, notebook) if edited is not None else EditedPlan()
    analysis = analyse(notebook, asked.skip)
    project = find_project(notebook.path, parent_references(analysis))
    place = place_of([notebook], project, name, output)
    if before is not None:
        before(project.root, place.folder)
    earlier = read_existing(project.root / place.folder)
    given = edited is not None
    if earlier is not None and order is None:
        notebook = in_remembered_order(notebook, earlier.document)
        asked = read_plan(edited, notebook) if edited is not None else EditedPlan()
        analysis = analyse(notebook, asked.skip)
    if earlier is not None and not given and (kept := remembered_plan(earlier.document, notebook)) is not None:
        asked, given = read_plan(kept, notebook), bool(earlier.document.get("plan_given"))
        analysis = analyse(notebook, asked.skip)
    targets = tuple(targets) if targets is not None else asked.targets or TARGETS
    check_skipped(analysis)
    if not asked.stages:
        asked = replace(asked, stages=tagged_plan(analysis).stages)
    cuts = asked.cuts(notebook) if asked.stages else possible_cuts(analysis)
    member = Member(analysis, place.notebook, place, asked, cuts)
    try:
        compiled = compile_members(project, [member], targets, run=run, limits=limits, revise=revise, progress=tell)
    except MlopsError as error:
        raise (_explained(error, member, project, limits, tell) if run else error) from None
    compiled.document.update(plan_given=given, cells=cell_digests(notebook))
    if not is_written_order(notebook):
        compiled.document["order"] = [cell.index for cell in notebook.cells]
    return compiled


def compile_members(
    project: Project,
    members: list[Member],
    targets: tuple[str, ...],
    *,
    run: bool,
    limits: Limits,
    revise: Revise | None,
    progress: Progress,
) -> Compiled:
    """Convert notebooks that were read and analysed into one pipeline.

    Args:
        project: of the notebooks.
        members: the notebooks.
        targets: emit targets.
        run: whether they may be run.
        limits: time limits.
        revise: given what is generated, tells what the files become with the user's edits.
        progress: called with progress events.

    Returns:
        The conversion.

    Raises:
        MlopsError: a notebook does not run, or their files do not say which comes first.
    """
    proof = None
    if run:
        findings = _choose_kernel(members)
        with workspace() as work:
            scratch = _scratch(project, members, work)
            together = Together(scratch, members, limits=limits, progress=progress)
            members, pipeline, proof = complete(together.in_time(together.planned_and_proven(targets, revise)))
            findings += [
                Finding("changed-input", "error", f"The notebook changed the large file {file}.")
                for file in scratch.changed
            ]
        pipeline = replace(pipeline, findings=(*findings, *pipeline.findings))
        pipeline = with_outputs(pipeline, proof, {m.path: m.run for m in members}, secrets_of(members))
    else:
        for member in members:
            asked = dict.fromkeys(line for each in member.analysis.notebook.installs for line in each.requirements)
            member.place = replace(member.place, requirements=tuple(asked))
            member.program = program_of(member)
        pipeline = joined(members, plan_all(members))
    progress({"phase": "emit", "message": "Writing the pipeline's files in memory", "fraction": 0.95})
    read_of = [found for m in members for found in reading_findings(m.analysis.notebook, m.observation)]
    pipeline = replace(pipeline, findings=(*read_of, *pipeline.findings))
    emission = emit(replace(pipeline, targets=targets), targets)
    secrets = secrets_of(members)
    _refuse_secrets(emission, members)
    document: dict[str, Any] = masked(conversion_document(emission, proof, memory_of(members)), secrets)
    first = members[0]
    return Compiled(
        project,
        emission.pipeline,
        emission,
        document,
        proof,
        first.observation,
        first.analysis.notebook,
        originals(members),
    )


def memory_of(members: Sequence[Member]) -> int:
    """The most bytes that any of the notebooks needed."""
    return max(member.observation.memory if member.observation is not None else 0 for member in members)


def originals(members: Sequence[Member]) -> dict[str | None, Original]:
    """The notebooks by path, where there are several."""
    if len(members) == 1:
        return {}
    return {member.path: Original(member.analysis.notebook, member.observation) for member in members}


def secrets_of(members: Sequence[Member]) -> tuple[Secret, ...]:
    """The secrets that stand in any of the notebooks."""
    return tuple(secret for member in members for secret in member.analysis.notebook.secrets)


def _refuse_secrets(emission: Emission, members: Sequence[Member]) -> None:
    """Raises where a secret would come into a generated file."""
    for member in members:
        notebook = member.analysis.notebook
        for file, content in emission.files.items():
            for secret in notebook.secrets:
                if isinstance(content, bytes) and secret.value.encode() in content:
                    raise MlopsError(
                        "secret-in-text",
                        f"The secret in this cell (now read from {secret.name}) would come into {file}. Take it out of the notebook.",
                        cell=secret.cell,
                        line=secret.line,
                        path=str(notebook.path),
                    )


def _scratch(project: Project, members: Sequence[Member], work: Path) -> Scratch:
    place = members[0].place
    environment = {secret.name: secret.value for secret in secrets_of(members)}
    return Scratch(
        project, place.folder, place.kernel_name, work=work, keep=common_folder(members), environment=environment
    )


def _explained(error: MlopsError, member: Member, project: Project, limits: Limits, tell: Progress) -> MlopsError:
    """Why the notebook does not run, with the offer of another order if it runs in that one; without secrets."""
    notebook = member.analysis.notebook
    recorded = in_recorded_order(notebook) if is_written_order(notebook) else None
    if recorded is not None and error.code in {"hidden-state", "notebook-raises", "missing-data"}:
        tell({"phase": "observe", "message": "Trying the order in which the cells were last run", "fraction": 0.0})
        other = replace(member, analysis=analyse(recorded, member.edited.skip), cuts=frozenset())
        with workspace() as work:
            together = Together(_scratch(project, [other], work), [other], limits=limits, progress=tell)
            try:
                complete(together.in_time(together.observed()))
            except MlopsError:
                error = offered(error, recorded, works=False)
            else:
                error = offered(error, recorded, works=True)
    return MlopsError(**masked(error.as_dict(), notebook.secrets))


def verify_pipeline(
    folder: Path | str,
    *,
    edited: EditedFiles | None = None,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Verified:
    """Prove a pipeline again, as its files are now.

    Args:
        folder: of the pipeline; holds `conversion.json`.
        edited: its files, where it is known how they were generated: what hands have changed is told apart then.
        limits: time limits.
        progress: called with progress events.

    Returns:
        The result; nothing is written.

    Raises:
        MlopsError: ``not-a-pipeline``, ``invalid-conversion``, or what running the notebook raises.
    """
    import json

    tell = progress or (lambda _event: None)
    limits = limits or Limits()
    here = Path(folder).resolve()
    file = here / "conversion.json"
    if not file.is_file():
        raise MlopsError(
            "not-a-pipeline",
            "There is no conversion.json here. Name the folder of a converted pipeline.",
            path=str(folder),
        )
    try:
        document = json.loads(file.read_text("utf-8"))
        relative = document["notebook"]
    except (ValueError, KeyError, TypeError) as error:
        raise MlopsError("invalid-conversion", f"conversion.json is not valid ({error}).", path=str(file)) from None
    if "notebooks" in document:
        from jupyter_mlops_converters.several import verify_notebooks

        return verify_notebooks(here, document, edited=edited, limits=limits, progress=tell)
    root = next((parent for parent in here.parents if (parent / relative).is_file()), None)
    if root is None:
        raise MlopsError(
            "notebook-not-found", f"The notebook {relative} that the pipeline came from is not there.", path=str(file)
        )
    notebook = read(root / relative, document.get("order") or "document")
    project = project_at(root, notebook.path)
    analysis = analyse(notebook, skipped_cells(document))
    place = place_of([notebook], project, here.name, here, may_exist=True)
    member = Member(analysis, relative, place, EditedPlan(), frozenset())
    return verify_members(project, [member], document, edited=edited, limits=limits, progress=tell)


def verify_members(
    project: Project,
    members: list[Member],
    document: dict[str, Any],
    *,
    edited: EditedFiles | None,
    limits: Limits,
    progress: Progress,
) -> Verified:
    """Prove the pipeline of notebooks that were read and analysed. Arguments as of `compile_members`.

    Args:
        project: of the notebooks.
        members: the notebooks in the order they run.
        document: the content of `conversion.json`.
        edited: as of `verify_pipeline`.
        limits: time limits.
        progress: called with progress events.

    Returns:
        The result.
    """
    _choose_kernel(members)
    first = members[0]
    if edited is not None and not edited_pipeline(stage_runs(document), *edited).edits:
        edited = None
    with workspace() as work:
        together = Together(_scratch(project, members, work), members, limits=limits, progress=progress)
        proof = complete(together.in_time(together.proven_again(document, edited)))
    document["verification"] = masked(verification(proof, memory_of(members)), secrets_of(members))
    return Verified(document, proof, first.run, first.analysis.notebook, originals(members))


def place_of(
    notebooks: Sequence[SourceNotebook],
    project: Project,
    name: str | None,
    output: Path | str | None,
    *,
    may_exist: bool = False,
) -> Place:
    """Where the pipeline of notebooks goes, as the first of them sees it.

    Args:
        notebooks: the notebooks.
        project: of them.
        name: that was asked for.
        output: folder that was asked for.
        may_exist: whether the folder may be there, whatever is in it.

    Returns:
        The place.

    Raises:
        MlopsError: ``invalid-name``, ``outside-project``, ``output-exists`` or ``several-pipelines``.
    """
    notebook = notebooks[0]
    digests = {each.path.relative_to(project.root).as_posix(): each.sha256 for each in notebooks}
    relative = next(iter(digests))
    wanted = name or (Path(output).name if output and not may_exist else None)
    chosen = joint_name(list(digests)) if len(digests) > 1 and not wanted else pipeline_name(notebook.path, wanted)
    folder = Path(output).resolve() if output is not None else project.unit / "pipelines" / chosen
    if not may_exist:
        named = bool(name or output)
        existing = find_existing(project.root, digests, folder, named=named)
        if existing is not None:
            folder, chosen, may_exist = existing.folder, name or existing.name, True
    if not folder.is_relative_to(project.root):
        raise MlopsError(
            "outside-project", f"The pipeline must lie inside the project {project.root}.", path=str(folder)
        )
    if folder.exists() and not may_exist and (not folder.is_dir() or any(folder.iterdir())):
        raise MlopsError(
            "output-exists",
            "This folder is there already, and what is in it was not made from this notebook. "
            "Choose another place with --output or --name, or remove it first.",
            path=str(folder),
        )
    titled = chosen.replace("_", " ").capitalize()
    title = next(
        (
            line.lstrip("# ").strip()
            for cell in notebook.cells
            if cell.kind == "markdown"
            for line in cell.source.splitlines()
            if line.startswith("# ")
        ),
        titled,
    )
    return Place(
        name=chosen,
        title=title if len(notebooks) == 1 else titled,
        notebook=relative,
        folder=folder.relative_to(project.root).as_posix(),
        workdir=posixpath.dirname(relative) or ".",
        tracked=project.tracked,
        owned=owned(project.root, folder),
        has_git=project.has_git,
        has_dvc=project.has_dvc,
        python_version=f"{sys.version_info.major}.{sys.version_info.minor}",
    )


def common_folder(members: Sequence[Member]) -> Path:
    """The innermost folder that holds all the notebooks."""
    return Path(os.path.commonpath([member.analysis.notebook.path.parent for member in members]))


def _choose_kernel(members: Sequence[Member]) -> list[Finding]:
    """Set the kernel of the stages in the notebooks' places; findings where it is not the one that they ask for."""
    from jupyter_client.kernelspec import KernelSpecManager

    there = KernelSpecManager().find_kernel_specs()
    found: dict[str, str] = {}
    findings = []
    for member in members:
        wanted = member.analysis.notebook.kernel_name or "python3"
        name = wanted if wanted in there else "python3"
        found.setdefault(name, member.path)
        member.place = replace(member.place, kernel_name=name)
        if name != wanted:
            findings.append(
                Finding(
                    "kernel-replaced",
                    "info",
                    f"The notebook asks for the kernel {wanted!r}, which is not here; `python3` is used.",
                    source_notebook=member.path if len(members) > 1 else None,
                )
            )
    if len(found) > 1:
        listed = ", ".join(f"{name} ({path})" for name, path in found.items())
        raise MlopsError(
            "kernels-differ",
            f"The notebooks ask for different kernels, and a pipeline has one: {listed}. Set the same one in all of them, or "
            "convert them apart.",
            path=list(found.values())[-1],
        )
    return findings
