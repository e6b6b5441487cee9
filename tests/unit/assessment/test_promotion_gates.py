"""What decides whether a new model replaces the one in use, in the words of several tools."""

from __future__ import annotations

import pytest

_WATCH = """
    on:
      schedule: [{cron: "0 5 * * *"}]
    jobs:
      retrain:
        runs-on: ubuntu-latest
        steps:
          - run: COMMAND
    """
_RETRAIN = """
    import mlflow
    import pandas as pd
    import wandb
    from sklearn.metrics import average_precision_score
    from sklearn.svm import SVC


    def quality(uri, rows):
        return average_precision_score(rows.y, mlflow.sklearn.load_model(uri).predict(rows))


    def promote(name):
        rows = pd.read_parquet("s3://rows/v1.parquet")
        model = SVC().fit(rows, rows.y)
        ours = quality("runs:/1/model", rows)
        STANDING
        if ours < standing:
            return False
        mlflow.MlflowClient().set_registered_model_alias(name, "champion", "2")


    if __name__ == "__main__":
        promote("churn")
    """
_KEDRO = {
    "pyproject.toml": '[tool.kedro]\npackage_name = "churn"\n',
    "churn/__init__.py": "",
    "churn/pipeline_registry.py": """
        from kedro.pipeline import Pipeline, node

        from churn.nodes import promote


        def register_pipelines():
            return {"__default__": Pipeline([node(promote, "params:name", None)])}
        """,
}
_FLYTE = """
    import pandas as pd
    from flytekit import CronSchedule, LaunchPlan, conditional, task, workflow
    from sklearn.svm import SVC


    @task
    def fit() -> float:
        rows = pd.read_parquet("s3://rows/v1.parquet")
        return float(SVC().fit(rows, rows.y).score(rows, rows.y))


    @task
    def production_accuracy() -> float:
        return float(open("/mnt/production.txt").read())


    @task
    def publish() -> None:
        print("published")


    @workflow
    def train():
        accuracy = fit()
        production = production_accuracy()
        conditional("gate").if_(accuracy > production).then(publish())


    nightly = LaunchPlan.get_or_create(workflow=train, name="n", schedule=CronSchedule(schedule="0 2 * * *"))
    """


@pytest.mark.parametrize(
    ("standing", "state"),
    [
        ('standing = quality("models:/churn@champion", rows)', "pass"),
        ('standing = wandb.Api().artifact("team/churn:production").metadata["p"]', "pass"),
        ('try: standing = quality("models:/churn@champion", rows)\n        except ValueError: standing = 0.0', "pass"),
        ('standing = quality("runs:/0/model", rows)', "partial"),
        ("standing = 0.8", "partial"),
    ],
)
def test_a_figure_is_of_the_model_that_it_was_computed_with(project, state_of, standing, state):
    files = {
        "retrain.py": _RETRAIN.replace("STANDING", standing),
        ".github/workflows/w.yml": _WATCH.replace("COMMAND", "python retrain.py"),
    }
    assert state_of(project.files(files).commit().assess(), "retraining-automated") == state


@pytest.mark.parametrize(
    ("command", "state"), [("kedro run", "pass"), ("cd . && kedro run --env prod", "pass"), ("kedro info", "partial")]
)
def test_kedro_run_in_a_workflow_leads_to_the_nodes(project, state_of, command, state):
    code = _RETRAIN.replace("STANDING", 'standing = quality("models:/churn@champion", rows)').split("    if __name__")[
        0
    ]
    project.files({**_KEDRO, "churn/nodes.py": code, ".github/workflows/w.yml": _WATCH.replace("COMMAND", command)})
    assert state_of(project.commit().assess(), "retraining-automated") == state


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        ("", "", "pass"),
        ("accuracy > production", "accuracy > 0.8", "partial"),
        ('conditional("gate").if_(accuracy > production).then(publish())', "publish()", "partial"),
        (', schedule=CronSchedule(schedule="0 2 * * *")', "", "partial"),
    ],
)
def test_a_workflow_of_flyte_asks_before_a_task(project, state_of, old, new, state):
    assert (
        state_of(project.files({"flows.py": _FLYTE.replace(old, new)}).commit().assess(), "retraining-automated")
        == state
    )


@pytest.mark.parametrize(
    ("command", "reached"),
    [
        ("dagster asset materialize --select '*' -m churn.defs", True),
        ("dagster asset materialize --select '*' -f churn/defs.py", True),
        ("dagster asset materialize --select '*' -m other.defs", False),
        ("dagster asset list -m churn.defs", False),
    ],
)
def test_dagster_materializes_what_definitions_hold(project, command, reached):
    assets = """
        import pandas as pd
        from dagster import asset
        from sklearn.svm import SVC


        @asset
        def model():
            rows = pd.read_parquet("s3://rows/v1.parquet")
            return SVC().fit(rows, rows.y)
        """
    defs = "from dagster import Definitions\nfrom churn.assets import model\n\ndefs = Definitions(assets=[model])\n"
    files = {
        "churn/__init__.py": "",
        "churn/assets.py": assets,
        "churn/defs.py": defs,
        ".github/workflows/w.yml": _WATCH.replace("COMMAND", command),
    }
    unit = project.files(files).commit().assess().units[0]
    found = [finding.message for finding in unit.findings if finding.part == "trigger"]
    assert found == (["the schedule of .github/workflows/w.yml reaches training."] if reached else [])
