"""The bundled Level 0 project: laid into a folder with its data and a git history.

The notebook is one that a data scientist would have: it ran in another order, some of its outputs are older than its
code, and its data is a real data set, the biopsies that scikit-learn ships.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from jupyter_mlops.errors import MissingDependencyError, MlopsError

NOTEBOOK = "notebooks/diagnosis_final.ipynb"

#: Days and messages of the history; each of the first commits has so many of the notebook's cells.
_HISTORY = [
    ("2026-03-02T16:40:00+00:00", "first look at the biopsies", 8),
    ("2026-03-04T11:15:00+00:00", "cleaning, plots", 18),
    ("2026-03-10T18:05:00+00:00", "model works!! final", None),
]

#: Where a demo notes that it is one: in its own git configuration, which no assessment looks at.
_MARK = "jupyter-mlops.demo"


def lay(folder: Path) -> None:
    """Lay the project into `folder`, with its data and three commits.

    Args:
        folder: a new or empty folder, or the folder of a former demo, which is replaced.

    Raises:
        MlopsError: `demo-folder-in-use` when there is something else in it, or a former demo that was worked in since.
        MissingDependencyError: when git or scikit-learn is not there.
    """
    if shutil.which("git") is None:
        raise MissingDependencyError("git", "your system's package manager, e.g. apt-get install git", "The demo")
    _make_room(folder)
    with as_file(files(__package__) / "project") as source:
        shutil.copytree(source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    _write_data(folder / "data" / "biopsies.csv")
    git(folder, "init", "--quiet", "--template=")
    git(folder, "config", _MARK, "unfinished")
    notebook = folder / NOTEBOOK
    whole = notebook.read_text(encoding="utf-8")
    for date, message, cells in _HISTORY:
        document = json.loads(whole)
        document["cells"] = document["cells"][:cells]
        text = whole if cells is None else json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        notebook.write_text(text, encoding="utf-8", newline="\n")
        commit(folder, message, date=date)


def finish(folder: Path) -> None:
    """Note where the demo ended, so that a later one can tell whether it was worked in since."""
    git(folder, "config", _MARK, git(folder, "rev-parse", "HEAD").strip())


def commit(folder: Path, message: str, *, date: str | None = None) -> str:
    """Commit everything in `folder` in nobody's name, whatever the user's git is set up to.

    Args:
        folder: the work tree.
        message: the commit message.
        date: ISO 8601; now when None.

    Returns:
        The abbreviated commit id.
    """
    git(folder, "add", "--all")
    dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date} if date else {}
    git(folder, "commit", "--quiet", "--message", message, environment=dates)
    return git(folder, "rev-parse", "--short", "HEAD").strip()


def git(folder: Path, *arguments: str, environment: dict[str, str] | None = None) -> str:
    """What a git command printed. It reads the user's configuration but never writes it.

    Args:
        folder: the work tree.
        arguments: of git.
        environment: variables on top of the process's.

    Raises:
        MlopsError: `git-failed`, with what git said.
    """
    settings = {
        "user.name": "jupyter-mlops demo",
        "user.email": "demo@example.invalid",
        "commit.gpgsign": "false",
        "core.hooksPath": os.devnull,
        "core.autocrlf": "false",
        "init.defaultBranch": "main",
    }
    flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    # Variables of a git hook or alias that started us would make git work on another repository.
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        ["git", *flags, *arguments],
        cwd=folder,
        env={**clean, **(environment or {})},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        message = f"git {arguments[0]} failed in {folder}."
        raise MlopsError("git-failed", message, exit_status=3, detail=done.stderr)
    return done.stdout


def _make_room(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise MlopsError(
            "demo-folder-in-use", "There is a file here; name a folder that is not there yet.", path=str(folder)
        )
    if folder.is_dir() and any(folder.iterdir()):
        mark = git(folder, "config", "--default", "", "--get", _MARK).strip() if (folder / ".git").is_dir() else ""
        if not mark:
            message = "The folder is not empty and not a former demo. Name one that is not there yet."
            raise MlopsError("demo-folder-in-use", message, path=str(folder))
        head = git(folder, "rev-parse", "--verify", "--quiet", "HEAD").strip() if mark != "unfinished" else ""
        if mark != "unfinished" and (head != mark or git(folder, "status", "--porcelain")):
            message = (
                "This former demo was worked in since. Remove the folder if you no longer need it, or name another."
            )
            raise MlopsError("demo-folder-in-use", message, path=str(folder))
        for entry in folder.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, onerror=remove_read_only)
            else:
                entry.unlink()
    folder.mkdir(parents=True, exist_ok=True)


def remove_read_only(function: Callable[[str], Any], path: str, _error: object) -> None:
    """Windows removes no read-only files, as git's objects are."""
    Path(path).chmod(stat.S_IWRITE)
    function(path)


def _write_data(path: Path) -> None:
    try:
        from sklearn.datasets import load_breast_cancer
    except ImportError as error:
        raise MissingDependencyError("scikit-learn", 'pip install "jupyter-mlops[demo]"', "The demo") from error
    biopsies = load_breast_cancer(as_frame=True)
    table = biopsies.data.assign(diagnosis=[str(biopsies.target_names[target]) for target in biopsies.target])
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(path, index=False, lineterminator="\n")
