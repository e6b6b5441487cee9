"""A plan that people make or edit: which cells form which stage, what is left out, which parameters there are.

The JSON form is documented in docs/conversion.md. What a conversion answers under `plan` is of this form, so that it
can be edited and given back.
"""

from __future__ import annotations

import json
import keyword
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_mlops_converters.errors import MlopsError
from jupyter_mlops_converters.plan.pipeline import Source

if TYPE_CHECKING:
    from jupyter_mlops_converters.analysis.cells import Analysis
    from jupyter_mlops_converters.plan.pipeline import Pipeline, Stage
    from jupyter_mlops_converters.source.notebook import SourceNotebook

SCHEMA = 1
_KEYS = ("schema", "notebook", "notebook_sha256", "stages", "skip", "parameters", "targets")
_KEYS_OF_SEVERAL = ("schema", "notebooks", "targets")
_STAGE_KEYS = ("name", "cells")
#: Names of files and folders that a pipeline has besides its stages.
_TAKEN = frozenset({"track", "ploomber"})


@dataclass(frozen=True)
class EditedStage:
    """A stage that was asked for.

    Attributes:
        name: None where the planner may choose one.
        cells: indices of code cells, in the order in which they run.
    """

    name: str | None
    cells: tuple[int, ...]


@dataclass(frozen=True)
class EditedPlan:
    """What was asked for. Everything may be left open.

    Attributes:
        stages: none where the planner may divide the notebook as it likes.
        skip: cells to leave out; None for those that are tagged so.
        parameters: name that the planner gives a parameter → name that it should have; None to leave it in the code.
        targets: emit targets; None for the usual ones.
    """

    stages: tuple[EditedStage, ...] = ()
    skip: frozenset[int] | None = None
    parameters: Mapping[str, str | None] = field(default_factory=dict)
    targets: tuple[str, ...] | None = None

    def cuts(self, notebook: SourceNotebook) -> frozenset[int]:
        """Cells of a notebook after which the plan goes on with another stage."""
        owner = {cell: number for number, stage in enumerate(self.stages) for cell in stage.cells}
        order = [cell.index for cell in notebook.code_cells if cell.index in owner]
        return frozenset(cell for cell, after in pairwise(order) if owner[cell] != owner[after])


def read_plan(given: Mapping[str, Any] | Path | str, notebook: SourceNotebook) -> EditedPlan:
    """Read and check a plan.

    Args:
        given: the plan, an answer of a conversion that holds it under `plan`, or a JSON file with either.
        notebook: what it is for.

    Returns:
        The plan.

    Raises:
        MlopsError: ``invalid-plan`` or ``outdated-plan``, saying what to change.
    """
    with _plan_in(given) as document:
        return _checked(document, notebook)


def read_plans(
    given: Mapping[str, Any] | Path | str, notebooks: Mapping[str, SourceNotebook]
) -> tuple[dict[str, EditedPlan], tuple[str, ...] | None]:
    """Read and check a plan for several notebooks: one for each, as far as they are in it.

    Args:
        given: as of `read_plan`; each plan under `notebooks` says which `notebook` it is of.
        notebooks: path, relative to the project → notebook.

    Returns:
        Path → its plan, and the emit targets.

    Raises:
        MlopsError: ``invalid-plan`` or ``outdated-plan``, saying what to change.
    """
    with _plan_in(given) as document:
        if not isinstance(document, Mapping) or "notebooks" not in document:
            raise _InvalidError("A plan for several notebooks has `notebooks`, a list with the plan of each.")
        _only(document, _KEYS_OF_SEVERAL, "A plan for several notebooks")
        _check_schema(document)
        plans: dict[str, EditedPlan] = {}
        for number, entry in enumerate(_list(document, "notebooks")):
            path = str(entry.get("notebook")) if isinstance(entry, Mapping) else ""
            if path not in notebooks or path in plans:
                listed = ", ".join(notebooks)
                raise _InvalidError(f"`notebooks[{number}]` must say which `notebook` it is of: one each of {listed}.")
            plans[path] = _checked(entry, notebooks[path])
        return plans, _targets(document)


@contextmanager
def _plan_in(given: Mapping[str, Any] | Path | str) -> Iterator[Any]:
    """The document that a plan is read from; what is wrong with it is told with its file."""
    path = None
    document: Any = given
    if not isinstance(given, Mapping):
        path = str(given)
        document = _from_file(Path(given))
    if isinstance(document, Mapping) and isinstance(document.get("plan"), Mapping):
        document = document["plan"]
    try:
        yield document
    except _InvalidError as error:
        raise MlopsError("invalid-plan", str(error), path=path, cell=error.cell) from None
    except MlopsError as error:
        error.path = error.path or path
        raise


class _InvalidError(Exception):
    def __init__(self, message: str, cell: int | None = None) -> None:
        super().__init__(message)
        self.cell = cell


def _from_file(file: Path) -> Any:
    try:
        return json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise MlopsError("invalid-plan", f"The plan cannot be read: {error.strerror}.", path=str(file)) from None
    except ValueError as error:
        raise MlopsError("invalid-plan", f"The plan is not valid JSON: {error}.", path=str(file)) from None


def _checked(document: Any, notebook: SourceNotebook) -> EditedPlan:
    if not isinstance(document, Mapping):
        raise _InvalidError("A plan is one JSON object.")
    _only(document, _KEYS, "A plan")
    _check_schema(document)
    sha256 = document.get("notebook_sha256")
    if sha256 is not None and sha256 != notebook.sha256:
        raise MlopsError(
            "outdated-plan",
            "The notebook has changed since the plan was made, or it is the plan of another one. Make a new plan with "
            "`convert --dry-run --format json`, or take `notebook_sha256` out of the plan if its cells are still right.",
        )
    stages = tuple(_stage(entry, number) for number, entry in enumerate(_list(document, "stages")))
    skip = frozenset(_cells(_list(document, "skip"), "`skip`")) if document.get("skip") is not None else None
    edited = EditedPlan(stages, skip, _parameters(document), _targets(document))
    _check_cells(edited, notebook)
    _check_names([stage.name for stage in stages if stage.name is not None])
    # Markdown goes with the code cell after it, wherever a plan lists it.
    code = [cell.index for cell in notebook.code_cells]
    return replace(
        edited, stages=tuple(replace(s, cells=tuple(c for c in code if c in s.cells)) for s in edited.stages)
    )


def _check_schema(document: Mapping[str, Any]) -> None:
    if document.get("schema", SCHEMA) != SCHEMA:
        raise _InvalidError(f"This version reads plans of schema {SCHEMA}, and this one says {document['schema']!r}.")


def _only(entry: Mapping[str, Any], keys: tuple[str, ...], what: str) -> None:
    unknown = sorted(str(key) for key in entry if key not in keys)
    if unknown:
        raise _InvalidError(f"{what} has no key {unknown[0]!r}; there are: {', '.join(keys)}.")


def _list(document: Mapping[str, Any], key: str) -> list[Any]:
    value = document.get(key)
    if value is not None and not isinstance(value, list):
        raise _InvalidError(f"`{key}` must be a list.")
    return value or []


def _stage(entry: Any, number: int) -> EditedStage:
    where = f"`stages[{number}]`"
    if not isinstance(entry, Mapping):
        raise _InvalidError(f'{where} must be an object such as {{"name": "train", "cells": [4, 5]}}.')
    _only(entry, _STAGE_KEYS, where)
    name = entry.get("name")
    if name is not None and not isinstance(name, str):
        raise _InvalidError(f"The name of {where} must be text.")
    cells = entry.get("cells")
    if not isinstance(cells, list) or not cells:
        raise _InvalidError(f"{where} needs `cells`, a list of cells of the notebook, counted from 0.")
    return EditedStage(name, tuple(sorted(set(_cells(cells, where)))))


def _cells(cells: list[Any], where: str) -> list[int]:
    for cell in cells:
        if not isinstance(cell, int) or isinstance(cell, bool):
            raise _InvalidError(f"{where} names the cell {cell!r}; cells are whole numbers, counted from 0.")
    return cells


def _parameters(document: Mapping[str, Any]) -> dict[str, str | None]:
    parameters = document.get("parameters")
    if parameters is None:
        return {}
    if not isinstance(parameters, Mapping):
        raise _InvalidError('`parameters` must be an object such as {"test_size": "holdout", "n_jobs": null}.')
    for name, wanted in parameters.items():
        if wanted is not None and not (
            isinstance(wanted, str) and wanted.isidentifier() and wanted.isascii() and not keyword.iskeyword(wanted)
        ):
            raise _InvalidError(
                f"The parameter {name!r} cannot be called {wanted!r}: names are made of letters, digits and "
                "underscores; `null` leaves the value in the code."
            )
    return dict(parameters)


def _targets(document: Mapping[str, Any]) -> tuple[str, ...] | None:
    targets = document.get("targets")
    if targets is None:
        return None
    if not isinstance(targets, list) or not all(isinstance(target, str) for target in targets):
        raise _InvalidError("`targets` must be a list of names.")
    return tuple(targets)


def _check_cells(edited: EditedPlan, notebook: SourceNotebook) -> None:
    count = len(notebook.cells)
    owner: dict[int, int] = {}
    for number, stage in enumerate(edited.stages):
        for cell in stage.cells:
            if not 0 <= cell < count:
                raise _InvalidError(f"`stages[{number}]` names cell {cell}, and the notebook has {count} cells.")
            if owner.setdefault(cell, number) != number:
                raise _InvalidError(f"Cell {cell} is in two stages; a cell runs once.", cell)
            if cell in (edited.skip or ()):
                raise _InvalidError(f"Cell {cell} is in a stage and in `skip`.", cell)
    for cell in edited.skip or ():
        if not 0 <= cell < count:
            raise _InvalidError(f"`skip` names cell {cell}, and the notebook has {count} cells.")
    code = {cell.index for cell in notebook.code_cells}
    for number, stage in enumerate(edited.stages):
        if not code & set(stage.cells):
            raise _InvalidError(f"`stages[{number}]` holds no code cell.", stage.cells[0])
    skipped = edited.skip if edited.skip is not None else {c.index for c in notebook.code_cells if "skip" in c.tags}
    missing = sorted(code - owner.keys() - skipped)
    if edited.stages and missing:
        listed = ", ".join(map(str, missing[:12])) + (" …" if len(missing) > 12 else "")
        raise _InvalidError(
            f"No stage has the cells {listed}. Put each into a stage, or into `skip` to leave it out.", missing[0]
        )


def _check_names(names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if not (name.isidentifier() and name.isascii()) or keyword.iskeyword(name) or name.startswith("_"):
            raise _InvalidError(f"{name!r} is no name for a stage: use letters, digits and underscores.")
        if name.lower() in _TAKEN:
            raise _InvalidError(f"No stage can be called {name!r}: the pipeline has something of that name.")
        if name.lower() in seen:
            raise _InvalidError(f"Two stages are called {name!r}.")
        seen.add(name.lower())


def tagged_plan(analysis: Analysis) -> EditedPlan:
    """The plan that tags `stage:<name>` ask for: untagged cells belong to the stage of the cell before them.

    Args:
        analysis: the notebook.

    Returns:
        The plan; without stages when no cell is tagged.
    """
    stages: dict[str, list[int]] = {}
    before: list[int] = []
    current = before
    for cell in analysis.cells:
        tag = stage_tag(cell.cell.tags)
        if tag is not None:
            current = stages.setdefault(tag, [])
        current.append(cell.index)
    if not stages:
        return EditedPlan()
    first = (EditedStage(None, tuple(before)),) if before else ()
    named = (EditedStage(_name(tag), tuple(cells)) for tag, cells in stages.items())
    return EditedPlan((*first, *named))


def stage_tag(tags: tuple[str, ...]) -> str | None:
    """The stage that a cell's tags name."""
    for tag in tags:
        if tag.startswith("stage:") and tag[6:].strip():
            return tag[6:].strip()
    return None


def _name(tag: str) -> str:
    from jupyter_mlops_converters.plan.naming import slug

    name = slug(tag) or "stage"
    return f"{name}_stage" if name in _TAKEN else name


def check_skipped(analysis: Analysis) -> None:
    """Refuse to leave out cells whose names others need.

    Args:
        analysis: the notebook without the cells that are left out.

    Raises:
        MlopsError: ``skipped-name`` with the first cell that needs one.
    """
    from jupyter_mlops_converters.analysis.names import name_facts
    from jupyter_mlops_converters.source.python_code import parse_cell

    kept = {cell.index for cell in analysis.cells}
    left_out: dict[str, int] = {}
    for skipped in analysis.notebook.code_cells:
        if skipped.index not in kept:
            # A cell may be left out for the very reason that it is not valid.
            with suppress(MlopsError):
                facts = name_facts(parse_cell(skipped.source, cell=skipped.index).tree.body)
                left_out.update(dict.fromkeys(facts.binds, skipped.index))
    bound = {name for cell in analysis.cells for name in cell.facts.all_binds}
    stars = any(cell.facts.star_imports for cell in analysis.cells)
    for cell in analysis.cells:
        missing = sorted(cell.facts.uses & left_out.keys() - bound)
        if missing and not stars:
            name = missing[0]
            raise MlopsError(
                "skipped-name",
                f"The cell needs `{name}`, which only cell {left_out[name]} defines, and that one is left out. "
                "Leave this cell out, too, or keep the other one.",
                cell=cell.index,
                path=str(analysis.notebook.path),
            )


def skipped_cells(document: Mapping[str, Any], notebook: str | None = None) -> frozenset[int] | None:
    """The cells that a `conversion.json` says were left out, of one notebook of several; None where it does not say."""
    plan = plan_of(document, notebook)
    skip = plan.get("skip") if plan is not None else None
    return frozenset(cell for cell in skip if isinstance(cell, int)) if isinstance(skip, list) else None


def plan_of(document: Mapping[str, Any], notebook: str | None = None) -> Mapping[str, Any] | None:
    """The plan in a `conversion.json`: that of one of its notebooks, where there are several."""
    plan = document.get("plan")
    if notebook is not None:
        plans = plan.get("notebooks") if isinstance(plan, Mapping) else None
        of_it = (p for p in plans if isinstance(p, Mapping) and p.get("notebook") == notebook) if plans else iter(())
        plan = next(of_it, None)
    return plan if isinstance(plan, Mapping) else None


def plan_document(pipeline: Pipeline) -> dict[str, Any]:
    """The plan of a pipeline in the form that can be edited and given back.

    Args:
        pipeline: planned.

    Returns:
        A JSON-able document.
    """
    targets = list(pipeline.targets)
    if not pipeline.sources:
        only = Source(pipeline.notebook, pipeline.notebook_sha256, "", pipeline.skipped, pipeline.offered)
        return {"schema": SCHEMA, **_plan_of_one(only, pipeline.stages), "targets": targets}
    plans = [
        _plan_of_one(source, [stage for stage in pipeline.stages if stage.source_notebook == source.path])
        for source in pipeline.sources
    ]
    return {"schema": SCHEMA, "notebooks": plans, "targets": targets}


def _plan_of_one(source: Source, stages: Iterable[Stage]) -> dict[str, Any]:
    return {
        "notebook": source.path,
        "notebook_sha256": source.sha256,
        "stages": [
            {
                "name": stage.name,
                "cells": [c.source_cell for c in stage.cells if c.kind == "code" and c.source_cell is not None],
            }
            for stage in stages
            if stage.source_cells
        ],
        "skip": list(source.skipped),
        "parameters": dict(source.offered),
    }
