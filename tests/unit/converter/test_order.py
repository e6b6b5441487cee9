"""Execution counts tell in which order cells were last run."""

from __future__ import annotations

from pathlib import Path

import pytest
from jupyter_mlops_converters.errors import MlopsError
from jupyter_mlops_converters.reading import read
from jupyter_mlops_converters.source.notebook import read_notebook
from jupyter_mlops_converters.source.order import in_recorded_order, is_out_of_order, missing_counts
from notebooks import Cell, write_notebook


def notebook(tmp_path: Path, *counts: int | str | None) -> Path:
    cells = [Cell("markdown", c) if isinstance(c, str) else Cell("code", "x = 1", count=c) for c in counts]
    return write_notebook(tmp_path / "n.ipynb", cells)


@pytest.mark.parametrize(
    ("counts", "order"),
    [
        ((1, 2, 3), None),
        ((None, None), None),
        ((5, 9, 40), None),
        ((2, 1), [1, 0]),
        (("a", 3, "b", 1, "c"), [2, 3, 0, 1, 4]),
        ((1, 5, None, 3), [0, 3, 1, 2]),
        ((None, 4, 2), [0, 2, 1]),
    ],
)
def test_the_recorded_order(tmp_path: Path, counts: tuple[int | str | None, ...], order: list[int] | None) -> None:
    written = read_notebook(notebook(tmp_path, *counts))
    found = in_recorded_order(written)
    assert (None if found is None else [cell.index for cell in found.cells]) == order
    assert is_out_of_order(written) == (order is not None)


def test_counts_that_no_cell_has(tmp_path: Path) -> None:
    assert missing_counts(read_notebook(notebook(tmp_path, 1, 5, 3))) == [2, 4]


def test_no_other_order_is_recorded(tmp_path: Path) -> None:
    with pytest.raises(MlopsError) as caught:
        read(notebook(tmp_path, 1, 2), "recorded")
    assert caught.value.code == "no-recorded-order"
