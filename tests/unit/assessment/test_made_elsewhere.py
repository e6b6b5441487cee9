"""Tasks that a function makes, decisions kept in a variable, scripts called like tests, images named later: cases and their twins."""

from __future__ import annotations

import pytest

from .conftest import results

FIT = "from sklearn.svm import SVC\n\nSVC().fit(rows, rows.y)\n"
DAG = """
    from airflow import DAG
    from airflow.providers.docker.operators.docker import DockerOperator

    with DAG("rivers", schedule="@daily"):

        def step(task_id, command):
            return DockerOperator(task_id=task_id, image="rivers", command=command)

        prepare = step("prepare", "python prepare.py")
        train = step("train", command=["python", "train.py"])
        prepare >> train
    """


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        ("prepare >> train", "prepare >> train", "pass"),
        ("prepare >> train", "print(prepare, train)", "partial"),
        ('command=["python", "train.py"]', 'command=["python", "plot.py"]', "partial"),
        ("return DockerOperator(", "return dict(", "fail"),
    ],
)
def test_tasks_of_airflow_that_a_function_makes(project, old, new, state):
    files = {
        "dags/rivers.py": DAG,
        "prepare.py": "print(1)\n",
        "plot.py": "print(2)\n",
        "train.py": f"rows = []\n{FIT}",
    }
    project.files(files).edit("dags/rivers.py", old, new).commit()
    assert results(project.assess())["pipeline-automated"].state == state


PROMOTE = """
    import mlflow


    def promote(client, version, new_f1, production_f1):
        should_promote = False
        if production_f1 is None:
            should_promote = True
        elif new_f1 > production_f1:
            should_promote = True
        if should_promote:
            client.set_registered_model_alias("rivers", "production", version)


    promote(mlflow.MlflowClient(), 1, 0.9, 0.8)
    """
WEEKLY = """
    on:
      schedule:
        - cron: "0 0 * * 0"
    jobs:
      train:
        runs-on: ubuntu-latest
        steps:
          - run: python train.py
          - run: python judge.py
    """


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        ("elif new_f1 > production_f1:", "elif new_f1 > production_f1:", "pass"),
        ("elif new_f1 > production_f1:", "else:", "partial"),
        ("if should_promote:", "if client:", "partial"),
    ],
)
def test_a_comparison_kept_in_a_variable_that_decides(project, old, new, state):
    files = {".github/workflows/weekly.yml": WEEKLY, "train.py": f"rows = []\n{FIT}", "judge.py": PROMOTE}
    project.files(files).edit("judge.py", old, new).commit()
    assert results(project.assess())["retraining-automated"].state == state


CHECK = """
    from evidently import Report
    from evidently.presets import DataDriftPreset

    found = Report([DataDriftPreset()], include_tests=True).run(now(), before())
    if any(test["status"] == "FAIL" for test in found.dict()["tests"]):
        raise SystemExit(1)
    """


@pytest.mark.parametrize(
    ("name", "code", "seen"),
    [
        ("src/test_rows.py", CHECK, True),
        ("src/test_rows.py", "def test_rows():" + CHECK.replace("\n", "\n    "), False),
        ("tests/test_rows.py", CHECK, False),
    ],
)
def test_a_script_that_is_called_like_tests(project, name, code, seen):
    weekly = WEEKLY.replace("python train.py", f"python {name}")
    project.files({".github/workflows/weekly.yml": weekly, name: code, "judge.py": "print(1)\n"}).commit()
    assert (results(project.assess())["drift-detected"].state == "pass") == seen


DOCKERFILE = """
    FROM python:3.12
    COPY src /app/src
    CMD ["python", "/app/src/serve.py"]
    """
BUILD = """
    on: push
    env:
      NAME: rivers
    jobs:
      image:
        runs-on: ubuntu-latest
        steps:
          - id: uri
            run: echo "name=x" >> $GITHUB_OUTPUT
          - uses: docker/build-push-action@v6
            with:
              context: .
              tags: |
                ${{ steps.uri.outputs.name }}:latest
                ${{ env.NAME }}:${{ github.sha }}
          - run: |
              kubectl apply -f k8s.yaml
    """
TAG = """
    on: push
    jobs:
      image:
        runs-on: ubuntu-latest
        steps:
          - run: docker build -t first:latest .
          - run: |
              IMAGE=ghcr.io/ann/rivers
              docker tag first:latest ${IMAGE}:latest
              docker push ${IMAGE}:latest
              kubectl apply -f k8s.yaml
    """
MANIFEST = """
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: rivers
    spec:
      replicas: 2
      selector:
        matchLabels: {app: rivers}
      template:
        metadata:
          labels: {app: rivers}
        spec:
          containers:
            - name: rivers
              image: ghcr.io/ann/rivers:latest
    """


@pytest.mark.parametrize(
    ("workflow", "old", "new", "state"),
    [
        (BUILD, "NAME: rivers", "NAME: rivers", "pass"),
        (BUILD, "docker/build-push-action@v6", "docker/login-action@v3", "partial"),
        (TAG, "ghcr.io/ann/rivers", "ghcr.io/ann/rivers", "pass"),
        (TAG, "ghcr.io/ann/rivers", "ghcr.io/ann/lakes", "partial"),
    ],
)
def test_the_names_that_an_image_gets(project, workflow, old, new, state):
    files = {
        "Dockerfile": DOCKERFILE,
        "src/serve.py": "print(1)\n",
        "k8s.yaml": MANIFEST,
        ".github/workflows/ci.yml": workflow,
    }
    project.files(files).edit(".github/workflows/ci.yml", old, new).commit()
    assert results(project.assess())["deployed-and-scaled"].state == state


@pytest.mark.parametrize("tried", [True, False])
def test_a_container_that_ci_stops_again_is_deployed_nowhere(project, tried):
    lines = ["docker run -d --name rivers rivers:latest", "curl localhost:8000/health", "docker rm -f rivers"]
    steps = [f"- run: {line}" for line in (lines if tried else [lines[2], *lines[:2]])]
    workflow = "on: push\njobs:\n  try:\n    runs-on: ubuntu-latest\n    steps:\n" + "".join(
        f"      {step}\n" for step in steps
    )
    project.files({".github/workflows/ci.yml": workflow, "src/serve.py": "print(1)\n"}).commit()
    found = results(project.assess())["deployed-and-scaled"].evidence
    assert any("one host" in finding.message for finding in found) != tried
