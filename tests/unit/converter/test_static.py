"""What cells do to names when nothing was run: what may be changed counts as changed, what is known to be safe does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from jupyter_mlops_converters.analysis.cells import analyse
from jupyter_mlops_converters.plan.context import Library, make_context
from jupyter_mlops_converters.plan.flow import flow
from jupyter_mlops_converters.plan.program import Program, build_program
from jupyter_mlops_converters.source.notebook import read_notebook
from notebooks import write_notebook


@pytest.fixture
def program(tmp_path: Path):
    def build(*cells: str) -> Program:
        return build_program(analyse(read_notebook(write_notebook(tmp_path / "n.ipynb", list(cells)))), None)

    return build


TABLE = "import pandas as pd\nimport numpy as np\ndf = pd.read_csv('x.csv')"


@pytest.mark.parametrize(
    ("cell", "changes"),
    [
        ("df.head()", False),
        ("df['a'].hist()", False),
        ("df.groupby('a').mean()", False),
        ("print(df)", False),
        ("other = df.drop(columns='a')", False),
        ("np.log(df)", False),
        ("df['b'] = 1", True),
        ("df.loc[0, 'a'] = 1", True),
        ("df.drop(columns='a', inplace=True)", True),
        ("df.insert(0, 'c', 1)", True),
        ("df += 1", True),
        ("del df['a']", True),
        ("helper(df)", True),
    ],
)
def test_tables_change_by_the_methods_that_change_them(program, cell: str, changes: bool) -> None:
    assert ("df" in program(TABLE, cell).steps[1].writes) is changes


@pytest.mark.parametrize(
    ("cell", "changes"),
    [
        ("print(model.predict([[1]]))", False),
        ("y = model.score(X, y)", False),
        ("model.fit(X, y)", True),
        ("model.alpha = 3", True),
        ("models = [model]\nmodels[0].fit(X, y)", True),
        ("for one in [model]:\n    one.fit(X, y)", True),
        ("for number, one in enumerate([model]):\n    print(number)\n    one.fit(X, y)", True),
        ("for value in X:\n    print(model.predict([value]))", False),
        ("[one.fit(X, y) for one in [model]]", True),
        ("train()", True),
        ("print(model.predict([[1]]))\ntrain()", True),
    ],
)
def test_other_values_change_by_all_that_is_not_known_to_read(program, cell: str, changes: bool) -> None:
    before = "model = make()\nX, y = make(), make()\ndef train():\n    model.fit(X, y)"
    assert ("model" in program(before, cell).steps[1].writes) is changes


@pytest.mark.parametrize(
    "cells",
    [
        ("values = make()\nwindow = values[2:4]", "window[:] = 10"),
        ("model = make()\nmodels = [model]", "models[0].fit()"),
        ("inner = make()\nouter = Pipeline([('a', inner)])", "outer.fit()"),
        ("rows = make()\nfirst = rows[0]", "first['a'] = 1"),
        ("a = make()\nb = a", "b.append(1)"),
        ("a = make()\nkept = []\nkept.append(a)", "a.append(1)"),
    ],
)
def test_names_that_may_share_an_object_are_not_parted_where_it_changes(program, cells) -> None:
    first = cells[0].split(" =")[0]
    steps = program(*cells, f"print({first})")
    (conflict, *_) = flow(steps, [(0,), (1,), (2,)], frozenset()).conflicts
    assert (conflict.first, conflict.last) == (0, 1)
    assert "may share objects" in conflict.why


def test_a_module_of_the_project_is_not_the_library_that_its_name_begins_with(program) -> None:
    for module, changes in (("numpy", False), ("numpy.ma", False), ("numpy_helpers", True), ("math_own.x", True)):
        steps = program(f"{TABLE}\nthing = make()\nimport {module} as own", "own.use(df, thing)").steps
        assert ("df" in steps[1].writes) is changes
        assert ("thing" in steps[1].writes) is changes


def test_what_shares_nothing_is_parted(program) -> None:
    steps = program(TABLE, "X = df[['a']]\ny = df['b']", "X['c'] = 1", "print(df, y)")
    assert not flow(steps, [(0,), (1,), (2,), (3,)], frozenset()).conflicts


@pytest.mark.parametrize(
    "made",
    ["keep = lambda x: x\nvalue = {'f': [lambda x: x]}", "value = (n for n in [1])", "value = open('x.txt')",
     "class Own:\n    pass\nvalue = Own()", "class Own:\n    pass\nvalue = [Own() for _ in 'ab']",
     "value = list(map(open, ['x.txt']))", "value = [file for file in map(open, ['x.txt'])]",
     "with open('x.txt') as value:\n    pass", "from collections import defaultdict\nvalue = defaultdict(lambda: 0)",
     "value = zip([1], [2])", "import threading\nvalue = {'lock': threading.Lock()}"],
)  # fmt: skip
def test_what_a_file_may_not_keep_is_not_handed_over(program, made: str) -> None:
    (conflict,) = flow(program(made, "print(value)"), [(0,), (1,)], frozenset()).conflicts
    assert "`value`" in conflict.why


@pytest.mark.parametrize(
    "made",
    ["value = [int(line) for line in open('x.txt')]", "value = open('x.txt').read().split()", "value = sum(n for n in [1])",
     "value = sorted([2, 1], key=lambda n: -n)", "value = dict(zip('ab', [1, 2]))", "value = [n for n, _ in enumerate('ab')]",
     "import json\nwith open('x.json') as file:\n    value = json.load(file)", "value = list(map(int, '12'))",
     "import csv\nvalue = list(csv.reader(open('x.csv')))", "value = df['a'].apply(lambda x: x + 1)"],
)  # fmt: skip
def test_what_is_only_made_with_such_things_is_handed_over(program, made: str) -> None:
    assert not flow(program(TABLE, made, "print(value)"), [(0, 1), (2,)], frozenset()).conflicts


def test_names_that_nothing_binds_come_from_star_imports(program) -> None:
    steps = program("from math import *\nfrom cmath import *", "x = 2.0", "print(sqrt(x))")
    found = flow(steps, [(0, 1), (2,)], frozenset())
    assert found.replays[1] == {"sqrt": 2}
    context = make_context(steps, (2,), found.replays[1], Library(), "n", frozenset())
    assert context.before == "from math import *\nfrom cmath import *"
