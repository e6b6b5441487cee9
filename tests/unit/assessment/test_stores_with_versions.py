"""Reads from stores that keep each state of what they hold, and stores of models: each passes, and its twin does not."""

from __future__ import annotations

import pytest

from .test_what_training_reads import FIT, LOG, part

_CLEARML = "from pathlib import Path\n\nfrom clearml import Dataset\n\nroot = Path(Dataset.get({}).get_local_copy())\n"
_S3 = "import s3fs\n\nfs = s3fs.S3FileSystem(version_aware=True)\nfile = fs.open('s3://b/rows.parquet'{})\n"
_DELTA = "from deltalake import DeltaTable\n\nat = DeltaTable('s3://b/rows').version()\ntable = DeltaTable('s3://b/rows'{})\n"


@pytest.mark.parametrize(
    ("reads", "state"),
    [
        (_CLEARML.format("dataset_name='rows', dataset_version='1.2.0'"), "pass"),
        (_CLEARML.format("dataset_id='8a7b'"), "pass"),
        (_CLEARML.format("dataset_name='rows', alias='rows'"), "pass"),
        (_CLEARML.format("dataset_name='rows'"), "partial"),
        (_S3.format(", version_id='3HL4kq'"), "pass"),
        (_S3.format(", version_id=None"), "partial"),
        (_S3.format(""), "partial"),
        (_DELTA.format(", version=at"), "pass"),
        (_DELTA.format(""), "partial"),
    ],
)
def test_data_of_one_version(project, reads, state):
    project.files({"train.py": f"{reads}rows = [1]\n{FIT}{LOG}"})
    assert part(project, "data")[0] == state


@pytest.mark.parametrize(
    ("upload", "state"),
    [
        ("run['model'].upload('out/clf.joblib')", "pass"),
        ("run['model'].upload(path)", "pass"),
        ("run['model/report'].upload('out/report.html')", "partial"),
        ("run['data'].upload('out/rows.csv')", "partial"),
        ("run['model'].wait()", "partial"),
    ],
)
def test_a_model_that_is_uploaded_to_neptune(project, upload, state):
    keep = f"\nimport joblib\nimport neptune\n\npath = 'out/clf.joblib'\njoblib.dump(model, path)\nrun = neptune.init_run()\n{upload}\n"
    project.files({"train.py": f"rows = [1]\n{FIT}{keep}", ".gitignore": "out/\n"})
    assert part(project, "model")[0] == state


@pytest.mark.parametrize(("name", "state"), [("store/churn.mar", "pass"), ("store/churn.txt", "partial")])
def test_an_archive_of_torchserve_in_git_lfs_is_the_model(project, name, state):
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "1" * 64 + "\nsize 9\n"
    keep = "\nimport joblib\n\njoblib.dump(model, 'out/clf.joblib')\n"
    project.files({"train.py": f"rows = [1]\n{FIT}{keep}", ".gitignore": "out/\n", name: pointer})
    assert part(project, "model")[0] == state
