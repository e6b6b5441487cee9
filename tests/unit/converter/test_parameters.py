"""Which literals become parameters, and what the cells look like without them."""

from __future__ import annotations

from pathlib import Path

import pytest
from jupyter_mlops_converters.analysis.cells import analyse
from jupyter_mlops_converters.plan.parameters import find_parameters, rewritten
from jupyter_mlops_converters.plan.program import build_program
from jupyter_mlops_converters.source.notebook import read_notebook
from notebooks import write_notebook


def program_of(folder: Path, *cells: str):
    return build_program(analyse(read_notebook(write_notebook(folder / "n.ipynb", list(cells)))), None)


@pytest.mark.parametrize(
    ("cell", "value", "kind", "left"),
    [
        ("TEST_SIZE = 0.2  # a fifth", 0.2, "float", "# TEST_SIZE: a parameter, see params.yaml (a fifth)"),
        ("N = 5", 5, "int", "# N: a parameter, see params.yaml"),
        ("flag = True", True, "bool", "# flag: a parameter, see params.yaml"),
        ("path = 'data/x.csv'", "data/x.csv", "str", "# path: a parameter, see params.yaml"),
        ("shape = (3, 4)", [3, 4], "tuple", "# shape: a parameter, see params.yaml"),
        ("GRID = {'C': [0.1, 1]}", {"C": [0.1, 1]}, "dict", "# GRID: a parameter, see params.yaml"),
        (
            "columns = [\n    'a',\n    'b',\n]\nx = 1 + 1",
            ["a", "b"],
            "list",
            "# columns: a parameter, see params.yaml\nx = 1 + 1",
        ),
    ],
)
def test_a_literal_assigned_once(tmp_path: Path, cell: str, value: object, kind: str, left: str) -> None:
    program = program_of(tmp_path, cell)
    found, _ = find_parameters(program)
    assert [(c.value, c.type) for c in found] == [(value, kind)]
    assert rewritten(program.steps[0].cell, found) == left


@pytest.mark.parametrize(
    "cells",
    [
        ["x = 1", "x = 2"],
        ["total = 0", "for i in [1]:\n    total += i"],
        ["items = ['a']\nitems.append('b')"],
        ["x = 1; y = 2 + 1"],
        ["def f():\n    x = 1"],
        ["if True:\n    x = 1"],
        ["x = None"],
        ["x = float('nan')"],
        ["x = 1", "del x"],
        ["x = 1", "def f():\n    global x\n    x = 2"],
        ["code = '10'"],
        ["code = '{{ n }}'"],
        ["password = 'hunter2'"],
        ["product = 3"],
    ],
)
def test_what_is_left_alone(tmp_path: Path, cells: list[str]) -> None:
    found, _ = find_parameters(program_of(tmp_path, *cells))
    assert found == []


def test_what_may_be_a_secret_one_day_is_no_parameter(tmp_path: Path) -> None:
    found, findings = find_parameters(program_of(tmp_path, "api_key = 'changeme'", "tokenizer = 'words'"))
    assert [candidate.name for candidate in found] == ["tokenizer"]
    assert [finding.code for finding in findings] == ["not-a-parameter"]


def test_hyper_parameters_keep_their_names_apart(tmp_path: Path) -> None:
    cells = [
        "from sklearn.ensemble import RandomForestClassifier, GradientBoostingClassifier",
        "from sklearn.model_selection import train_test_split",
        "a, b = train_test_split(X, test_size=0.3, random_state=1)",
        "rf = RandomForestClassifier(n_estimators=100, random_state=1, n_jobs=2)",
        "gb = GradientBoostingClassifier(n_estimators=50, random_state=1)",
    ]
    program = program_of(tmp_path, *cells)
    found, _ = find_parameters(program)
    assert {c.name: c.value for c in found} == {
        "test_size": 0.3,
        "random_state": 1,
        "rf_n_estimators": 100,
        "gb_n_estimators": 50,
    }
    texts = [rewritten(step.cell, [c for c in found if c.cell == step.index]) for step in program.steps]
    assert texts[3] == "rf = RandomForestClassifier(n_estimators=rf_n_estimators, random_state=random_state, n_jobs=2)"


def test_a_parameter_never_takes_a_name_of_the_notebook(tmp_path: Path) -> None:
    cells = ["from sklearn.svm import SVC", "C = [1, 2, 3][0]", "svm = SVC(C=10)"]
    found, _ = find_parameters(program_of(tmp_path, *cells))
    assert [c.name for c in found] == ["svm_C"]


def test_lines_that_a_magic_has_changed_are_left_alone(tmp_path: Path) -> None:
    found, _ = find_parameters(program_of(tmp_path, "%%time\nn = 5"))
    assert found == []


def test_leading_blank_lines_do_not_shift_the_cut(tmp_path: Path) -> None:
    program = program_of(tmp_path, "\n\n%matplotlib inline\nn = 5\nm = n + 1")
    found, _ = find_parameters(program)
    assert rewritten(program.steps[0].cell, found) == (
        "\n\n%matplotlib inline\n# n: a parameter, see params.yaml\nm = n + 1"
    )
