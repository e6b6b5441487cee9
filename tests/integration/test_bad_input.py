"""Notebooks that cannot be converted: a clear message with cell and cause, the right exit status, an untouched project."""

from __future__ import annotations

import contextlib
import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import psutil
import pytest
from notebooks import Hazard, environment, hazard_project, hazards, write_notebook

GOOD = ["a = 1", "b = a + 1", "print(b)", "c = b * 2", "print(c)"]


def tree(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        for path in sorted(root.rglob("*"))
    }


def convert(notebook: Path, *more: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "jupyter_mlops", "convert", str(notebook), "--format", "json", *more]
    return subprocess.run(
        command,
        cwd=notebook.parent,
        env={**environment(), **(env or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def refused(notebook: Path, *more: str, env: Mapping[str, str] | None = None) -> tuple[int, dict[str, object]]:
    before = tree(notebook.parent)
    done = convert(notebook, *more, env=env)
    assert tree(notebook.parent) == before
    assert "Traceback" not in done.stderr.split("\n\n")[0]
    error = json.loads(done.stdout)["error"]
    assert f"Error [{error['code']}]" in done.stderr
    assert error["exit_status"] == done.returncode
    return done.returncode, error


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "invalid-notebook"),
        (b"not json", "invalid-notebook"),
        (b'{"cells": [], "nbformat": 4, "metad', "invalid-notebook"),
        (b'{"a": 1}', "invalid-notebook"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe", "invalid-notebook"),
        (b"Salted__\x9c\x02\xa1\xf3\xde\x88", "invalid-notebook"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "invalid-notebook"),
        (b'{"cells": [{"cell_type": "code", "source": "a"},<<<<<<< HEAD\n{}], "nbformat": 4}', "invalid-notebook"),
        (b'{"cells": [{"cell_type": "code", "source": 5}], "metadata": {}, "nbformat": 4}', "invalid-notebook"),
        (b'{"cells": [], "metadata": {}, "nbformat": 9}', "invalid-notebook"),
        (b'{"cells": [], "metadata": {"language_info": {"name": "julia"}}, "nbformat": 4}', "not-python"),
        (b'{"cells": [], "metadata": {"kernelspec": {"name": "ir", "language": "R"}}, "nbformat": 4}', "not-python"),
    ],
)
def test_what_is_no_python_notebook(tmp_path: Path, content: bytes, code: str) -> None:
    notebook = tmp_path / "n.ipynb"
    notebook.write_bytes(content)
    status, error = refused(notebook)
    assert (status, error["code"]) == (2, code)


@pytest.mark.parametrize("hazard", [pytest.param(h, id=f"{h.rung:02}-{h.name}") for h in hazards() if h.refused])
def test_a_notebook_of_the_ladder(hazard: Hazard, tmp_path: Path) -> None:
    """The exact error with cell and line, an untouched project, and nothing left: no folder and no process."""
    project, temp = tmp_path / "project", tmp_path / "temp"
    temp.mkdir()
    notebook = hazard_project(project, hazard)
    options = [f"--{name}={value}" for name, value in hazard.expected.get("options", {}).items()]
    before = tree(project)
    found, error = refused(notebook, *options, env={"TMPDIR": str(temp)})
    assert tree(project) == before
    expected = {"status": 2, "cell": None, **hazard.expected["error"]}
    says = expected.pop("says")
    actual = {"status": found, **{key: error[key] for key in expected if key != "status"}}
    assert actual == expected, error["message"]
    assert says in str(error["message"])
    assert list(temp.iterdir()) == []
    assert processes_in(tmp_path) == []


def processes_in(folder: Path) -> list[str]:
    """Command lines of the processes that work in a folder."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if Path(process.cwd()).is_relative_to(folder) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.cmdline()))
    return found


def test_a_notebook_that_is_not_there(tmp_path: Path) -> None:
    status, error = refused(tmp_path / "gone.ipynb")
    assert (status, error["code"]) == (2, "notebook-not-found")


def test_a_folder_that_is_there_already(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "n.ipynb", GOOD)
    (tmp_path / "pipelines" / "n").mkdir(parents=True)
    (tmp_path / "pipelines" / "n" / "mine.txt").write_text("mine", encoding="utf-8")
    status, error = refused(notebook)
    assert (status, error["code"]) == (2, "output-exists")


def test_a_name_that_cannot_be_one(tmp_path: Path) -> None:
    status, error = refused(write_notebook(tmp_path / "n.ipynb", GOOD), "--name", "my pipeline!")
    assert (status, error["code"]) == (2, "invalid-name")


def test_a_notebook_that_writes_to_the_project_by_an_absolute_path(tmp_path: Path) -> None:
    """The run that observes it must not touch the user's files, so it stops there and says so."""
    target = tmp_path / "precious.txt"
    target.write_text("mine", encoding="utf-8")
    notebook = write_notebook(tmp_path / "n.ipynb", [*GOOD, f"open({str(target)!r}, 'w').write('gone')"])
    status, error = refused(notebook)
    assert (status, error["code"], error["cell"]) == (2, "notebook-raises", 5)
    assert "relative to the notebook" in str(error["message"])
    assert target.read_text("utf-8") == "mine"


def test_without_running_nothing_is_run(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "n.ipynb", [*GOOD, "open('ran.txt', 'w').write('x')"])
    done = convert(notebook, "--no-run")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["verification"]["verdict"] == "not-run"
    assert not (tmp_path / "ran.txt").exists()
    assert (tmp_path / "pipelines" / "n" / "dvc.yaml").is_file()
