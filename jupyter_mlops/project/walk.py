"""Which files there are. One walk, bounded, that never follows a link and never enters another repository."""

from __future__ import annotations

import os
import stat
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from jupyter_mlops.project.git import Git

#: Folders that hold nothing a person wrote: environments, caches, products of tools.
EXCLUDED = (
    *(".git", ".hg", ".svn", ".venv", "venv", ".virtualenv", "virtualenv", "env.bak", "site-packages"),
    *("node_modules", "__pycache__", ".ipynb_checkpoints", ".tox", ".nox", ".eggs", ".cache"),
    *(".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".terraform", ".Rproj.user"),
)
MAX_FILES = 100_000


class File(NamedTuple):
    """A file that was found.

    Attributes:
        path: posix, relative to the project's base.
        size: bytes; 0 where it cannot be told.
        tracked: it is in the commit that is checked out. False in a folder without git.
        special: "link", "special" (FIFO, socket, device) or "missing" (tracked but deleted); None for a plain file.
    """

    path: str
    size: int
    tracked: bool
    special: str | None = None

    @property
    def name(self) -> str:
        """The last part of the path."""
        return _name(self.path)

    @property
    def folder(self) -> str:
        """The folder it is in; "." for the base."""
        return self.path.rpartition("/")[0] or "."

    @property
    def suffix(self) -> str:
        """The extension in lower case with its dot; "" without one."""
        return _suffix(self.path)


# Probes ask every file again and again.
@lru_cache(maxsize=2 * MAX_FILES)
def _name(path: str) -> str:
    return path.rpartition("/")[2]


@lru_cache(maxsize=2 * MAX_FILES)
def _suffix(path: str) -> str:
    stem, dot, extension = path.rpartition("/")[2].rpartition(".")
    return f".{extension.lower()}" if dot and stem else ""


class Walk(NamedTuple):
    """The files found and what was left out.

    Attributes:
        files: sorted by path.
        left_out: things named but not entered: (path, why).
        truncated: the limit on the number of files was met.
    """

    files: tuple[File, ...]
    left_out: tuple[tuple[str, str], ...] = ()
    truncated: bool = False


def walk_repository(git: Git, under: str) -> Walk:
    """The files of a git work tree: tracked ones, and untracked ones that git does not ignore.

    Args:
        git: the repository.
        under: folder to list, relative to its top; "." for all. Paths in the answer are relative to the top.
    """
    prefix = "" if under == "." else f"{under}/"
    names = {path: path in git.committed for path in git.index if path.startswith(prefix)}
    left_out = [(path, "a submodule: a repository of its own") for path in git.submodules if path.startswith(prefix)]
    for path in git.untracked(under, EXCLUDED):
        if path.endswith("/"):
            left_out.append((path.rstrip("/"), "a repository of its own"))
        else:
            names.setdefault(path, False)
    kept = sorted(path for path in names if not _excluded(path))
    files = tuple(_file(git.top, path, names[path]) for path in kept[:MAX_FILES])
    return Walk(files, tuple(sorted(left_out)), truncated=len(kept) > MAX_FILES)


def walk_folder(base: Path) -> Walk:
    """The files of a folder without git. Links are named, not followed.

    Args:
        base: the folder; paths in the answer are relative to it.
    """
    files: list[File] = []
    left_out: list[tuple[str, str]] = []
    pending = [""]
    while pending and len(files) < MAX_FILES:
        folder = pending.pop()
        try:
            with os.scandir(base / folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError:
            left_out.append((folder or ".", "cannot be read"))
            continue
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if not entry.is_dir(follow_symlinks=False):
                files.append(_file(base, path, tracked=False))
            elif entry.name not in EXCLUDED and not _is_environment(entry.path):
                if os.path.lexists(f"{entry.path}/.git"):
                    left_out.append((path, "a repository of its own"))
                else:
                    pending.append(path)
    files.sort(key=lambda file: file.path)
    return Walk(tuple(files[:MAX_FILES]), tuple(sorted(left_out)), truncated=len(files) >= MAX_FILES)


def _excluded(path: str) -> bool:
    return _excluded_folder(path.rpartition("/")[0])


@lru_cache(maxsize=MAX_FILES)
def _excluded_folder(folder: str) -> bool:
    return any(part in EXCLUDED for part in folder.split("/"))


def _is_environment(folder: str) -> bool:
    return os.path.lexists(f"{folder}/pyvenv.cfg") or os.path.lexists(f"{folder}/conda-meta")


def _file(base: Path, path: str, tracked: bool) -> File:
    try:
        status = os.lstat(f"{base}/{path}")
    except (OSError, ValueError):
        return File(path, 0, tracked, "missing")
    if stat.S_ISLNK(status.st_mode):
        return File(path, 0, tracked, "link")
    if not stat.S_ISREG(status.st_mode):
        return File(path, 0, tracked, "special")
    return File(path, status.st_size, tracked)
