"""Cells that ask a person: which of them a pipeline can do without."""

from __future__ import annotations

from pathlib import Path

import pytest
from notebooks import write_notebook

from jupyter_mlops.errors import MlopsError
from jupyter_mlops.lifts.pipeline.asking import asking

LOAD, FIT = "import pandas as pd\nrows = pd.read_csv('a.csv')", "model = rows.mean()"
AGE = "age = int(input('Age: '))\nprint(model + age)"
WINDOW = "import tkinter as tk\nroot = tk.Tk()\nroot.mainloop()"


@pytest.mark.parametrize(
    ("cells", "failed", "left_out"),
    [
        ((LOAD, FIT, AGE), 2, (2,)),
        ((LOAD, FIT, AGE, "print(rows)", AGE, WINDOW), 2, (2, 4, 5)),
        ((LOAD, FIT, AGE, "print(age)"), 2, ()),
        ((LOAD, "name = input()\nrows = pd.read_csv(name)", FIT), 1, ()),
        ((LOAD, "rows['b'] = input()", FIT), 1, ()),
        ((LOAD, FIT, AGE), 1, ()),
        (("def ask():\n    return input()", FIT), 1, ()),
        (("x = (", AGE), 1, ()),
    ],
)
def test_cells_that_ask_are_left_out_where_nothing_builds_on_them(cells, failed, left_out, tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "a.ipynb", cells)
    assert asking(path, MlopsError("cell-failed", "It fails.", cell=failed)) == left_out


def test_a_function_that_asks_is_left_out_where_it_is_called(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "a.ipynb", ["def ask():\n    return input()", FIT, "ask()"])
    assert asking(path, MlopsError("needs-input", "It asks.", cell=2)) == (2,)
