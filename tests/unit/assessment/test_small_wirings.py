"""Single wirings of the catalogue that the larger projects do not have: each holds its criterion, and no longer with one link gone."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from .conftest import LEVEL_2, results
from .serving_project import LEVEL_3, LEVEL_4
from .test_catalogue import TRITON

Files = dict[str, str | bytes]


class Wiring(NamedTuple):
    """A project in which something holds a criterion.

    Attributes:
        criterion: the criterion.
        files: the project.
        links: file, what goes, and what stands there instead.
    """

    criterion: str
    files: Files
    links: tuple[tuple[str, str, str], ...]


def _without(files: Files, *names: str) -> Files:
    return {name: text for name, text in files.items() if name not in names}


_DEPLOY = """
    on: push
    jobs:
      deploy:
        runs-on: ubuntu-latest
        steps:
          - run: docker build -t registry.example.org/churn:1 .
          - run: {}
    """
_POD = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {{name: churn, labels: {{team: risk}}}}
    spec:
      replicas: 2
      selector: {{matchLabels: {{app: churn}}}}
      template:
        metadata:
          labels: {{app: churn}}
        spec:
          containers:
            - name: api
              image: {}
    """
_RULE = """
    apiVersion: monitoring.coreos.com/v1
    kind: PrometheusRule
    metadata: {{name: churn}}
    spec:
      groups:
        - name: api
          rules:
            - alert: Failures
              expr: {}
    """
_POD_MONITOR = """
    apiVersion: monitoring.coreos.com/v1
    kind: PodMonitor
    metadata: {name: churn}
    spec:
      selector: {matchLabels: {app: churn}}
      podMetricsEndpoints: [{port: http}]
    """
_WATCH = str(LEVEL_3[".github/workflows/watch.yml"])
_SERVICE = str(LEVEL_3["src/service.py"])
_ALERTED = """
    import subprocess

    from fastapi import FastAPI

    app = FastAPI()


    def rollback_model():
        subprocess.run(["helm", "rollback", "churn"], check=True)


    def check_health():
        subprocess.run(["curl", "--fail", "http://churn/health"], check=True)


    @app.post("/alerts")
    def on_alert(alert: dict):
        rollback_model()
        check_health()
    """
_FAIR = """
    from aif360.sklearn.metrics import disparate_impact_ratio
    from features import clean


    def test_groups_are_treated_alike(frame):
        rows = clean(frame)
        ratio = disparate_impact_ratio(rows.y, rows.prediction, prot_attr="age")
        assert ratio > 0.8
    """

WIRINGS: dict[str, Wiring] = {
    "a monitor of pods goes by their labels": Wiring(
        "service-monitored",
        {
            **LEVEL_2,
            **_without(LEVEL_3, "monitoring/prometheus.yml", "monitoring/rules.yml"),
            "k8s/deployment.yaml": _POD.format("registry.example.org/churn:1"),
            "k8s/monitor.yaml": _POD_MONITOR,
            "k8s/rules.yaml": _RULE.format("rate(churn_requests_total[5m]) == 0"),
            ".github/workflows/deploy.yml": _DEPLOY.format("kubectl apply -f k8s/"),
        },
        (
            ("k8s/monitor.yaml", "matchLabels: {app: churn}", "matchLabels: {team: risk}"),
            ("k8s/deployment.yaml", "labels: {app: churn}\n    spec", "labels: {app: other}\n    spec"),
        ),
    ),
    "Triton exposes its own metrics": Wiring(
        "service-monitored",
        {
            **_without(TRITON, "docker-compose.yml"),
            "k8s/deployment.yaml": _POD.format("nvcr.io/nvidia/tritonserver:24.01-py3"),
            "k8s/monitor.yaml": _POD_MONITOR,
            "k8s/rules.yaml": _RULE.format("rate(nv_inference_request_failure[5m]) > 0"),
            ".github/workflows/deploy.yml": _DEPLOY.format("kubectl apply -f k8s/"),
        },
        (
            ("k8s/deployment.yaml", "nvidia/tritonserver", "nvidia/cuda"),
            ("k8s/rules.yaml", "nv_inference", "tv_inference"),
        ),
    ),
    "TorchServe in a container of its own exposes its metrics": Wiring(
        "service-monitored",
        {
            "train.py": TRITON["train.py"],
            "config.properties": "load_models=churn.mar\n",
            "Dockerfile": 'FROM pytorch/torchserve\nCOPY . .\nCMD ["torchserve", "--start", "--foreground"]\n',
            "docker-compose.yml": """
                services:
                  api: {build: .}
                  prometheus:
                    image: prom/prometheus
                    volumes: ["./prometheus.yml:/etc/prometheus/prometheus.yml"]
                """,
            "prometheus.yml": """
                rule_files: [rules.yml]
                scrape_configs: [{job_name: api, static_configs: [{targets: ["api:8082"]}]}]
                """,
            "rules.yml": """
                groups: [{name: api, rules: [{alert: Slow, expr: "rate(ts_inference_latency_microseconds[5m]) > 1"}]}]
                """,
        },
        (("Dockerfile", '"torchserve", "--start"', '"sleep", "9"'), ("rules.yml", "ts_inference", "st_inference")),
    ),
    "a release copies the model to where Triton looks": Wiring(
        "model-served",
        {
            **_without(TRITON, "models/churn/1/model.onnx"),
            ".github/workflows/release.yml": _DEPLOY.format(
                "aws s3 cp s3://models/churn.onnx models/churn/1/model.onnx"
            ),
        },
        ((".github/workflows/release.yml", " models/churn/1/", " models/other/1/"),),
    ),
    "an alarm on a service of ECS": Wiring(
        "service-monitored",
        {
            "train.py": TRITON["train.py"],
            "infra/main.tf": """
                resource "aws_ecs_service" "api" {
                  name          = "api"
                  desired_count = 2
                }

                resource "aws_cloudwatch_metric_alarm" "busy" {
                  namespace     = "AWS/ECS"
                  metric_name   = "CPUUtilization"
                  threshold     = 90
                  alarm_actions = [aws_sns_topic.on_call.arn]
                }
                """,
            ".github/workflows/deploy.yml": _DEPLOY.format("terraform -chdir=infra apply -auto-approve"),
        },
        (
            ("infra/main.tf", "AWS/ECS", "AWS/RDS"),
            ("infra/main.tf", '"aws_ecs_service"', '"aws_ecs_cluster"'),
            (".github/workflows/deploy.yml", "apply -auto-approve", "plan"),
        ),
    ),
    "a receiver of the operator's Alertmanager": Wiring(
        "root-cause",
        {
            **LEVEL_2,
            **LEVEL_3,
            **_without(LEVEL_4, "monitoring/alertmanager.yml"),
            "k8s/alerts.yaml": """
                apiVersion: monitoring.coreos.com/v1alpha1
                kind: AlertmanagerConfig
                metadata: {name: churn}
                spec:
                  route: {receiver: diagnosis}
                  receivers:
                    - name: diagnosis
                      webhookConfigs:
                        - url: http://incidents:8000/diagnose
                """,
        },
        (
            ("k8s/alerts.yaml", "route: {receiver: diagnosis}", "route: {receiver: nobody}"),
            ("k8s/alerts.yaml", "8000/diagnose", "8000/other"),
        ),
    ),
    "an alert starts a repair that is checked": Wiring(
        "self-healing",
        {
            **LEVEL_2,
            "src/alerts.py": _ALERTED,
            "Dockerfile": 'FROM python:3.12\nCOPY src src\nCMD ["uvicorn", "src.alerts:app"]\n',
        },
        (
            ("src/alerts.py", "    check_health()\n", ""),
            ("src/alerts.py", "def on_alert(", "def each_night("),
            ("Dockerfile", "src.alerts:app", "src.other:app"),
        ),
    ),
    "drift is looked for in each request": Wiring(
        "drift-detected",
        {
            **LEVEL_2,
            **LEVEL_3,
            "src/service.py": _SERVICE.replace(
                "import joblib\n",
                "import joblib\n        import pandas as pd\n        from alibi_detect.cd import KSDrift\n        from fastapi import HTTPException\n",
                1,
            )
            .replace(
                '@app.get("/health")',
                'detector = KSDrift(pd.read_csv("data/raw.csv").to_numpy())\n\n\n        def refuse_drift(rows):\n'
                '            found = detector.predict(rows)\n            if found["data"]["is_drift"]:\n                raise HTTPException(422)\n\n\n'
                '        @app.get("/health")',
            )
            .replace("REQUESTS.inc()", "REQUESTS.inc()\n            refuse_drift(rows)"),
            ".github/workflows/watch.yml": _WATCH.replace("python src/drift.py", "echo drift"),
        },
        (
            ("src/service.py", "    refuse_drift(rows)\n", ""),
            ("src/service.py", "raise HTTPException(422)", "print(found)"),
            ("Dockerfile", '"src.service:app"', '"src.other:app"'),
        ),
    ),
    "fairness that aif360 measures": Wiring(
        "governed",
        {**LEVEL_2, **LEVEL_3, **LEVEL_4, "tests/test_fairness.py": _FAIR},
        (
            ("tests/test_fairness.py", "assert ratio > 0.8", "print(ratio)"),
            (".github/workflows/ci.yml", "PYTHONPATH=src pytest", "PYTHONPATH=src pytest tests/test_features.py"),
        ),
    ),
    "a commit of lakeFS": Wiring(
        "data-versioned",
        {
            "train.py": """
                import lakefs
                import pandas as pd
                from sklearn.svm import SVC

                given = lakefs.repository("churn").commit("c7a632d0a7").object("rows.csv").reader()
                rows = pd.read_csv(given)
                SVC().fit(rows, rows.y)
                """
        },
        (("train.py", '.commit("c7a632d0a7")', '.branch("main")'),),
    ),
    "a setting whose name ends as the parameter is called": Wiring(
        "data-versioned",
        {
            "train.py": """
                import yaml
                from datasets import load_dataset
                from sklearn.svm import SVC


                def rows_of(name, revision):
                    return load_dataset(name, revision=revision).to_pandas()


                settings = yaml.safe_load(open("settings.yaml"))
                rows = rows_of(settings["dataset"], settings["dataset_revision"])
                SVC().fit(rows, rows.y)
                """,
            "settings.yaml": "dataset: acme/churn\ndataset_revision: 4d1f0c9a7e5b3d2c\n",
        },
        (
            ("settings.yaml", "4d1f0c9a7e5b3d2c", "main"),
            ("train.py", "revision=revision", "split='train'"),
        ),
    ),
}


@pytest.mark.parametrize("name", WIRINGS)
def test_it_holds_and_each_link_alone_lets_go(project, name):
    check(project, WIRINGS[name])


def check(project, wiring: Wiring) -> None:
    """The criterion holds, and no longer with any one link gone."""
    project.files(wiring.files)
    if "dvc.yaml" in wiring.files:
        project.lock()
    project.commit()
    assert results(project.assess())[wiring.criterion].state == "pass"
    for path, old, new in wiring.links:
        text = (project.root / path).read_text(encoding="utf-8")
        assert old in text, (path, old)
        after = project.assess(overrides={str(project.root / path): text.replace(old, new)})
        assert results(after)[wiring.criterion].state in ("partial", "fail"), (path, old, new)
