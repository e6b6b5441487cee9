"""Tasks that a function makes, decisions kept in a variable, and scripts that are called like tests: cases and their twins."""

from __future__ import annotations

import pytest

from .conftest import results

FIT = "from sklearn.svm import SVC\n\nSVC().fit(rows, rows.y)\n"
DAG = """
    from airflow import DAG
    from airflow.providers.docker.operators.docker import DockerOperator

    with DAG("rivers", schedule="@daily"):

        def step(task_id, command):
            return DockerOperator(task_id=task_id, image="rivers", command=command)

        prepare = step("prepare", "python prepare.py")
        train = step("train", command=["python", "train.py"])
        prepare >> train
    """


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        ("prepare >> train", "prepare >> train", "pass"),
        ("prepare >> train", "print(prepare, train)", "partial"),
        ('command=["python", "train.py"]', 'command=["python", "plot.py"]', "partial"),
        ("return DockerOperator(", "return dict(", "fail"),
    ],
)
def test_tasks_of_airflow_that_a_function_makes(project, old, new, state):
    files = {
        "dags/rivers.py": DAG,
        "prepare.py": "print(1)\n",
        "plot.py": "print(2)\n",
        "train.py": f"rows = []\n{FIT}",
    }
    project.files(files).edit("dags/rivers.py", old, new).commit()
    assert results(project.assess())["pipeline-automated"].state == state


PROMOTE = """
    import mlflow


    def promote(client, version, new_f1, production_f1):
        should_promote = False
        if production_f1 is None:
            should_promote = True
        elif new_f1 > production_f1:
            should_promote = True
        if should_promote:
            client.set_registered_model_alias("rivers", "production", version)


    promote(mlflow.MlflowClient(), 1, 0.9, 0.8)
    """
WEEKLY = """
    on:
      schedule:
        - cron: "0 0 * * 0"
    jobs:
      train:
        runs-on: ubuntu-latest
        steps:
          - run: python train.py
          - run: python judge.py
    """


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        ("elif new_f1 > production_f1:", "elif new_f1 > production_f1:", "pass"),
        ("elif new_f1 > production_f1:", "else:", "partial"),
        ("if should_promote:", "if client:", "partial"),
    ],
)
def test_a_comparison_kept_in_a_variable_that_decides(project, old, new, state):
    files = {".github/workflows/weekly.yml": WEEKLY, "train.py": f"rows = []\n{FIT}", "judge.py": PROMOTE}
    project.files(files).edit("judge.py", old, new).commit()
    assert results(project.assess())["retraining-automated"].state == state


CHECK = """
    from evidently import Report
    from evidently.presets import DataDriftPreset

    found = Report([DataDriftPreset()], include_tests=True).run(now(), before())
    if any(test["status"] == "FAIL" for test in found.dict()["tests"]):
        raise SystemExit(1)
    """


@pytest.mark.parametrize(
    ("name", "code", "seen"),
    [
        ("src/test_rows.py", CHECK, True),
        ("src/test_rows.py", "def test_rows():" + CHECK.replace("\n", "\n    "), False),
        ("tests/test_rows.py", CHECK, False),
    ],
)
def test_a_script_that_is_called_like_tests(project, name, code, seen):
    weekly = WEEKLY.replace("python train.py", f"python {name}")
    project.files({".github/workflows/weekly.yml": weekly, name: code, "judge.py": "print(1)\n"}).commit()
    assert (results(project.assess())["drift-detected"].state == "pass") == seen
