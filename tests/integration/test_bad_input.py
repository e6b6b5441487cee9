"""Notebooks that cannot be converted: a clear message with cell and cause, the right exit status, an untouched project."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from notebooks import environment, write_notebook

GOOD = ["a = 1", "b = a + 1", "print(b)", "c = b * 2", "print(c)"]


def tree(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        for path in sorted(root.rglob("*"))
    }


def convert(notebook: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "jupyter_mlops", "convert", str(notebook), "--format", "json", *more]
    return subprocess.run(
        command, cwd=notebook.parent, env=environment(), capture_output=True, text=True, check=False, timeout=300
    )


def refused(notebook: Path, *more: str) -> tuple[int, dict[str, object]]:
    before = tree(notebook.parent)
    done = convert(notebook, *more)
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


@pytest.mark.parametrize(
    ("cells", "code", "status", "cell", "says"),
    [
        ([*GOOD, "x = = 1"], "syntax-error", 2, 5, "not valid Python"),
        (["print 'hello'", *GOOD], "syntax-error", 2, 0, "Python 2"),
        ([*GOOD, "x = 1\n1 / 0"], "notebook-raises", 2, 5, "ZeroDivisionError"),
        (["import pandas as pd\npd.read_csv('gone.csv')", *GOOD], "missing-data", 2, 0, "gone.csv"),
        (["import no_such_package_anywhere", *GOOD], "missing-package", 3, 0, "pip install no_such_package_anywhere"),
        ([*GOOD, "name = input('Who? ')"], "needs-input", 2, 5, "input"),
        ([*GOOD, "import os\nos._exit(1)"], "kernel-died", 2, 5, "kernel died"),
    ],
)
def test_a_notebook_that_does_not_run(
    tmp_path: Path, cells: list[str], code: str, status: int, cell: int, says: str
) -> None:
    found, error = refused(write_notebook(tmp_path / "n.ipynb", cells))
    assert (found, error["code"], error["cell"]) == (status, code, cell)
    if code in {"notebook-raises", "missing-data"}:
        assert error["line"] == len(cells[cell].splitlines())
    assert says in str(error["message"])


def test_a_cell_that_never_ends(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "n.ipynb", [*GOOD, "while True:\n    pass"])
    status, error = refused(notebook, "--timeout", "3")
    assert (status, error["code"], error["cell"]) == (2, "cell-timeout", 5)


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
