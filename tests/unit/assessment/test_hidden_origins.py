"""Data whose origin is not beside the call that trains: each case passes or fails, and its twin does not."""

from __future__ import annotations

import pytest

from .conftest import results
from .test_what_training_reads import DVC, FIT, LOG, OUT, part


@pytest.mark.parametrize(
    ("module", "name", "absent"),
    [
        ("src.data.rivers", "load_rivers", True),
        ("src.rivers", "load_rivers", False),  # that module is there
        ("src.plots.colours", "pick_colours", False),  # no data comes of it
        ("hydrology.data", "load_rivers", False),  # a package of others
    ],
)
def test_a_loader_that_is_not_in_the_repository_hides_what_is_read(project, module, name, absent):
    source = f"from {module} import {name}\n\nrows = {name}()\n{FIT}{LOG}"
    project.files(
        {
            ".gitignore": "data/\n",
            "src/__init__.py": "",
            "src/rivers.py": "def load_rivers():\n    return [1]\n",
            "src/train.py": source,
        }
    )
    state, messages = part(project, "data")
    assert (state == "partial") == absent
    assert ("its module src.data.rivers is not in the repository" in " ".join(messages)) == absent


@pytest.mark.parametrize(
    ("default", "state"),
    [("data/rows.parquet", "pass"), ("data/others.parquet", "partial"), ("s3://bucket/rows.parquet", "partial")],
)
def test_feast_reads_the_file_that_a_variable_of_the_environment_is_by_default(project, default, state):
    project.files(
        {
            "features.py": f"import os\n\nfrom feast import FileSource\n\nPATH = os.getenv('ROWS', {default!r})\nROWS = FileSource(path=PATH)\n",
            "train.py": f"from feast import FeatureStore\n\nrows = FeatureStore('.').get_historical_features([], []).to_df()\n{FIT}{LOG}",
            "data/rows.parquet": b"PAR1",
        }
    )
    assert part(project, "data")[0] == state


@pytest.mark.parametrize(
    ("call", "state"),
    [
        ("import kagglehub\n\nfolder = kagglehub.dataset_download('ann/rivers')\n", "partial"),
        ("import kagglehub\n\nfolder = kagglehub.dataset_download('ann/rivers/versions/3')\n", "pass"),
        ("import kaggle\n\nkaggle.api.dataset_download_files('ann/rivers', path='.', unzip=True)\n", "partial"),
    ],
)
def test_a_data_set_of_kaggle_needs_a_version(project, call, state):
    project.files({"train.py": f"{call}rows = [1]\n{FIT}{LOG}"})
    assert part(project, "data")[0] == state


@pytest.mark.parametrize(("folder", "state"), [("data/rivers", "pass"), ("data/lakes", "partial")])
def test_a_data_set_of_kaggle_that_goes_to_a_folder_under_dvc(project, folder, state):
    fetch = f"""
        import shutil

        import kagglehub

        shutil.copytree(kagglehub.dataset_download("ann/rivers"), "{folder}")
        """
    train = f"import pandas as pd\n\nfrom fetch import shutil\n\nrows = pd.read_csv('names.csv')\n{FIT}{LOG}"
    out = OUT.format("rivers")
    project.files(
        {".dvc/config": DVC, "data/rivers.dvc": out, "fetch.py": fetch, "train.py": train, "names.csv": "y\n1\n"}
    )
    assert part(project, "data")[0] == state


HYDRA = {
    "conf/train.yaml": "defaults:\n  - data: rivers\n",
    "conf/data/rivers.yaml": "_target_: pkg.rows.Rivers\n",
    "pkg/__init__.py": "",
    "pkg/rows.py": """
        import pandas as pd


        class Rivers:
            def __init__(self):
                self.rows = pd.read_csv("rivers.csv")
        """,
    "train.py": """
        import hydra
        import mlflow
        from sklearn.svm import SVC


        @hydra.main(config_path="conf", config_name="train")
        def main(cfg):
            rows = hydra.utils.instantiate(cfg.data).rows
            model = SVC().fit(rows, rows.y)
            mlflow.sklearn.log_model(model, name="model")


        if __name__ == "__main__":
            main()
        """,
}


def test_what_hydra_makes_of_settings_is_reached(project):
    project.files(HYDRA)
    assert "rivers.csv is read" in " ".join(part(project, "data")[1])
    project.edit("conf/data/rivers.yaml", "_target_: pkg.rows.Rivers", "name: rivers")
    assert "rivers.csv is read" not in " ".join(part(project, "data")[1])


STAGES = {
    ".dvc/config": DVC,
    ".gitignore": "/raw\n/ready\nmodel.pkl\n",
    "raw.dvc": OUT.format("raw"),
    "names.csv": "y\n1\n",
    "ready/rows.pt": b"1",
    "prepare.py": "import pandas as pd\n\nnames = pd.read_csv('names.csv')\n",
    "train.py": f"import torch\n\nrows = torch.load('ready/rows.pt')\n{FIT}{LOG}",
    "dvc.yaml": """
        stages:
          prepare:
            cmd: python prepare.py
            deps: [prepare.py, raw]
            outs: [ready/rows.pt]
          train:
            cmd: python train.py
            deps: [train.py, ready/rows.pt]
        """,
}


@pytest.mark.parametrize("remote", [True, False])
def test_what_a_stage_depends_on_is_read_whether_or_not_a_call_is_seen(project, remote):
    project.files({**STAGES, "raw": b"1"}).lock()
    if not remote:
        project.files({".dvc/config": "[core]\n    autostage = true\n"})
    assert (part(project, "data")[0] == "pass") == remote


FEATURES = {
    "prepare.py": "from sklearn.datasets import fetch_openml\n\nfetch_openml('adult', version=2).frame.to_parquet(HERE / 'ready' / 'rows.parquet')\n",
    "train.py": f"import pandas as pd\n\nROWS = HERE / 'ready' / 'rows.parquet'\nrows = pd.read_parquet(ROWS)\n{FIT}{LOG}",
    "dvc.yaml": """
        stages:
          prepare:
            cmd: python prepare.py
            deps: [prepare.py]
            outs: [ready/rows.parquet]
          train:
            cmd: python train.py
            deps: [train.py, ready/rows.parquet]
        """,
}


def test_what_stages_make_of_data_that_comes_with_a_package_needs_no_lock(project):
    project.files(FEATURES)
    assert part(project, "data")[0] != "partial"
    project.edit("prepare.py", "fetch_openml('adult', version=2).frame", "load()")
    assert part(project, "data")[0] == "partial"


UNCACHED = {
    ".dvc/config": "",
    "train.py": f"from sklearn.datasets import load_iris\n\nrows = load_iris(as_frame=True).frame\n{FIT}model.export('model.pkl')\n",
    "model.pkl": b"1",
    "metrics.json": '{"accuracy": 1}\n',
    "dvc.yaml": """
        stages:
          train:
            cmd: python train.py
            deps: [train.py]
            outs:
              - model.pkl:
                  cache: false
            metrics:
              - metrics.json:
                  cache: false
        """,
    ".github/workflows/ci.yml": """
        on: push
        jobs:
          run:
            runs-on: ubuntu-latest
            steps:
              - run: |
                  dvc repro
                  cat metrics.json >> report.md
                  cml comment create report.md
        """,
}


def _locked(project):
    """As `lock` does it, for outs that are written with options."""
    text = (project.root / "dvc.yaml").read_text()
    project.edit("dvc.yaml", "- model.pkl:\n          cache: false", "- model.pkl").lock()
    (project.root / "dvc.yaml").write_text(text)


@pytest.mark.parametrize("twin", [None, "no lock", "stale"])
def test_a_model_that_a_locked_stage_writes_into_git_has_a_version(project, twin):
    project.files(UNCACHED)
    _locked(project)
    if twin == "no lock":
        project.remove("dvc.lock")
    elif twin == "stale":
        project.edit("train.py", "model.pkl", "./model.pkl")
    assert (part(project, "model")[0] == "pass") == (twin is None)


@pytest.mark.parametrize(
    ("old", "new", "tracked"),
    [
        ("cml comment create report.md", "cml comment create report.md", True),
        ("cml comment create report.md", "echo done", False),
        ("cat metrics.json >> report.md", "cat notes.md >> report.md", False),
        ("cml comment create report.md", "cat report.md >> $GITHUB_STEP_SUMMARY", True),
    ],
)
def test_metrics_that_ci_reports_are_shown(project, old, new, tracked):
    project.files(UNCACHED)
    _locked(project)
    project.edit(".github/workflows/ci.yml", old, new)
    assert (results(project.commit().assess())["experiments-tracked"].state == "pass") == tracked
