"""A workflow of Argo that gives a version more traffic as an analysis lets it, and takes the traffic back."""

from __future__ import annotations

import pytest

from .conftest import results

_WORKFLOW = """
    apiVersion: argoproj.io/v1alpha1
    kind: WorkflowTemplate
    metadata: {name: deliver}
    spec:
      entrypoint: main
      templates:
        - name: main
          steps:
            - - {name: some, template: shift, arguments: {parameters: [{name: percent, value: "10"}]}}
            - - {name: look, template: analyse, continueOn: {failed: true}}
            - - {name: back, template: undo, when: "{{steps.look.status}} == Failed"}
              - name: all
                template: shift
                when: "{{steps.look.status}} == Succeeded"
                arguments: {parameters: [{name: percent, value: "100"}]}
        - name: shift
          inputs: {parameters: [{name: percent}]}
          container:
            image: kubectl
            command: [kubectl, patch, inferenceservice/churn, -p]
            args: ['{"spec":{"predictor":{"canaryTrafficPercent":{{inputs.parameters.percent}}}}}']
        - name: analyse
          container: {image: x/churn, command: [python, analysis.py]}
        - name: undo
          steps:
            - - {name: none, template: shift, arguments: {parameters: [{name: percent, value: "0"}]}}
            - - {name: again, template: analyse}
    """
_ANALYSIS = """
    import sys

    import requests


    def errors():
        answer = requests.get("http://prometheus:9090/api/v1/query", params={"query": "errors"}).json()
        return float(answer["data"]["result"][0]["value"][1])


    if __name__ == "__main__":
        if errors() > 0.01:
            sys.exit(1)
    """
_SUBMIT = (
    "on: push\njobs:\n  a:\n    runs-on: u\n    steps:\n      - run: argo submit --from workflowtemplate/deliver\n"
)


@pytest.mark.parametrize(
    ("path", "old", "new", "routed", "healed"),
    [
        ("deliver.yaml", "", "", "pass", "pass"),
        (".github/workflows/d.yml", "argo submit", "argo lint", "fail", "fail"),
        (".github/workflows/d.yml", "template/deliver", "template/other", "fail", "fail"),
        ("analysis.py", "/api/v1/query", "/health", "fail", "fail"),
        ("deliver.yaml", "analysis.py]", "other.py]", "fail", "fail"),
        ("deliver.yaml", "canaryTrafficPercent", "minReplicas", "fail", "fail"),
        ("deliver.yaml", 'value: "0"', 'value: "20"', "pass", "fail"),
        ("deliver.yaml", "- - {name: again, template: analyse}", "", "pass", "fail"),
        ("deliver.yaml", "== Failed", "== Succeeded", "pass", "fail"),
        ("deliver.yaml", "- - {name: look, template: analyse, continueOn: {failed: true}}", "", "fail", "fail"),
    ],
)
def test_more_traffic_waits_for_an_analysis(project, path, old, new, routed, healed):
    files = {"deliver.yaml": _WORKFLOW, "analysis.py": _ANALYSIS, ".github/workflows/d.yml": _SUBMIT}
    project.files(files).edit(path, old, new).commit()
    found = results(project.assess())
    assert (found["routed"].state, found["self-healing"].state) == (routed, healed)


@pytest.mark.parametrize(("named", "state"), [("snapshots", "pass"), ("latest", "partial")])
def test_a_snapshot_is_written_and_read_by_a_path_that_a_name_stands_for(project, state_of, named, state):
    code = f"""
        import mlflow
        import pandas as pd
        from sklearn.svm import SVC


        def train(run):
            path = f"s3://rows/{named}/{{run}}.parquet"
            pd.read_parquet("s3://rows/live.parquet").to_parquet(path)
            rows = pd.read_parquet(path)
            with mlflow.start_run():
                mlflow.log_param("snapshot", run)
                mlflow.sklearn.log_model(SVC().fit(rows, rows.y), "model")


        if __name__ == "__main__":
            train("1")
        """
    assert state_of(project.files({"train.py": code}).commit().assess(), "data-versioned") == state
