"""A tracker that is switched off records nothing; a download whose checksum the code checks has a version."""

from __future__ import annotations

import pytest

from .conftest import results

_TRAIN = """import os

import wandb
from sklearn.svm import SVC

{before}
wandb.init(project="churn")
SVC().fit([[0], [1]], [0, 1])
wandb.log({{"accuracy": 1.0}})
"""


@pytest.mark.parametrize(
    ("before", "state"),
    [
        ("", "pass"),
        ('os.environ["WANDB_MODE"] = "online"', "pass"),
        ('if os.environ.get("DEBUG"):\n    os.environ["WANDB_MODE"] = "disabled"', "pass"),
        ('os.environ["WANDB_MODE"] = "disabled"', "partial"),
        ('os.environ["WANDB_DISABLED"] = "true"', "partial"),
    ],
)
def test_a_tracker_that_is_switched_off(project, before, state):
    project.files({"train.py": _TRAIN.format(before=before)}).commit()
    found = results(project.assess())["experiments-tracked"]
    assert (found.state == "pass") == (state == "pass"), found.message
    if state != "pass":
        (finding,) = [one for one in found.evidence if one.rung == 1]
        assert (finding.path, finding.line) == ("train.py", 6)


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({"wandb/settings": "[default]\nproject = churn\nmode = disabled\n"}, ("wandb/settings", 3)),
        ({"wandb/settings": "[default]\ndisabled = true\n"}, ("wandb/settings", 2)),
        ({"wandb/settings": "[default]\nmode = offline\n"}, None),
        ({".env": "A=1\nexport WANDB_MODE='disabled'\n", "load.py": "from dotenv import load_dotenv\n"}, (".env", 2)),
        (
            {".env": "WANDB_DISABLED=true\n", "Makefile": "train:\n\tuv run --env-file .env python train.py\n"},
            (".env", 1),
        ),
        ({".env": "WANDB_MODE=disabled\n"}, None),
        ({".env": "#WANDB_MODE=disabled\n", "load.py": "from dotenv import load_dotenv\n"}, None),
        ({".github/workflows/ci.yml": "on: push\nenv:\n  WANDB_MODE: disabled\njobs: {}\n"}, None),
    ],
)
def test_a_tracker_that_settings_switch_off(project, files, place):
    """Settings of the project count; what CI sets is for its own runs."""
    project.files({"train.py": _TRAIN.format(before=""), **files}).commit()
    found = results(project.assess())["experiments-tracked"]
    assert (found.state == "pass") == (place is None), found.message
    assert place is None or (found.rung, found.evidence[0].path, found.evidence[0].line) == (1, *place)


_HASH = "sha256:" + "0a" * 32
_FIT = """
rows = pd.read_csv("rows.csv" if path is None else path)
mlflow.sklearn.log_model(SVC().fit(rows[["a"]], rows["y"]), name="model")
"""
_IMPORTS = "import hashlib\n\nimport mlflow\nimport pandas as pd\nimport pooch\nfrom sklearn.svm import SVC\n\n"
_RETRIEVED = 'path = pooch.retrieve("https://data.example.org/rows.csv", known_hash={})\n'
_FETCHED = """from urllib.request import urlretrieve

def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()

EXPECTED = "{0}"
path, _ = urlretrieve("https://data.example.org/rows.csv")
if {1}:
    {2}
"""
_CHECKED_ELSEWHERE = """from urllib.request import urlretrieve

def stop_unless_known(path):
    with open(path, "rb") as file:
        assert hashlib.sha256(file.read()).hexdigest() == "{0}"

def fetch():
    path, _ = urlretrieve("https://data.example.org/rows.csv")
    {1}
    return path

path = fetch()
"""
_PLAIN = "0a" * 32


@pytest.mark.parametrize(
    ("fetch", "passes"),
    [
        (_RETRIEVED.format(f'"{_HASH}"'), True),
        (_RETRIEVED.format("None"), False),
        (_FETCHED.format(_PLAIN, "digest(path) != EXPECTED", "raise ValueError(path)"), True),
        (_FETCHED.format(_PLAIN, "digest(path) != EXPECTED", "print(path)"), False),
        (_FETCHED.format(_PLAIN, "digest(path) != digest(path)", "raise ValueError(path)"), False),
        (_CHECKED_ELSEWHERE.format(_PLAIN, "stop_unless_known(path)"), True),
        (_CHECKED_ELSEWHERE.format(_PLAIN, "print(path)"), False),
        (_FETCHED.format("unknown", "digest(path) != EXPECTED", "raise ValueError(path)"), False),
    ],
)
def test_a_download_with_a_checksum(project, fetch, passes):
    fit = _FIT.replace('"rows.csv" if path is None else path', "path")
    project.files({"train.py": _IMPORTS + fetch + fit}).commit()
    found = results(project.assess())["data-versioned"]
    assert (found.state == "pass") == passes, (found.state, found.message)
