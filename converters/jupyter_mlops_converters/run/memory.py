"""How much memory a process has had."""

from __future__ import annotations

import re
from pathlib import Path


def peak_memory(pid: int) -> int | None:
    """The most bytes that a running process has had in memory; where the system does not keep count, what it has now.

    Args:
        pid: its id.

    Returns:
        Bytes, or None when the process is gone.
    """
    try:
        peak = re.search(r"^VmHWM:\s*(\d+) kB", Path(f"/proc/{pid}/status").read_text("ascii", "replace"), re.MULTILINE)
    except OSError:
        peak = None
    if peak is not None:
        return int(peak[1]) * 1024
    import psutil

    try:
        memory = psutil.Process(pid).memory_info()
    except psutil.Error:
        return None
    return int(getattr(memory, "peak_wset", memory.rss))
