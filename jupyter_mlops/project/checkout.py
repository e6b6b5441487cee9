"""A commit as it was, in a folder of its own. The repository it comes from is only read."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jupyter_mlops.errors import MlopsError
from jupyter_mlops.project.git import Git


def resolve(git: Git, commit: str) -> str:
    """The full name of a commit.

    Args:
        git: the repository.
        commit: its name or a part of it, at least four characters.

    Raises:
        MlopsError: ``unknown-commit``.
    """
    found = git.run("rev-parse", "--verify", "-q", "--end-of-options", f"{commit}^{{commit}}")
    if found is None:
        raise MlopsError(
            "unknown-commit", f"The commit {commit!r} is not in this repository. Fetch it first: `git fetch --all`."
        )
    return found.decode("ascii").strip()


@contextmanager
def checked_out(git: Git, commit: str, *, remote: bool = False) -> Iterator[Path]:
    """A scratch checkout of a commit, gone at the end.

    No hook and no filter runs, and files that git-lfs or DVC keep are what the commit holds of them: pointers.

    Args:
        git: the repository.
        commit: full name of the commit.
        remote: whether the checkout names a remote, which nothing is fetched from.

    Yields:
        The folder.

    Raises:
        MlopsError: ``shallow-repository`` when the history before the commit is not here; ``git-failed``.
    """
    if (git.run("rev-parse", "--is-shallow-repository") or b"").strip() == b"true":
        raise MlopsError(
            "shallow-repository", "This clone holds a part of the history only. Get the rest: `git fetch --unshallow`."
        )
    objects = git.run("rev-parse", "--git-path", "objects")
    with tempfile.TemporaryDirectory(prefix="jupyter-mlops-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch).resolve() / "checkout"
        folder.mkdir()
        copy = Git(folder, commit)
        ready = objects is not None and copy.run("init", "-q", "--template=") is not None
        if ready and objects is not None:
            # What the repository has, the copy can read; nothing is copied, and nothing written there.
            place = git.top / os.fsdecode(objects.rstrip(b"\r\n"))
            (folder / ".git" / "objects" / "info").mkdir(parents=True, exist_ok=True)
            (folder / ".git" / "objects" / "info" / "alternates").write_bytes(os.fsencode(place.resolve()) + b"\n")
            ready = copy.run("-c", "core.autocrlf=false", "checkout", "-q", "--detach", commit) is not None
        if ready and remote:
            copy.run("remote", "add", "origin", ".")
        if not ready:
            raise MlopsError(
                "git-failed", f"git could not check out {commit[:12]} into a scratch folder.", exit_status=3
            )
        yield folder
