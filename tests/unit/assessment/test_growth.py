"""Assessing grows with what there is to read, not with its square: counted in calls, which are the same on every machine."""

from __future__ import annotations

import sys

from .conftest import results

SOURCE = """
    import joblib
    import mlflow
    import pandas as pd
    from sklearn.svm import SVC

    from {other} import load, train


    def load(path):
        return pd.read_csv(path).dropna()


    def train(path, target):
        rows = load(path)
        model = SVC().fit(rows, rows.y)
        joblib.dump(model, target)
        mlflow.log_metric("score", model.score(rows, rows.y))


    def step(path, target):
        return train(path, target), load(path)
    """
TEST = "from step_{n} import load\n\n\ndef test_rows():\n    assert len(load('data/rows.csv')) == 1\n"


def lay(project, count: int) -> None:
    """So many sources, tests and settings."""
    files = {"data/rows.csv": "y\n1\n"}
    for n in range(count):
        files[f"step_{n}.py"] = SOURCE.format(other=f"step_{(n + 1) % count}")
        files[f"tests/test_{n}.py"] = TEST.format(n=n)
        files[f"conf/{n}.yaml"] = "depth: 3\n"
    project.files(files).commit()


def lay_cells(project, count: int) -> None:
    """One notebook of so many cells, run and not run: functions, data, models."""
    kinds = (
        "import pandas as pd\nx{n} = pd.read_csv('rows{n}.csv')",
        "def f{n}():\n    return ['python']\nf{n}()",
        "from sklearn.svm import SVC\nm{n} = SVC().fit([[0]], [1])\nprint(m{n}.predict([[0]]))",
    )
    cells = [kinds[n % len(kinds)].format(n=n) for n in range(count)]
    counts = tuple(n + 1 if n % 4 else None for n in range(count))
    project.notebook("long.ipynb", *cells, counts=counts).commit()


def calls(project) -> int:
    """Python calls that an assessment makes."""
    made = 0

    def count_one(_frame, event, _argument):
        nonlocal made
        made += event == "call"

    sys.setprofile(count_one)
    try:
        results(project.assess())
    finally:
        sys.setprofile(None)
    return made


def test_twice_the_files_take_twice_the_work(project):
    lay(project, 5)
    calls(project)  # what is loaded once
    lay(project, 40)
    some = calls(project)
    lay(project, 80)
    assert calls(project) < 2.1 * some


def test_twice_the_cells_take_twice_the_work(project):
    lay_cells(project, 5)
    calls(project)
    lay_cells(project, 500)
    some = calls(project)
    lay_cells(project, 1000)
    assert calls(project) < 2.1 * some
