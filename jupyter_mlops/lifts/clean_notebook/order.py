"""The order of a notebook's cells: that in which they were last run, where only that one runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from jupyter_mlops.assessment.notebook_health import undefined_names
from jupyter_mlops.lifts.clean_notebook.edits import Draft, Open, Repair


def mend_order(draft: Draft) -> None:
    """Put cells into the order in which they were last run, where names are used before they are defined otherwise.

    To be called last: cells are told by their places before.

    Args:
        draft: the notebook.
    """
    from jupyter_mlops_converters.source.notebook import SourceCell, SourceNotebook
    from jupyter_mlops_converters.source.order import in_recorded_order

    notebook = draft.notebook
    issues = list(undefined_names(notebook))
    early = [issue for issue in issues if issue.code == "used-before-defined"]
    if early:
        cells = tuple(
            SourceCell(
                cell.index,
                "code" if cell.kind == "code" else "markdown",
                cell.source,
                execution_count=cell.execution_count,
            )
            for cell in notebook.cells
        )
        recorded = in_recorded_order(SourceNotebook(Path(notebook.path), "", cells, None, {}))
        order = tuple(cell.index for cell in recorded.cells) if recorded is not None else ()
        ordered = replace(notebook, cells=tuple(notebook.cells[index] for index in order))
        if order and not any(issue.code == "used-before-defined" for issue in undefined_names(ordered)):
            draft.order = order
            first = early[0]
            what = "the cells are in the order in which they were last run"
            draft.repairs.append(Repair("order", first.cell or 0, first.line or 1, what, first.message))
            issues = [issue for issue in issues if issue not in early]
    for issue in issues:
        advice = (
            "move that cell up"
            if issue.code == "used-before-defined"
            else "its cell was probably deleted, add it again"
        )
        name = issue.message.partition(" ")[0]
        line = draft.original(issue.cell or 0, issue.line or 1)
        draft.open.append(Open(issue.cell or 0, line, name, f"{issue.message.removesuffix('.')}: {advice}"))
