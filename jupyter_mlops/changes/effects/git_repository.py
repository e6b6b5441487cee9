"""A new git repository: `git init`. Taken back as long as nothing was added to it."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from jupyter_mlops.changes.effects._git import git


@dataclass(frozen=True)
class GitRepository:
    """`git init` in the project's folder.

    Attributes:
        branch: name of its first branch.
    """

    kind: ClassVar[str] = "git-repository"
    branch: str = "main"

    @property
    def text(self) -> str:
        """What it does."""
        return f"Runs `git init` with the branch `{self.branch}`. Nothing is committed."

    def as_dict(self) -> dict[str, Any]:
        """Data for the journal."""
        return {"kind": self.kind, "branch": self.branch}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> GitRepository:
        """Made again from the journal."""
        return cls(str(data["branch"]))

    def do(self, root: Path) -> None:
        """Make the repository, unless there is one."""
        if not (root / ".git").exists():
            git(root, "init", "--quiet", "--template=")
            git(root, "symbolic-ref", "HEAD", f"refs/heads/{self.branch}")

    def objection(self, root: Path) -> str | None:
        """Commits, and what was added, exist nowhere else."""
        if not (root / ".git").is_dir():
            return None
        # Named: where a crash left half of it, git would answer for a repository around it.
        here = ("--git-dir=.git", "--work-tree=.")
        if (git(root, *here, "rev-list", "--all", "--max-count=1", fails=False) or b"").strip():
            return "the repository has commits since; remove the folder .git yourself if they may be lost"
        if (git(root, *here, "ls-files", "--cached", fails=False) or b"").strip():
            return "files were added to the repository since; take that back with `git rm -r --cached .`"
        return None

    def undo(self, root: Path) -> None:
        """Remove the repository."""
        if (root / ".git").is_dir() and self.objection(root) is None:
            shutil.rmtree(root / ".git", onerror=_remove_read_only)


def _remove_read_only(function: Callable[[str], Any], path: str, _error: object) -> None:
    """Windows removes no read-only files, as git's objects are."""
    Path(path).chmod(stat.S_IWRITE)
    function(path)


EFFECT = GitRepository
