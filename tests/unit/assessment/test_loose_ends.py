"""Chains whose last link is gone though everything that it led to is still there."""

from __future__ import annotations

import pytest

from .conftest import results
from .test_builders_and_selectors import _DAG

_CRON = """
    apiVersion: batch/v1
    kind: CronJob
    metadata: {name: drift}
    spec:
      schedule: "0 4 * * *"
      jobTemplate: {spec: {template: {spec: {containers: [{image: x/churn, command: [python, -m, watch]}]}}}}
    """
_OTHER = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"


@pytest.mark.parametrize(
    ("listed", "more", "runs"),
    [
        ("[other.yaml, drift.yaml]", {}, True),
        ("[other.yaml]", {}, False),
        ("[other.yaml]", {"deploy.sh": "kubectl apply -f k8s/\n"}, True),
        ("[other.yaml]", {"deploy.sh": "kubectl apply -k k8s/\n"}, False),
        ("[other.yaml]", {"prod/kustomization.yaml": "resources: [../k8s/drift.yaml]\n"}, True),
        ("[]", {}, True),
    ],
)
def test_a_kustomization_leaves_a_job_out(project, listed, more, runs):
    files = {"k8s/kustomization.yaml": f"resources: {listed}\n", "k8s/drift.yaml": _CRON, "k8s/other.yaml": _OTHER}
    unit = project.files({**files, **more, "watch.py": "print(1)\n"}).commit().assess().units[0].unit
    assert [launch.neutralised is None for launch in unit.launches if launch.kind == "schedule"] == [runs]


@pytest.mark.parametrize(
    ("application", "there"),
    [("service:app", True), ("service:make()", True), ("service:other", False), ("service:make_another()", False)],
)
def test_a_server_is_given_an_application_that_its_module_has(project, application, there):
    code = "from fastapi import FastAPI\n\napp = FastAPI()\n\n\ndef make():\n    return app\n"
    files = {"service.py": code, "Procfile": f'web: gunicorn "{application}"\n'}
    unit = project.files(files).commit().assess().units[0].unit
    assert bool(unit.reach.chain("service.py", "")) == there


@pytest.mark.parametrize(("asked", "runs"), [("run", True), ("show", False), ("--help", False), ("", True)])
def test_a_flow_that_is_shown_is_not_run(project, asked, runs):
    code = "from metaflow import FlowSpec\n\n\nclass Flow(FlowSpec):\n    pass\n\n\nif __name__ == '__main__':\n    Flow()\n"
    files = {"flow.py": code, "Procfile": f"train: python flow.py {asked}\n"}
    unit = project.files(files).commit().assess().units[0].unit
    assert bool(unit.reach.chain("flow.py", "__main__")) == runs


@pytest.mark.parametrize(("wanted", "state"), [("out/model.bin", "pass"), ("out/nothing.bin", "partial")])
def test_snakemake_makes_what_the_first_rule_wants(project, state_of, wanted, state):
    rules = f"""
        rule all:
            input: "{wanted}"

        rule clean:
            output: "out/rows.csv"
            shell: "touch {{output}}"

        rule fit:
            input: "out/rows.csv"
            output: "out/model.bin"
            script: "fit.py"
        """
    fit = "from sklearn.svm import SVC\n\nSVC().fit([[1]], [1])\n"
    assert state_of(project.files({"Snakefile": rules, "fit.py": fit}).commit().assess(), "pipeline-automated") == state


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        ("", "", ["schedule", "schedule"]),
        ('"@weekly"', "None", ["console", "console"]),
        ("\n\n    churn()", "", ["console", "console"]),
    ],
)
def test_operators_of_a_dag_without_a_schedule_wait_for_people(project, old, new, kinds):
    text = _DAG.replace(old, new)
    files = {"dags/churn.py": text, "steps/clean.py": "print(1)\n", "steps/fit.py": "print(2)\n"}
    unit = project.files(files).commit().assess().units[0].unit
    made = [launch.kind for launch in unit.launches if launch.id.endswith(("#clean", "#fit"))]
    assert made == kinds


@pytest.mark.parametrize(
    ("after", "state"), [("raise SystemExit(1)", "pass"), ("print('drift')", "partial"), ("pass", "partial")]
)
def test_to_find_a_figure_by_its_name_is_no_use_of_it(project, state_of, after, state):
    watch = f"""
        import pandas as pd
        from evidently import Report
        from evidently.presets import DataDriftPreset


        def share(result):
            for metric in result["metrics"]:
                if "DriftedColumnsCount" in metric["metric_name"]:
                    return metric["value"]["share"]
            raise KeyError("no share")


        def main():
            live = pd.read_parquet("s3://live/today.parquet")
            found = share(Report([DataDriftPreset()]).run(live, pd.read_parquet("s3://live/reference.parquet")).dict())
            if found > 0.4:
                {after}


        if __name__ == "__main__":
            main()
        """
    files = {"watch.py": watch, "k8s/drift.yaml": _CRON, "deploy.sh": "kubectl apply -f k8s/\n"}
    assert state_of(project.files(files).commit().assess(), "drift-detected") == state


@pytest.mark.parametrize(
    ("image", "state"), [("x/churn:1", "pass"), ("rayproject/ray:2.42.1", "pass"), ("x/other:1", "partial")]
)
def test_a_cluster_of_ray_needs_an_image_that_something_builds(project, image, state):
    service = f"""
        apiVersion: ray.io/v1
        kind: RayService
        metadata: {{name: churn}}
        spec:
          serveConfigV2: |
            applications:
              - import_path: service:app
          rayClusterConfig:
            headGroupSpec: {{template: {{spec: {{containers: [{{image: "{image}"}}]}}}}}}
        """
    code = "from ray import serve\n\n\n@serve.deployment\nclass Churn:\n    def __call__(self, rows):\n        return self.model.predict(rows)\n\n\napp = Churn.bind()\n"
    steps = "on: push\njobs:\n  a:\n    runs-on: u\n    steps:\n      - run: docker build -t x/churn:1 . && kubectl apply -f k8s/\n"
    docker = "FROM rayproject/ray\nCOPY service.py .\n"
    files = {"service.py": code, "k8s/ray.yaml": service, ".github/workflows/d.yml": steps, "Dockerfile": docker}
    assert results(project.files(files).commit().assess())["deployed-and-scaled"].state == state
