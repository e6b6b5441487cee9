"""The command line: `jupyter mlops …`."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import AbstractContextManager, nullcontext

__all__ = ["main"]

_INTERRUPTED = 130


def main(argv: list[str] | None = None) -> None:
    """Entry point of `jupyter-mlops`. Exits the process.

    Args:
        argv: arguments without the program name; those of the process when None.
    """
    # While modules are being loaded, and while Python shuts down, there is nothing to clean up.
    _when_interrupted(lambda *_: os._exit(_INTERRUPTED))
    try:
        with _begun_early(sys.argv[1:] if argv is None else argv):
            from jupyter_mlops.cli.app import main as run

            run(argv)
    finally:
        _when_interrupted(lambda *_: os._exit(_INTERRUPTED))


def _begun_early(arguments: list[str]) -> AbstractContextManager[None]:
    """Begin what takes longest where a changed parameter makes stages run, before the command line itself is loaded."""
    changes = any(argument.startswith(("-P", "--parameter")) for argument in arguments)
    if arguments[:1] != ["run"] or not changes or {"--cold", "--help", "-h"}.intersection(arguments):
        return nullcontext()
    from jupyter_mlops_converters.run.kernels import begin_early

    return begin_early()


def _when_interrupted(handler: object) -> None:
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, handler)  # type: ignore[arg-type]
