"""An honest Level 3 project on Vertex AI: a pipeline of Kubeflow with a gate, a schedule, an endpoint with replicas, alerts and a monitor."""

from __future__ import annotations

from .conftest import LEVEL_2, PYTEST_ON_PUSH

PIPELINE = """
    from kfp import compiler, dsl
    from kfp.dsl import Dataset, Input, Metrics, Model, Output


    @dsl.component(base_image="python:3.11", packages_to_install=["pandas==2.3.0", "google-cloud-bigquery==3.30.0"])
    def load(rows: Output[Dataset]):
        from google.cloud import bigquery

        query = "SELECT a, b, y FROM acme.churn FOR SYSTEM_TIME AS OF '2026-11-01'"
        bigquery.Client().query(query).to_dataframe().to_csv(rows.path, index=False)


    @dsl.component(base_image="python:3.11", packages_to_install=["pandas==2.3.0", "scikit-learn==1.7.0"])
    def train(rows: Input[Dataset], c: float, model: Output[Model], metrics: Output[Metrics]) -> float:
        import joblib
        import pandas as pd
        from sklearn.linear_model import LogisticRegression

        frame = pd.read_csv(rows.path)
        fitted = LogisticRegression(C=c).fit(frame[["a", "b"]], frame["y"])
        accuracy = fitted.score(frame[["a", "b"]], frame["y"])
        metrics.log_metric("accuracy", accuracy)
        joblib.dump(fitted, model.path + "/model.joblib")
        return accuracy


    @dsl.component(base_image="python:3.11", packages_to_install=["google-cloud-aiplatform==1.120.0"])
    def register(model: Input[Model], project: str):
        from google.cloud import aiplatform

        aiplatform.init(project=project)
        aiplatform.Model.upload(display_name="churn", artifact_uri=model.uri)


    @dsl.pipeline(name="churn")
    def churn(project: str, threshold: float = 0.8, c: float = 1.0):
        rows = load()
        fitted = train(rows=rows.outputs["rows"], c=c)
        with dsl.If(fitted.outputs["Output"] >= threshold, name="good-enough"):
            register(model=fitted.outputs["model"], project=project)


    if __name__ == "__main__":
        compiler.Compiler().compile(pipeline_func=churn, package_path="churn.json")
    """

FILES: dict[str, str | bytes] = {
    "README.md": "# Churn\n\n```\npip install -r requirements.txt\npython pipelines/churn.py\n```\n",
    "requirements.txt": "google-cloud-aiplatform==1.120.0\nkfp==2.13.0\npandas==2.3.0\nscikit-learn==1.7.0\njoblib==1.5.0\npytest==9.0.0\n",
    "pipelines/churn.py": PIPELINE,
    "pipelines/rows.py": LEVEL_2["src/features.py"],
    "pipelines/schedule.py": """
        from google.cloud import aiplatform

        if __name__ == "__main__":
            aiplatform.init(project="acme")
            job = aiplatform.PipelineJob(
                display_name="churn",
                template_path="churn.json",
                parameter_values={"project": "acme", "threshold": 0.8},
            )
            job.create_schedule(cron="0 3 * * *", display_name="churn-nightly")
        """,
    "deploy/endpoint.py": """
        from google.cloud import aiplatform


        def deploy():
            model = aiplatform.Model.list(filter="display_name=churn")[-1]
            endpoint = aiplatform.Endpoint.list(filter="display_name=churn")[-1]
            endpoint.deploy(model=model, machine_type="n1-standard-2", min_replica_count=1, max_replica_count=4)


        if __name__ == "__main__":
            deploy()
        """,
    "deploy/monitor.py": """
        from google.cloud import aiplatform
        from google.cloud.aiplatform import model_monitoring


        def monitor():
            skew = model_monitoring.SkewDetectionConfig(
                data_source="bq://acme.churn", skew_thresholds={"a": 0.3}, target_field="y"
            )
            aiplatform.ModelDeploymentMonitoringJob.create(
                display_name="churn",
                endpoint="churn",
                logging_sampling_strategy=model_monitoring.RandomSampleConfig(sample_rate=0.5),
                schedule_config=model_monitoring.ScheduleConfig(monitor_interval=1),
                alert_config=model_monitoring.EmailAlertConfig(user_emails=["on-call@example.org"]),
                objective_configs=model_monitoring.ObjectiveConfig(skew_detection_config=skew),
            )


        if __name__ == "__main__":
            monitor()
        """,
    "infra/alerts.tf": """
        resource "google_monitoring_alert_policy" "errors" {
          display_name = "churn errors"
          conditions {
            display_name = "errors"
            condition_threshold {
              filter     = "metric.type=\\"aiplatform.googleapis.com/prediction/online/error_count\\""
              comparison = "COMPARISON_GT"
            }
          }
          notification_channels = [google_monitoring_notification_channel.on_call.name]
        }
        """,
    "tests/test_rows.py": str(LEVEL_2["tests/test_features.py"]).replace("features import", "pipelines.rows import"),
    ".github/workflows/ci.yml": PYTEST_ON_PUSH,
    ".github/workflows/deploy.yml": """
        on:
          push:
            branches: [main]
        jobs:
          deploy:
            runs-on: ubuntu-latest
            steps:
              - uses: actions/checkout@v4
              - run: pip install -r requirements.txt
              - run: python pipelines/churn.py
              - run: python pipelines/schedule.py
              - run: python deploy/endpoint.py
              - run: python deploy/monitor.py
              - run: terraform -chdir=infra apply -auto-approve
        """,
}

_CODE, _ENDPOINT, _MONITOR = "pipelines/churn.py", "deploy/endpoint.py", "deploy/monitor.py"
_SERVED = {"model-served", "deployed-and-scaled", "service-monitored"}

#: Where, what goes, what stands there instead, what that drops.
LINKS: tuple[tuple[str, str, str, set[str]], ...] = (
    (_CODE, " FOR SYSTEM_TIME AS OF '2026-11-01'", "", {"data-versioned"}),
    (_CODE, "aiplatform.Model.upload(display_name", "print(name", {"data-versioned"}),
    (_CODE, 'metrics.log_metric("accuracy", accuracy)', "print(accuracy)", {"experiments-tracked"}),
    (_CODE, 'rows=rows.outputs["rows"], c=c', 'rows="rows.csv", c=c', set()),
    (_CODE, ">= threshold", ">= 0.8", {"retraining-automated"}),
    (_CODE, "        register(model", "        print(model", {"data-versioned", "retraining-automated"}),
    ("pipelines/schedule.py", 'cron="0 3 * * *", ', "", {"retraining-automated"}),
    ("pipelines/schedule.py", "job.create_schedule", "print", {"retraining-automated"}),
    (_ENDPOINT, "endpoint.deploy(", "print(", _SERVED),
    (_ENDPOINT, "max_replica_count=4", "max_replica_count=1", {"deployed-and-scaled"}),
    ("infra/alerts.tf", "aiplatform.googleapis.com", "run.googleapis.com", {"service-monitored"}),
    (_MONITOR, "schedule_config=model_monitoring.ScheduleConfig(monitor_interval=1),", "", {"drift-detected"}),
    (_MONITOR, 'user_emails=["on-call@example.org"]', "user_emails=[]", {"drift-detected"}),
    (_MONITOR, "    monitor()\n", "    print()\n", {"drift-detected"}),
    (
        ".github/workflows/deploy.yml",
        "terraform -chdir=infra apply",
        "terraform -chdir=infra plan",
        {"service-monitored"},
    ),
)
