"""Executions are compared cell by cell of the original notebook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jupyter_mlops.demo.comparison import compare_executions


def executed(folder: Path, stage: str, outputs: dict[int, str]) -> None:
    cells: list[dict[str, Any]] = [
        {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "outputs": [], "source": ""}
    ]
    cells += [
        {
            "cell_type": "code",
            "metadata": {"jupyter_mlops": {"source_cell": cell}},
            "source": "",
            "outputs": [{"output_type": "stream", "name": "stdout", "text": text}],
        }
        for cell, text in outputs.items()
    ]
    folder.mkdir(exist_ok=True)
    (folder / f"{stage}.ipynb").write_text(json.dumps({"cells": cells}))


def document(verdicts: dict[int, str]) -> dict[str, Any]:
    return {
        "stages": [{"name": "load"}, {"name": "train"}],
        "verification": {"cells": [{"source_cell": cell, "verdict": verdict} for cell, verdict in verdicts.items()]},
    }


def test_tells_equal_different_and_missing_cells_apart(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    executed(one, "load", {0: "same\n", 1: "0.91\n"})
    executed(other, "load", {0: "same\n", 1: "0.92\n"})
    executed(one, "train", {3: "only here\n"})
    found = compare_executions(document({0: "identical", 1: "identical", 3: "identical"}), one, other)
    assert [(cell.source_cell, cell.engines, cell.same) for cell in found] == [
        (0, "identical", True),
        (1, "differs", False),
        (3, "differs", False),
    ]
    assert "0.91" in found[1].detail


def test_what_the_proof_refused_is_not_the_same(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        executed(folder, "load", {0: "same\n"})
    (cell,) = compare_executions(document({0: "differs"}), one, other)
    assert cell.engines == "identical"
    assert not cell.same
