"""A project that cannot be written: told before anything runs, in words without the places of this tool."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import read_only
from notebooks import git, write_notebook

from jupyter_mlops.changes import ChangeSet

PHRASES = (".mlops", "journal", "Errno", "Traceback")


def answer(command: list[str]) -> tuple[int, dict[str, object], list[dict[str, object]]]:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    events = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    return done.returncode, json.loads(done.stdout), events


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "notebooks").mkdir(parents=True)
    git(folder, "init", "-q")
    (folder / ".gitignore").write_text("*.log\n", encoding="utf-8")
    cells = [("code", f"open({str(tmp_path / 'it-ran')!r}, 'w').close()"), ("code", "print(1)")]
    return write_notebook(folder / "notebooks" / "study.ipynb", cells)


@pytest.mark.parametrize("more", [[], ["--no-run"]], ids=["run", "no run"])
def test_nothing_runs_for_a_project_that_cannot_be_written(notebook: Path, tmp_path: Path, more: list[str]) -> None:
    folder = notebook.parents[1]
    before = read_only.before_command(folder)
    program = [*before, sys.executable, "-m", "jupyter_mlops", "convert", str(notebook), *more]
    status, document, events = answer([*program, "--format", "json", "--progress", "json"])
    error = document["error"]
    assert (status, error["code"], error["path"]) == (2, "cannot-write", str(folder))
    assert "The folder project is " in error["message"]
    assert not any(phrase in error["message"] for phrase in PHRASES)
    assert {event["phase"] for event in events} <= {"read", "analyse"}
    assert not (tmp_path / "it-ran").exists()


def test_a_preview_needs_no_right_to_write(notebook: Path) -> None:
    before = read_only.before_command(notebook.parents[1])
    program = [*before, sys.executable, "-m", "jupyter_mlops", "convert", str(notebook), "--no-run", "--dry-run"]
    status, document, _ = answer([*program, "--format", "json"])
    assert (status, len(document["stages"]) > 0) == (0, True)


def test_only_the_folder_of_the_pipeline_cannot_be_written(notebook: Path) -> None:
    folder = notebook.parents[1] / "pipelines"
    folder.mkdir()
    before = read_only.before_command(folder)
    program = [*before, sys.executable, "-m", "jupyter_mlops", "convert", str(notebook), "--format", "json"]
    status, document, _ = answer(program)
    assert (status, document["error"]["path"]) == (2, str(folder))


def test_a_decision_and_an_undo_tell_it_likewise(notebook: Path) -> None:
    folder = notebook.parents[1]
    ChangeSet.build(folder, {"a.txt": "a"}).apply()
    before = [*read_only.before_command(folder), sys.executable, "-m", "jupyter_mlops"]
    waive = ["waive", "tests", str(folder), "--reason", "there is no code of ours yet", "--owner", "@ada", "--yes"]
    for command in (waive, ["undo", str(folder), "--yes"]):
        done = subprocess.run([*before, *command], capture_output=True, text=True, check=False, timeout=120)
        assert (done.returncode, done.stderr.count("cannot-write")) == (2, 1), done.stderr
        assert "journal" not in done.stderr
