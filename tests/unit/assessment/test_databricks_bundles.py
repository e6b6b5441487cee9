"""Databricks bundles: a job's tasks are a pipeline, and its schedule counts when something deploys the bundle."""

from __future__ import annotations

import pytest

from .conftest import results

BUNDLE = {
    "databricks.yml": """
        bundle:
          name: churn
        include:
          - resources/*.yml
        variables:
          status:
            default: UNPAUSED
        """,
    "resources/jobs.yml": """
        resources:
          jobs:
            churn:
              schedule:
                quartz_cron_expression: "0 0 6 * * ?"
                pause_status: ${var.status}
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: ../notebooks/load
                - task_key: train
                  depends_on:
                    - task_key: load
                  spark_python_task:
                    python_file: ../jobs/train.py
          model_serving_endpoints:
            churn:
              config:
                served_entities:
                  - entity_name: churn
          quality_monitors:
            churn:
              table_name: main.churn
              schedule:
                quartz_cron_expression: "0 0 7 * * ?"
        """,
    "notebooks/load.py": "# Databricks notebook source\nprint(1)\n",
    "jobs/train.py": """
        from sklearn.svm import SVC


        def main(score, production_score):
            model = SVC().fit([[0], [1]], [0, 1])
            if score > production_score:
                model.promote()


        if __name__ == "__main__":
            main(1, 2)
        """,
    ".github/workflows/deploy.yml": """
        on: push
        jobs:
          deploy:
            runs-on: ubuntu-latest
            steps:
              - run: databricks bundle deploy -t prod
        """,
}
_ALL = {"pipeline-automated", "retraining-automated", "model-served", "deployed-and-scaled"}


@pytest.mark.parametrize(
    ("path", "old", "new", "dropped"),
    [
        ("databricks.yml", "churn", "churn", set()),
        ("databricks.yml", "resources/*.yml", "other/*.yml", _ALL),
        ("databricks.yml", "UNPAUSED", "PAUSED", {"retraining-automated"}),
        ("resources/jobs.yml", "depends_on", "described_as", {"pipeline-automated"}),
        (
            "resources/jobs.yml",
            "task_key: load\n          spark",
            "task_key: lost\n          spark",
            {"pipeline-automated"},
        ),
        (
            "resources/jobs.yml",
            "../jobs/train.py",
            "../notebooks/load.py",
            {"pipeline-automated", "retraining-automated"},
        ),
        ("resources/jobs.yml", "served_entities", "tags", {"model-served", "deployed-and-scaled"}),
        (".github/workflows/deploy.yml", "bundle deploy", "bundle validate", _ALL - {"pipeline-automated"}),
    ],
)
def test_a_bundle_and_one_link_less(project, path, old, new, dropped):
    project.files(BUNDLE).edit(path, old, new).commit()
    found = results(project.assess())
    assert {name for name in _ALL if found[name].state != "pass"} == dropped


def test_what_a_target_adds_counts(project):
    project.files(BUNDLE).edit(
        "resources/jobs.yml", 'schedule:\n        quartz_cron_expression: "0 0 6', 'tags:\n        at: "0 0 6'
    )
    project.commit()
    assert results(project.assess())["retraining-automated"].state == "partial"
    added = "targets:\n  prod:\n    resources:\n      jobs:\n        churn:\n          schedule:\n            quartz_cron_expression: 0 0 6 * * ?\n"
    text = (project.root / "databricks.yml").read_text(encoding="utf-8")
    project.files({"databricks.yml": text + added}).commit()
    assert results(project.assess())["retraining-automated"].state == "pass"


def test_a_monitor_whose_result_nothing_uses_is_half_of_it(project):
    project.files(BUNDLE).commit()
    assert results(project.assess())["drift-detected"].state == "partial"
