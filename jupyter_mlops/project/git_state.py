"""Whether a repository is as it was, without asking git: the files that its facts come from, by stamp or content."""

from __future__ import annotations

import os
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


def state_of(folder: Path) -> tuple[object, ...] | None:
    """The state of the repository around a folder. Two that are equal mean the same commit, index and configuration.

    Args:
        folder: an existing folder, links resolved.

    Returns:
        None where it cannot be told: no repository, one that was written just now, or settings in files elsewhere.
    """
    door = next((place / ".git" for place in (folder, *folder.parents) if os.path.lexists(place / ".git")), None)
    own = None if door is None else door if door.is_dir() else _led_to(door, "gitdir: ")
    if own is None:
        return None
    shared = _led_to(own / "commondir") or own
    if not all((shared / name).is_dir() for name in _NEEDED):
        return None
    read = [_read(own / name) for name in _OWN_READ] + [_read(shared / name) for name in _SHARED_READ]
    head, settings = read[0] or b"", b"".join(text or b"" for text in read[1:])
    reference = _read(shared / os.fsdecode(head[5:].strip())) if head.startswith(b"ref: ") else None
    if b"include" in settings.lower() or (reference or b"").startswith(b"ref:"):
        return None
    stamps = [stamp_of(f"{own}/{name}") for name in _OWN_STAMPED]
    stamps += [stamp_of(f"{shared}/{name}") for name in _SHARED_STAMPED]
    if not all(stamp is None or is_settled(stamp) for stamp in stamps):
        return None
    return door, own, shared, reference, *read, *stamps


def _led_to(pointer: Path, prefix: str = "") -> Path | None:
    """The folder that a file leads to."""
    text = os.fsdecode(_read(pointer) or b"").strip()
    if not text.startswith(prefix) or text == prefix:
        return None
    return pointer.parent / text.removeprefix(prefix)


def _read(path: Path) -> bytes | None:
    try:
        with path.open("rb") as stream:
            return stream.read(1_000_000)
    except (OSError, ValueError):
        return None
