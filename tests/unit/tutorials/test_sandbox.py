"""Sandboxes are laid whole or not at all, found again, put back, and kept out of what belongs to others."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_mlops.checks.progress import PROGRESS
from jupyter_mlops.checks.api import check
from jupyter_mlops.errors import MissingDependencyError, MlopsError
from jupyter_mlops.tutorials import lay, progress_of, project_around, start, tutorial_numbered, tutorials

FIRST = tutorial_numbered(0)


def command(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "jupyter_mlops", "tutorial", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_the_course_is_numbered_and_its_tutorials_have_checks() -> None:
    numbers = [tutorial.number for tutorial in tutorials()]
    assert numbers == sorted(set(numbers))
    assert all(tutorial.checks and tutorial.notebook.name.startswith(f"{tutorial.number}-") for tutorial in tutorials())


def test_work_in_a_sandbox_stays_until_it_is_reset(tmp_path: Path) -> None:
    notebook = lay(FIRST, tmp_path)
    readme = notebook.parent / "project" / "README.md"
    whole = readme.read_text(encoding="utf-8")
    readme.write_text("mine")
    assert lay(FIRST, tmp_path) == notebook
    assert readme.read_text() == "mine"
    lay(FIRST, tmp_path, reset=True)
    assert readme.read_text(encoding="utf-8") == whole
    assert [path.name for path in tmp_path.iterdir()] == [FIRST.name]


def test_other_peoples_folders_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / FIRST.name).mkdir()
    (tmp_path / FIRST.name / "thesis.txt").write_text("years of work")
    for reset in (False, True):
        with pytest.raises(MlopsError) as caught:
            lay(FIRST, tmp_path, reset=reset)
        assert caught.value.code == "tutorial-folder-in-use"
    assert (tmp_path / FIRST.name / "thesis.txt").read_text() == "years of work"


def test_in_a_repository_a_sandbox_is_a_project_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    tutorial = next(tutorial for tutorial in tutorials() if not tutorial.history)
    project = lay(tutorial, tmp_path / "mlops-tutorials").parent / "project"
    assert subprocess.check_output(["git", "status", "--short"], cwd=tmp_path, text=True) == ""
    monkeypatch.chdir(project.parent)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", "")
    start(tutorial.number)
    assert subprocess.run(["git", "add", "train.py"], capture_output=True, check=False).returncode == 128
    assert not check("git")
    subprocess.run(["git", "init", "-q"], check=True)
    assert subprocess.run(["git", "add", "train.py"], capture_output=True, check=False).returncode == 0


def test_a_notebook_belongs_to_the_project_of_its_sandbox(tmp_path: Path) -> None:
    notebook = lay(FIRST, tmp_path)
    project = notebook.parent / "project"
    for folder in (notebook.parent, project, project / "notebooks"):
        assert project_around(folder) == project
    assert project_around(tmp_path) is None


def test_progress_is_a_file_that_git_does_not_see(tmp_path: Path) -> None:
    tutorial = next(tutorial for tutorial in tutorials() if tutorial.history)
    assert progress_of(tutorial, tmp_path) is None
    project = lay(tutorial, tmp_path).parent / "project"
    assert json.loads((project / PROGRESS).read_text()) == {"tutorial": tutorial.number, "passed": []}
    status = subprocess.check_output(["git", "status", "--short"], cwd=project, text=True)
    assert status == ""
    log = subprocess.check_output(["git", "log", "--format=%s"], cwd=project, text=True).splitlines()
    assert log == list(tutorial.layers.values())[::-1]
    assert progress_of(tutorial, tmp_path) == {"passed": [], "open": list(tutorial.checks)}


def test_start_finds_the_project_from_wherever_the_notebook_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = lay(FIRST, tmp_path).parent / "project"
    monkeypatch.setenv("PATH", "/usr/bin")
    for folder in (project.parent, project, project / "data"):
        monkeypatch.chdir(folder)
        session = start(0)
        assert Path.cwd() == session.project == project
    assert "0 of 2 checks passed" in repr(session)
    alone = tmp_path / "alone"  # the notebook was copied without its folder
    alone.mkdir()
    monkeypatch.chdir(alone)
    assert start(0).project.is_relative_to(alone)
    assert (Path.cwd() / "train.py").is_file()


def test_start_names_all_that_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("dvc", "sklearn"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingDependencyError, match=r"dvc, scikit-learn.*jupyter-mlops\[tutorials\]"):
        start(1)
    assert list(tmp_path.iterdir()) == []


def test_the_command_lists_lays_and_resets(tmp_path: Path) -> None:
    listed = command(folder=tmp_path)
    assert listed.returncode == 0
    assert all(tutorial.title in listed.stdout for tutorial in tutorials())
    laid = command("0", folder=tmp_path)
    notebook = tmp_path / "mlops-tutorials" / FIRST.name / FIRST.notebook.name
    assert notebook.is_file()
    assert f"jupyter lab {notebook.relative_to(tmp_path)}" in laid.stdout
    notebook.write_text("mine")
    refused = command("0", "--reset", folder=tmp_path)
    assert refused.returncode == 1
    assert "--yes" in refused.stderr
    assert notebook.read_text() == "mine"
    assert command("0", "--reset", "--yes", folder=tmp_path).returncode == 0
    assert notebook.read_text(encoding="utf-8") == FIRST.notebook.read_text(encoding="utf-8")


def test_the_command_answers_as_data_and_refuses_what_is_not_there(tmp_path: Path) -> None:
    document = json.loads(command("--format", "json", folder=tmp_path).stdout)
    assert [entry["tutorial"] for entry in document["tutorials"]] == [tutorial.number for tutorial in tutorials()]
    assert document["tutorials"][0]["progress"] is None
    for arguments in (("99",), ("--reset",), ("0", "--format", "xml")):
        done = command(*arguments, folder=tmp_path)
        assert done.returncode == 2
        assert "Error [unknown-" in done.stderr
