"""Uses of what cells show."""

from __future__ import annotations

from pathlib import Path

import pytest
from jupyter_mlops_converters.analysis.cells import Analysis, analyse
from jupyter_mlops_converters.plan import shown
from jupyter_mlops_converters.plan.program import build_program
from jupyter_mlops_converters.source.notebook import read_notebook
from notebooks import write_notebook


@pytest.fixture
def analysed(tmp_path: Path):
    def build(*cells: str) -> Analysis:
        return analyse(read_notebook(write_notebook(tmp_path / "n.ipynb", list(cells))))

    return build


def together(analysis: Analysis) -> list[tuple[int, int]]:
    return [(c.first, c.last) for c in shown.conflicts(build_program(analysis, None))]


def test_numbered_values_flow_as_variables(analysed) -> None:
    found = analysed("out_1 = 0\n[1]", "2 + 2", "print(Out[1], _2, _oh[2])")
    assert found.history.numbered == {2: {"Out[1]": "out_1_", "_2": "out_2", "_oh[2]": "out_2"}}
    assert "out_1_" in found.cells[0].facts.binds
    assert {"out_1_", "out_2"} <= found.cells[2].facts.uses
    program = build_program(found, None)
    assert shown.kept_after(program, 0) == "out_1_ = _"
    assert shown.restored_before(program, 2) == "Out[1] = out_1_\n_2 = out_2\n_oh[2] = out_2"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("1 + 1", "x = 1", "_ * 2"), [(0, 2)]),
        # Whether a call shows anything is known only when it has run.
        (("[1]", "f()", "_ * 2"), [(0, 2)]),
        (("[1]", "[2]", "[3]", "_, __"), [(1, 3)]),
        (("[1]", "[2]", "len(Out)"), [(0, 2)]),
        # Once the notebook binds the name, IPython leaves it alone.
        (("_ = 3", "[2]", "print(_)"), [(0, 2)]),
        (("[1]", "for _ in range(3):\n    print(_)"), []),
        (("[1]", "a, _ = pair"), []),
        (("_8 = 2", "print(_8)"), []),
        (("print(In[0])",), []),
    ],
)
def test_cells_stay_with_those_whose_values_they_use(analysed, cells, expected) -> None:
    assert together(analysed(*cells)) == expected


def test_names_of_the_notebook_itself_are_no_history(analysed) -> None:
    found = analysed("_1 = 5", "Out = [1]", "print(_1, Out[0])")
    assert not found.history.numbered
    assert not found.history.whole
