"""Which statements configure the process."""

from __future__ import annotations

from pathlib import Path

import pytest
from jupyter_mlops_converters.analysis.cells import analyse
from jupyter_mlops_converters.source.notebook import read_notebook
from notebooks import write_notebook


def configured(tmp_path: Path, *cells: str) -> list[tuple[str, str | None]]:
    """Text and subsystem of what configures."""
    analysis = analyse(read_notebook(write_notebook(tmp_path / "n.ipynb", [("code", cell) for cell in cells])))
    return [(s.text, s.subsystem) for cell in analysis.cells for s in cell.statements if s.kind == "configuration"]


@pytest.mark.parametrize(
    ("star", "statement", "subsystem"),
    [
        ("from sympy import *", "init_printing()", "ipython"),
        ("from numpy import *", "set_printoptions(precision=3)", "numpy"),
        ("from pylab import *", "rcParams['figure.dpi'] = 40", "plotting"),
    ],
)
def test_what_a_star_import_brings(tmp_path: Path, star: str, statement: str, subsystem: str) -> None:
    assert configured(tmp_path, star, statement) == [(statement, subsystem)]
    own = "def init_printing(**options): return 1\nset_printoptions = init_printing\nrcParams = {}"
    assert configured(tmp_path, star, own, statement) == []


@pytest.mark.parametrize(
    ("body", "subsystem"),
    [
        ("'''Looks.'''\n    size = (3, 2)\n    plt.rcParams['figure.figsize'] = size", "plotting"),
        ("import numpy as np\n    np.seterr(all='ignore')\n    plt.rc('lines', linewidth=3)", "python"),
        ("plt.rc('lines', linewidth=3)\n    plt.plot([1])", None),
        ("seen.append(1)", None),
        ("pass", None),
    ],
)
def test_functions_that_do_nothing_else(tmp_path: Path, body: str, subsystem: str | None) -> None:
    define = f"import matplotlib.pyplot as plt\ndef set_up():\n    {body}\n"
    expected = [] if subsystem is None else [("set_up()", subsystem)]
    assert configured(tmp_path, define, "set_up()") == expected
    assert configured(tmp_path, define, "kept = set_up()") == []
    assert configured(tmp_path, define, define, "set_up()") == []
