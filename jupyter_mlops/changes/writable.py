"""Whether a project's files can be changed at all, asked before work is done that could not be kept."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from pathlib import Path

from jupyter_mlops.errors import MlopsError

_ADVICE = "Copy the project to where you may write."


def refuse_read_only(root: Path, paths: Iterable[str]) -> None:
    """Refuse to begin where nothing could be written in the end.

    Args:
        root: the project's folder, resolved.
        paths: posix paths relative to it that shall be written; they need not be there, nor their folders.

    Raises:
        MlopsError: `cannot-write` with the folder that does not take them.
    """
    for path in paths:
        folder = _nearest_folder(root / path)
        if not os.access(folder, os.W_OK | os.X_OK):
            why = "is on a read-only disk" if _on_read_only_disk(folder) else "is one that you may only read"
            message = f"The folder {folder.name} {why}: nothing can be written, and nothing has changed. {_ADVICE}"
            raise MlopsError("cannot-write", message, path=str(folder))


def cannot_write(root: Path, error: OSError) -> MlopsError:
    """The system's refusal in the words of a person, who knows nothing of the places where changes are prepared.

    Args:
        root: the project's folder, resolved.
        error: what the system said.
    """
    place = Path(error.filename or root)
    folder = _nearest_folder(place if place.is_relative_to(root) and ".mlops" not in place.parts else root / "any")
    why = error.strerror or str(error)
    advice = f" {_ADVICE}" if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM) else ""
    message = f"The files in the folder {folder.name} could not be written ({why}); nothing has changed.{advice}"
    return MlopsError("cannot-write", message, path=str(folder))


def _nearest_folder(path: Path) -> Path:
    """The innermost folder around a path that is there."""
    return next(parent for parent in path.parents if parent.is_dir())


def _on_read_only_disk(folder: Path) -> bool:
    if not hasattr(os, "statvfs"):
        return False
    return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
