"""Other hands: the same capability as different people write it, each with a twin that only looks like it."""

from __future__ import annotations

import json
import os

import pytest

from jupyter_mlops.assessment.reports.json_report import REPORT
from jupyter_mlops.cli.commands.assess import _write

from .conftest import results
from .rungs import BATCH, BENTO, HANDED_ON

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
ON_THE_PATH = {
    "jobs/steps/size.py": "def double(x):\n    return 2 * x\n",
    "tests/conftest.py": "import sys\nfrom pathlib import Path\n\nsys.path.insert(0, str(Path(__file__).parent.parent / 'jobs' / 'steps'))\n",
    "tests/test_size.py": "import size\n\n\ndef test_double():\n    assert size.double(2) == 4\n",
}
SNAKE = {
    "config.yaml": "c: 1\n",
    "rows.csv": "a,y\n1,0\n",
    "train.py": FIT + "print(m)\n",
    "Snakefile": """
        configfile: "config.yaml"

        rule all:
            input: "out/report.txt"

        rule clean:
            input: "rows.csv"
            output: "out/clean.csv"
            shell: "cp {input} {output}"

        rule train:
            input: "out/clean.csv"
            output: "out/model.txt"
            params: c=config["c"]
            script: "train.py"

        rule report:
            input: "out/model.txt"
            output: "out/report.txt"
            shell: "wc {input} > {output}"
        """,
    "requirements.txt": "scikit-learn==1.5.0\n",
}
KEDRO_PARAMETERS = {
    "pyproject.toml": "[tool.kedro]\npackage_name = 'own'\n",
    "requirements.txt": "kedro==0.19.6\nscikit-learn==1.5.0\n",
    "conf/base/parameters.yml": "model: {c: 1}\n",
    "src/own/__init__.py": "",
    "src/own/pipeline_registry.py": """
        from kedro.pipeline import node, pipeline
        from sklearn.svm import SVC


        def clean(rows):
            return rows


        def train(rows, model):
            return SVC(**model).fit(rows, rows)


        def register_pipelines():
            return {
                "__default__": pipeline(
                    [
                        node(clean, inputs="rows", outputs="clean"),
                        node(train, inputs=["clean", "params:model"], outputs="svc"),
                    ]
                )
            }
        """,
}
JSON_SETTINGS = {
    "data/rows.csv": "a,y\n1,0\n",
    "params.json": '{"C": 1}\n',
    "requirements.txt": "scikit-learn==1.5.0\npandas==2.2.2\n",
    "Makefile": "all: out/m.txt\n\nout/clean.csv: data/rows.csv\n\tpython clean.py $< $@\n\nout/m.txt: out/clean.csv params.json\n\tpython train.py $< params.json $@\n",
    "clean.py": "import sys\n\nimport pandas as pd\n\npd.read_csv(sys.argv[1]).to_csv(sys.argv[2])\n",
    "train.py": "import json\nimport sys\n\nimport pandas as pd\nfrom sklearn.svm import SVC\n\nparams = json.load(open(sys.argv[2]))\nrows = pd.read_csv(sys.argv[1])\nprint(SVC(**params).fit(rows[['a']], rows.y))\n",
}
DAGSTER = {
    "work/__init__.py": "",
    "work/assets.py": """
        import mlflow
        from dagster import asset
        from sklearn.svm import SVC


        @asset
        def rows():
            return [[0], [1]]


        @asset
        def model(rows):
            mlflow.log_metric("accuracy", SVC().fit(rows, [0, 1]).score(rows, [0, 1]))
        """,
    "work/definitions.py": """
        from dagster import Definitions, load_assets_from_modules

        from work import assets

        defs = Definitions(assets=load_assets_from_modules([assets]))
        """,
}
LUIGI = {
    "work.py": """
        import luigi
        import mlflow
        from sklearn.svm import SVC


        class Train(luigi.Task):
            c = luigi.FloatParameter()

            def run(self):
                mlflow.log_metric("accuracy", SVC(C=self.c).fit([[0], [1]], [0, 1]).score([[0]], [0]))


        if __name__ == "__main__":
            luigi.run()
        """,
}
ONE_MODULE = {
    "own/__init__.py": "",
    "own/steps.py": """
        from sklearn.svm import SVC


        def load():
            return [[0], [1]]


        def featurize(rows):
            return rows


        def train(rows):
            return SVC().fit(rows, [0, 1])
        """,
    "run.py": "from own import steps\n\n\ndef main():\n    rows = steps.load()\n    table = steps.featurize(rows)\n    return steps.train(table)\n\n\nif __name__ == '__main__':\n    main()\n",
}
SEVERAL_DEPLOYMENTS = {
    "work.py": """
        from prefect import flow, serve
        from sklearn.svm import SVC


        @flow
        def train():
            model = SVC().fit([[0], [1]], [0, 1])
            candidate = {"f1": model.score([[0]], [0])}["f1"]
            production = load()["f1"]
            if candidate < production:
                raise ValueError("worse")


        def load():
            return {"f1": 0.5}


        if __name__ == "__main__":
            serve(train.to_deployment("weekly", cron="0 0 * * 0"))
        """,
}
FLYTE = {
    "work.py": """
        import mlflow
        from flytekit import CronSchedule, LaunchPlan, task, workflow
        from sklearn.svm import SVC


        @task
        def load() -> list:
            return [[0], [1]]


        @task
        def train(rows: list) -> float:
            mlflow.log_metric("accuracy", SVC().fit(rows, [0, 1]).score(rows, [0, 1]))


        @workflow
        def weekly() -> float:
            return train(rows=load())


        plan = LaunchPlan.get_or_create(weekly, "weekly", schedule=CronSchedule(schedule="0 3 * * 1"))
        """,
}
DAGSTER_JOB = {
    "work.py": """
        import dagster
        from sklearn.svm import SVC


        @dagster.asset
        def model():
            return SVC().fit([[0], [1]], [0, 1])


        job = dagster.define_asset_job("job", selection="*")
        defs = dagster.Definitions(
            assets=[model], schedules=[dagster.ScheduleDefinition(job=job, cron_schedule="0 0 * * 0")]
        )
        """,
    "gate.py": "",
}
SMALL_GATE = {
    ".github/workflows/retrain.yml": "on:\n  schedule: [{cron: '0 0 * * 0'}]\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: python train.py\n      - run: python gate.py\n",
    "train.py": FIT + "print(m)\n",
    "gate.py": "import json\nimport sys\n\nnew, live = json.load(open('new.json'))['f1'], json.load(open('live.json'))['f1']\nif new < live:\n    sys.exit(1)\n",
}


@pytest.mark.parametrize(
    ("files", "criterion", "path", "old", "new", "twin"),
    [
        (
            FLYTE,
            "experiments-tracked",
            "work.py",
            "plan = LaunchPlan.get_or_create(weekly",
            "plan = print(weekly",
            "partial",
        ),
        (SMALL_GATE, "retraining-automated", "gate.py", "new < live", "new is live", "partial"),
        (
            HANDED_ON,
            "pipeline-automated",
            ".github/workflows/all.yml",
            "with: {name: rows}\n",
            "with: {name: other}\n",
            "fail",
        ),
        (BATCH, "model-served", "k8s/score.yaml", "kind: CronJob", "kind: Other", "fail"),
        (BATCH, "deployed-and-scaled", "k8s/score.yaml", ", resources: {requests: {cpu: 1}}", "", "partial"),
        (BENTO, "model-served", "service.py", "self.model(rows)", "rows", "partial"),
        (BENTO, "deployed-and-scaled", ".github/workflows/ci.yml", "bentoml containerize", "echo", "partial"),
        (ON_THE_PATH, "tests", "tests/conftest.py", "'steps'", "'other'", "partial"),
        (SNAKE, "pipeline-automated", "Snakefile", 'input: "out/clean.csv"', 'input: "out/cleaned.csv"', "partial"),
        (SNAKE, "pipeline-reproducible", "Snakefile", 'config["c"]', "1", "partial"),
        (
            KEDRO_PARAMETERS,
            "pipeline-reproducible",
            "src/own/pipeline_registry.py",
            '"params:model"',
            '"model"',
            "partial",
        ),
        (JSON_SETTINGS, "pipeline-reproducible", "train.py", "json.load(open(sys.argv[2]))", "{'C': 1}", "partial"),
        (
            JSON_SETTINGS,
            "data-versioned",
            "Makefile",
            "out/clean.csv: data/rows.csv",
            "out/clean.csv: data/other.csv",
            "fail",
        ),
        (
            DAGSTER,
            "experiments-tracked",
            "work/definitions.py",
            "Definitions(assets=load_assets_from_modules([assets]))",
            "[assets]",
            "partial",
        ),
        (LUIGI, "experiments-tracked", "work.py", "luigi.run()", "print()", "partial"),
        (ONE_MODULE, "pipeline-automated", "run.py", "steps.train(table)", "table", "fail"),
        (SEVERAL_DEPLOYMENTS, "retraining-automated", "work.py", ', cron="0 0 * * 0"', "", "partial"),
        (
            SEVERAL_DEPLOYMENTS,
            "retraining-automated",
            "work.py",
            "candidate < production",
            "candidate is None",
            "partial",
        ),
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


CARD = "# Churn\n\n## Intended use\nFor the desk that calls customers, and for nothing else at all.\n\n## Data\nAll customers of two years, with what they bought and when.\n\n## Evaluation\naccuracy: {}\n\n## Limits\nNew customers are judged poorly, so that nobody should rely on them.\n"


@pytest.mark.parametrize(("said", "message"), [("0.84", "has the figures"), ("0.91", "says otherwise")])
def test_a_card_says_what_the_metrics_file_says(project, said, message):
    project.files(
        {"train.py": FIT, "metrics.json": '{"accuracy": 0.84, "f1": 0.91}\n', "MODEL_CARD.md": CARD.format(said)}
    )
    evidence = results(project.commit().assess())["governed"].evidence
    assert any(message in one.message for one in evidence if one.probe == "model-card")


def test_what_only_watches_or_scores_reads_no_training_data(project):
    live = "import mlflow\nimport pandas as pd\n\n\ndef score():\n    rows = pd.read_parquet('s3://live/today.parquet')\n    print(mlflow.pyfunc.load_model('models:/m@champion').predict(rows))\n"
    train = "import mlflow\nimport pandas as pd\nfrom sklearn.svm import SVC\n\nfrom live import score\n\nrows = pd.read_csv('rows.csv')\nmlflow.sklearn.log_model(SVC().fit(rows[['a']], rows.y))\nscore()\n"
    project.files({"rows.csv": "a,y\n1,0\n", "live.py": live, "train.py": train}).commit()
    assert results(project.assess())["data-versioned"].state == "pass"
    project.edit("live.py", ".predict(rows)", "").commit()
    assert results(project.assess())["data-versioned"].state == "partial"


def test_an_airflow_dag_without_a_schedule_runs_where_something_triggers_it(project):
    project.files(CALLBACK).edit("dags/weekly.py", '"@weekly"', "None").commit()
    assert results(project.assess())["pipeline-automated"].state == "partial"
    project.files({"run.sh": "airflow dags trigger weekly\n"}).commit()
    assert results(project.assess())["pipeline-automated"].state == "pass"


def test_a_schedule_of_a_job_of_assets_reaches_training(project):
    project.files(DAGSTER_JOB).commit()
    assert "reaches training" in str(results(project.assess())["retraining-automated"].evidence)
    project.edit("work.py", "ScheduleDefinition(job=job,", "ScheduleDefinition(job=None,").commit()
    assert "reaches training" not in str(results(project.assess())["retraining-automated"].evidence)


def test_lines_of_what_stands_on_one_line(project):
    project.files({**TESTED, ".gitlab-ci.yml": "test:\n  image: python:3.11\n  script: [pip install pytest, pytest]\n"})
    found = results(project.files(NEPTUNE).files({"MODEL_CARD.md": ""}).commit().assess())
    assert [one.line for one in found["ci"].evidence] == [3]
    assert "`run['accuracy']` records" in found["experiments-tracked"].evidence[0].message
    assert [one.line for one in found["governed"].evidence if one.probe == "model-card"] == [None]
