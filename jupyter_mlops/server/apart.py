"""Calls that are made in a process of their own.

Parsing and collecting garbage hold up every thread of a process; in another one they do not hold up the server. What an
assessment keeps to be quick the next time stays there, too.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from typing import IO, Any, TypeVar

from jupyter_mlops.errors import MlopsError
from jupyter_mlops.interpreter import isolated

T = TypeVar("T")


class Apart:
    """One process, started when it is first needed and again when it has ended; one call at a time.

    It ends with this process, however that ends: its standard input is closed then.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    def call(self, function: Callable[..., T], *arguments: Any) -> T:
        """What a function gives. Blocks: call it from a thread.

        Args:
            function: of a module, not nested; what it takes and gives can be pickled.
            arguments: its positional arguments.

        Raises:
            MlopsError: ``process-ended`` when the process ends before it answers.
            Exception: what the function raises.
        """
        with self._lock:
            process = self._running()
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                pickle.dump((function, arguments), process.stdin)
                process.stdin.flush()
                failed, answer = pickle.load(process.stdout)  # noqa: S301 - from our own process
            except (OSError, EOFError, pickle.UnpicklingError, ValueError):
                process.kill()
                status = process.wait()
                raise MlopsError(
                    "process-ended",
                    f"The process that reads projects ended with status {status}. Try again; if it happens again, "
                    "look for what is unusual in the project, such as very large files.",
                ) from None
        if failed:
            raise answer
        value: T = answer
        return value

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                isolated("from jupyter_mlops.server.apart import serve; serve()"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
                start_new_session=sys.platform != "win32",
            )
            if self._closed:  # while it was started
                self._process.kill()
        return self._process

    def close(self) -> None:
        """End the process, at work or not."""
        self._closed = True
        process = self._process
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    assert stream is not None
                    stream.close()


def serve() -> None:
    """Answer calls from standard input on standard output until there are no more."""
    # What a function prints must not come between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _serve(sys.stdin.buffer, answers)


def _serve(calls: IO[bytes], answers: IO[bytes]) -> None:
    while True:
        try:
            function, arguments = pickle.load(calls)  # noqa: S301 - from the server
        except EOFError:
            return
        try:
            answer = (False, function(*arguments))
        except MlopsError as error:
            answer = (True, error)
        except Exception as error:  # noqa: BLE001 - it is raised where the call was made, and the server's log says where
            traceback.print_exc()
            answer = (True, error)
        answers.write(_pickled(answer))
        answers.flush()


def _pickled(answer: tuple[bool, Any]) -> bytes:
    try:
        data = pickle.dumps(answer)
        if answer[0]:
            pickle.loads(data)  # noqa: S301 - some exceptions can be pickled and not read again
    except Exception:  # noqa: BLE001
        return pickle.dumps((True, RuntimeError(f"{type(answer[1]).__name__}: {answer[1]}")))
    return data
