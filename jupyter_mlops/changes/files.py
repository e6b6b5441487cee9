"""The state of a path, and the few durable file operations that transactions are made of.

Durable means: after the call returns, a power cut does not take it back (where the system lets us ask for that).
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

_CHUNK = 1 << 20
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


@dataclass(frozen=True)
class State:
    """What is at a path.

    Attributes:
        kind: "other" is a folder or a special file, which change sets never touch.
        sha256: of a file's bytes.
        mode: a file's permission bits; None on Windows, which has none.
        target: a link's text.
    """

    kind: Literal["absent", "file", "link", "other"]
    sha256: str | None = None
    mode: int | None = None
    target: str | None = None

    @classmethod
    def of(cls, path: Path) -> State:
        """The state of `path`, without following a link at its end."""
        try:
            status = os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            return ABSENT
        if stat.S_ISLNK(status.st_mode):
            return cls("link", target=str(path.readlink()))
        if not stat.S_ISREG(status.st_mode):
            return cls("other")
        mode = None if sys.platform == "win32" else stat.S_IMODE(status.st_mode)
        return cls("file", sha256=digest(path), mode=mode)

    def as_dict(self) -> dict[str, Any]:
        """The state as JSON-like data; `State(**data)` reads it back."""
        return asdict(self)


ABSENT = State("absent")


def digest(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    value = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            value.update(chunk)
    return value.hexdigest()


def create(path: Path, data: bytes, *, executable: bool = False, mode: int | None = None) -> None:
    """Write a new file durably.

    Args:
        path: where; must not exist.
        data: its bytes.
        executable: whether it may be run, as far as the user's umask allows.
        mode: its permission bits, whatever the umask; decided by `executable` when None.
    """
    descriptor = os.open(path, _CREATE, 0o777 if executable else 0o666)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
        if mode is not None and sys.platform != "win32":
            os.fchmod(descriptor, mode)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def copy(source: Path, path: Path) -> None:
    """Give a file a second name, or copy it with mode and times where hard links are not to be had. A link is copied."""
    try:
        os.link(source, path, follow_symlinks=False)
    except (OSError, NotImplementedError):
        shutil.copy2(source, path, follow_symlinks=False)
        if not path.is_symlink():
            _sync(path, os.O_RDWR)


def move(source: Path, path: Path) -> None:
    """Put `source` in the place of `path` in one step, also from another file system."""
    try:
        source.replace(path)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        near = path.with_name(f".{source.name}.mlops-move")
        near.unlink(missing_ok=True)
        copy(source, near)
        near.replace(path)
        source.unlink()


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    if sys.platform != "win32":
        _sync(path, os.O_RDONLY)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
