"""For every criterion an honest project where it passes, and the links of its chain: each removed alone makes a twin."""

from __future__ import annotations

import json
from typing import NamedTuple

from .conftest import LEVEL_2, TRAIN
from .serving_project import LEVEL_3, LEVEL_4

Files = dict[str, str | bytes]


class Link(NamedTuple):
    """One link of a chain.

    Attributes:
        path: the file it is in.
        old: what goes.
        new: what stands there in the twin.
        also: criteria that stand on the very same link.
    """

    path: str
    old: str
    new: str
    also: frozenset[str] = frozenset()


class Example(NamedTuple):
    """A project in which a criterion passes.

    Attributes:
        links: each drops the criterion.
        files: the project; the one at Level 4 with all recommended things, if not given.
    """

    links: tuple[Link, ...]
    files: Files | None = None


def _notebook(*sources: str) -> str:
    cells = [
        {"cell_type": "code", "metadata": {}, "execution_count": number, "outputs": [], "source": source}
        for number, source in enumerate(sources, 1)
    ]
    kernel = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": cells}, indent=1) + "\n"


#: Put in where it is needed, so that no scanner takes this file for a leak.
_MADE_UP = "hV7!kq02LmZx9"
_REGISTERED = 'mlflow.sklearn.log_model(model, name="model", registered_model_name="churn")'
WHOLE: Files = {
    **LEVEL_2,
    **LEVEL_3,
    **LEVEL_4,
    "src/train.py": TRAIN.replace(
        "joblib.dump(model, output)", f"{_REGISTERED}\n        joblib.dump(model, output)\n        return 0.9"
    ),
    "src/prepare.py": """
        import pandas as pd

        from features import clean

        if __name__ == "__main__":
            frame = pd.read_csv("data/raw.csv")
            assert frame["a"].between(0, 300).all()
            clean(frame).to_csv("data/clean.csv", index=False)
        """,
    "requirements.txt": str(LEVEL_2["requirements.txt"])
    + "evidently==0.7.14\nfairlearn==0.13.0\nfastapi==0.121.0\nprometheus-client==0.23.1\nuvicorn==0.38.0\n",
    "explore.ipynb": _notebook("rows = [3, 1, 2]", "sorted(rows)"),
    ".pre-commit-config.yaml": """
        repos:
          - repo: https://github.com/astral-sh/ruff-pre-commit
            rev: v0.14.0
            hooks:
              - id: ruff
        """,
    ".github/workflows/lint.yml": """
        on: pull_request
        jobs:
          lint:
            runs-on: ubuntu-latest
            steps:
              - uses: actions/checkout@v4
              - run: pre-commit run --all-files
        """,
    "monitoring/rules.yml": """
        groups:
          - name: api
            rules:
              - alert: ApiSlow
                expr: histogram_quantile(0.95, sum(rate(churn_latency_seconds_bucket[5m])) by (le)) > 0.5
                annotations:
                  runbook_url: https://wiki.example.org/api-slow
        """,
}

_CI = ".github/workflows/ci.yml"
_DEPLOY = ".github/workflows/deploy.yml"
_WATCH = ".github/workflows/watch.yml"
_PROMOTED = frozenset({"routed", "self-healing", "rollback-path"})
_LOCK = frozenset({"lineage"})
_BACK = frozenset({"rollback-path"})
#: A service that CI deploys, tests and signs, with what is recommended for it.
_SERVED: Files = {
    **LEVEL_2,
    **LEVEL_3,
    "src/service.py": str(LEVEL_3["src/service.py"])
    .replace(
        "app = FastAPI()",
        "app = FastAPI()\n        structlog.configure(processors=[structlog.processors.JSONRenderer()])",
    )
    .replace("import joblib", "import joblib\n        import structlog"),
    _DEPLOY: """
        on:
          push:
            branches: [main]
        jobs:
          deploy:
            runs-on: ubuntu-latest
            steps:
              - uses: actions/checkout@v4
              - run: cyclonedx-py requirements requirements.txt --output-file bom.json
              - run: cosign sign-blob --yes models/model.joblib --bundle model.sigstore.json
              - run: docker stack deploy --compose-file docker-compose.yml churn
              - run: locust -f load/locustfile.py --headless --users 50 --run-time 2m --host https://churn.example.org
        """,
    "load/locustfile.py": """
        from locust import HttpUser, task


        class Caller(HttpUser):
            @task
            def predict(self):
                self.client.post("/predict", json=[{"a": 1, "b": 2}])
        """,
    "docker-compose.yml": """
        services:
          api:
            build: .
            deploy:
              replicas: 3
              update_config:
                failure_action: rollback
          prometheus:
            image: prom/prometheus:v3.0.0
            volumes:
              - ./monitoring/prometheus.yml:/etc/prometheus/prometheus.yml
              - ./monitoring/rules.yml:/etc/prometheus/rules.yml
          grafana:
            image: grafana/grafana:12.3.0
            volumes:
              - ./grafana/provisioning:/etc/grafana/provisioning
              - ./grafana/dashboards:/var/lib/grafana/dashboards
        """,
    "grafana/provisioning/dashboards/all.yaml": """
        apiVersion: 1
        providers:
          - name: all
            options:
              path: /var/lib/grafana/dashboards
        """,
    "grafana/dashboards/churn.json": """
        {"title": "Churn", "schemaVersion": 39, "panels": [
          {"title": "Requests", "type": "timeseries", "targets": [{"expr": "rate(churn_requests_total[5m])"}]}
        ]}
        """,
    "DATASHEET.md": """
        # Contracts

        ## Origin
        Exported every night from the system that writes the bills, by the team that runs it.

        ## Content
        One row for each contract in data/raw.csv: usage, price class, and whether it was ended.

        ## Intended use
        Ranking contracts by their risk to be ended; nothing else was agreed with the customers.

        ## Limits and licence
        Contracts of companies are missing, and the data must not leave the firm at all.
        """,
}
EXAMPLES: dict[str, Example] = {
    "data-versioned": Example(
        (
            Link("train.py", 'pd.read_csv("rows.csv")', 'pd.read_csv("https://data.example.org/rows.csv")'),
            Link("train.py", 'mlflow.sklearn.log_model(model, name="model")', 'joblib.dump(model, "model.joblib")'),
        ),
        {
            ".gitignore": "*.joblib\n",
            "rows.csv": "a,y\n1,0\n2,1\n",
            "train.py": "import joblib\nimport mlflow\nimport pandas as pd\nfrom sklearn.svm import SVC\n\n"
            'rows = pd.read_csv("rows.csv")\nmodel = SVC().fit(rows[["a"]], rows["y"])\nmlflow.log_param("c", 1)\n'
            'mlflow.sklearn.log_model(model, name="model")\n',
        },
    ),
    "experiments-tracked": Example(
        (
            Link("train.py", "mlflow.log_param('c', 1)", "print('c', 1)"),
            Link("train.py", "SVC().fit([[0], [1]], [0, 1])", "SVC()"),
        ),
        {
            "train.py": "import mlflow\nfrom sklearn.svm import SVC\n\nmlflow.log_param('c', 1)\nSVC().fit([[0], [1]], [0, 1])\n"
        },
    ),
    "readme-runs": Example((Link("README.md", "dvc repro", "..."),)),
    "notebooks-rerunnable": Example(
        (
            Link("explore.ipynb", '"execution_count": 1', '"execution_count": 5'),
            Link("explore.ipynb", "rows = [3, 1, 2]", "rows = open('/home/me/rows.csv').read()"),
            Link("explore.ipynb", "sorted(rows)", "sorted(lines)"),
        )
    ),
    "no-secrets": Example((Link("src/incidents.py", "app = FastAPI()", f'app = FastAPI()\npassword = "{_MADE_UP}"'),)),
    "dependencies-declared": Example((Link("requirements.txt", "fairlearn==0.13.0\n", ""),)),
    "pipeline-automated": Example(
        (Link("dvc.yaml", "- data/clean.csv\n    params", "- data/raw.csv\n    params", _LOCK),)
    ),
    "pipeline-reproducible": Example(
        (
            Link("requirements.txt", "pandas==3.0.0", "pandas>=3"),
            Link("params.yaml", "0.5", "0.7", _LOCK),
            Link("dvc.lock", "cmd: python src/prepare.py", "cmd: python src/old.py", _LOCK),
        )
    ),
    "tests": Example(
        (
            Link("tests/test_features.py", "def test_clean", "def check_clean"),
            Link("tests/test_features.py", 'assert len(clean(pd.DataFrame({"a": [1, None]}))) == 1', "assert True"),
        ),
        LEVEL_2,
    ),
    "ci": Example(
        (
            Link(_CI, "PYTHONPATH=src pytest", "PYTHONPATH=src pytest || true"),
            Link(_CI, "PYTHONPATH=src pytest", "echo hi"),
            Link(_CI, "on: [push, pull_request]", "on: workflow_dispatch"),
        ),
        LEVEL_2,
    ),
    "importable-code": Example(
        (Link("train.py", "from rows import load\n", "load = list\n"),),
        {
            "rows.py": "def load():\n    return [[0], [1]]\n",
            "train.py": "from rows import load\nfrom sklearn.svm import SVC\n\nSVC().fit(load(), [0, 1])\n",
        },
    ),
    "data-validated": Example(
        (Link("src/prepare.py", 'assert frame["a"].between(0, 300).all()', "print(len(frame))"),)
    ),
    "metrics-recorded": Example((Link("src/train.py", "mlflow.log_metric(", "print("),)),
    "model-registered": Example(
        (Link("train.py", ', registered_model_name="churn"', ""),),
        {
            "train.py": "import mlflow\nfrom sklearn.svm import SVC\n\nmlflow.log_param('c', 1)\n"
            'mlflow.sklearn.log_model(SVC().fit([[0], [1]], [0, 1]), name="model", registered_model_name="churn")\n'
        },
    ),
    "pre-commit": Example(
        (
            Link(".github/workflows/lint.yml", "pre-commit run --all-files", "echo fine"),
            Link(".pre-commit-config.yaml", "- id: ruff", ""),
        )
    ),
    "python-pinned": Example((Link("Dockerfile", "FROM python:3.12-slim", "FROM python"),)),
    "model-served": Example(
        (
            Link("src/service.py", "model.predict(rows).tolist()", "rows"),
            Link("src/service.py", '@app.get("/health")', ""),
            Link("Dockerfile", "src.service:app", "other:app"),
        )
    ),
    "deployed-and-scaled": Example(
        (
            Link("docker-compose.yml", "replicas: 3", "replicas: 1"),
            Link("Dockerfile", "COPY src/ src/", ""),
            Link("docker-compose.yml", "build: .", "image: churn"),
        ),
        {**LEVEL_2, **LEVEL_3},
    ),
    "service-monitored": Example(
        (
            Link("src/service.py", 'app.mount("/metrics", make_asgi_app())', ""),
            Link("monitoring/prometheus.yml", "api:8000", "backend:8000"),
            Link("monitoring/prometheus.yml", "- rules.yml", "- others.yml"),
            Link("monitoring/rules.yml", "churn_latency_seconds_bucket", "latency_seconds_bucket"),
        )
    ),
    "drift-detected": Example(
        (
            Link("src/drift.py", "report.run(", "print("),
            Link("src/drift.py", "sys.exit(1)", "print(drifted)"),
            Link(_WATCH, "python src/drift.py", "echo drift"),
        )
    ),
    "retraining-automated": Example(
        (
            Link(_WATCH, "python src/retrain.py", "echo retrain"),
            Link("src/retrain.py", 'if candidate_accuracy > float(production.tags["accuracy"]):', "if True:"),
            Link("src/retrain.py", 'float(production.tags["accuracy"])', "0.8"),
        )
    ),
    "governed": Example(
        (
            Link("metrics.json", "0.8731", "0.9"),
            Link("tests/test_fairness.py", "age) < 0.1", "age) is not None"),
            Link(_DEPLOY, "conftest test promotion.json --policy policy", "echo approved"),
        )
    ),
    "routed": Example(
        (
            Link("k8s/rollout.yaml", "templateName: success-rate", "templateName: other", _PROMOTED),
            Link(_DEPLOY, "kubectl apply -f k8s/", "echo done", _PROMOTED | {"continuous-deployment"}),
        )
    ),
    "rollback-path": Example(
        (Link("docker-compose.yml", "failure_action: rollback", "failure_action: pause"),), _SERVED
    ),
    "continuous-deployment": Example(
        (
            Link(_DEPLOY, "docker stack deploy", "echo docker stack deploy"),
            Link(_DEPLOY, "docker-compose.yml churn", "docker-compose.yml churn || true"),
        ),
        _SERVED,
    ),
    "dashboards": Example(
        (
            Link("grafana/dashboards/churn.json", "churn_requests_total", "requests_seen_total"),
            Link("grafana/provisioning/dashboards/all.yaml", "providers:", "others:"),
            Link("docker-compose.yml", "./grafana/dashboards:", "./other/dashboards:"),
        ),
        _SERVED,
    ),
    "structured-logs": Example((Link("src/service.py", "structlog.configure(", "print("),), _SERVED),
    "load-tested": Example(
        (
            Link(_DEPLOY, "locust -f load/locustfile.py", "echo load/locustfile.py"),
            Link(_DEPLOY, "load/locustfile.py --headless", "load/other.py --headless"),
        ),
        _SERVED,
    ),
    "lineage": Example(
        (Link("train.py", 'mlflow.log_input(rows, context="training")', "print(rows)"),),
        {
            "train.py": "import mlflow\nfrom sklearn.svm import SVC\n\nrows = mlflow.data.from_numpy([[0], [1]])\n"
            'mlflow.log_input(rows, context="training")\nmlflow.log_param("c", 1)\nSVC().fit([[0], [1]], [0, 1])\n'
        },
    ),
    "datasheet": Example(
        (
            Link("DATASHEET.md", "data/raw.csv", "a table"),
            Link(
                "DATASHEET.md",
                "Contracts of companies are missing, and the data must not leave the firm at all.",
                "TODO",
            ),
        ),
        _SERVED,
    ),
    "bill-of-materials": Example((Link(_DEPLOY, "cyclonedx-py requirements", "echo"),), _SERVED),
    "models-signed": Example((Link(_DEPLOY, "cosign sign-blob --yes", "echo"),), _SERVED),
    "root-cause": Example(
        (
            Link("monitoring/alertmanager.yml", "/diagnose", "/other"),
            Link("src/incidents.py", "return root_cause(alert)", "return alert"),
        )
    ),
    "runbooks": Example(
        (Link("monitoring/rules.yml", "runbook_url: https://wiki.example.org/api-slow", "summary: slow"),)
    ),
    "self-healing": Example(
        (
            Link(_DEPLOY, "kubectl rollout undo deployment/churn", "echo undo", _BACK),
            Link(_DEPLOY, "if: failure()", "if: false", _BACK),
        ),
        {
            **LEVEL_2,
            **LEVEL_3,
            _DEPLOY: """
                on:
                  push:
                    branches: [main]
                jobs:
                  deploy:
                    runs-on: ubuntu-latest
                    steps:
                      - run: kubectl set image deployment/churn api=registry.example.org/churn-api:2
                      - run: curl --fail https://churn.example.org/health
                      - name: Back to the last one
                        if: failure()
                        run: kubectl rollout undo deployment/churn && kubectl rollout status deployment/churn
                """,
        },
    ),
}
