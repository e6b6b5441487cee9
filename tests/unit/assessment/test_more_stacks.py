"""More ways to say the same: trainers that report, gates in conditions of their own, plans that start one workflow of a file."""

from __future__ import annotations

import pytest

from .conftest import results
from .test_catalogue import FIT

RUN = "train:\n\tpython train.py\n"
TRAINER = """
    from transformers import Trainer, TrainingArguments

    arguments = TrainingArguments("out", report_to="wandb")
    Trainer(args=arguments).train()
    """
SACRED = """
    import joblib
    from sacred import Experiment
    from sklearn.svm import SVC

    ex = Experiment("a")


    @ex.automain
    def run(_run):
        model = SVC().fit([[0], [1]], [0, 1])
        _run.log_scalar("accuracy", 1.0)
        joblib.dump(model, "model.joblib")
        ex.add_artifact("model.joblib")
    """


@pytest.mark.parametrize(
    ("code", "old", "new", "state"),
    [
        (TRAINER, '"wandb"', '"wandb"', "pass"),
        (TRAINER, '"wandb"', '["mlflow", "wandb"]', "pass"),
        (TRAINER, '"wandb"', '"none"', "fail"),
        (SACRED, "_run.log_scalar", "_run.log_scalar", "pass"),
        (SACRED, "_run.log_scalar", "_run.info.update", "partial"),
    ],
)
def test_what_a_trainer_or_a_run_reports(project, code, old, new, state):
    project.files({"train.py": code, "Makefile": RUN}).edit("train.py", old, new).commit()
    assert results(project.assess())["experiments-tracked"].state == state


@pytest.mark.parametrize(("old", "rung"), [("ex.add_artifact", "E3"), ("ex.log_scalar", "E2")])
def test_a_model_that_is_an_artifact_of_a_run_has_a_version(project, old, rung):
    project.files({"train.py": SACRED, "Makefile": RUN}).edit("train.py", "ex.add_artifact", old).commit()
    found = results(project.assess())["data-versioned"]
    assert max(one.rung.name for one in found.evidence if one.part == "model") == rung


GATE = {
    "train.py": FIT,
    "gate.py": """
        import json
        import sys

        import yaml


        def good(scores, minimum):
            return scores["f1"] >= minimum


        if __name__ == "__main__":
            if not good(json.load(open("scores.json")), yaml.safe_load(open("params.yaml"))["min_f1"]):
                sys.exit(1)
        """,
    ".github/workflows/weekly.yml": """
        on:
          schedule:
            - cron: "0 3 * * 0"
        jobs:
          a:
            runs-on: ubuntu-latest
            steps:
              - run: python train.py
              - run: python gate.py
        """,
}


@pytest.mark.parametrize(
    ("path", "old", "new", "state"),
    [
        ("gate.py", "minimum)", "minimum)", "pass"),
        ("gate.py", "if not good(", "if not sorted(", "partial"),
        ("gate.py", "sys.exit(1)", "print(1)", "partial"),
        (".github/workflows/weekly.yml", "python gate.py", "python train.py", "partial"),
    ],
)
def test_a_gate_may_be_called_anything_where_a_condition_asks_it(project, path, old, new, state):
    project.files(GATE).edit(path, old, new).commit()
    assert results(project.assess())["retraining-automated"].state == state


CIRCUIT = {
    "steps.py": """
        from sklearn.svm import SVC


        def fit():
            SVC().fit([[0], [1]], [0, 1])


        def better(candidate, production):
            return candidate["auc"] > production["auc"]


        def release():
            pass
        """,
    "dags/train.py": """
        from airflow import DAG
        from airflow.operators.python import PythonOperator, ShortCircuitOperator

        import steps

        with DAG("train", schedule="@monthly"):
            fit = PythonOperator(task_id="fit", python_callable=steps.fit)
            gate = ShortCircuitOperator(task_id="gate", python_callable=steps.better)
            release = PythonOperator(task_id="release", python_callable=steps.release)
            fit >> gate >> release
        """,
}


@pytest.mark.parametrize(("operator", "state"), [("ShortCircuitOperator", "pass"), ("PythonOperator", "partial")])
def test_what_cuts_a_dag_short_is_a_gate(project, operator, state):
    project.files(CIRCUIT).edit("dags/train.py", "gate = ShortCircuitOperator", f"gate = {operator}").commit()
    assert results(project.assess())["retraining-automated"].state == state


PLANS = """
    from flytekit import CronSchedule, LaunchPlan, task, workflow
    from sklearn.svm import SVC


    @task
    def fit():
        SVC().fit([[0], [1]], [0, 1])


    @task
    def look():
        print("nothing")


    @workflow
    def training():
        fit()


    @workflow
    def watching():
        look()


    plan = LaunchPlan.get_or_create(training, name="a", schedule=CronSchedule(schedule="0 3 * * 0"))
    """


@pytest.mark.parametrize(
    ("old", "new", "reaches"),
    [
        ("(training,", "(training,", True),
        ("(training,", "(watching,", False),
        (', schedule=CronSchedule(schedule="0 3 * * 0")', "", False),
    ],
)
def test_a_plan_starts_one_workflow_of_its_file(project, old, new, reaches):
    project.files({"flow.py": PLANS}).edit("flow.py", old, new).commit()
    found = results(project.assess())["retraining-automated"].evidence
    assert any("reaches training" in one.message for one in found) is reaches


def test_sound_that_a_training_loads_is_data(project):
    code = "import torchaudio\nfrom sklearn.svm import SVC\n\nwaves = [torchaudio.load(name) for name in names]\nSVC().fit(waves, [0, 1])\n"
    project.files({"train.py": code}).commit()
    assert results(project.assess())["data-versioned"].state == "fail"


def test_what_is_recorded_outside_of_git_is_not_said_to_be_missing(project):
    project.files(
        {
            "train.py": "import mlflow\nfrom sklearn.svm import SVC\n\nSVC().fit([[0], [1]], [0, 1])\nmlflow.log_metric('a', 1)\n"
        }
    )
    assert not any("no parameters" in one.message for one in results(project.assess())["experiments-tracked"].evidence)


SERVED = {
    "train.py": FIT,
    "k8s/a.yaml": """
        apiVersion: serving.kserve.io/v1beta1
        kind: InferenceService
        metadata:
          name: churn
          annotations: {serving.kserve.io/enable-prometheus-scraping: "true"}
        spec:
          predictor:
            model: {modelFormat: {name: sklearn}, storageUri: "s3://models/churn"}
        ---
        apiVersion: monitoring.coreos.com/v1
        kind: PrometheusRule
        metadata: {name: churn}
        spec:
          groups:
            - name: churn
              rules:
                - {alert: Slow, expr: "rate(request_predict_seconds_sum[5m]) > 1"}
        """,
}


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        ("request_predict", "request_predict", "pass"),
        ("request_predict", "request_other", "partial"),
        ("model: {modelFormat: {name: sklearn}, storageUri", "other: {modelFormat: {name: sklearn}, uri", "partial"),
    ],
)
def test_what_kserve_runs_exports_its_metrics(project, old, new, state):
    project.files(SERVED).edit("k8s/a.yaml", old, new).commit()
    assert results(project.assess())["service-monitored"].state == state
