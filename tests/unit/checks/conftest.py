"""Small projects in git, built step by step."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

TRAIN = """\
import joblib
import pandas as pd
from sklearn.linear_model import LinearRegression

table = pd.read_csv("data/rentals.csv")
model = LinearRegression().fit(table[["temperature"]], table["rentals"])
joblib.dump(model, "models/rentals.joblib")
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a script that trains, its data ignored by git; the working directory is there."""
    folder = tmp_path / "rentals"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "rentals.csv").write_text("temperature,rentals\n10,100\n20,210\n")
    (folder / "train.py").write_text(TRAIN)
    (folder / "requirements.txt").write_text("joblib\npandas\nscikit-learn\n")
    (folder / ".gitignore").write_text("/data\n/models\n")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def commit(project: Path) -> Callable[[str], None]:
    def commit(message: str) -> None:
        if not (project / ".git").exists():
            git(project, "init", "-q")
        git(project, "add", "-A")
        git(project, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", message)

    return commit


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-c", "commit.gpgsign=false", *arguments], cwd=folder, check=True)
