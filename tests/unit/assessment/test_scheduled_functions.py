"""Drift checks that functions of Lambda or endless loops run, and the alarms of CloudWatch that watch them."""

from __future__ import annotations

import pytest

_CHECK = """
    import boto3
    import pandas as pd
    from scipy.stats import ks_2samp


    def handler(event, context):
        live = pd.read_json("s3://live/today.json")
        drift = float(ks_2samp(pd.read_json("s3://live/reference.json").a, live.a).statistic)
        boto3.client("cloudwatch").put_metric_data(
            Namespace="Churn", MetricData=[{"MetricName": "InputDrift", "Value": drift}]
        )
    """
_INFRA = """
    data "archive_file" "drift" {
      type        = "zip"
      source_file = "${path.module}/../watch/drift.py"
    }

    resource "aws_lambda_function" "drift" {
      handler  = "drift.handler"
      filename = data.archive_file.drift.output_path
    }

    resource "aws_scheduler_schedule" "drift" {
      schedule_expression = "rate(1 hour)"
      target {
        arn = aws_lambda_function.drift.arn
      }
    }

    resource "aws_cloudwatch_metric_alarm" "drift" {
      namespace     = "Churn"
      metric_name   = "InputDrift"
      threshold     = 0.2
      alarm_actions = [aws_sns_topic.ml.arn]
    }
    """
_DEPLOY = "on: push\njobs:\n  a:\n    runs-on: u\n    steps:\n      - run: terraform -chdir=infra apply -auto-approve\n"
_FILES = {"watch/drift.py": _CHECK, "infra/main.tf": _INFRA, ".github/workflows/deploy.yml": _DEPLOY}
_RULE = """resource "aws_cloudwatch_event_rule" "hourly" {
  schedule_expression = "rate(1 hour)"
}

resource "aws_cloudwatch_event_target" "drift" {
  rule = aws_cloudwatch_event_rule.hourly.name
  arn  = aws_lambda_function.drift.arn
}

resource "aws_sns_topic" "drift" {"""


@pytest.mark.parametrize(
    ("path", "old", "new", "state"),
    [
        ("infra/main.tf", "", "", "pass"),
        ("infra/main.tf", 'resource "aws_scheduler_schedule" "drift" {', _RULE, "pass"),
        ("infra/main.tf", "../watch/drift.py", "../other/drift.py", "partial"),
        ("infra/main.tf", "drift.handler", "other.handler", "partial"),
        ("infra/main.tf", "rate(1 hour)", "", "partial"),
        ("infra/main.tf", "arn = aws_lambda_function.drift", "arn = aws_lambda_function.other", "partial"),
        ("infra/main.tf", '"InputDrift"', '"Errors"', "partial"),
        ("infra/main.tf", "[aws_sns_topic.ml.arn]", "[]", "partial"),
        (".github/workflows/deploy.yml", "apply -auto-approve", "plan", "partial"),
    ],
)
def test_terraform_schedules_a_function(project, state_of, path, old, new, state):
    project.files(_FILES).edit(path, old, new)
    assert state_of(project.commit().assess(), "drift-detected") == state


_SERVERLESS = """
    functions:
      drift:
        handler: watch/drift.handler
        events:
          - schedule: rate(1 hour)
    """


@pytest.mark.parametrize(
    ("old", "new", "deploy", "runs"),
    [
        ("", "", "serverless deploy", True),
        ("schedule: rate(1 hour)", "schedule: {rate: rate(1 hour), enabled: true}", "sls deploy", True),
        ("schedule: rate(1 hour)", "schedule: {rate: rate(1 hour), enabled: false}", "sls deploy", False),
        ("schedule: rate(1 hour)", "http: GET /drift", "serverless deploy", False),
        ("", "", "serverless info", False),
    ],
)
def test_the_serverless_framework_schedules_a_function(project, old, new, deploy, runs):
    steps = f"on: push\njobs:\n  a:\n    runs-on: u\n    steps:\n      - run: {deploy}\n"
    files = {
        "watch/drift.py": _CHECK,
        "serverless.yml": _SERVERLESS.replace(old, new),
        ".github/workflows/d.yml": steps,
    }
    unit = project.files(files).commit().assess().units[0].unit
    assert bool(unit.reach.chain("watch/drift.py", "handler")) == runs


_LOOP = """
    import time

    import pandas as pd
    from prometheus_client import Gauge, start_http_server
    from scipy.stats import ks_2samp

    DRIFT = Gauge("churn_drift", "drift")


    def statistic():
        live = pd.read_json("s3://live/today.json")
        return float(ks_2samp(pd.read_json("s3://live/reference.json").a, live.a).statistic)


    def main():
        start_http_server(9200)
        BEFORE
        while True:
            value = INSIDE
            DRIFT.set(value)
            time.sleep(3600)


    if __name__ == "__main__":
        main()
    """


@pytest.mark.parametrize(
    ("before", "inside", "state"),
    [("pass", "statistic()", "pass"), ("value = statistic()", "0.0", "partial"), ("pass", "0.0", "partial")],
)
def test_what_stands_in_an_endless_loop_is_done_again_and_again(project, state_of, before, inside, state):
    compose = """
        services:
          drift: {build: ., command: python drift.py}
          prometheus: {image: prom/prometheus, volumes: ["./prometheus.yml:/etc/prometheus/prometheus.yml"]}
        """
    rules = "groups: [{name: a, rules: [{alert: Drift, expr: churn_drift > 0.2}]}]\n"
    scrape = "rule_files: [rules.yml]\nscrape_configs: [{job_name: d, static_configs: [{targets: ['drift:9200']}]}]\n"
    code = _LOOP.replace("BEFORE", before).replace("INSIDE", inside)
    project.files({"drift.py": code, "docker-compose.yml": compose, "rules.yml": rules, "prometheus.yml": scrape})
    assert state_of(project.commit().assess(), "drift-detected") == state
