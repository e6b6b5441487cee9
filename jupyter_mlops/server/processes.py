"""One child process in its own group: its pipes are read by threads, and it is stopped with all that it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

#: Seconds a process has to clean up after it was asked to stop.
_GRACE = 5.0
#: Seconds to read what is left in the pipes of a process that has ended.
_DRAIN = 2.0


class JobProcess:
    """A running command.

    Args:
        command: program and arguments.
        folder: the working directory.
        on_line: called with every line of standard error, from a thread.
        on_end: called once with exit status and standard output, from a thread.

    Raises:
        OSError: when the process cannot be started.
    """

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        *,
        on_line: Callable[[str], None],
        on_end: Callable[[int, str], None],
    ) -> None:
        self._on_line = on_line
        self._on_end = on_end
        self._output: list[bytes] = []
        environment = dict(os.environ)
        if sys.platform == "win32":
            environment["PYTHONIOENCODING"] = "utf-8"
        self._process = subprocess.Popen(
            list(command),
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            start_new_session=sys.platform != "win32",
        )
        self._exited = threading.Event()
        self._gone = threading.Event()
        threading.Thread(target=self._watch, name=f"job {self._process.pid}", daemon=True).start()

    @property
    def pid(self) -> int:
        """Process id, which is the group's id too."""
        return self._process.pid

    def stop(self) -> None:
        """Ask the process to stop, then make it; return when it and all that it started are gone.

        Kernels are sessions of their own and outlive a group that is killed, so descendants are noted first.
        """
        descendants = _descendants(self.pid)
        if sys.platform == "win32":
            subprocess.run(["taskkill", "/T", "/F", "/PID", str(self.pid)], capture_output=True, check=False)
        else:
            self._signal_group(signal.SIGTERM)
            self._exited.wait(_GRACE)
            self._signal_group(signal.SIGKILL)
        for process in descendants:
            with contextlib.suppress(Exception):  # gone already, or not ours any more
                process.kill()
        self._gone.wait(_GRACE)

    def _watch(self) -> None:
        readers = [
            threading.Thread(target=self._read_output, daemon=True),
            threading.Thread(target=self._read_lines, daemon=True),
        ]
        for reader in readers:
            reader.start()
        exit_status = self._process.wait()
        self._exited.set()
        # What the process wrote is in the pipes by now; something it left running may keep them open for ever.
        enough = time.monotonic() + _DRAIN
        for reader in readers:
            reader.join(max(0.0, enough - time.monotonic()))
        self._gone.set()
        self._on_end(exit_status, b"".join(self._output).decode("utf-8", "replace"))

    def _read_output(self) -> None:
        assert self._process.stdout is not None
        while chunk := os.read(self._process.stdout.fileno(), 1 << 16):
            self._output.append(chunk)

    def _read_lines(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._on_line(line.decode("utf-8", "replace").rstrip("\r\n"))

    def _signal_group(self, number: int) -> None:
        if sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)


def _descendants(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []
