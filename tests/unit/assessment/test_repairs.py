"""Repairs of the project's own: drift that trains anew, controllers that move traffic; and what serves, schedules and diagnoses beside them."""

from __future__ import annotations

import pytest

from .conftest import results
from .test_catalogue import FIT

GATED = """
    import pandas as pd
    import yaml
    from scipy.stats import ks_2samp
    from sklearn.metrics import r2_score
    from sklearn.svm import SVR


    def train():
        rows = pd.read_csv("rows.csv")
        model = SVR().fit(rows, rows.y)
        value = r2_score(rows.y, model.predict(rows))
        if value < yaml.safe_load(open("params.yaml"))["floor"]:
            raise SystemExit("not good enough")


    def apart(live, reference):
        return ks_2samp(live.x, reference.x).statistic


    def main():
        if apart(pd.read_csv("live.csv"), pd.read_csv("rows.csv")) > 0.2:
            train()


    if __name__ == "__main__":
        main()
    """
NIGHTLY = "on:\n  schedule:\n    - cron: '0 1 * * *'\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: python work.py\n"
DRIFT = {"work.py": GATED, ".github/workflows/nightly.yml": NIGHTLY, "params.yaml": "floor: 0.7\n"}


@pytest.mark.parametrize(
    ("old", "new", "healing", "drift"),
    [
        ("raise SystemExit", "raise SystemExit", "pass", "pass"),
        ('raise SystemExit("not good enough")', "print(value)", "partial", "pass"),
        ("        train()\n\n\nif", "        raise SystemExit(1)\n\n\nif", "fail", "pass"),
        ("> 0.2:\n        train()", "> 0.2:\n        print('drift')", "fail", "partial"),
        ("live, reference", "one, other", "fail", "fail"),
    ],
)
def test_drift_that_trains_anew_repairs_where_a_gate_verifies(project, old, new, healing, drift):
    project.files(DRIFT).edit("work.py", old, new)
    if old == "live, reference":
        project.edit("work.py", "live.x, reference.x", "one.x, other.x")
    project.commit()
    found = results(project.assess())
    assert found["drift-detected"].state == drift
    assert found["self-healing"].state == healing


CONTROLLER = """
    import sys
    import time

    import requests
    from kubernetes import client


    def failures():
        found = requests.get("http://prometheus:9090/api/v1/query", params={"query": "churn_failed_total"})
        return float(found.json()["data"]["result"][0]["value"][1])


    def give(percent):
        body = {"spec": {"predictor": {"canaryTrafficPercent": percent}}}
        client.CustomObjectsApi().patch_namespaced_custom_object("serving.kserve.io", "v1beta1", "a", "b", "churn", body)


    if __name__ == "__main__":
        if failures() < 0.02:
            give(100)
            sys.exit(0)
        give(0)
        time.sleep(60)
        if failures() > 0.02:
            sys.exit("it still fails")
    """
CANARY = """
    apiVersion: serving.kserve.io/v1beta1
    kind: InferenceService
    metadata: {name: churn}
    spec:
      predictor:
        canaryTrafficPercent: 10
        model: {modelFormat: {name: sklearn}, storageUri: "s3://models/churn"}
    """
MOVES = {
    "train.py": FIT,
    "work.py": CONTROLLER,
    "k8s/service.yaml": CANARY,
    ".github/workflows/nightly.yml": NIGHTLY + "      - run: kubectl apply -f k8s\n",
}


@pytest.mark.parametrize(
    ("path", "old", "new", "routed", "healing"),
    [
        ("work.py", "time.sleep(60)", "time.sleep(60)", "pass", "pass"),
        ("work.py", "if failures() > 0.02:\n        sys.exit", "if time:\n        print", "pass", "partial"),
        ("work.py", "if failures() < 0.02:", "if time:", "partial", "fail"),
        ("work.py", "canaryTrafficPercent", "timeout", "partial", "fail"),
        (".github/workflows/nightly.yml", "python work.py", "python train.py", "partial", "fail"),
        ("k8s/service.yaml", "canaryTrafficPercent: 10", "minReplicas: 1", "fail", "fail"),
    ],
)
def test_a_controller_that_asks_the_metrics_routes_and_repairs(project, path, old, new, routed, healing):
    project.files(MOVES).edit(path, old, new).commit()
    found = results(project.assess())
    assert (found["routed"].state, found["self-healing"].state) == (routed, healing)


ASSETS = {
    "jobs/__init__.py": """
        from dagster import AssetSelection, Definitions, ScheduleDefinition, define_asset_job, load_assets_from_modules

        from jobs import scoring, training

        score = define_asset_job("score", selection=AssetSelection.groups("scoring"))
        defs = Definitions(
            assets=load_assets_from_modules([training], group_name="training")
            + load_assets_from_modules([scoring], group_name="scoring"),
            schedules=[ScheduleDefinition(job=score, cron_schedule="0 2 * * *")],
        )
        """,
    "jobs/training.py": "from dagster import asset\nfrom sklearn.svm import SVC\n\n\n@asset\ndef model():\n    return SVC().fit([[0], [1]], [0, 1])\n",
    "jobs/scoring.py": """
        import joblib
        import pandas as pd
        from dagster import asset


        @asset
        def scores():
            rows = pd.read_parquet("s3://shop/today.parquet")
            rows["score"] = joblib.load("model.joblib").predict(rows)
            rows.to_sql("scores", "postgresql://db")
        """,
}


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        ('groups("scoring")', 'groups("scoring")', "pass"),
        ('groups("scoring")', 'groups("training")', "fail"),
        (', cron_schedule="0 2 * * *"', "", "fail"),
    ],
)
def test_a_scheduled_job_of_assets_makes_those_that_it_selects(project, old, new, state):
    project.files(ASSETS).edit("jobs/__init__.py", old, new)
    if "cron" in old:
        project.edit("jobs/__init__.py", "schedules=[ScheduleDefinition(job=score)]", "jobs=[score]")
    project.commit()
    found = results(project.assess())["model-served"]
    assert (found.state == "pass") is (state == "pass")
    assert any("scheduled job" in one.message for one in found.evidence) is (state == "pass")


def test_a_decomposition_that_is_logged_is_the_model(project):
    code = "import mlflow\nfrom sklearn.decomposition import PCA\n\nmlflow.log_param('n', 8)\npca = PCA(8).fit([[0, 1]])\nmlflow.sklearn.log_model(pca, 'pca')\n"
    project.files({"train.py": code}).commit()
    assert results(project.assess())["experiments-tracked"].state == "pass"
    project.edit("train.py", "mlflow.sklearn.log_model(pca, 'pca')\n", "").commit()
    assert results(project.assess())["experiments-tracked"].state != "pass"


SENSOR = """
    apiVersion: argoproj.io/v1alpha1
    kind: EventSource
    metadata: {name: alerts}
    spec: {webhook: {push: {port: "12000", endpoint: /push}}}
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Sensor
    metadata: {name: diagnosis}
    spec:
      dependencies: [{name: push, eventSourceName: alerts, eventName: push}]
      triggers:
        - template:
            name: diagnosis
            k8s:
              operation: create
              source:
                resource:
                  apiVersion: batch/v1
                  kind: Job
                  spec: {template: {spec: {containers: [{name: a, image: acme/a, command: [python, diagnosis.py]}]}}}
    ---
    apiVersion: monitoring.coreos.com/v1alpha1
    kind: AlertmanagerConfig
    metadata: {name: a}
    spec:
      route: {receiver: events}
      receivers: [{name: events, webhookConfigs: [{url: "http://alerts-eventsource-svc:12000/push"}]}]
    """
DIAGNOSIS = "import requests\n\n\ndef what_changed():\n    return requests.get('http://prometheus/api/v1/query').json()\n\n\nif __name__ == '__main__':\n    print(what_changed())\n"


@pytest.mark.parametrize(
    ("path", "old", "new", "state"),
    [
        ("k8s/a.yaml", "diagnosis.py", "diagnosis.py", "pass"),
        ("k8s/a.yaml", "diagnosis.py", "train.py", "fail"),
        ("k8s/a.yaml", "//alerts-eventsource", "//others-eventsource", "fail"),
    ],
)
def test_a_sensor_that_creates_the_diagnosis_itself(project, path, old, new, state):
    project.files({"train.py": FIT, "diagnosis.py": DIAGNOSIS, "k8s/a.yaml": SENSOR}).edit(path, old, new).commit()
    found = results(project.assess())["root-cause"]
    assert (found.state == "pass") is (state == "pass")
    assert any("nothing there diagnoses" in one.message for one in found.evidence) is (state != "pass")


@pytest.mark.parametrize(
    ("text", "real"),
    [
        ("German and French only.", True),
        ("`acme/sessions:v31`, all sessions.", True),
        ("The data.", False),
        ("More information is coming soon here.", False),
        ("To be written by the team.", False),
    ],
)
def test_what_a_section_of_a_card_says(text, real):
    from jupyter_mlops.assessment.probes.model_card import Section

    assert Section("Data", 1, f"\n{text}\n").is_real is real
