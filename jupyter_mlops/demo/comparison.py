"""Sets two executions of one pipeline side by side, cell by cell of the original notebook."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class CellComparison:
    """How a cell of the notebook came out in three places.

    Attributes:
        source_cell: its index in the original notebook.
        proof: verdict of the proof: the pipeline against the original notebook.
        engines: verdict between the two executions.
        detail: the first difference between them.
    """

    source_cell: int
    proof: str
    engines: str
    detail: str = ""

    @property
    def same(self) -> bool:
        """Whether all three agree, as far as the original agrees with itself."""
        return self.engines != "differs" and self.proof not in ("differs", "failed", "missing")


def compare_executions(document: dict[str, Any], one: Path, other: Path) -> list[CellComparison]:
    """Compare the executed stage notebooks in two folders.

    Args:
        document: the content of `conversion.json`.
        one: folder of one engine's executed notebooks.
        other: folder of the other's.

    Returns:
        One comparison for every code cell that the proof judged.
    """
    from jupyter_mlops_converters.verify.outputs import compare_outputs

    first, second = (executed_cells(document, folder) for folder in (one, other))
    compared = []
    for cell in document["verification"]["cells"]:
        index = cell["source_cell"]
        if index in first and index in second:
            result = compare_outputs(first[index], second[index])
            compared.append(CellComparison(index, cell["verdict"], result.verdict, result.detail))
        else:
            compared.append(CellComparison(index, cell["verdict"], "differs", "not every engine ran this cell"))
    return compared


def executed_cells(document: dict[str, Any], folder: Path) -> dict[int, list[dict[str, Any]]]:
    """Outputs by source cell, over all executed stage notebooks in a folder.

    Args:
        document: the content of `conversion.json`.
        folder: of the executed notebooks.
    """
    found: dict[int, list[dict[str, Any]]] = {}
    for stage in document["stages"]:
        path = folder / f"{stage['name']}.ipynb"
        if not path.is_file():
            continue
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            index = cell["metadata"].get("jupyter_mlops", {}).get("source_cell")
            if index is not None and cell["cell_type"] == "code":
                found.setdefault(index, []).extend(cell["outputs"])
    return found
