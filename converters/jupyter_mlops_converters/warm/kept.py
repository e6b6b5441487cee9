"""The warm process of the last run, which the next run of the same pipeline may take over.

It waits at a socket in a folder that only this user may enter. The socket's name tells of what the process was made for:
an interpreter, a folder, an environment, and the limits and rights of the process that started it. One waits at a time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import socket
import stat
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

#: Seconds, 0 for not at all.
SETTING = "JUPYTER_MLOPS_KEEP_WARM"
_SECONDS = 300.0
_MOST = 24 * 3600.0
#: Seconds that a process that waits may take to answer: it only looks at the files it has imported.
_PATIENCE = 5.0
#: Variables that differ from call to call, and that no package reads.
_PASSING = {"_", "OLDPWD", "PWD", "SHLVL", "COLUMNS", "LINES"}
#: What a kernel gets from the process that it is forked from: users, groups, umask, processors, rights.
_STATUS = ("Uid", "Gid", "Groups", "Umask", "Cpus_allowed:", "Mems_allowed:", "Cap", "NoNewPrivs", "Seccomp:")


def seconds_kept() -> float:
    """How long the process waits after a run: five minutes, or what JUPYTER_MLOPS_KEEP_WARM says; not at all in CI."""
    said = os.environ.get(SETTING, "")
    try:
        return min(_MOST, max(0.0, float(said)))
    except ValueError:
        return 0.0 if os.environ.get("CI") else _SECONDS


def any_kept() -> bool:
    """Whether a process waits, for whichever pipeline."""
    folder = _folder()
    return folder is not None and any(folder.glob("*.socket"))


def place(interpreter: Sequence[str], cwd: Path, env: Mapping[str, str]) -> Path | None:
    """Where a process waits that can be taken for one that is started now.

    Args:
        interpreter: with its options.
        cwd: where it would start.
        env: its environment.

    Returns:
        The path of the socket; None where nothing can be kept.
    """
    folder = _folder()
    if folder is None:
        return None
    try:
        status = Path("/proc/self/status").read_text("utf-8").splitlines()
        around = [
            *(line for line in status if line.startswith(_STATUS)),
            Path("/proc/self/limits").read_text("utf-8"),
            Path("/proc/self/cgroup").read_text("utf-8"),
            *(str(each.readlink()) for each in sorted(Path("/proc/self/ns").iterdir())),
        ]
    except OSError:
        return None
    variables = sorted((name, value) for name, value in env.items() if name not in _PASSING)
    made_for = [list(interpreter), sys.version, str(cwd), os.getpriority(os.PRIO_PROCESS, 0), variables, around]
    return folder / f"{hashlib.sha256(json.dumps(made_for).encode()).hexdigest()[:24]}.socket"


def take_up(path: Path) -> tuple[socket.socket, dict[str, Any]] | None:
    """Connect to the process that waits at a place.

    Returns:
        The connection and what the process says of itself, or None where there is none that can be used.
    """
    if not path.exists():
        return None
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(_PATIENCE)
    received = b""
    try:
        connection.connect(str(path))
        while not received.endswith(b"\n"):
            chunk = connection.recv(1 << 16)
            if not chunk:
                raise ConnectionError
            received += chunk
    except OSError:
        connection.close()
        with contextlib.suppress(OSError):
            path.unlink()
        return None
    connection.settimeout(None)
    return connection, json.loads(received)


def end_all() -> None:
    """End the processes that wait."""
    folder = _folder()
    for path in [] if folder is None else folder.glob("*.socket"):
        found = take_up(path)
        if found is not None:
            found[0].close()


def _folder() -> Path | None:
    """The folder of the sockets; None where nobody else can be kept out of it."""
    if sys.platform != "linux":
        return None
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    folder = Path(
        runtime if runtime and Path(runtime).is_dir() else tempfile.gettempdir(), f"jupyter-mlops-{os.getuid()}"
    )
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return None
    private = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
    return folder if private else None
