"""The plan that a pipeline was made with, for its notebook as that is now.

As long as the cells are the same, the plan stays what it is, even where the time that a cell took would tip the scales
another way. When they change, the planner decides anew, unless people made the plan: then their stages go on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from jupyter_mlops_converters.plan.edited import plan_of

if TYPE_CHECKING:
    from jupyter_mlops_converters.source.notebook import SourceNotebook


def cell_digests(notebook: SourceNotebook) -> list[str]:
    """What tells the cells of a notebook apart in `conversion.json`, one for each."""
    texts = ("\0".join((cell.kind, *sorted(cell.tags), cell.source)) for cell in notebook.cells)
    return [hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16] for text in texts]


def remembered_plan(
    document: Mapping[str, Any], notebook: SourceNotebook, path: str | None = None
) -> dict[str, Any] | None:
    """The plan to go on with.

    Args:
        document: the `conversion.json` of the pipeline.
        notebook: as it is now.
        path: of the notebook, relative to the project, where the pipeline has several.

    Returns:
        A plan in its JSON form; None where there is none to keep.
    """
    plan, cells = plan_of(document, path), document.get("cells")
    if path is not None:
        cells = cells.get(path) if isinstance(cells, Mapping) else None
    if plan is None or not isinstance(cells, list):
        return None
    now = cell_digests(notebook)
    kept = {key: plan[key] for key in ("schema", "stages", "skip", "parameters", "targets") if key in plan}
    if cells == now:
        return kept
    if not document.get("plan_given"):
        # What is emitted goes on, too; for the rest the planner is asked again.
        return {"targets": plan["targets"]} if "targets" in plan else None
    return _carried(kept, _moved(cells, now), notebook)


def _moved(old: list[Any], new: list[str]) -> dict[int, int]:
    """Index of a cell → index now. Cells that changed in place are the same cells."""
    found: dict[int, int] = {}
    for kind, low, high, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal" or (kind == "replace" and high - low == end - start):
            found.update(zip(range(low, high), range(start, end), strict=True))
    return found


def _carried(plan: dict[str, Any], moved: Mapping[int, int], notebook: SourceNotebook) -> dict[str, Any]:
    code = [cell.index for cell in notebook.code_cells]
    skip = {moved[cell] for cell in plan.get("skip", ()) if cell in moved}
    owner = {
        moved[cell]: number
        for number, stage in enumerate(plan.get("stages", ()))
        for cell in stage["cells"]
        if cell in moved
    }
    current = min(owner.values(), default=0)
    for cell in code:
        # A new cell goes with the one before it.
        current = owner.setdefault(cell, current) if cell not in skip else current
    stages = [
        {"name": stage["name"], "cells": [cell for cell in code if cell not in skip and owner[cell] == number]}
        for number, stage in enumerate(plan.get("stages", ()))
    ]
    return {**plan, "stages": [stage for stage in stages if stage["cells"]], "skip": sorted(skip)}
