"""The compiler from end to end: read, analyse, observe, plan, emit, verify. Writes nothing into the project."""

from __future__ import annotations

import posixpath
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
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
from jupyter_mlops_converters.plan.pipeline import Finding, Pipeline
from jupyter_mlops_converters.plan.planner import Place, plan
from jupyter_mlops_converters.plan.program import build_program
from jupyter_mlops_converters.plan.remembered import cell_digests, remembered_plan
from jupyter_mlops_converters.plan.stages import possible_cuts
from jupyter_mlops_converters.proving import Revise, Workbench, observed, planned_and_proven, proven_again, workspace
from jupyter_mlops_converters.reading import Order, is_written_order, offered, read, reading_findings
from jupyter_mlops_converters.source.existing import find_existing, read_existing
from jupyter_mlops_converters.source.notebook import SourceNotebook
from jupyter_mlops_converters.source.order import in_recorded_order
from jupyter_mlops_converters.source.place import Project, find_project, pipeline_name, project_at
from jupyter_mlops_converters.source.secrets import masked
from jupyter_mlops_converters.verify.proof import Proof, stage_runs
from jupyter_mlops_converters.verify.stable import with_outputs

Progress = Callable[[dict[str, Any]], None]


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
        notebook: the original.
    """

    project: Project
    pipeline: Pipeline
    emission: Emission
    document: dict[str, Any]
    proof: Proof | None
    observation: Observation | None
    notebook: SourceNotebook


@dataclass(frozen=True)
class Verified:
    """A pipeline that was proven again.

    Attributes:
        document: the content of its `conversion.json` with the new verification.
        proof: the proof.
        observation: the run of the original that it was compared with.
        notebook: the original.
    """

    document: dict[str, Any]
    proof: Proof
    observation: Observation
    notebook: SourceNotebook


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
    order: Order = "document",
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
        order: of the cells: "document", or "recorded", in which they were last run.
        progress: called with progress events.

    Returns:
        The conversion.

    Raises:
        MlopsError: the plan cannot be followed, or the notebook cannot be read, is not Python, or does not run.
    """
    tell = progress or (lambda _event: None)
    limits = limits or Limits()
    tell({"phase": "read", "message": f"Reading {path}", "fraction": 0.0})
    notebook = read(path, order)
    tell({"phase": "analyse", "message": f"Analysing {len(notebook.code_cells)} code cells", "fraction": 0.0})
    asked = read_plan(edited, notebook) if edited is not None else EditedPlan()
    analysis = analyse(notebook, asked.skip)
    project = find_project(notebook.path, parent_references(analysis))
    place = _place(notebook, project, name, output)
    earlier = read_existing(project.root / place.folder)
    given = edited is not None
    if earlier is not None and not given and (kept := remembered_plan(earlier.document, notebook)) is not None:
        asked, given = read_plan(kept, notebook), bool(earlier.document.get("plan_given"))
        analysis = analyse(notebook, asked.skip)
    targets = tuple(targets) if targets is not None else asked.targets or TARGETS
    check_skipped(analysis)
    if not asked.stages:
        asked = replace(asked, stages=tagged_plan(analysis).stages)
    cuts = asked.cuts if asked.stages else possible_cuts(analysis)
    if not run:
        program = build_program(analysis, None)
        pipeline = plan(program, place, cuts, edited=asked)
        return _finish(project, notebook, pipeline, None, None, targets, given, tell)
    kernel_name, findings = _kernel(notebook)
    place = replace(place, kernel_name=kernel_name)
    with workspace() as work:
        bench = Workbench(analysis, project, place.folder, kernel_name, work=work, limits=limits, progress=tell)
        try:
            pipeline, proof, observation = complete(
                bench.in_time(planned_and_proven(bench, place, cuts, targets, asked, revise))
            )
        except MlopsError as error:
            raise _explained(error, notebook, asked.skip, project, place, limits, tell) from None
        findings += [
            Finding("changed-input", "error", f"The notebook changed the large file {file}.") for file in bench.changed
        ]
    pipeline = replace(pipeline, findings=(*findings, *pipeline.findings))
    pipeline = with_outputs(pipeline, proof, observation)
    return _finish(project, notebook, pipeline, proof, observation, targets, given, tell)


def _finish(
    project: Project,
    notebook: SourceNotebook,
    pipeline: Pipeline,
    proof: Proof | None,
    observation: Observation | None,
    targets: tuple[str, ...],
    given: bool,
    tell: Progress,
) -> Compiled:
    tell({"phase": "emit", "message": "Writing the pipeline's files in memory", "fraction": 0.95})
    pipeline = replace(pipeline, findings=(*reading_findings(notebook, observation), *pipeline.findings))
    emission = emit(replace(pipeline, targets=targets), targets)
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
    document: dict[str, Any] = masked(
        conversion_document(emission, proof, observation.memory if observation is not None else 0), notebook.secrets
    )
    document |= {"plan_given": given, "cells": cell_digests(notebook)}
    if not is_written_order(notebook):
        document["order"] = [cell.index for cell in notebook.cells]
    return Compiled(project, emission.pipeline, emission, document, proof, observation, notebook)


def _explained(
    error: MlopsError,
    notebook: SourceNotebook,
    skip: frozenset[int] | None,
    project: Project,
    place: Place,
    limits: Limits,
    tell: Progress,
) -> MlopsError:
    """Why the notebook does not run, with the offer of another order if it runs in that one; without secrets."""
    recorded = in_recorded_order(notebook) if is_written_order(notebook) else None
    if recorded is not None and error.code in {"hidden-state", "notebook-raises", "missing-data"}:
        tell({"phase": "observe", "message": "Trying the order in which the cells were last run", "fraction": 0.0})
        with workspace() as work:
            analysis = analyse(recorded, skip)
            bench = Workbench(
                analysis, project, place.folder, place.kernel_name, work=work, limits=limits, progress=tell
            )
            try:
                complete(bench.in_time(observed(bench)))
            except MlopsError:
                error = offered(error, recorded, works=False)
            else:
                error = offered(error, recorded, works=True)
    return MlopsError(**masked(error.as_dict(), notebook.secrets))


def verify_pipeline(folder: Path | str, *, limits: Limits | None = None, progress: Progress | None = None) -> Verified:
    """Prove a pipeline again, as its files are now.

    Args:
        folder: of the pipeline; holds `conversion.json`.
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
    stages = stage_runs(document)
    root = next((parent for parent in here.parents if (parent / relative).is_file()), None)
    if root is None:
        raise MlopsError(
            "notebook-not-found", f"The notebook {relative} that the pipeline came from is not there.", path=str(file)
        )
    notebook = read(root / relative, document.get("order") or "document")
    project = project_at(root, notebook.path)
    analysis = analyse(notebook, skipped_cells(document))
    kernel_name, _ = _kernel(notebook)
    place = _place(notebook, project, here.name, here, may_exist=True)
    with workspace() as work:
        bench = Workbench(analysis, project, place.folder, kernel_name, work=work, limits=limits, progress=tell)
        observation, proof = complete(bench.in_time(proven_again(bench, stages)))
    document["verification"] = masked(verification(proof, observation.memory), notebook.secrets)
    return Verified(document, proof, observation, notebook)


def _place(
    notebook: SourceNotebook, project: Project, name: str | None, output: Path | str | None, *, may_exist: bool = False
) -> Place:
    chosen = pipeline_name(notebook.path, name or (Path(output).name if output and not may_exist else None))
    folder = Path(output).resolve() if output is not None else project.unit / "pipelines" / chosen
    relative = notebook.path.relative_to(project.root).as_posix()
    if not may_exist:
        named = bool(name or output)
        existing = find_existing(project.root, {relative: notebook.sha256}, folder, named=named)
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
    title = next(
        (
            line.lstrip("# ").strip()
            for cell in notebook.cells
            if cell.kind == "markdown"
            for line in cell.source.splitlines()
            if line.startswith("# ")
        ),
        chosen.replace("_", " ").capitalize(),
    )
    return Place(
        name=chosen,
        title=title,
        notebook=relative,
        folder=folder.relative_to(project.root).as_posix(),
        workdir=posixpath.dirname(relative) or ".",
        tracked=project.tracked,
        has_git=project.has_git,
        has_dvc=project.has_dvc,
        python_version=f"{sys.version_info.major}.{sys.version_info.minor}",
    )


def _kernel(notebook: SourceNotebook) -> tuple[str, list[Finding]]:
    from jupyter_client.kernelspec import KernelSpecManager

    wanted = notebook.kernel_name or "python3"
    if wanted in KernelSpecManager().find_kernel_specs():
        return wanted, []
    return "python3", [
        Finding(
            "kernel-replaced",
            "info",
            f"The notebook asks for the kernel {wanted!r}, which is not here; `python3` is used.",
        )
    ]
