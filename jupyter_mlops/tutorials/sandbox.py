"""A tutorial's sandbox: a folder with its notebook and, in `project/`, the project that it works on."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from jupyter_mlops.checks.progress import read, write
from jupyter_mlops.demo.sample import commit, git, remove_read_only
from jupyter_mlops.errors import MissingDependencyError, MlopsError
from jupyter_mlops.tutorials.catalogue import Tutorial

#: Where sandboxes go unless one says otherwise.
FOLDER = "mlops-tutorials"
PROJECT = "project"


def lay(tutorial: Tutorial, into: Path = Path(FOLDER), *, reset: bool = False) -> Path:
    """Lay a tutorial's sandbox, or find the one that is there.

    Args:
        tutorial: the tutorial.
        into: the folder of all sandboxes.
        reset: put a sandbox that is there back to how it was at first.

    Returns:
        The sandbox's notebook.

    Raises:
        MlopsError: ``tutorial-folder-in-use`` when something else is in its place, ``cannot-write``.
        MissingDependencyError: without git.
    """
    folder = into / tutorial.name
    notebook = folder / tutorial.notebook.name
    there = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    if there and read(folder / PROJECT) is None:
        raise MlopsError(
            "tutorial-folder-in-use",
            "There is something else in the sandbox's place. Move it away, or name another folder with --into.",
            path=str(folder),
        )
    if there and not reset:
        return notebook
    if shutil.which("git") is None:
        raise MissingDependencyError("git", "your system's package manager, e.g. apt-get install git", "A tutorial")
    try:
        _lay(tutorial, folder, notebook)
    except OSError as error:
        raise MlopsError(
            "cannot-write", f"The sandbox cannot be written: {error.strerror}.", path=str(folder)
        ) from None
    return notebook


def _lay(tutorial: Tutorial, folder: Path, notebook: Path) -> None:
    """Make it aside and move it into its place, so that there is never half of one."""
    aside = folder.with_name(f".{folder.name}.new")
    former = folder.with_name(f".{folder.name}.old")
    for rest in (aside, former):
        _remove(rest)
    project = aside / PROJECT
    project.mkdir(parents=True)
    if tutorial.history:
        git(project, "init", "--quiet", "--template=")
        git(project, "config", "user.name", "Tutorial")
        git(project, "config", "user.email", "tutorial@example.invalid")
    for layer, message in tutorial.layers.items():
        shutil.copytree(layer, project, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_*"))
        if tutorial.history:
            commit(project, message)
    shutil.copyfile(tutorial.notebook, aside / notebook.name)
    # In another project's repository it is a project of its own: git ignores it there, and so do assessments.
    (aside / ".gitignore").write_text("*\n", encoding="utf-8", newline="\n")
    write(project, {"tutorial": tutorial.number, "passed": []})
    if folder.exists():
        folder.rename(former)
    aside.rename(folder)
    _remove(former)


def project_around(folder: Path) -> Path | None:
    """The project of the sandbox that a folder is, or lies in; None elsewhere.

    Args:
        folder: an existing folder.
    """
    for candidate in (folder, *folder.parents):
        for project in (candidate, candidate / PROJECT):
            if read(project) is not None:
                return project
    return None


def progress_of(tutorial: Tutorial, into: Path = Path(FOLDER)) -> dict[str, Any] | None:
    """How far the tutorial in that folder has come: the checks `"passed"` and those `"open"`; None when it was not begun.

    Args:
        tutorial: the tutorial.
        into: the folder of all sandboxes.
    """
    kept = read(into / tutorial.name / PROJECT)
    if kept is None:
        return None
    passed = [name for name in tutorial.checks if name in kept["passed"]]
    return {"passed": passed, "open": [name for name in tutorial.checks if name not in passed]}


def entry(tutorial: Tutorial, into: Path = Path(FOLDER)) -> dict[str, Any]:
    """What a list of tutorials shows of one.

    Args:
        tutorial: the tutorial.
        into: the folder of all sandboxes.

    Returns:
        `tutorial` (its number), `title`, `minutes`, `notebook` (where its sandbox has it, below `into`), `checks` and `progress`.
    """
    return {
        "tutorial": tutorial.number,
        "title": tutorial.title,
        "minutes": tutorial.minutes,
        "notebook": (into / tutorial.name / tutorial.notebook.name).as_posix(),
        "checks": list(tutorial.checks),
        "progress": progress_of(tutorial, into),
    }


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder, onerror=remove_read_only)
