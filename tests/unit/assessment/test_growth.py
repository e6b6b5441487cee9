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


def calls(project, count: int) -> int:
    """Python calls that an assessment of so many sources, tests and settings makes."""
    files = {"data/rows.csv": "y\n1\n"}
    for n in range(count):
        files[f"step_{n}.py"] = SOURCE.format(other=f"step_{(n + 1) % count}")
        files[f"tests/test_{n}.py"] = TEST.format(n=n)
        files[f"conf/{n}.yaml"] = "depth: 3\n"
    project.files(files).commit()
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
    calls(project, 5)  # what is loaded once
    some, more = calls(project, 40), calls(project, 80)
    assert more < 2.1 * some
