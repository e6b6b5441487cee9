"""Other hands: the same capability as different people write it, each with a twin that only looks like it."""

from __future__ import annotations

import json
import os

import pytest

from jupyter_mlops.assessment.reports.json_report import REPORT
from jupyter_mlops.cli.commands.assess import _write

from .conftest import results

FIT = "from sklearn.svm import SVC\n\nm = SVC().fit([[0], [1]], [0, 1])\n"
ON_PUSH = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {}\n"
TESTED = {
    "size.py": "def double(x):\n    return 2 * x\n",
    "tests/test_size.py": "from size import double\n\n\ndef test_double():\n    assert double(2) == 4\n",
}
TOX = {
    **TESTED,
    "tox.ini": "[tox]\nenvlist = py311\n\n[testenv]\ncommands = pytest {posargs:tests}\n",
    ".github/workflows/ci.yml": ON_PUSH.format("tox -e py311"),
}
NOX = {
    **TESTED,
    "noxfile.py": "import nox\n\n\n@nox.session\ndef tests(session: nox.Session) -> None:\n    session.run('pytest')\n",
    ".github/workflows/ci.yml": ON_PUSH.format("uv run nox -s tests"),
}
NEPTUNE = {
    "train.py": "import neptune\n"
    + FIT
    + "run = neptune.init_run(project='a/b')\nkept = {}\nrun['accuracy'] = 0.9\nrun.stop()\n"
}
EXITED = {
    "train.py": "import sys\nimport mlflow\n"
    + FIT
    + "\nif len(sys.argv) > 1:\n    sys.exit(1)\nmlflow.log_metric('a', 1)\n"
}
CALLBACK = {
    "dags/weekly.py": """
        from airflow import DAG
        from airflow.operators.python import PythonOperator

        from work import steps

        with DAG("weekly", schedule="@weekly"):
            load = PythonOperator(task_id="load", python_callable=steps.load)
            train = PythonOperator(task_id="train", python_callable=steps.train)
            load >> train
        """,
    "work/__init__.py": "",
    "work/steps.py": """
        import mlflow
        from sklearn.svm import SVC


        def load():
            return 1


        def train():
            mlflow.log_metric("accuracy", SVC().fit([[0], [1]], [0, 1]).score([[0]], [0]))
        """,
}
SHARED = {
    "load.py": "def main():\n    print(1)\n\n\nif __name__ == '__main__':\n    main()\n",
    "train.py": FIT,
    ".github/workflows/apply.yml": ON_PUSH.format("kubectl apply -f k8s/"),
    "k8s/work.yaml": """
        apiVersion: argoproj.io/v1alpha1
        kind: CronWorkflow
        metadata: {name: weekly}
        spec:
          schedule: "0 5 * * 1"
          suspend: false
          workflowSpec:
            entrypoint: all
            templates:
              - name: all
                dag:
                  tasks:
                    - name: load
                      template: python
                      arguments: {parameters: [{name: module, value: load}]}
                    - name: fit
                      template: python
                      dependencies: [load]
                      arguments: {parameters: [{name: module, value: train}]}
              - name: python
                inputs: {parameters: [{name: module}]}
                container: {image: x, command: [python, -m, "{{inputs.parameters.module}}"]}
        """,
}


@pytest.mark.parametrize(
    ("files", "criterion", "path", "old", "new", "twin"),
    [
        (TOX, "ci", "tox.ini", "commands = pytest", "commands = echo", "fail"),
        (NOX, "ci", "noxfile.py", "'pytest'", "'echo'", "fail"),
        (NEPTUNE, "experiments-tracked", "train.py", "run['accuracy']", "kept['accuracy']", "partial"),
        (EXITED, "experiments-tracked", "train.py", "if len(sys.argv) > 1:\n    ", "", "fail"),
        (CALLBACK, "experiments-tracked", "dags/weekly.py", "steps.train", "steps.load", "partial"),
        (SHARED, "pipeline-automated", "k8s/work.yaml", "value: train", "value: load", "partial"),
        (SHARED, "pipeline-automated", "k8s/work.yaml", "suspend: false", "suspend: true", "partial"),
    ],
)
def test_a_dialect_and_its_twin(project, files, criterion, path, old, new, twin):
    assert results(project.files(files).commit().assess())[criterion].state == "pass"
    project.edit(path, old, new).commit()
    assert results(project.assess())[criterion].state == twin


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("import joblib\n" + FIT + "joblib.dump(m, 'm.joblib')\n", "partial"),
        ("import bentoml\n" + FIT + "bentoml.sklearn.save_model('churn', m)\n", "pass"),
        ("from clearml import OutputModel\n" + FIT + "OutputModel().update_weights('m.pt')\n", "pass"),
        (
            "from google.cloud import aiplatform\n" + FIT + "aiplatform.Model.upload(artifact_uri='gs://a/m')\n",
            "pass",
        ),
    ],
)
def test_what_keeps_a_model_whatever_it_is_called(project, code, state):
    code = "import pandas as pd\n\nrows = pd.read_csv('rows.csv')\n" + code
    project.files({"rows.csv": "a,b\n1,2\n", "train.py": code, ".gitignore": "*.joblib\n"}).commit()
    assert results(project.assess())["data-versioned"].state == state


def test_a_file_that_is_read_is_not_the_one_that_the_model_is_written_to(project):
    project.files(
        {
            "params.yaml": "c: 1\n",
            "train.py": """
                import sys

                import joblib
                import yaml
                from sklearn.svm import SVC

                with open("params.yaml") as handle:
                    c = yaml.safe_load(handle)["c"]
                joblib.dump(SVC(C=c).fit([[0], [1]], [0, 1]), sys.argv[1])
                """,
        }
    ).commit()
    assert "params.yaml" not in results(project.assess())["data-versioned"].message


def test_a_suspended_cron_job_runs_nothing(project):
    project.files(
        {
            "watch.py": "import pandas as pd\nfrom scipy.stats import ks_2samp\n\n\ndef drift():\n    if ks_2samp(pd.read_csv('a.csv').x, pd.read_csv('b.csv').x).pvalue < 0.1:\n        raise SystemExit(1)\n\n\nif __name__ == '__main__':\n    drift()\n",
            "k8s/watch.yaml": """
                apiVersion: batch/v1
                kind: CronJob
                metadata: {name: watch}
                spec:
                  suspend: false
                  schedule: "@daily"
                  jobTemplate: {spec: {template: {spec: {containers: [{name: a, image: x, command: [python, watch.py]}]}}}}
                """,
        }
    ).commit()
    assert results(project.assess())["drift-detected"].state == "pass"
    project.edit("k8s/watch.yaml", "suspend: false", "suspend: true").commit()
    assert results(project.assess())["drift-detected"].state == "partial"


def test_a_name_that_is_no_text_is_written_as_it_can(project, tmp_path):
    try:
        (project.root / os.fsdecode(b"\xff.ipynb")).write_bytes(b"no notebook")
    except OSError:
        pytest.skip("this file system takes only text for names")
    target = tmp_path / "answer.json"
    _write(REPORT.render(project.commit().assess(), False), str(target))
    assert json.loads(target.read_text(encoding="utf-8"))["level"] == 0
