"""An honest Level 3 project on Azure ML: jobs in files, a schedule, an online deployment of two instances, an alert and a monitor."""

from __future__ import annotations

from .conftest import LEVEL_2, PYTEST_ON_PUSH

_SCHEMA = "https://azuremlschemas.azureedge.net/latest"

FILES: dict[str, str | bytes] = {
    "README.md": "# Churn\n\n```\npip install -r requirements.txt\naz ml job create -f azure/pipeline.yml\n```\n",
    "requirements.txt": "azure-ai-ml==1.28.0\njoblib==1.5.0\nmlflow==3.1.0\npandas==2.3.0\nscikit-learn==1.7.0\npytest==9.0.0\n",
    "src/__init__.py": "",
    "src/features.py": LEVEL_2["src/features.py"],
    "src/prepare.py": """
        import argparse
        import os

        import pandas as pd

        from features import clean

        if __name__ == "__main__":
            parser = argparse.ArgumentParser()
            parser.add_argument("--rows")
            parser.add_argument("--out")
            given = parser.parse_args()
            clean(pd.read_csv(given.rows)).to_csv(os.path.join(given.out, "clean.csv"), index=False)
        """,
    "src/fit.py": """
        import argparse
        import os

        import mlflow
        import pandas as pd
        from sklearn.linear_model import LogisticRegression

        if __name__ == "__main__":
            parser = argparse.ArgumentParser()
            parser.add_argument("--rows")
            parser.add_argument("--c", type=float, default=1.0)
            parser.add_argument("--accuracy-of-champion", type=float)
            given = parser.parse_args()
            frame = pd.read_csv(os.path.join(given.rows, "clean.csv"))
            model = LogisticRegression(C=given.c).fit(frame[["a", "b"]], frame["y"])
            accuracy = model.score(frame[["a", "b"]], frame["y"])
            mlflow.log_metric("accuracy", accuracy)
            if accuracy > given.accuracy_of_champion:
                mlflow.sklearn.log_model(model, name="model", registered_model_name="churn")
        """,
    "azure/fit.yml": f"""
        $schema: {_SCHEMA}/commandComponent.schema.json
        name: fit
        type: command
        code: ../src
        inputs:
          rows: {{type: uri_folder}}
        command: python fit.py --rows ${{{{inputs.rows}}}} --accuracy-of-champion 0.8
        environment: azureml:churn@latest
        """,
    "azure/pipeline.yml": f"""
        $schema: {_SCHEMA}/pipelineJob.schema.json
        type: pipeline
        inputs:
          rows:
            type: uri_file
            path: azureml:churn-rows:3
        jobs:
          prepare:
            type: command
            code: ../src
            command: python prepare.py --rows ${{{{inputs.rows}}}} --out ${{{{outputs.clean}}}}
            environment: azureml:churn@latest
            inputs:
              rows:
                type: uri_file
                path: azureml:churn-rows:3
            outputs:
              clean: {{type: uri_folder}}
          fit:
            type: command
            component: ./fit.yml
            inputs:
              rows: ${{{{parent.jobs.prepare.outputs.clean}}}}
        """,
    "azure/schedule.yml": f"""
        $schema: {_SCHEMA}/schedule.schema.json
        name: churn-nightly
        trigger:
          type: cron
          expression: "0 3 * * *"
        create_job: ./pipeline.yml
        """,
    "azure/deployment.yml": f"""
        $schema: {_SCHEMA}/managedOnlineDeployment.schema.json
        name: blue
        endpoint_name: churn
        model: azureml:churn:1
        instance_type: Standard_DS3_v2
        instance_count: 2
        """,
    "azure/monitor.yml": f"""
        $schema: {_SCHEMA}/monitorSchedule.schema.json
        name: churn-monitor
        trigger:
          type: recurrence
          frequency: day
          interval: 1
        create_monitor:
          compute:
            instance_type: standard_e4s_v3
          monitoring_target:
            endpoint_deployment_id: azureml:churn:blue
          alert_notification:
            emails: [on-call@example.org]
        """,
    "infra/alerts.tf": """
        resource "azurerm_monitor_metric_alert" "slow" {
          name = "churn-slow"
          criteria {
            metric_namespace = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints"
            metric_name      = "RequestLatency"
            threshold        = 500
          }
          action {
            action_group_id = azurerm_monitor_action_group.on_call.id
          }
        }
        """,
    "tests/test_features.py": str(LEVEL_2["tests/test_features.py"]).replace("features import", "src.features import"),
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
              - run: az ml job create --file azure/pipeline.yml
              - run: az ml schedule create --file azure/schedule.yml
              - run: az ml online-deployment create --file azure/deployment.yml --all-traffic
              - run: az ml schedule create --file azure/monitor.yml
              - run: terraform -chdir=infra apply -auto-approve
        """,
}

_PIPELINE, _SCHEDULE, _MONITOR = "azure/pipeline.yml", "azure/schedule.yml", "azure/monitor.yml"
_DEPLOY = ".github/workflows/deploy.yml"

#: Where, what goes, what stands there instead, what that drops.
LINKS: tuple[tuple[str, str, str, set[str]], ...] = (
    (_PIPELINE, "path: azureml:churn-rows:3", "path: azureml:churn-rows@latest", {"data-versioned"}),
    (_PIPELINE, "${{parent.jobs.prepare.outputs.clean}}", "azureml:others:1", {"pipeline-automated"}),
    ("src/fit.py", 'mlflow.log_metric("accuracy", accuracy)', "print(accuracy)", {"experiments-tracked"}),
    ("src/fit.py", "accuracy > given.accuracy_of_champion", "accuracy > 0.8", {"retraining-automated"}),
    (_SCHEDULE, 'trigger:\n  type: cron\n  expression: "0 3 * * *"', "description: by hand", {"retraining-automated"}),
    (_SCHEDULE, "./pipeline.yml", "./other.yml", {"retraining-automated"}),
    ("azure/deployment.yml", "instance_count: 2", "instance_count: 1", {"deployed-and-scaled"}),
    (_MONITOR, "trigger:", "timer:", {"drift-detected"}),
    (_MONITOR, "emails: [on-call@example.org]", "emails: []", {"drift-detected"}),
    ("infra/alerts.tf", "Microsoft.MachineLearningServices", "Microsoft.Storage", {"service-monitored"}),
    (_DEPLOY, "az ml schedule create --file azure/schedule.yml", "az ml schedule list", {"retraining-automated"}),
    (_DEPLOY, "az ml schedule create --file azure/monitor.yml", "az ml schedule list", {"drift-detected"}),
    (_DEPLOY, "az ml job create --file azure/pipeline.yml", "az ml job list", {"data-versioned", "pipeline-automated"}),
    (
        _DEPLOY,
        "az ml online-deployment create",
        "az ml online-deployment show",
        {"model-served", "deployed-and-scaled", "service-monitored"},
    ),
)

#: The same pipeline, schedule and monitor, from Python.
SDK: dict[str, str | bytes] = {
    **{
        name: text
        for name, text in FILES.items()
        if name not in ("azure/pipeline.yml", "azure/schedule.yml", "azure/monitor.yml", "azure/deployment.yml")
    },
    "azure/submit.py": """
        from azure.ai.ml import Input, MLClient, command, load_component
        from azure.ai.ml.dsl import pipeline
        from azure.ai.ml.entities import CronTrigger, JobSchedule, ManagedOnlineDeployment
        from azure.identity import DefaultAzureCredential

        prepare = command(
            code="./src",
            command="python prepare.py --rows ${{inputs.rows}} --out ${{outputs.clean}}",
            environment="azureml:churn@latest",
            inputs={"rows": Input(type="uri_file", path="azureml:churn-rows:3")},
        )
        fit = load_component(source="./azure/fit.yml")


        @pipeline()
        def churn():
            rows = prepare()
            fit(rows=rows.outputs.clean)


        def main():
            client = MLClient.from_config(DefaultAzureCredential())
            job = churn()
            client.jobs.create_or_update(job)
            schedule = JobSchedule(name="nightly", trigger=CronTrigger(expression="0 3 * * *"), create_job=job)
            client.schedules.begin_create_or_update(schedule)
            client.online_deployments.begin_create_or_update(
                ManagedOnlineDeployment(name="blue", endpoint_name="churn", model="azureml:churn:1", instance_count=2)
            )


        if __name__ == "__main__":
            main()
        """,
    "azure/monitor.py": """
        from azure.ai.ml import MLClient
        from azure.ai.ml.entities import AlertNotification, MonitorDefinition, MonitorSchedule, RecurrenceTrigger
        from azure.identity import DefaultAzureCredential

        if __name__ == "__main__":
            client = MLClient.from_config(DefaultAzureCredential())
            definition = MonitorDefinition(
                compute="standard_e4s_v3", alert_notification=AlertNotification(emails=["on-call@example.org"])
            )
            monitor = MonitorSchedule(
                name="churn", trigger=RecurrenceTrigger(frequency="day", interval=1), create_monitor=definition
            )
            client.schedules.begin_create_or_update(monitor)
        """,
    ".github/workflows/deploy.yml": """
        on:
          push:
            branches: [main]
        jobs:
          deploy:
            runs-on: ubuntu-latest
            steps:
              - uses: actions/checkout@v4
              - run: python azure/submit.py
              - run: python azure/monitor.py
              - run: terraform -chdir=infra apply -auto-approve
        """,
}
_SUBMIT = "azure/submit.py"
SDK_LINKS: tuple[tuple[str, str, str, set[str]], ...] = (
    (_SUBMIT, "azureml:churn-rows:3", "azureml:churn-rows@latest", {"data-versioned"}),
    (_SUBMIT, "fit(rows=rows.outputs.clean)", "fit()", {"pipeline-automated"}),
    (_SUBMIT, "client.jobs.create_or_update(job)", "print(job)", {"data-versioned", "pipeline-automated"}),
    (_SUBMIT, "client.schedules.begin_create_or_update(schedule)", "print(schedule)", {"retraining-automated"}),
    (_SUBMIT, "instance_count=2", "instance_count=1", {"deployed-and-scaled"}),
    ("azure/monitor.py", 'trigger=RecurrenceTrigger(frequency="day", interval=1), ', "", {"drift-detected"}),
    ("azure/monitor.py", '["on-call@example.org"]', "[]", {"drift-detected"}),
    ("azure/monitor.py", "client.schedules.begin_create_or_update(monitor)", "print(monitor)", {"drift-detected"}),
)
