"""The same capability with other tools: stores that keep versions, jobs that hand on files, commands that name a task or a module."""

from __future__ import annotations

import pytest

from jupyter_mlops.assessment.api import assess
from jupyter_mlops.assessment.findings import Rung

from .conftest import results

FITS = "\n        from sklearn.svm import SVC\n\n        SVC().fit(rows, rows.y)\n        "
STORES = {
    "objects": """
        import io

        import boto3
        import pandas as pd

        s3 = boto3.client("s3")
        body = s3.get_object(Bucket="b", Key="rows.csv", VersionId="3sL4kqtJlcp")["Body"]
        rows = pd.read_csv(io.BytesIO(body.read()))
        """,
    "pooch": """
        import pandas as pd
        import pooch

        FILES = pooch.create(path="x", base_url="https://e.org/", registry={"rows.csv": "md5:0123456789abcdef0123456789abcdef"})
        rows = pd.read_csv(FILES.fetch("rows.csv"))
        """,
    "iceberg": """
        from pyiceberg.catalog import load_catalog

        table = load_catalog("prod").load_table("a.rows")
        rows = table.scan(snapshot_id=58612740912).to_pandas()
        """,
    "hub": """
        import yaml
        from datasets import load_dataset

        settings = yaml.safe_load(open("settings.yaml"))
        rows = load_dataset("acme/rows", revision=settings["rows_revision"])
        """,
}


@pytest.mark.parametrize(
    ("store", "old", "new"),
    [
        ("objects", ', VersionId="3sL4kqtJlcp"', ""),
        ("pooch", '"md5:0123456789abcdef0123456789abcdef"', "None"),
        ("iceberg", "snapshot_id=58612740912", ""),
        ("hub", ', revision=settings["rows_revision"]', ""),
    ],
)
def test_data_of_a_store_is_versioned_where_the_call_names_a_version(project, store, old, new):
    project.files({"train.py": STORES[store] + FITS, "settings.yaml": "rows_revision: 4d1f0c9a7e5b3d2c\n"}).commit()
    assert results(project.assess())["data-versioned"].state == "pass"
    project.edit("train.py", old, new).commit()
    assert results(project.assess())["data-versioned"].state in ("partial", "fail")


JOBS = {
    "prepare.py": 'import pandas as pd\n\npd.read_csv("a.csv").to_csv("b.csv")\n',
    "train.py": 'import pandas as pd\nfrom sklearn.svm import SVC\n\nrows = pd.read_csv("b.csv")\nSVC().fit(rows, rows.y)\n',
    ".gitlab-ci.yml": """
        prepare:
          script: [python prepare.py]
          artifacts:
            paths: [b.csv]
        train:
          needs:
            - job: prepare
              artifacts: true
          script: [python train.py]
        """,
}


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        ("paths: [b.csv]", "paths: [b.csv]", "pass"),
        ("needs:\n    - job: prepare\n      artifacts: true", "dependencies: [prepare]", "pass"),
        ("- job: prepare\n      artifacts: true", "- job: lint", "partial"),
        ("paths: [b.csv]", "reports: {dotenv: b.env}", "partial"),
    ],
)
def test_jobs_of_gitlab_that_hand_on_files_are_a_pipeline(project, old, new, state):
    project.files(JOBS).edit(".gitlab-ci.yml", old, new).commit()
    result = results(project.assess())["pipeline-automated"]
    assert (result.state == "pass") is (state == "pass")


LUIGI = {
    "tasks.py": """
        import luigi
        import pandas as pd
        from sklearn.svm import SVC


        class Rows(luigi.Task):
            def run(self):
                pd.read_csv("a.csv").to_csv("b.csv")


        class Fit(luigi.Task):
            def requires(self):
                return Rows()

            def run(self):
                rows = pd.read_csv("b.csv")
                SVC().fit(rows, rows.y)
        """,
    "Makefile": "train:\n\tluigi --module tasks Fit --local-scheduler\n",
}


@pytest.mark.parametrize(("task", "state"), [("Fit", "pass"), ("Rows", "pass"), ("", "partial")])
def test_a_command_of_luigi_names_the_task(project, task, state):
    project.files(LUIGI).edit("Makefile", "Fit", task).commit()
    assert results(project.assess())["pipeline-automated"].state == state


CONTAINER = """
    from kfp import dsl


    @dsl.container_component
    def rows():
        return dsl.ContainerSpec(image="acme/train", command=["python", "-m", "rows"])


    @dsl.container_component
    def train():
        return dsl.ContainerSpec(image="acme/train", command=["python", "-m", "train"])


    @dsl.pipeline
    def both():
        train().after(rows())


    if __name__ == "__main__":
        from kfp import compiler

        compiler.Compiler().compile(both, "both.yaml")
    """


def test_a_component_runs_the_module_that_its_container_starts(project):
    project.files({"flow.py": CONTAINER, "rows.py": "", "train.py": JOBS["train.py"]}).commit()
    assert results(project.assess())["pipeline-automated"].state == "pass"
    project.edit("flow.py", '"train"]', '"rows"]').commit()
    assert results(project.assess())["pipeline-automated"].state == "partial"


ENVIRONMENT = "dependencies:\n  - python=3.12.1\n  - pandas=2.2.2\n  - scikit-learn=1.5.0\n"


@pytest.mark.parametrize(("version", "rung"), [("=1.5.0", "E3"), (">=1.5", "E2")])
def test_environments_of_conda_are_found_in_their_folder(project, version, rung):
    files = {"workflow/envs/ml.yaml": ENVIRONMENT, "train.py": JOBS["train.py"]}
    project.files(files).edit("workflow/envs/ml.yaml", "=1.5.0", version).commit()
    found = results(project.assess())["pipeline-reproducible"].evidence
    assert max(one.rung.name for one in found if one.path == "workflow/envs/ml.yaml") == rung


def test_a_copy_of_other_peoples_code_is_no_unit(project):
    own = {"README.md": "# a\n", "requirements.txt": "scikit-learn==1.5.0\n", "train.py": JOBS["train.py"]}
    copies = {f"{folder}/{name}": text for folder in ("vendor/a", "src/third_party/b") for name, text in own.items()}
    project.files({**own, **copies}).commit()
    assert [result.unit.path for result in project.assess().units] == ["."]
    # What is asked for by its path is no copy.
    assert [result.unit.path for result in assess(project.root / "vendor/a").units] == ["vendor/a"]


def test_a_lock_that_lists_nothing_does_not_spoil_another_one(project):
    lock = '[[package]]\nname = "scikit-learn"\nversion = "1.5.0"\n'
    manifest = '[project]\nname = "a"\nversion = "1"\ndependencies = ["scikit-learn"]\n'
    project.files({"train.py": JOBS["train.py"], "pyproject.toml": manifest, "pdm.lock": lock}).commit()
    before = {(one.part, one.rung) for one in results(project.assess())["pipeline-reproducible"].evidence}
    project.files({"conda-lock.yml": "metadata: 4\n"}).commit()
    found = results(project.assess())["pipeline-reproducible"].evidence
    assert before <= {(one.part, one.rung) for one in found}
    # Alone it is none.
    project.remove("pdm.lock").commit()
    assert not any(
        one.part == "lock" and one.rung >= Rung.E2
        for one in results(project.assess())["pipeline-reproducible"].evidence
    )
