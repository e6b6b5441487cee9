"""Wirings of what runs a service: stacks, branches of Airflow, policies asked by code, alerts handed on to the forge."""

from __future__ import annotations

import pytest

from .conftest import LEVEL_2
from .serving_project import LEVEL_3, LEVEL_4
from .test_small_wirings import Wiring, check

_INFERENCE = """
    apiVersion: serving.kserve.io/v1beta1
    kind: InferenceService
    metadata: {name: churn}
    spec:
      predictor:
        minReplicas: 2
        maxReplicas: 5
        containers:
          - image: registry.example.com/ml/churn:1
    """
_DEPLOY = """
    on: push
    jobs:
      deploy:
        runs-on: ubuntu-latest
        steps:
          - run: docker build -t registry.example.com/ml/churn:1 .
          - run: kubectl apply -f k8s/
    """
_STEPS = """
    import joblib
    import pandas as pd
    from mlflow import MlflowClient
    from sklearn.metrics import mean_absolute_error
    from sklearn.svm import SVR


    def fit():
        rows = pd.read_parquet("s3://churn/v1/rows.parquet")
        model = SVR().fit(rows, rows.y)
        joblib.dump(model, "model.joblib")
        return mean_absolute_error(rows.y, model.predict(rows))


    def beats_production(mae):
        production = MlflowClient().get_model_version_by_alias("churn", "champion")
        return mae < float(production.tags["mae"])


    def promote():
        MlflowClient().set_registered_model_alias("churn", "champion", "2")
    """
_DAG = """
    import pendulum
    from airflow import DAG
    from airflow.operators.python import BranchPythonOperator, PythonOperator

    import steps

    with DAG("train", schedule="@weekly", start_date=pendulum.datetime(2026, 1, 1)) as dag:
        fit = PythonOperator(task_id="fit", python_callable=steps.fit)

        def decide(ti):
            return "promote" if steps.beats_production(ti.xcom_pull("fit")) else "keep"

        gate = BranchPythonOperator(task_id="gate", python_callable=decide)
        promote = PythonOperator(task_id="promote", python_callable=steps.promote)
        fit >> gate >> promote
    """
_PROMOTE = """
    import subprocess
    import sys

    from mlflow import MlflowClient


    def promote():
        asked = subprocess.run(["conftest", "test", "--policy", "policy", "promotion.json"])
        if asked.returncode:
            sys.exit("the policy says no")
        MlflowClient().set_registered_model_alias("churn", "champion", "2")


    if __name__ == "__main__":
        promote()
    """
_BRIDGE = """
    import requests
    from fastapi import FastAPI

    app = FastAPI()
    FORGE = "https://api.github.com/repos/acme/churn/dispatches"


    @app.post("/alert")
    def alert(alert: dict):
        requests.post(FORGE, json={"event_type": "alert"}, timeout=10)
    """
_ALERTMANAGER = """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: alertmanager}
    data:
      alertmanager.yml: |
        route: {receiver: bridge}
        receivers:
          - name: bridge
            webhook_configs:
              - url: http://bridge:9000/alert
    """
_DIAGNOSE = """
    on:
      repository_dispatch:
        types: [alert]
    jobs:
      diagnose:
        runs-on: ubuntu-latest
        steps:
          - run: python scripts/rca.py
    """
_RCA = """
    import subprocess


    def commits():
        return subprocess.check_output(["git", "log", "-5", "--stat"])


    if __name__ == "__main__":
        print(commits())
    """
_DEPLOYS = str(LEVEL_4[".github/workflows/deploy.yml"])

WIRINGS: dict[str, Wiring] = {
    "a stack of a swarm is a compose file": Wiring(
        "deployed-and-scaled",
        {
            **LEVEL_2,
            **{name: text for name, text in LEVEL_3.items() if name != "docker-compose.yml"},
            "stack.yml": LEVEL_3["docker-compose.yml"],
        },
        (("stack.yml", "replicas: 3", "replicas: 1"), ("stack.yml", "build: .", "image: nginx:1.27")),
    ),
    "an image that is built here is no placeholder": Wiring(
        "deployed-and-scaled",
        {
            **LEVEL_2,
            **{name: text for name, text in LEVEL_3.items() if name != "docker-compose.yml"},
            "k8s/inference.yaml": _INFERENCE,
            ".github/workflows/deploy.yml": _DEPLOY,
        },
        (
            (".github/workflows/deploy.yml", "docker build -t", "echo"),
            (".github/workflows/deploy.yml", "ml/churn:1 .", "ml/other:1 ."),
        ),
    ),
    "a branch of Airflow that asks a comparison": Wiring(
        "retraining-automated",
        {"steps.py": _STEPS, "dags/train.py": _DAG},
        (
            ("dags/train.py", 'steps.beats_production(ti.xcom_pull("fit"))', "ti.try_number"),
            ("dags/train.py", "python_callable=decide", "python_callable=steps.promote"),
            ("dags/train.py", '"@weekly"', "None"),
            ("steps.py", 'float(production.tags["mae"])', "3.5"),
        ),
    ),
    "a policy that the promotion asks": Wiring(
        "governed",
        {
            **LEVEL_2,
            **LEVEL_3,
            **LEVEL_4,
            "src/promote.py": _PROMOTE,
            ".github/workflows/deploy.yml": _DEPLOYS.replace(
                "conftest test promotion.json --policy policy", "python src/promote.py"
            ),
        },
        (
            ("src/promote.py", "if asked.returncode:", "if False:"),
            ("src/promote.py", '"policy", "promotion.json"', '"rules", "promotion.json"'),
            ("src/promote.py", '"conftest", "test"', '"conftest", "verify"'),
            ("policy/promotion.rego", "deny[msg]", "# deny[msg]"),
        ),
    ),
    "an alert that a service of the project hands on to the forge": Wiring(
        "root-cause",
        {
            **LEVEL_2,
            **LEVEL_3,
            "src/bridge.py": _BRIDGE,
            "k8s/alertmanager.yaml": _ALERTMANAGER,
            ".github/workflows/diagnose.yml": _DIAGNOSE,
            "scripts/rca.py": _RCA,
        },
        (
            ("src/bridge.py", "churn/dispatches", "churn/issues"),
            ("src/bridge.py", "requests.post(FORGE", "print(FORGE"),
            ("k8s/alertmanager.yaml", "9000/alert", "9000/other"),
            (".github/workflows/diagnose.yml", "python scripts/rca.py", "echo rca"),
        ),
    ),
}


@pytest.mark.parametrize("name", WIRINGS)
def test_it_holds_and_each_link_alone_lets_go(project, name):
    check(project, WIRINGS[name])
