"""What crosses between stages, and which divisions keep the meaning of the notebook."""

from __future__ import annotations

from pathlib import Path

import pytest
from jupyter_mlops_converters.analysis.cells import analyse
from jupyter_mlops_converters.plan.flow import Conflict, Flow, flow, in_order
from jupyter_mlops_converters.plan.program import Program, build_program
from jupyter_mlops_converters.source.notebook import read_notebook
from notebooks import write_notebook


@pytest.fixture
def program(tmp_path: Path):
    def build(*cells: str) -> Program:
        return build_program(analyse(read_notebook(write_notebook(tmp_path / "n.ipynb", list(cells)))), None)

    return build


def crossings(found: Flow) -> dict[tuple[str, ...], tuple[int, tuple[int, ...]]]:
    assert not found.conflicts, found.conflicts
    return {c.names: (c.producer, c.consumers) for c in found.crossings}


def test_a_stage_in_pieces_takes_each_value_from_where_it_is_made(program) -> None:
    steps = program("a = [1]", "print(a)", "b = a[0] + 1", "print(a, b)")
    found = flow(steps, [(0, 2), (1, 3)], frozenset())
    assert crossings(found) == {("a",): (0, (1,)), ("b",): (0, (1,))}
    assert in_order(steps, [(0, 2), (1, 3)], found) == [0, 1]


def test_a_stage_that_begins_first_may_have_to_run_last(program) -> None:
    steps = program("print('plots')", "a = 1", "print(a)")
    stages = [(0, 2), (1,)]
    assert in_order(steps, stages, flow(steps, stages, frozenset())) == [1, 0]


@pytest.mark.parametrize(
    ("cells", "stages", "named"),
    [
        # The middle cell makes another `a`, so the outer ones cannot load one value.
        (("a = 1", "print(a)", "a = 2", "print(a)"), [(0, 2), (1, 3)], "cell 2 of another stage changes `a`"),
        (("a = 1", "a = a + 1", "print(a)", "a = 0"), [(0, 1, 3), (2,)], "cell 3 changes `a` again, and cell 2"),
        (("a = 1", "a += 1", "print(a)"), [(0, 2), (1,)], "cell 1 of another stage changes `a` between cells 0 and 2"),
        (
            (
                "import pandas as pd\npd.set_option('display.precision', 2)",
                "print(1)",
                "pd.set_option('display.precision', 5)",
                "print(2)",
            ),
            [(0, 2), (1, 3)],
            "sets `pd.set_option('display.precision', 5)` before cell 3",
        ),
    ],
)
def test_pieces_that_cannot_keep_their_meaning_are_named(program, cells, stages, named: str) -> None:
    (conflict, *_) = flow(program(*cells), stages, frozenset()).conflicts
    assert conflict.scattered
    assert named in conflict.why


def test_stages_that_would_wait_for_each_other_are_named(program) -> None:
    steps = program("a = 1", "b = a", "c = b")
    stages = [(0, 2), (1,)]
    found = flow(steps, stages, frozenset())
    assert not found.conflicts
    conflict = in_order(steps, stages, found)
    assert isinstance(conflict, Conflict)
    assert "0, 2" in conflict.why


def test_a_function_is_not_made_again_with_another_value_than_it_had(program) -> None:
    steps = program("k = 1\ndef f(x=k):\n    return x", "k = 2", "print(f(), k)")
    (conflict,) = flow(steps, [(0, 1), (2,)], frozenset()).conflicts
    assert conflict.why == "`f` was made with the value that `k` had then"
    assert (conflict.first, conflict.last) == (0, 2)
    assert crossings(flow(program("k = 1\ndef f(x=k):\n    return x", "print(f())"), [(0,), (1,)], frozenset())) == {
        ("k",): (0, (1,))
    }


def test_configuration_is_made_with_the_value_that_it_had(program) -> None:
    steps = program("import numpy as np\np = 2\nnp.set_printoptions(precision=p)", "p = 3", "print(p)")
    (conflict,) = flow(steps, [(0, 1), (2,)], frozenset()).conflicts
    assert "configuration in cell 0 was made with another value of `p`" in conflict.why


def test_what_a_function_looks_up_may_be_made_in_the_stage_that_calls_it(program) -> None:
    steps = program("m = [1]", "def f():\n    m.append(2)\n    return m", "m = m + [7]", "print(f())", "print(f(), m)")
    found = flow(steps, [(0, 1), (2, 3), (4,)], frozenset())
    assert found.conflicts == []
    assert [(c.names, c.producer, c.consumers) for c in found.crossings] == [(("m",), 0, (1,)), (("m",), 1, (2,))]


def test_what_a_stage_makes_itself_is_no_need_of_what_it_runs_again(program) -> None:
    # `use` is made again at the start of the last stage, where `k` gets another value only later.
    steps = program("k = 1\ndef use(x=k):\n    return x", "print(1)", "k = [2]", "print(use(), k)", "k.append(3)")
    found = flow(steps, [(0, 1), (2, 3, 4)], frozenset())
    assert not any("another stage" in conflict.why for conflict in found.conflicts)


@pytest.mark.parametrize(("later", "needed"), [("print()", False), ("print(row)", True)])
def test_a_name_that_a_loop_binds_anew_is_needed_only_where_it_is_looked_up_later(
    program, later: str, needed: bool
) -> None:
    # The loop may run over nothing: then the earlier `row` lives on, which nobody notices unless it is looked up.
    steps = program("row = [0]\nrow.append(1)", "for row in '12':\n    print(row)", later)
    found = flow(steps, [(0,), (1,), (2,)], frozenset())
    assert (("row",) in crossings(found)) is needed
