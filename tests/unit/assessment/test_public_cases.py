"""Ways of doing things that public projects have, and that were once misread: small examples of our own."""

from __future__ import annotations

import pytest

from .conftest import results

FIT = "from sklearn.svm import SVC\n\nmodel = SVC().fit([[0], [1]], [0, 1])\n"
TESTED = {
    "jobs/spark-jobs/rows.py": "def clean(rows):\n    return [row for row in rows if row]\n",
    "train.py": FIT,
    "tests/test_rows.py": """
        import os
        import sys

        JOBS = os.path.join(os.path.dirname(__file__), "..", "jobs", "spark-jobs")
        sys.path.insert(0, JOBS)


        def cleaned(rows):
            from rows import clean

            return clean(rows)


        def test_clean():
            assert cleaned([1, 0]) == [1]
        """,
}


@pytest.mark.parametrize(("folder", "state"), [("spark-jobs", "pass"), ("other", "partial")])
def test_a_folder_is_put_on_the_path_by_a_name(project, folder, state):
    project.files(TESTED).edit("tests/test_rows.py", "spark-jobs", folder).commit()
    assert results(project.assess())["tests"].state == state


SERVED = {
    "train.py": FIT,
    "api.py": """
        import joblib
        from fastapi import FastAPI

        app = FastAPI()
        model = joblib.load("model.joblib")


        @app.get("/health")
        def health():
            return {"status": "ok"}


        @app.post("/predict")
        def predict(rows: list):
            return model.predict(rows).tolist()
        """,
}
IMAGE = "FROM python:3.12\nCOPY api.py .\nCMD uvicorn api:app\n"


@pytest.mark.parametrize(
    ("name", "state"), [("dockerfile-api", "pass"), ("Dockerfile_api", "pass"), ("notes-dockerfile.txt", "partial")]
)
def test_a_dockerfile_with_a_suffix(project, name, state):
    project.files({**SERVED, name: IMAGE}).commit()
    assert results(project.assess())["model-served"].state == state


WATCHED = {
    "train.py": FIT,
    "flow.py": """
        import sys

        from prefect import flow
        from scipy.stats import ks_2samp


        def drift_of(now, then):
            return ks_2samp(now, then).pvalue


        @flow
        def watch():
            if drift_of([1], [2]) < 0.05:
                sys.exit(1)
        """,
    "deploy.py": """
        from prefect.deployments import Deployment
        from prefect.orion.schemas.schedules import CronSchedule

        from flow import watch

        deployment = Deployment.build_from_flow(flow=watch, name="watch", schedule=CronSchedule(cron="0 3 * * *"))
        deployment.apply()
        """,
    "run.sh": "python deploy.py\n",
}


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        ("apply()", "apply()", "pass"),
        ("deployment.apply()", "print(deployment)", "partial"),
        (', schedule=CronSchedule(cron="0 3 * * *")', "", "partial"),
    ],
)
def test_a_deployment_of_prefect_2_with_a_schedule(project, old, new, state):
    project.files(WATCHED).edit("deploy.py", old, new).commit()
    assert results(project.assess())["drift-detected"].state == state


FETCHED = {
    "get.py": """
        from pathlib import Path

        import pandas as pd


        def get(path="data/rows.csv"):
            out = Path(path)
            rows = pd.read_csv("https://example.org/rows.csv")
            rows.to_csv(out)


        if __name__ == "__main__":
            get()
        """,
    "data/rows.csv": "a,y\n1,0\n",
    "train.py": """
        import pandas as pd
        from sklearn.svm import SVC

        rows = pd.read_csv("data/rows.csv")
        SVC().fit(rows, rows.y)
        """,
}


@pytest.mark.parametrize(
    ("path", "old", "new", "state"),
    [
        ("get.py", "get()", "get()", "pass"),
        # Written elsewhere, where git has nothing.
        ("get.py", "rows.to_csv(out)", 'rows.to_csv("data/other.csv")', "pass"),
        ("train.py", '"data/rows.csv"', '"https://example.org/rows.csv"', "partial"),
    ],
)
def test_what_is_fetched_to_a_file_that_git_has(project, path, old, new, state):
    project.files(FETCHED).edit(path, old, new).commit()
    assert results(project.assess())["data-versioned"].state == state


KAGGLE = {
    "get.py": """
        import subprocess


        def get():
            command = ["kaggle", "datasets", "download", "-d", "someone/rows", "--unzip"]
            subprocess.run(command, check=True)
        """,
    "train.py": """
        import pandas as pd
        from sklearn.svm import SVC

        from get import get

        get()
        rows = pd.read_csv("rows.csv")
        SVC().fit(rows, rows.y)
        """,
}


@pytest.mark.parametrize(("program", "seen"), [("kaggle", True), ("echo", False)])
def test_a_download_by_the_command_line_of_kaggle(project, program, seen):
    project.files(KAGGLE).edit("get.py", '"kaggle"', f'"{program}"').commit()
    found = results(project.assess())["data-versioned"]
    assert any(evidence.message.startswith("someone/rows is read") for evidence in found.evidence) is seen


DRIFT = {
    "train.py": FIT,
    "watch.py": """
        import sys

        from scipy.stats import ks_2samp


        def drift(now, then):
            found = []
            for column in now:
                found.append(ks_2samp(now[column], then[column]).pvalue)
            if not found:
                sys.exit("nothing was compared")
            return found


        if __name__ == "__main__":
            print(drift({"a": [1]}, {"a": [2]}))
        """,
    ".github/workflows/watch.yml": """
        on:
          schedule:
            - cron: "0 3 * * *"
        jobs:
          watch:
            runs-on: ubuntu-latest
            steps:
              - run: python watch.py
        """,
}


@pytest.mark.parametrize(("test", "state"), [("not found", "partial"), ("min(found) < 0.05", "pass")])
def test_whether_anything_was_compared_is_no_use_of_the_result(project, test, state):
    project.files(DRIFT).edit("watch.py", "not found", test).commit()
    assert results(project.assess())["drift-detected"].state == state


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Run `python train.py`.", {"README.md says how to run it."}),
        ("`train.py` is where it starts.", {"README.md has no command that runs the project."}),
        ("```mermaid\npython train.py --> model\n```", {"README.md has no command that runs the project."}),
        ("```sh\npython train.py\n```", {"README.md says how to run it."}),
        ("Tidy up by `make clean`.", {"README.md has no command that runs the project."}),
    ],
)
def test_a_file_that_a_readme_names_is_no_command(project, text, said):
    project.files({"train.py": FIT, "README.md": f"# Rows\n\n{text}\n"}).commit()
    assert {evidence.message for evidence in results(project.assess())["readme-runs"].evidence} == said


GUARDED = {
    "train.py": FIT,
    "watch.py": """
        import sys

        from scipy.stats import ks_2samp


        def should_retrain():
            return open("score.txt").read() < "0.6"


        def drift(now, then):
            if ks_2samp(now, then).pvalue < 0.05:
                sys.exit(1)


        def main():
            if not should_retrain():
                return
            drift([1], [2])


        if __name__ == "__main__":
            main()
        """,
    ".github/workflows/watch.yml": DRIFT[".github/workflows/watch.yml"],
}


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        ("if not should_retrain():", "if not should_retrain():", "partial"),
        ("if not should_retrain():", "if not sys.argv:", "pass"),
    ],
)
def test_a_check_after_another_reason_to_train_again(project, old, new, state):
    project.files(GUARDED).edit("watch.py", old, new).commit()
    assert results(project.assess())["drift-detected"].state == state


@pytest.mark.parametrize(
    ("files", "state"),
    [
        ({"jobs/rows-jobs/rows.py": "import numpy\n", "tests/test_rows.py": "import rows\n"}, "pass"),
        ({"jobs/rows-jobs/cells.py": "import numpy\n", "tests/test_rows.py": "import rows\n"}, "fail"),
        ({"rows.py": "import json\n"}, "not-applicable"),
    ],
)
def test_imports_that_no_package_brings(project, files, state):
    project.files({"requirements.txt": "numpy==2.0.0\n", **files}).commit()
    assert results(project.assess())["dependencies-declared"].state == state


STANDS_IN = {
    "train.py": """
        import mlflow

        try:
            from models.trainer import Trainer
        except ImportError:
            from sklearn.svm import SVC

            class Trainer:
                def train(self, rows):
                    SVC().fit(rows, [0, 1])


        def main():
            Trainer().train([[0], [1]])
            mlflow.log_param("rows", 2)


        if __name__ == "__main__":
            main()
        """,
}


@pytest.mark.parametrize(
    ("old", "new", "state"), [("Trainer()", "Trainer()", "pass"), ("Trainer().train", "print", "partial")]
)
def test_a_class_that_stands_in_for_an_import_that_fails(project, old, new, state):
    project.files(STANDS_IN).edit("train.py", old, new).commit()
    assert results(project.assess())["experiments-tracked"].state == state


INVOKED = {
    "steps.py": "from sklearn.svm import SVC\n\n\ndef fit():\n    return SVC().fit([[0]], [0])\n",
    "tests/test_steps.py": "from steps import fit\n\n\ndef test_fit():\n    assert fit()\n",
    "tasks.py": """
        from invoke import task


        @task
        def train(c):
            from steps import fit

            fit()
        """,
    ".github/workflows/ci.yml": """
        on: push
        jobs:
          clean:
            runs-on: ubuntu-latest
            steps:
              - run: echo a,y > rows.csv
              - uses: actions/upload-artifact@v4
                with: {name: rows, path: rows.csv}
          train:
            needs: clean
            runs-on: ubuntu-latest
            steps:
              - uses: actions/download-artifact@v4
                with: {name: rows}
              - run: uv run -m invoke train
        """,
}


@pytest.mark.parametrize(("name", "state"), [("train", "pass"), ("tidy", "partial")])
def test_a_task_of_invoke_that_calls_the_project(project, name, state):
    project.files(INVOKED).edit(".github/workflows/ci.yml", "invoke train", f"invoke {name}").commit()
    assert results(project.assess())["pipeline-automated"].state == state


POETRY = """
    [project]
    name = "own"
    version = "1"
    dependencies = ["numpy (>=2.0)"]

    [tool.poetry.group.checks.dependencies]
    pytest = "^8.0"
    """


@pytest.mark.parametrize(("group", "state"), [("group.checks.dependencies", "pass"), ("checks", "fail")])
def test_groups_of_poetry_beside_the_table_of_the_project(project, group, state):
    project.files({"pyproject.toml": POETRY, "rows.py": "import numpy\n", "test_rows.py": "import pytest\n"})
    project.edit("pyproject.toml", "group.checks.dependencies", group).commit()
    assert results(project.assess())["dependencies-declared"].state == state


@pytest.mark.parametrize(("plan", "seen"), [("plan -out=p", True), ("plan -destroy -out=p", False)])
def test_what_is_taken_down_is_not_deployed(project, plan, seen):
    workflow = f"on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n          terraform {plan}\n          terraform apply p\n"
    project.files({"train.py": FIT, ".github/workflows/cd.yml": workflow}).commit()
    assert bool(results(project.assess())["continuous-deployment"].evidence) is seen


@pytest.mark.parametrize(("value", "state"), [("REPLACE_WITH_PASSWORD", "pass"), ("x9Kq2mV7pL4w", "fail")])
def test_what_is_to_be_replaced_is_no_secret(project, value, state):
    project.files({"train.py": FIT, "secret.yaml": f'stringData:\n  DB_PASSWORD: "{value}"\n'}).commit()
    assert results(project.assess())["no-secrets"].state == state


@pytest.mark.parametrize(("after", "fitted"), [(".transform(rows)", False), ("", True)])
def test_what_is_fitted_to_transform_is_no_model(project, after, fitted):
    project.files(
        {"scale.py": f"class Scaler:\n    def both(self, rows):\n        return self.fit(rows){after}\n"}
    ).commit()
    found = results(project.assess())["experiments-tracked"].evidence
    assert any("A model is fitted here" in evidence.message for evidence in found) is fitted


def test_a_comment_in_a_config_map_says_nothing(project):
    config = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: prometheus}
        data:
          prometheus.yml: |
            scrape_configs:
              # the pods: found by their annotations
              - job_name: pods
                kubernetes_sd_configs: [{role: pod}]
        """
    project.files({"train.py": FIT, "k8s/prometheus.yaml": config}).commit()
    found = results(project.assess())["service-monitored"].evidence
    assert [evidence.line for evidence in found if "scrapes pods" in evidence.message] == [8]
