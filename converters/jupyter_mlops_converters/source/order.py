"""The order in which a notebook's cells were last run, as its execution counts tell it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from jupyter_mlops_converters.source.notebook import SourceCell, SourceNotebook


def in_recorded_order(notebook: SourceNotebook) -> SourceNotebook | None:
    """The notebook with its cells in the order in which they were last run.

    A cell that was never run stays behind the code cell that it follows; text stays before the code cell that follows
    it. Cells keep their indices.

    Args:
        notebook: as it is written.

    Returns:
        None when nothing is recorded, or when the recorded order is the written one.
    """
    if not is_out_of_order(notebook):
        return None
    blocks: list[tuple[int, list[SourceCell]]] = []
    texts: list[SourceCell] = []
    for cell in notebook.cells:
        if cell.kind != "code":
            texts.append(cell)
            continue
        count = cell.execution_count
        if count is None:
            count = blocks[-1][0] if blocks else -1
        blocks.append((count, [*texts, cell]))
        texts = []
    blocks.sort(key=lambda block: block[0])
    return replace(notebook, cells=(*(cell for _, block in blocks for cell in block), *texts))


def is_out_of_order(notebook: SourceNotebook) -> bool:
    """Whether its cells were last run in another order than they are written."""
    counts = [cell.execution_count for cell in notebook.code_cells if cell.execution_count is not None]
    return any(later < earlier for earlier, later in pairwise(counts))


def missing_counts(notebook: SourceNotebook) -> list[int]:
    """Execution counts below the highest that no cell has: of cells that were deleted, or run again since."""
    counts = {cell.execution_count for cell in notebook.cells if cell.execution_count is not None}
    return [count for count in range(1, max(counts, default=0)) if count not in counts]
