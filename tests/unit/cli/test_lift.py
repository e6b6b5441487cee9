"""`jupyter mlops lifts` and `lift` on the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from lift_projects import WHO, script


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "churn"
    folder.mkdir()
    script(folder)
    return folder


def mlops(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "jupyter_mlops", *arguments],
        cwd=root,
        env=os.environ | WHO,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def test_the_list_says_what_applies(root: Path) -> None:
    done = mlops(root, "lifts", "--format", "json")
    assert done.returncode == 0, done.stderr
    listed = {each["lift"]: each for each in json.loads(done.stdout)["lifts"]}
    assert listed["git-init"]["state"] == "done"
    assert listed["mlflow-tracking"]["state"] == "applies"
    assert listed["dvc-init"]["raises"] == ["data-versioned", "no-large-blobs"]
    text = mlops(root, "lifts").stdout
    assert "mlflow-tracking" in text
    assert "experiments-tracked" in text


def test_a_dry_run_shows_and_the_run_after_it_writes_and_undo_takes_back(root: Path) -> None:
    before = (root / "src/train.py").read_text()
    shown = mlops(root, "lift", "mlflow-tracking", "--dry-run")
    assert shown.returncode == 0, shown.stderr
    assert "+    mlflow.start_run()" in shown.stdout
    assert "dry run" in shown.stdout
    assert (root / "src/train.py").read_text() == before
    done = mlops(root, "lift", "mlflow-tracking")  # nobody to ask
    assert done.returncode == 0, done.stderr
    assert "experiments-tracked: fail → pass (E0 → E3)" in done.stdout
    assert "git add" in done.stdout
    assert "mlflow.start_run()" in (root / "src/train.py").read_text()
    again = json.loads(mlops(root, "lift", "mlflow-tracking", "--format", "json").stdout)
    assert (again["state"], again["changes"], again["applied"]) == ("done", [], None)
    assert mlops(root, "undo").returncode == 0
    assert (root / "src/train.py").read_text() == before


def test_the_answer_as_data(root: Path) -> None:
    answer = json.loads(
        mlops(root, "lift", "mlflow-tracking", ".", "-O", "experiment=first", "--format", "json").stdout
    )
    changed = {each["id"]: (each["before"], each["after"]) for each in answer["scorecard"]["criteria"]}
    assert changed["experiments-tracked"] == ("fail", "pass")
    assert [act["what"] for act in answer["left"]][-1] == "Commit it."
    assert answer["applied"]["paths"] == [".gitignore", "pyproject.toml", "src/train.py"]
    assert '"first"' in (root / "src/train.py").read_text()


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        (("lift", "git-inti"), 2, "unknown-lift"),
        (("lift", "git-init", "-O", "x=1"), 2, "invalid-option"),
        (("lift", "git-init", "-O", "outputs=maybe"), 2, "invalid-option"),
        (("lift", "git-init", "-O", "outputs"), 2, "invalid-option"),
        (("lift", "git-init", "nowhere"), 2, "path-not-found"),
    ],
)
def test_requests_that_are_wrong(root: Path, arguments: tuple[str, ...], status: int, code: str) -> None:
    done = mlops(root, *arguments)
    assert (done.returncode, done.stdout) == (status, "")
    assert f"[{code}]" in done.stderr
    as_data = mlops(root, *arguments, "--format", "json")
    assert json.loads(as_data.stdout)["error"]["code"] == code


def test_a_file_stands_for_its_project(root: Path) -> None:
    answer = json.loads(mlops(root / "src", "lift", "mlflow-tracking", "train.py", "--format", "json").stdout)
    assert answer["path"] == str(root)
    assert answer["applied"]["paths"] == [".gitignore", "pyproject.toml", "src/train.py"]


def test_a_project_of_several_has_to_be_named(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        script(tmp_path / name)
        (tmp_path / name / ".git").rename(tmp_path / f".{name}-git")
    (tmp_path / ".one-git").rename(tmp_path / ".git")
    done = mlops(tmp_path, "lift", "mlflow-tracking", "--dry-run")
    assert done.returncode == 2
    assert "[several-units]" in done.stderr
    assert "one, two" in done.stderr
    assert mlops(tmp_path, "lift", "mlflow-tracking", "one", "--dry-run").returncode == 0


def test_a_lift_that_does_not_fit_says_why_and_exits_1(tmp_path: Path) -> None:
    done = mlops(tmp_path, "lift", "mlflow-tracking")
    assert done.returncode == 1
    assert "Nothing here fits a model" in done.stdout
