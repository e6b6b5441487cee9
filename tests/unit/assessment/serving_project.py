"""Files that take the Level 2 project to Levels 3 and 4."""

from __future__ import annotations

LEVEL_3: dict[str, str | bytes] = {
    "src/service.py": """
        import joblib
        from fastapi import FastAPI
        from prometheus_client import Counter, Histogram, make_asgi_app

        REQUESTS = Counter("churn_requests_total", "requests")
        LATENCY = Histogram("churn_latency_seconds", "latency")

        app = FastAPI()
        app.mount("/metrics", make_asgi_app())
        model = joblib.load("models/model.joblib")


        @app.get("/health")
        def health():
            return {"status": "ok"}


        @app.post("/predict")
        def predict(rows: list[dict]):
            REQUESTS.inc()
            with LATENCY.time():
                return model.predict(rows).tolist()
        """,
    "Dockerfile": """
        FROM python:3.12-slim
        WORKDIR /app
        COPY requirements.txt .
        RUN pip install -r requirements.txt
        COPY src/ src/
        CMD ["uvicorn", "src.service:app", "--host", "0.0.0.0"]
        """,
    "docker-compose.yml": """
        services:
          api:
            build: .
            deploy:
              replicas: 3
          prometheus:
            image: prom/prometheus:v3.0.0
            volumes:
              - ./monitoring/prometheus.yml:/etc/prometheus/prometheus.yml
              - ./monitoring/rules.yml:/etc/prometheus/rules.yml
        """,
    "monitoring/prometheus.yml": """
        rule_files:
          - rules.yml
        scrape_configs:
          - job_name: api
            static_configs:
              - targets: ["api:8000"]
        """,
    "monitoring/rules.yml": """
        groups:
          - name: api
            rules:
              - alert: ApiSlow
                expr: histogram_quantile(0.95, sum(rate(churn_latency_seconds_bucket[5m])) by (le)) > 0.5
        """,
    "src/drift.py": """
        import sys

        import pandas as pd
        from evidently import Report
        from evidently.presets import DataDriftPreset


        def share():
            report = Report([DataDriftPreset()])
            result = report.run(pd.read_csv("data/live.csv"), pd.read_csv("data/raw.csv"))
            return result.dict()["metrics"][0]["value"]["share"]


        if __name__ == "__main__":
            drifted = share()
            if drifted > 0.5:
                sys.exit(1)
        """,
    "data/live.csv": "a,b,y\n1,2,0\n",
    "src/retrain.py": """
        import mlflow

        from train import train


        def promote(name):
            client = mlflow.MlflowClient()
            production = client.get_model_version_by_alias(name, "champion")
            candidate_accuracy = train("data/clean.csv", "models/model.joblib", 1.0)
            if candidate_accuracy > float(production.tags["accuracy"]):
                client.set_registered_model_alias(name, "champion", "2")


        if __name__ == "__main__":
            promote("churn")
        """,
    ".github/workflows/watch.yml": """
        on:
          schedule:
            - cron: "0 5 * * *"
        jobs:
          drift:
            runs-on: ubuntu-latest
            steps:
              - run: python src/drift.py
          retrain:
            runs-on: ubuntu-latest
            steps:
              - run: python src/retrain.py
        """,
}

LEVEL_4: dict[str, str | bytes] = {
    "MODEL_CARD.md": """
        # Churn model

        ## Intended use
        Ranks customers by their risk to leave, so that the retention team can call them first.

        ## Training data
        Anonymous contracts of the last two years, one row for each customer, without payment details.

        ## Metrics
        On the held-out tenth of the customers the accuracy is 0.873, measured at every training.

        ## Limitations and ethical considerations
        It knows nothing of new customers, and must never decide on prices or on contracts alone.
        """,
    "metrics.json": '{"accuracy": 0.8731}\n',
    "tests/test_fairness.py": """
        from fairlearn.metrics import demographic_parity_difference
        from features import clean


        def test_groups_are_treated_alike(frame):
            rows = clean(frame)
            assert demographic_parity_difference(rows.y, rows.prediction, sensitive_features=rows.age) < 0.1
        """,
    "policy/promotion.rego": 'package promotion\n\ndeny[msg] { not input.approved; msg := "not approved" }\n',
    ".github/workflows/deploy.yml": """
        on:
          push:
            branches: [main]
        jobs:
          deploy:
            runs-on: ubuntu-latest
            steps:
              - run: conftest test promotion.json --policy policy
              - run: docker build -t churn-api .
              - run: kubectl apply -f k8s/
        """,
    "k8s/rollout.yaml": """
        apiVersion: argoproj.io/v1alpha1
        kind: Rollout
        metadata:
          name: churn
        spec:
          replicas: 4
          template:
            spec:
              containers:
                - name: api
                  image: registry.example.org/churn-api:1
          strategy:
            canary:
              steps:
                - setWeight: 20
                - analysis:
                    templates:
                      - templateName: success-rate
        """,
    "k8s/analysis.yaml": """
        apiVersion: argoproj.io/v1alpha1
        kind: AnalysisTemplate
        metadata:
          name: success-rate
        spec:
          metrics:
            - name: success
              successCondition: result[0] >= 0.95
        """,
    "src/incidents.py": """
        import subprocess

        from fastapi import FastAPI

        app = FastAPI()


        def root_cause(alert):
            return subprocess.check_output(["git", "log", "-5", "--stat"])


        @app.post("/diagnose")
        def diagnose(alert: dict):
            return root_cause(alert)
        """,
    "monitoring/alertmanager.yml": """
        route:
          receiver: diagnosis
        receivers:
          - name: diagnosis
            webhook_configs:
              - url: http://incidents:8000/diagnose
        """,
}
