"""Whether a project's files have changed, cheaply; and its assessment from a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from jupyter_mlops.errors import MlopsError

#: More entries are not looked at: the card's button looks at all.
_MOST_ENTRIES = 20_000
_MINUTES = 5


def state_of(base: Path) -> int:
    """A number that changes when a file of the project does: names, sizes, times, and git's index and head.

    Args:
        base: the project's folder.
    """
    from jupyter_mlops.project.walk import EXCLUDED

    skipped = {*EXCLUDED, "mlruns"}
    seen: list[tuple[str, int, int]] = []
    repository = _repository(base)
    marks = [] if repository is None else [repository / name for name in ("HEAD", "index", "logs/HEAD")]
    for path in marks:
        try:
            status = path.stat()
        except OSError:
            continue
        seen.append((str(path), status.st_mtime_ns, status.st_size))
    pending = [str(base)]
    while pending and len(seen) < _MOST_ENTRIES:
        folder = pending.pop()
        try:
            with os.scandir(folder) as listing:
                for entry in listing:
                    if entry.is_dir(follow_symlinks=False):
                        if entry.name not in skipped and not folder.endswith(".dvc"):
                            pending.append(entry.path)
                        continue
                    status = entry.stat(follow_symlinks=False)
                    seen.append((entry.path, status.st_mtime_ns, status.st_size))
        except OSError:
            continue
    return hash(tuple(sorted(seen)))


def _repository(folder: Path) -> Path | None:
    """Where git keeps what belongs to the work tree around a folder: `.git`, or what a file of that name leads to."""
    for parent in (folder, *folder.parents):
        found = parent / ".git"
        if found.is_dir():
            return found
        if found.is_file():
            try:
                return parent / found.read_text(encoding="utf-8").removeprefix("gitdir:").strip()
            except (OSError, ValueError):
                return None
    return None


def assess_aside(path: Path) -> dict[str, Any]:
    """The document of an assessment, made in another process: the kernel has its own work to do.

    Args:
        path: the project's folder.

    Raises:
        MlopsError: ``assessment-failed``, with what the command said.
    """
    import jupyter_mlops

    home = Path(jupyter_mlops.__file__).parents[1]  # not the project: its modules must not stand in for ours
    command = [sys.executable, "-m", "jupyter_mlops", "assess", str(path), "--format", "json"]
    try:
        done = subprocess.run(
            command, cwd=home, capture_output=True, stdin=subprocess.DEVNULL, check=False, timeout=60 * _MINUTES
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MlopsError("assessment-failed", f"The project could not be assessed: {error}") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise MlopsError("assessment-failed", said or f"The assessment ended with status {done.returncode}.")
    try:
        document: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise MlopsError("assessment-failed", "The assessment gave no answer that can be read.") from None
    return document
