"""Whether a file or a folder is as it was, by what the file system says of it."""

from __future__ import annotations

import os
import time

#: When it changed, by two clocks of which a program can set one only; size, number, device.
Stamp = tuple[int, int, int, int, int]

#: What was written just now may be written again within the resolution of its time stamps.
_SETTLED_NS = 100_000_000
#: Some file systems count in seconds, or in two.
_COARSE_NS = 2_100_000_000


def stamp_of(path: str) -> Stamp | None:
    """The stamp of what is at `path`, links followed; None where nothing can be seen."""
    try:
        status = os.stat(path)  # noqa: PTH116 - asked of hundreds of files
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino, status.st_dev


def is_settled(stamp: Stamp) -> bool:
    """Whether any later change gives another stamp: what is younger than the clock can tell may change unseen."""
    written = max(stamp[0], stamp[1])
    return written < time.time_ns() - (_SETTLED_NS if stamp[0] % 1_000_000_000 else _COARSE_NS)


def settled_stamp_of(path: str) -> Stamp | None:
    """The stamp of what is at `path` where it can be relied on, else None."""
    stamp = stamp_of(path)
    return stamp if stamp is not None and is_settled(stamp) else None
