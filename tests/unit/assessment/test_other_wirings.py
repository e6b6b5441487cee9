"""Other ways to wire the same: what a manifest hands to an image's entry, loops that sleep, alerts that roll back or submit."""

from __future__ import annotations

import pytest

from .conftest import results

WATCH = """
    import pandas as pd
    from scipy.stats import ks_2samp


    def drift():
        if ks_2samp(pd.read_csv("a.csv").x, pd.read_csv("b.csv").x).pvalue < 0.1:
            raise SystemExit(1)


    if __name__ == "__main__":
        drift()
    """
CRON = """
    apiVersion: batch/v1
    kind: CronJob
    metadata: {name: watch}
    spec:
      schedule: "@daily"
      jobTemplate: {spec: {template: {spec: {containers: [{name: a, image: acme/watch, args: [watch]}]}}}}
    """


@pytest.mark.parametrize(
    ("dockerfile", "state"),
    [
        ('FROM python:3.12\nCOPY . .\nENTRYPOINT ["python", "-m"]\n', "pass"),
        ('FROM python:3.12\nCOPY . .\nCMD ["python", "-m"]\n', "partial"),
        ('FROM python:3.12\nCOPY . .\nENTRYPOINT ["tini", "--"]\n', "partial"),
    ],
)
def test_what_a_manifest_hands_to_the_entry_of_an_image(project, dockerfile, state):
    project.files({"watch.py": WATCH, "k8s/watch.yaml": CRON, "Dockerfile": dockerfile}).commit()
    assert results(project.assess())["drift-detected"].state == state


LOOP = {
    "watch.py": """
        import time

        import pandas as pd
        from scipy.stats import ks_2samp


        def drift():
            if ks_2samp(pd.read_csv("a.csv").x, pd.read_csv("b.csv").x).pvalue < 0.1:
                raise SystemExit(1)


        def main():
            while True:
                drift()
                time.sleep(900)


        if __name__ == "__main__":
            main()
        """,
    "compose.yaml": 'services:\n  watch:\n    build: .\n    entrypoint: ["python", "watch.py"]\n',
    "Dockerfile": "FROM python:3.12\nCOPY . .\n",
}


@pytest.mark.parametrize(
    ("path", "old", "new", "state"),
    [
        ("watch.py", "900", "600", "pass"),
        ("watch.py", "time.sleep(900)", "time.sleep(900)\n        break", "partial"),
        ("watch.py", "time.sleep(900)", "print(900)", "partial"),
        ("compose.yaml", '"watch.py"', '"--version"', "partial"),
    ],
)
def test_an_endless_loop_of_a_container_is_a_schedule(project, path, old, new, state):
    project.files(LOOP).edit(path, old, new).commit()
    assert results(project.assess())["drift-detected"].state == state


SERVED = {
    "serve.py": "import kserve\n",
    "Dockerfile": 'FROM python:3.12\nCOPY . .\nCMD ["python", "serve.py"]\n',
    "k8s/kustomization.yaml": "resources: [model.yaml]\n",
    "k8s/model.yaml": """
        apiVersion: serving.kserve.io/v1beta1
        kind: InferenceService
        metadata: {name: churn}
        spec:
          predictor:
            minReplicas: 2
            maxReplicas: 4
            containers: [{name: kserve-container, image: "acme/churn:1"}]
        """,
    ".github/workflows/image.yml": "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: docker build -t acme/churn:1 .\n",
}


@pytest.mark.parametrize(
    ("old", "new", "state"), [("churn:1", "churn:2", "pass"), ("docker build", "echo docker build", "partial")]
)
def test_kserve_runs_an_own_container_that_something_builds(project, old, new, state):
    project.files(SERVED).edit(".github/workflows/image.yml", old, new).commit()
    assert results(project.assess())["deployed-and-scaled"].state == state


HOOK = {
    "hook.py": """
        import subprocess

        import requests
        from fastapi import FastAPI

        app = FastAPI()


        def healthy():
            return requests.get("http://churn/ready").ok


        @app.post("/alerts")
        def on_alert(alert: dict):
            if alert["status"] == "firing":
                subprocess.run(["kubectl", "rollout", "undo", "deployment/churn"], check=True)
                return healthy()
        """,
    "Dockerfile": 'FROM python:3.12\nCOPY . .\nCMD ["uvicorn", "hook:app"]\n',
}


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        ('"rollout", "undo"', '"argo", "rollouts", "undo"', "pass"),
        ("return healthy()", "return True", "partial"),
        ('"rollout", "undo"', '"get", "pods"', "fail"),
    ],
)
def test_an_alert_runs_a_command_that_rolls_back(project, old, new, state):
    project.files(HOOK).edit("hook.py", old, new).commit()
    assert results(project.assess())["self-healing"].state == state


EVENTS = {
    "root_cause.py": "import requests\n\n\ndef main():\n    requests.post('http://incidents', json=requests.get('http://changes').json())\n\n\nif __name__ == '__main__':\n    main()\n",
    "alertmanager.yml": "route: {receiver: heal}\nreceivers:\n  - name: heal\n    webhook_configs: [{url: 'http://alerts-eventsource-svc:12000/alert'}]\n",
    "k8s/events.yaml": """
        apiVersion: argoproj.io/v1alpha1
        kind: EventSource
        metadata: {name: alerts}
        spec:
          webhook: {alert: {port: "12000", endpoint: /alert}}
        ---
        apiVersion: argoproj.io/v1alpha1
        kind: Sensor
        metadata: {name: alerts}
        spec:
          dependencies: [{name: a, eventSourceName: alerts, eventName: alert}]
          triggers:
            - template: {name: t, argoWorkflow: {source: {resource: {spec: {workflowTemplateRef: {name: diagnose}}}}}}
        ---
        apiVersion: argoproj.io/v1alpha1
        kind: WorkflowTemplate
        metadata: {name: diagnose}
        spec:
          entrypoint: main
          templates:
            - name: main
              container: {image: acme/churn, command: [python, root_cause.py]}
        """,
}


@pytest.mark.parametrize(
    ("path", "old", "new", "state"),
    [
        ("alertmanager.yml", "12000", "12001", "pass"),
        ("alertmanager.yml", "//alerts-", "//others-", "fail"),
        ("k8s/events.yaml", "python, root_cause.py", "echo, root_cause", "fail"),
        ("root_cause.py", "requests.post('http://incidents', json=requests.get('http://changes').json())", "print(1)", "fail"),
    ],
)  # fmt: skip
def test_an_alert_submits_a_workflow_that_diagnoses(project, path, old, new, state):
    project.files(EVENTS).edit(path, old, new).commit()
    assert results(project.assess())["root-cause"].state == state


@pytest.mark.parametrize(
    ("asked", "state"), [("entrypoint: main, ", "fail"), ("entrypoint: look, ", "pass"), ("", "fail")]
)
def test_a_sensor_asks_for_another_entry_of_the_template(project, asked, state):
    look = "    - name: look\n      container: {image: acme/churn, command: [python, root_cause.py]}\n"
    project.files(EVENTS).edit("k8s/events.yaml", "python, root_cause.py", "echo, nothing")
    project.edit("k8s/events.yaml", "spec: {workflowTemplateRef", f"spec: {{{asked}workflowTemplateRef")
    events = project.root / "k8s/events.yaml"
    events.write_text(events.read_text(encoding="utf-8") + look, encoding="utf-8")
    assert results(project.commit().assess())["root-cause"].state == state


POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 12\n"
LARGE = {
    ".gitattributes": "*.parquet filter=lfs\n*.joblib filter=lfs\n",
    "data/rows.parquet": POINTER,
    "models/m.joblib": POINTER,
    "conf/config.yaml": "folder: data\n",
    "train.py": """
        import hydra
        import joblib
        import pandas as pd
        from sklearn.svm import SVC


        @hydra.main(config_path="conf", config_name="config", version_base=None)
        def main(cfg):
            rows = pd.read_parquet(f"{cfg.folder}/rows.parquet")
            joblib.dump(SVC().fit(rows, rows), "models/m.joblib")


        if __name__ == "__main__":
            main()
        """,
}


@pytest.mark.parametrize(
    ("path", "content", "state"),
    [("x.txt", "", "pass"), ("models/m.joblib", b"\0model", "partial"), ("data/rows.parquet", None, "partial")],
)
def test_data_and_a_model_that_git_lfs_keeps_behind_settings(project, path, content, state):
    project.files(LARGE)
    project.remove(path) if content is None else project.files({path: content})
    assert results(project.commit().assess())["data-versioned"].state == state


@pytest.mark.parametrize(
    ("path", "text", "loaded"),
    [
        ("ops/kustomization.yaml", "configMapGenerator: [{name: p, files: [prometheus.yml]}]\n", True),
        ("ops/kustomization.yaml", "configMapGenerator: [{name: p, files: [other.yml]}]\n", False),
        (".github/workflows/a.yml", "kubectl create configmap p --from-file=ops", True),
        (".github/workflows/a.yml", "echo kubectl create configmap p --from-file=ops", False),
    ],
)
def test_a_config_map_is_made_of_the_configuration_of_prometheus(project, path, text, loaded):
    if path.startswith("."):
        text = f"on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: {text}\n"
    scrape = "scrape_configs:\n  - job_name: a\n    static_configs: [{targets: ['api:80']}]\n"
    project.files({"ops/prometheus.yml": scrape, "train.py": "from sklearn.svm import SVC\n\nSVC().fit([[0]], [0])\n"})
    project.files({"compose.yaml": "services: {api: {image: a}}\n", path: text}).commit()
    found = results(project.assess())["service-monitored"].evidence
    assert any(one.message.startswith("ops/prometheus.yml scrapes api:80 (") for one in found) == loaded
