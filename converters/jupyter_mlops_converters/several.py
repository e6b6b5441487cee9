"""The compiler for several notebooks: each is read, run and planned by itself, then they become one pipeline."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from jupyter_mlops_converters.analysis.cells import Analysis, analyse, parent_references
from jupyter_mlops_converters.compile import (
    Before,
    Compiled,
    Progress,
    Verified,
    compile_members,
    place_of,
    verify_members,
)
from jupyter_mlops_converters.emit import TARGETS
from jupyter_mlops_converters.errors import MlopsError
from jupyter_mlops_converters.observe.observe import Limits
from jupyter_mlops_converters.plan.edited import (
    EditedPlan,
    check_skipped,
    read_plan,
    read_plans,
    skipped_cells,
    tagged_plan,
)
from jupyter_mlops_converters.plan.labels import labels
from jupyter_mlops_converters.plan.members import Member
from jupyter_mlops_converters.plan.order import find_joins, in_order, named_files, refuse_circle
from jupyter_mlops_converters.plan.planner import Place
from jupyter_mlops_converters.plan.remembered import cell_digests, remembered_plan
from jupyter_mlops_converters.plan.stages import possible_cuts
from jupyter_mlops_converters.reading import read
from jupyter_mlops_converters.source.existing import read_existing
from jupyter_mlops_converters.source.notebook import SourceNotebook
from jupyter_mlops_converters.source.place import Project, common_project, find_project, project_at
from jupyter_mlops_converters.together import Revise
from jupyter_mlops_converters.verify.edited import EditedFiles


def compile_notebooks(
    paths: Sequence[Path | str],
    *,
    name: str | None = None,
    output: Path | str | None = None,
    run: bool = True,
    limits: Limits | None = None,
    targets: Iterable[str] | None = None,
    edited: Mapping[str, Any] | Path | str | None = None,
    revise: Revise | None = None,
    before: Before | None = None,
    progress: Progress | None = None,
) -> Compiled:
    """Convert several notebooks into one pipeline, in memory.

    Args:
        paths: the notebooks, at least two.
        name: of the pipeline; from the file names when None.
        output: the folder that gets the pipeline; `pipelines/<name>` in the notebooks' unit when None.
        run: whether the notebooks may be run, to observe them and to prove the result.
        limits: time limits.
        targets: emit targets; those of the plan, or else `TARGETS`, when None.
        edited: a plan to follow (see `plan.edited`), or a JSON file with one.
        revise: given what is generated, tells what the files become with the user's edits; they are run, too.
        before: called when it is known where the pipeline goes, before anything runs; what it raises ends the conversion.
        progress: called with progress events.

    Returns:
        The conversion.

    Raises:
        MlopsError: a notebook cannot be read, is not Python or does not run; they are of different projects or kernels; or
            their files do not say which comes first.
    """
    tell = progress or (lambda _event: None)
    analyses = []
    for path in paths:
        tell({"phase": "read", "message": f"Reading {path}", "fraction": 0.0})
        analyses.append(analyse(read(path)))
    files = [analysis.notebook.path for analysis in analyses]
    project = common_project([find_project(a.notebook.path, parent_references(a)) for a in analyses], files)
    analyses = _ordered(analyses, project)
    place = place_of([analysis.notebook for analysis in analyses], project, name, output)
    if before is not None:
        before(project.root, place.folder)
    notebooks = {
        analysis.notebook.path.relative_to(project.root).as_posix(): analysis.notebook for analysis in analyses
    }
    earlier = read_existing(project.root / place.folder)
    document = earlier.document if earlier is not None else {}
    given = edited is not None or bool(document.get("plan_given"))
    asked, asked_targets = _asked(edited, notebooks, document)
    analyses = _ordered([analyse(notebook, asked[path].skip) for path, notebook in notebooks.items()], project)
    for analysis in analyses:
        check_skipped(analysis)
    members = _members(analyses, project, place, asked)
    if not run:
        refuse_circle(find_joins([member.used for member in members]), [member.name for member in members])
    chosen = tuple(targets) if targets is not None else asked_targets or TARGETS
    limits = limits or Limits()
    compiled = compile_members(project, members, chosen, run=run, limits=limits, revise=revise, progress=tell)
    cells = {path: cell_digests(notebook) for path, notebook in notebooks.items()}
    compiled.document.update(plan_given=given, cells=cells)
    return compiled


def _asked(
    edited: Mapping[str, Any] | Path | str | None, notebooks: Mapping[str, SourceNotebook], document: Mapping[str, Any]
) -> tuple[dict[str, EditedPlan], tuple[str, ...] | None]:
    """What was asked for of each notebook, now or when the pipeline was made; and the emit targets."""
    if edited is not None:
        plans, targets = read_plans(edited, notebooks)
    else:
        kept = {path: remembered_plan(document, notebook, path) for path, notebook in notebooks.items()}
        plans = {path: read_plan(plan, notebooks[path]) for path, plan in kept.items() if plan is not None}
        if not document.get("plan_given"):
            # The same cells get the same name again, and the same reason.
            plans = {path: _nameless(plan) for path, plan in plans.items()}
        plan = document.get("plan")
        targets = tuple(plan["targets"]) if isinstance(plan, Mapping) and plan.get("targets") else None
    return {path: plans.get(path, EditedPlan()) for path in notebooks}, targets


def _nameless(plan: EditedPlan) -> EditedPlan:
    return replace(plan, stages=tuple(replace(stage, name=None) for stage in plan.stages))


def _without_label(plan: EditedPlan, label: str) -> EditedPlan:
    """The plan with names as the planner takes them: it puts the label in front, and calls a single stage by it."""
    if len(plan.stages) == 1:
        return _nameless(plan)
    names = [stage.name and stage.name.removeprefix(f"{label}_") for stage in plan.stages]
    return replace(plan, stages=tuple(replace(s, name=name) for s, name in zip(plan.stages, names, strict=True)))


def verify_notebooks(
    here: Path,
    document: dict[str, Any],
    *,
    edited: EditedFiles | None = None,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Verified:
    """Prove a pipeline of several notebooks again, as its files are now.

    Args:
        here: the pipeline's folder.
        document: its `conversion.json`.
        edited: as of `compile.verify_pipeline`.
        limits: time limits.
        progress: called with progress events.

    Returns:
        The result; nothing is written.

    Raises:
        MlopsError: ``invalid-conversion``, ``notebook-not-found``, or what running the notebooks raises.
    """
    file = here / "conversion.json"
    try:
        relative = [str(entry["path"]) for entry in document["notebooks"]]
    except (KeyError, TypeError) as error:
        raise MlopsError("invalid-conversion", f"conversion.json is not valid ({error}).", path=str(file)) from None
    root = next((parent for parent in here.parents if all((parent / path).is_file() for path in relative)), None)
    if root is None:
        raise MlopsError(
            "notebook-not-found",
            f"Of the notebooks that the pipeline came from ({', '.join(relative)}), not all are there.",
            path=str(file),
        )
    analyses = [analyse(read(root / path), skipped_cells(document, path)) for path in relative]
    project = project_at(root, root / relative[0])
    place = place_of([analysis.notebook for analysis in analyses], project, here.name, here, may_exist=True)
    members = _members(analyses, project, place)
    tell = progress or (lambda _event: None)
    return verify_members(project, members, document, edited=edited, limits=limits or Limits(), progress=tell)


def _ordered(analyses: list[Analysis], project: Project) -> list[Analysis]:
    """In the order that the files they name ask for; as they were given where these do not tell."""
    folders = [a.notebook.path.parent.relative_to(project.root).as_posix() for a in analyses]
    joins = find_joins([named_files(a, folder) for a, folder in zip(analyses, folders, strict=True)])
    order = in_order(len(analyses), joins)
    return [analyses[number] for number in order] if order is not None else analyses


def _members(
    analyses: Sequence[Analysis], project: Project, place: Place, asked: Mapping[str, EditedPlan] | None = None
) -> list[Member]:
    paths = [analysis.notebook.path.relative_to(project.root).as_posix() for analysis in analyses]
    members = []
    for analysis, path, label in zip(analyses, paths, labels(paths), strict=True):
        edited = (asked or {}).get(path, EditedPlan())
        edited = _without_label(edited, label)
        if not edited.stages:
            edited = replace(edited, stages=tagged_plan(analysis).stages)
        members.append(
            Member(
                analysis=analysis,
                path=path,
                place=replace(place, notebook=path, workdir=posixpath.dirname(path) or ".", label=label),
                edited=edited,
                cuts=edited.cuts(analysis.notebook) if edited.stages else possible_cuts(analysis),
            )
        )
    return members
