"""The git executable, as effects call it: on this repository and no other, without hooks, in nobody's way."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from jupyter_mlops.errors import MissingDependencyError, MlopsError


def git(root: Path, *arguments: str, stdin: bytes = b"", fails: bool = True) -> bytes | None:
    """What a git command prints.

    Args:
        root: folder of the work tree.
        arguments: of git.
        stdin: what it reads.
        fails: whether a failure is an error; None is returned otherwise.

    Raises:
        MlopsError: `git-failed`, with what git said.
        MissingDependencyError: git is not installed.
    """
    # Variables of a git hook or alias that started us would make git work on another repository.
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(
            ["git", "-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false", *arguments],
            cwd=root,
            env=clean | {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"},
            input=stdin,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise MissingDependencyError(
            "git", "your system's package manager, e.g. apt-get install git", "This change"
        ) from None
    if done.returncode == 0:
        return done.stdout
    if not fails:
        return None
    message = f"git {arguments[0]} failed; nothing has changed."
    raise MlopsError("git-failed", message, exit_status=3, detail=done.stderr.decode("utf-8", "replace"))
