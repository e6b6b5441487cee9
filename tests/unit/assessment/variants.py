"""Other ways to build what the honest Level 3 project has, each with links that hold it: one stack in the place of another."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Variant:
    """One capability, built in another way.

    Attributes:
        files: files that are added or replaced.
        removed: files that go.
        edits: replacements in files that stay: (path, old, new).
        links: links that hold it, each taken out in turn: (path, old, new, what drops).
    """

    files: dict[str, str] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    edits: tuple[tuple[str, str, str], ...] = ()
    links: tuple[tuple[str, str, str, frozenset[str]], ...] = ()


def drops(*names: str) -> frozenset[str]:
    return frozenset(names)


_TRAIN, _WATCH, _CI = "src/train.py", ".github/workflows/watch.yml", ".github/workflows/ci.yml"
_DEPLOY = ".github/workflows/deploy.yml"
_TRACKED = drops("experiments-tracked")
_SERVED, _SCALED = drops("model-served"), drops("deployed-and-scaled")
_DRIFT, _RETRAIN = drops("drift-detected"), drops("retraining-automated")
_MONITORED = drops("service-monitored")
_PIPELINE = drops("pipeline-automated")

_LOG_PARAM, _LOG_METRIC = 'mlflow.log_param("c", c)', 'mlflow.log_metric("accuracy", model.score'
_APPLY = """
    on:
      push:
        branches: [main]
    jobs:
      deploy:
        runs-on: ubuntu-latest
        steps:
          - run: docker build -t registry.example.org/churn:1 .
          - run: {}
    """
_DEPLOYMENT = """
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: churn
      labels: {app: churn}
    spec:
      selector: {matchLabels: {app: churn}}
      template:
        metadata:
          labels: {app: churn}
        spec:
          containers:
            - name: api
              image: registry.example.org/churn:1
    """
_SCALER = """
    apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata:
      name: churn
    spec:
      scaleTargetRef: {kind: Deployment, name: churn}
      minReplicas: 2
      maxReplicas: 5
    """
_ROUTES = """
    import joblib
    from fastapi import FastAPI
    from prometheus_client import Counter, Histogram, make_asgi_app

    REQUESTS = Counter("churn_requests_total", "requests")
    LATENCY = Histogram("churn_latency_seconds", "latency")
    model = joblib.load("models/model.joblib")


    def health():
        return {"status": "ok"}


    def predict(rows: list[dict]):
        REQUESTS.inc()
        with LATENCY.time():
            return model.predict(rows).tolist()


    def create_app():
        service = FastAPI()
        service.mount("/metrics", make_asgi_app())
        service.add_api_route("/health", health, methods=["GET"])
        service.add_api_route("/predict", predict, methods=["POST"])
        return service


    app = create_app()
    """
_DAG = """
    import datetime

    from airflow import DAG
    from airflow.operators.python import BranchPythonOperator, PythonOperator
    {imports}


    def check(ti):
        ti.xcom_push(key="share", value=measure())


    def choose(ti):
        return "act" if ti.xcom_pull(task_ids="check", key="share") > 0.5 else "rest"


    with DAG("watch", schedule="@daily", start_date=datetime.datetime(2026, 1, 1)):
        first = PythonOperator(task_id="check", python_callable=check)
        second = BranchPythonOperator(task_id="choose", python_callable=choose)
        third = PythonOperator(task_id="act", python_callable=print)
        first >> second >> third
    """

VARIANTS: dict[str, Variant] = {
    "a run of W&B in a variable": Variant(
        edits=(
            (_TRAIN, "import mlflow\n", "import wandb\n"),
            (_TRAIN, _LOG_PARAM, 'run = wandb.init(project="churn", config={"c": c})'),
            (_TRAIN, f'{_LOG_METRIC}(frame[["a", "b"]], frame["y"]))', "run.log({'accuracy': 1.0})"),
            ("requirements.txt", "mlflow==3.17.2", "mlflow==3.17.2\nwandb==0.19.0"),
        ),
        links=((_TRAIN, "run.log(", "print(", _TRACKED),),
    ),
    "a run of W&B that functions share": Variant(
        edits=(
            (_TRAIN, "import mlflow\n", "import wandb\n"),
            (
                _TRAIN,
                "def train(",
                (
                    "_RUN = None\n\n\ndef start():\n    return wandb.init(project='churn')\n\n\n"
                    "def track(values):\n    _RUN.log(values)\n\n\ndef train("
                ),
            ),
            (_TRAIN, f"    {_LOG_PARAM}", "    global _RUN\n    _RUN = start()"),
            (_TRAIN, f'{_LOG_METRIC}(frame[["a", "b"]], frame["y"]))', "track({'accuracy': 1.0})"),
            ("requirements.txt", "mlflow==3.17.2", "mlflow==3.17.2\nwandb==0.19.0"),
        ),
        links=(
            (_TRAIN, "return wandb.init(project='churn')", "return Recorder()", _TRACKED),
            (_TRAIN, "track({'accuracy': 1.0})", "print({'accuracy': 1.0})", _TRACKED),
        ),
    ),
    "DVCLive": Variant(
        edits=(
            (_TRAIN, "import mlflow\n", "from dvclive import Live\n"),
            (_TRAIN, f"    {_LOG_PARAM}", "    live = Live()"),
            (_TRAIN, "mlflow.log_metric(", "live.log_metric("),
            ("requirements.txt", "mlflow==3.17.2", "mlflow==3.17.2\ndvclive==3.48.0"),
        ),
        links=((_TRAIN, "live.log_metric(", "print(", _TRACKED),),
    ),
    "an API in a factory": Variant(
        files={"src/service.py": _ROUTES},
        links=(
            ("src/service.py", 'add_api_route("/predict", predict', 'add_api_route("/other", health', _SERVED),
            ("src/service.py", 'add_api_route("/health", health', 'add_api_route("/one", predict', _SERVED),
            ("src/service.py", "model.predict(rows).tolist()", "rows", _SERVED),
        ),
    ),
    "a Deployment with an autoscaler": Variant(
        files={
            "k8s/deployment.yaml": _DEPLOYMENT,
            "k8s/scaler.yaml": _SCALER,
            _DEPLOY: _APPLY.format("kubectl apply -f k8s/"),
        },
        edits=(("docker-compose.yml", "replicas: 3", "replicas: 1"),),
        links=(
            ("k8s/scaler.yaml", "maxReplicas: 5", "maxReplicas: 2", drops()),
            ("k8s/scaler.yaml", "name: churn}", "name: other}", _SCALED),
            (_DEPLOY, "kubectl apply -f k8s/", "kubectl get pods", _SCALED),
        ),
    ),
    "Cloud Run": Variant(
        files={_DEPLOY: _APPLY.format("gcloud run deploy churn --image registry.example.org/churn:1")},
        edits=(("docker-compose.yml", "replicas: 3", "replicas: 1"),),
        links=((_DEPLOY, "gcloud run deploy churn", "gcloud run services list", _SCALED),),
    ),
    "monitors and rules of the operator": Variant(
        files={
            "k8s/deployment.yaml": _DEPLOYMENT,
            "k8s/service.yaml": "apiVersion: v1\nkind: Service\nmetadata:\n  name: churn\n  labels: {app: churn}\n"
            "spec:\n  selector: {app: churn}\n  ports: [{port: 8000, name: http}]\n",
            "k8s/monitor.yaml": "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: churn}\n"
            "spec:\n  selector: {matchLabels: {app: churn}}\n  endpoints: [{port: http}]\n",
            "k8s/rules.yaml": "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: churn}\n"
            "spec:\n  groups:\n    - name: api\n      rules:\n        - alert: Errors\n"
            "          expr: rate(churn_requests_total[5m]) == 0\n",
            _DEPLOY: _APPLY.format("kubectl apply -f k8s/"),
        },
        removed=("monitoring/rules.yml",),
        edits=(
            ("monitoring/prometheus.yml", "rule_files:\n  - rules.yml\n", ""),
            ("monitoring/prometheus.yml", '"api:8000"', '"other.example.org:8000"'),
        ),
        links=(
            ("k8s/monitor.yaml", "matchLabels: {app: churn}", "matchLabels: {app: other}", _MONITORED),
            ("k8s/rules.yaml", "churn_requests_total", "requests_total_of_others", _MONITORED),
        ),
    ),
    "drift in a gauge with an alert": Variant(
        edits=(
            (
                "src/drift.py",
                "import sys\n",
                "from prometheus_client import CollectorRegistry, Gauge, push_to_gateway\n",
            ),
            (
                "src/drift.py",
                "if drifted > 0.5:\n        sys.exit(1)",
                (
                    "registry = CollectorRegistry()\n"
                    '    gauge = Gauge("churn_drift_share", "share", registry=registry)\n    gauge.set(drifted)\n'
                    '    push_to_gateway("gateway:9091", job="drift", registry=registry)'
                ),
            ),
            (
                "monitoring/rules.yml",
                "      - alert: ApiSlow",
                "      - alert: Drift\n        expr: churn_drift_share > 0.5\n      - alert: ApiSlow",
            ),
        ),
        links=(
            ("src/drift.py", "gauge.set(drifted)", "print(drifted)", _DRIFT),
            ("monitoring/rules.yml", "expr: churn_drift_share > 0.5", "expr: up == 0", _DRIFT),
        ),
    ),
    "drift that a task of Airflow branches on": Variant(
        files={"dags/watch.py": _DAG.format(imports="from drift import share as measure")},
        edits=(
            (_WATCH, "python src/drift.py", "echo drift"),
            ("requirements.txt", "dvc==", "apache-airflow==2.10.0\ndvc=="),
        ),
        links=(
            ("dags/watch.py", 'key="share") >', 'key="other") >', _DRIFT),
            ("dags/watch.py", 'schedule="@daily"', "schedule=None", _DRIFT),
            ("dags/watch.py", 'BranchPythonOperator(task_id="choose"', 'PythonOperator(task_id="choose"', _DRIFT),
        ),
    ),
    "a test of two samples by hand": Variant(
        edits=(
            (
                "src/drift.py",
                "from evidently import Report\nfrom evidently.presets import DataDriftPreset\n",
                "from scipy.stats import ks_2samp\n",
            ),
            (
                "src/drift.py",
                "    report = Report([DataDriftPreset()])\n    result = report.run(",
                "    return ks_2samp(",
            ),
            (
                "src/drift.py",
                'pd.read_csv("data/live.csv"), pd.read_csv("data/raw.csv"))\n    return result.dict()["metrics"][0]["value"]["share"]',
                'pd.read_csv("data/live.csv").a, pd.read_csv("data/raw.csv").a).statistic',
            ),
            ("requirements.txt", "dvc==", "scipy==1.15.0\ndvc=="),
        ),
        links=(("src/drift.py", "if drifted > 0.5:\n        sys.exit(1)", "print(drifted)", _DRIFT),),
    ),
    "retraining that Prefect serves": Variant(
        files={
            "src/again.py": """
                from prefect import flow

                from retrain import promote


                @flow
                def again():
                    promote("churn")


                if __name__ == "__main__":
                    again.serve(name="again", cron="0 5 * * 1")
                """
        },
        edits=(
            (_WATCH, "python src/retrain.py", "echo retrain"),
            ("requirements.txt", "dvc==", "prefect==3.4.0\ndvc=="),
        ),
        links=(
            ("src/again.py", ', cron="0 5 * * 1"', "", _RETRAIN),
            ("src/again.py", 'promote("churn")', "print('churn')", _RETRAIN),
            ("src/retrain.py", 'if candidate_accuracy > float(production.tags["accuracy"]):', "if True:", _RETRAIN),
        ),
    ),
    "retraining that the drift job asks for": Variant(
        files={
            ".github/workflows/again.yml": """
                on:
                  repository_dispatch:
                    types: [drift]
                jobs:
                  again:
                    runs-on: ubuntu-latest
                    steps:
                      - run: python src/retrain.py
                """
        },
        edits=((_WATCH, "python src/retrain.py", "echo retrain"),),
        links=(
            (".github/workflows/again.yml", "python src/retrain.py", "python src/features.py", _RETRAIN),
            (".github/workflows/again.yml", "repository_dispatch:\n    types: [drift]", "workflow_dispatch:", _RETRAIN),
        ),
    ),
    "a table of steps": Variant(
        files={
            "src/flow.py": """
                import argparse

                import pandas as pd

                from features import clean
                from train import train


                def prepare(context):
                    context["rows"] = clean(pd.read_csv("data/raw.csv"))


                def fit(context):
                    context["rows"].to_csv("data/clean.csv", index=False)
                    train("data/clean.csv", "models/model.joblib", context["c"])


                STEPS = {"prepare": prepare, "fit": fit}


                if __name__ == "__main__":
                    parser = argparse.ArgumentParser()
                    parser.add_argument("--c", type=float, default=1.0)
                    state = {"c": parser.parse_args().c}
                    for name, step in STEPS.items():
                        step(state)
                """
        },
        removed=("dvc.yaml", "dvc.lock", "params.yaml"),
        edits=(
            (
                _TRAIN,
                "joblib.dump(model, output)",
                'mlflow.sklearn.log_model(model, "model")\n    joblib.dump(model, output)',
            ),
            (_CI, "PYTHONPATH=src pytest", "PYTHONPATH=src pytest && python src/flow.py"),
        ),
        links=(
            ("src/flow.py", "step(state)", "print(step, state)", _PIPELINE),
            ("src/flow.py", 'context["rows"].to_csv', "pd.DataFrame().to_csv", _PIPELINE),
        ),
    ),
}
