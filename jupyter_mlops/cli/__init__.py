"""The command line: `jupyter mlops …`."""

from __future__ import annotations

import os
import signal
import threading

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
        from jupyter_mlops.cli.app import main as run

        run(argv)
    finally:
        _when_interrupted(lambda *_: os._exit(_INTERRUPTED))


def _when_interrupted(handler: object) -> None:
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, handler)  # type: ignore[arg-type]
