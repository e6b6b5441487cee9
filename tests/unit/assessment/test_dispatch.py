"""One script for all steps, tasks that a loop makes, and expectations on live data: what runs is what the words say."""

from __future__ import annotations

import pytest

from .conftest import results

RUN = """
    import argparse

    import joblib
    import pandas as pd
    from sklearn.svm import SVC


    def train():
        rows = pd.read_parquet("s3://churn/v1/rows.parquet")
        joblib.dump(SVC().fit(rows, rows.y), "model.joblib")


    def score():
        rows = pd.read_parquet("s3://live/today.parquet")
        rows["score"] = joblib.load("model.joblib").predict(rows)
        rows.to_parquet("s3://scores/today.parquet")


    STEPS = {"train": train, "score": score}

    if __name__ == "__main__":
        parser = argparse.ArgumentParser()
        parser.add_argument("--step")
        parser.add_argument("--day")
        STEPS[parser.parse_args().step]()
    """
SUBCOMMANDS = RUN.replace('    STEPS = {"train": train, "score": score}\n\n', "").replace(
    'parser.add_argument("--step")\n        parser.add_argument("--day")\n        STEPS[parser.parse_args().step]()',
    'commands = parser.add_subparsers()\n        commands.add_parser("train").set_defaults(func=train)\n'
    '        second = commands.add_parser("score")\n        second.add_argument("--day")\n'
    "        second.set_defaults(func=score)\n        given = parser.parse_args()\n        given.func(given)",
)
CLICK = RUN.replace("import argparse", "import click").replace(
    "    def train():", "    @click.group()\n    def cli():\n        pass\n\n\n    @cli.command()\n    def train():"
)
CLICK = CLICK.replace("    def score():", "    @cli.command()\n    def score():")
CLICK = CLICK[: CLICK.index("    STEPS = ")] + '    if __name__ == "__main__":\n        cli()\n    '
DAG = """
    import datetime

    from airflow import DAG
    from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator

    DAY = datetime.date.today().isoformat()

    with DAG("score", schedule="@daily", start_date=datetime.datetime(2026, 1, 1), default_args={"retries": 2}):
        wait = KubernetesPodOperator(task_id="wait", cmds=["python", "-c", "print(1)"])
        work = KubernetesPodOperator(
            task_id="work",
            cmds=["python", "run.py"],
            arguments=["--step", "score", "--day", DAY],
            container_resources={"cpu": 1},
        )
        wait >> work
    """


@pytest.mark.parametrize("run", [RUN, SUBCOMMANDS, CLICK], ids=["a mapping", "subcommands", "click"])
def test_the_step_that_a_schedule_names_is_the_one_that_it_runs(project, run):
    words = '"--step", "score", "--day", DAY' if run is RUN else '"score", "--day", DAY'
    project.files({"run.py": run, "dags/score.py": DAG.replace('"--step", "score", "--day", DAY', words)}).commit()
    found = results(project.assess())
    assert found["model-served"].state == "pass"
    assert not [one for one in found["retraining-automated"].evidence if one.part == "trigger"]
    project.edit("dags/score.py", '"score", "--day"', '"train", "--day"').commit()
    found = results(project.assess())
    assert found["model-served"].state == "fail"
    assert {one.path for one in found["retraining-automated"].evidence if one.part == "trigger"} == {"dags/score.py"}


LOOP = """
    from airflow import DAG
    from airflow.operators.python import PythonOperator

    from steps import load, train

    STEPS = {"load": load, "train": train}

    with DAG("churn", schedule="@daily"):
        before = None
        for name, function in STEPS.items():
            task = PythonOperator(task_id=name, python_callable=function)
            if before is not None:
                before >> task
            before = task
    """
LISTED = LOOP[: LOOP.index("        before = None")] + (
    "        chain(*[PythonOperator(task_id=name, python_callable=function) for name, function in STEPS.items()])\n    "
)
LISTED = LISTED.replace("import DAG\n", "import DAG\n    from airflow.models.baseoperator import chain\n")
STEPS = """
    import pandas as pd
    from sklearn.svm import SVC


    def load():
        pd.read_csv("rows.csv").dropna().to_csv("clean.csv")


    def train():
        rows = pd.read_csv("clean.csv")
        SVC().fit(rows, rows.y)
    """


@pytest.mark.parametrize(
    ("dag", "old", "new"),
    [
        (LOOP, "                before >> task", "                print(task)"),
        (LOOP, '"train": train}', '"again": load}'),
        (LOOP, 'schedule="@daily"', "schedule=None"),
        (LISTED, "chain(*[", "print([*["),
    ],
)
def test_tasks_that_a_loop_makes_are_a_pipeline(project, dag, old, new):
    project.files({"dags/churn.py": dag, "steps.py": STEPS, "rows.csv": "a,y\n1,0\n"}).commit()
    found = results(project.assess())["pipeline-automated"]
    assert found.state == "pass"
    text = dag.replace(old, new)
    assert text != dag
    if "print([*[" in new:
        text = text.replace("STEPS.items()])", "STEPS.items()]])")
    project.files({"dags/churn.py": text}).commit()
    assert results(project.assess())["pipeline-automated"].state == "partial"


EXPECTATIONS = """
    import datetime

    import great_expectations as gx
    from airflow import DAG
    from airflow.operators.python import PythonOperator


    def validate_live_rows():
        result = gx.get_context().run_checkpoint(checkpoint_name="live_rows")
        if not result["success"]:
            raise ValueError("rows are not what was agreed")


    def publish():
        print("published")


    with DAG("live", schedule="@daily", start_date=datetime.datetime(2026, 1, 1)):
        first = PythonOperator(task_id="validate", python_callable=validate_live_rows)
        second = PythonOperator(task_id="publish", python_callable=publish)
        first >> second
    """
OPERATOR = """
    import datetime

    from airflow import DAG
    from airflow.operators.python import PythonOperator
    from great_expectations_provider.operators.great_expectations import GreatExpectationsOperator

    with DAG("live", schedule="@daily", start_date=datetime.datetime(2026, 1, 1)):
        first = GreatExpectationsOperator(task_id="validate", checkpoint_name="live_rows", fail_task_on_validation_failure=True)
        second = PythonOperator(task_id="publish", python_callable=print)
        first >> second
    """


@pytest.mark.parametrize(
    ("dag", "old", "new"),
    [
        (
            EXPECTATIONS,
            'if not result["success"]:\n            raise ValueError("rows are not what was agreed")',
            "print(result)",
        ),
        (EXPECTATIONS, 'schedule="@daily"', "schedule=None"),
        (EXPECTATIONS, '.run_checkpoint(checkpoint_name="live_rows")', ".list_checkpoints()"),
        (OPERATOR, "fail_task_on_validation_failure=True", "fail_task_on_validation_failure=False"),
        (OPERATOR, 'schedule="@daily"', "schedule=None"),
        (OPERATOR, "live_rows", "training_rows"),
    ],
)
def test_expectations_on_live_data_are_a_check_where_a_schedule_fails_by_them(project, dag, old, new):
    project.files({"dags/live.py": dag}).commit()
    assert results(project.assess())["drift-detected"].state == "pass"
    project.edit("dags/live.py", old.replace("\n    ", "\n"), new).commit()
    assert results(project.assess())["drift-detected"].state != "pass"


def test_expectations_in_training_are_no_check_of_live_data(project):
    trained = EXPECTATIONS.replace('print("published")', "from sklearn.svm import SVC\n\n        SVC().fit([[0]], [1])")
    project.files({"dags/live.py": trained}).commit()
    assert results(project.assess())["drift-detected"].state != "pass"
