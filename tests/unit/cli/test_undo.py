"""`jupyter mlops undo` as it is typed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from jupyter_mlops.changes import ChangeSet


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "jupyter_mlops", "undo", *arguments]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, timeout=60, stdin=subprocess.DEVNULL
    )


def test_takes_back_from_anywhere_in_the_project(tmp_path: Path) -> None:
    ChangeSet.build(tmp_path, {"a/b.txt": "x", "c.txt": "y"}, title="Write two files").apply()
    listed = run("--list", cwd=tmp_path)
    assert "Write two files  (2 files)" in listed.stdout
    done = run(cwd=tmp_path / "a")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "Taken back: Write two files (2 files).\n"
    assert not (tmp_path / "c.txt").exists()


def test_results_that_no_gitignore_hides_any_more_are_named(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / "mine.txt").write_text("x")
    ChangeSet.build(tmp_path, {"p/.gitignore": "*.joblib\n", ".gitignore": "/runs/\n"}, title="Write").apply()
    for name in ("runs/1/a", "runs/2/b", "p/a b.joblib", "p/dvc.lock"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    told = run(cwd=tmp_path).stdout.splitlines()
    assert told[0] == "Taken back: Write (2 files)."
    assert told[2:] == ["  p/", "  runs/"]


def test_what_was_committed_is_to_be_committed_again(tmp_path: Path) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], [*who, "commit", "-q", "--allow-empty", "-m", "a"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    for commits in (False, True):
        ChangeSet.build(tmp_path, {"c [1].txt": "x"}, title="Write").apply()
        for command in (["add", "--all"], [*who, "commit", "-qm", "b"]) if commits else ():
            subprocess.run(["git", *command], cwd=tmp_path, check=True)
        assert ("commit this, too" in run(cwd=tmp_path).stdout) is commits


def test_answers_in_json(tmp_path: Path) -> None:
    ChangeSet.build(tmp_path, {"c.txt": "y"}, title="Write").apply()
    assert [entry["title"] for entry in json.loads(run("--list", "--format", "json", cwd=tmp_path).stdout)] == ["Write"]
    assert json.loads(run("--format", "json", cwd=tmp_path).stdout)["paths"] == ["c.txt"]
    assert json.loads(run("--list", "--format", "json", cwd=tmp_path).stdout) == []


def test_nothing_to_take_back(tmp_path: Path) -> None:
    done = run(cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("Error [nothing-to-undo]")
    assert list(tmp_path.iterdir()) == []


def test_explains_why_it_refuses(tmp_path: Path) -> None:
    ChangeSet.build(tmp_path, {"c.txt": "y"}, title="Write").apply()
    (tmp_path / "c.txt").write_text("edited")
    done = run(cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("Error [edited-since] in c.txt")
    assert "or remove what it had created: c.txt." in " ".join(done.stderr.split())
    assert (tmp_path / "c.txt").read_text() == "edited"
