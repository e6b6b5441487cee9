"""What git sees once a change was taken back: a `.gitignore` that is gone hides no results of runs any more."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from jupyter_mlops.changes.effects._git import git
from jupyter_mlops.errors import MlopsError


def untracked(root: Path) -> frozenset[str]:
    """Files that git neither tracks nor ignores; none where there is no git.

    Args:
        root: the project's folder.
    """
    return frozenset(_listed(root, "all"))


def uncovered(root: Path, before: Iterable[str]) -> list[str]:
    """What is untracked now and was not before, as few paths as tell it; those of folders end in a slash.

    Args:
        root: the project's folder.
        before: what was untracked.
    """
    new = untracked(root) - frozenset(before)
    return [path for path in _listed(root, "normal") if any(file.startswith(path) for file in new)]


def is_committed(root: Path, paths: Iterable[str]) -> bool:
    """Whether the last commit has other content for one of the paths than is there now.

    Args:
        root: the project's folder.
        paths: posix, relative to the root.
    """
    answer = None
    with suppress(MlopsError):
        answer = git(root, "--literal-pathspecs", "diff", "HEAD", "--name-only", "--", *paths, fails=False)
    return bool(answer)


def _listed(root: Path, files: str) -> list[str]:
    answer = None
    with suppress(MlopsError):
        answer = git(root, "status", "--porcelain", "-z", f"--untracked-files={files}", "--", ".", fails=False)
    entries = (answer or b"").decode("utf-8", "surrogateescape").split("\0")
    return [entry[3:] for entry in entries if entry.startswith("?? ")]
