"""Whether a repository is as it was, without asking git: the files that its facts come from, by stamp or content."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from jupyter_mlops.project.stamp import is_settled, stamp_of

#: In the work tree's own folder, and in the one that all work trees share: small ones by content, large ones by stamp.
_OWN_READ = ("HEAD", "config.worktree")
_OWN_STAMPED = ("index",)
_SHARED_READ = ("config",)
_SHARED_STAMPED = (
    "packed-refs",
    "shallow",
    "info/grafts",
    "refs/replace",
    "remotes",
    "branches",
    "reftable/tables.list",
)
_NEEDED = ("objects", "refs")
#: What else git opens.
_OPENED = ("commondir", "info/exclude", "info/attributes", "objects/info/alternates")


def state_of(folder: Path) -> tuple[object, ...] | None:
    """The state of the repository around a folder. Two that are equal mean the same commit, index and configuration.

    Args:
        folder: an existing folder, links resolved.

    Returns:
        None where it cannot be told: no repository, one that was written just now, or settings in files elsewhere.
    """
    places = _places(_door(folder))
    if places is None:
        return None
    door, own, shared = places
    if not all(_is_folder(f"{shared}/{name}") for name in _NEEDED):
        return None
    read = [_read(own / name) for name in _OWN_READ] + [_read(shared / name) for name in _SHARED_READ]
    head, settings = read[0] or b"", b"".join(text or b"" for text in read[1:])
    branch = _branch(head)
    reference = _read(shared / branch) if branch is not None else None
    if b"include" in settings.lower() or (reference or b"").startswith(b"ref:"):
        return None
    stamps = [stamp_of(f"{own}/{name}") for name in _OWN_STAMPED]
    stamps += [stamp_of(f"{shared}/{name}") for name in _SHARED_STAMPED]
    if not all(stamp is None or is_settled(stamp) for stamp in stamps):
        return None
    return door, own, shared, reference, *read, *stamps


def blocks(places: Iterable[str]) -> bool:
    """Whether one of these paths is a pipe or the like, which git would open and wait at for ever."""
    return any(_is_special(place) for place in places)


def door_blocks(folder: Path) -> bool:
    """Whether git would wait for ever at what is, or leads to, the repository around a folder.

    Args:
        folder: an existing folder, links resolved.
    """
    door = _door(folder)
    if door is None:
        return False
    if _is_special(str(door)):
        return True
    places = _places(door)
    if places is None:
        return False
    _, own, shared = places
    if _is_special(f"{own}/HEAD"):
        return True
    branch = _branch(_read(own / "HEAD") or b"")
    names = [*_OWN_READ, *_OWN_STAMPED, *_SHARED_READ, *_SHARED_STAMPED, *_OPENED, *([branch] if branch else [])]
    return blocks(f"{place}/{name}" for place in {own, shared} for name in names)


def _door(folder: Path) -> Path | None:
    """What is called `.git` in a folder or in the nearest one above that has one."""
    return next((place / ".git" for place in (folder, *folder.parents) if os.path.lexists(place / ".git")), None)


def _places(door: Path | None) -> tuple[Path, Path, Path] | None:
    """A door, the work tree's own folder that it is or leads to, and the one that all work trees share.

    Nothing is read where it leads to no repository.
    """
    own = None if door is None else door if _is_folder(str(door)) else _led_to(door, "gitdir: ")
    if door is None or own is None or not os.path.lexists(f"{own}/HEAD"):
        return None
    return door, own, _led_to(own / "commondir") or own


def _branch(head: bytes) -> str | None:
    """The file of the branch that is checked out."""
    name = os.fsdecode(head[5:].strip()) if head.startswith(b"ref: refs/") else ""
    return None if not name or ".." in name or "\0" in name else name


def _is_special(path: str) -> bool:
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - asked of hundreds of files
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _is_folder(path: str) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 - `Path.is_dir` fails on names that are too long


def _led_to(pointer: Path, prefix: str = "") -> Path | None:
    """The folder that a file leads to."""
    text = os.fsdecode(_read(pointer) or b"").strip()
    if not text.startswith(prefix) or text == prefix:
        return None
    return pointer.parent / text.removeprefix(prefix)


def _read(path: Path) -> bytes | None:
    try:
        # What is at the path may be a pipe.
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as stream:
            return stream.read(1_000_000) if stat.S_ISREG(os.fstat(stream.fileno()).st_mode) else None
    except (OSError, ValueError):
        return None
