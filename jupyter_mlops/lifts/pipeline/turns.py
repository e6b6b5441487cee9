"""One conversion of a notebook at a time: two that write the same pipeline would each undo what the other did."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from jupyter_mlops.errors import MlopsError

P = ParamSpec("P")
T = TypeVar("T")


def one_at_a_time(convert: Callable[P, T]) -> Callable[P, T]:
    """Let a function that converts the notebooks that are its first argument do so only while no other process does.

    Args:
        convert: takes one path or several first, and `write`: where that is false, it may run at any time.

    Returns:
        The function; it raises ``conversion-running`` when it is not its turn.
    """

    @wraps(convert)
    def in_turn(*arguments: P.args, **options: P.kwargs) -> T:
        given = arguments[0] if arguments else options["notebook"]
        paths = [Path(str(path)) for path in (given if isinstance(given, (list, tuple)) else [given])]
        with ExitStack() as turns:
            if options.get("write", True):
                for path in sorted({path.resolve() for path in paths if path.is_file()}):
                    turns.enter_context(_turn(path))
            return convert(*arguments, **options)

    return in_turn


@contextmanager
def _turn(notebook: Path) -> Iterator[None]:
    descriptor = _open(notebook)
    try:
        try:
            _lock(descriptor)
        except (BlockingIOError, PermissionError):
            message = "This notebook is being converted already. Wait for that to end, or interrupt it."
            raise MlopsError("conversion-running", message, path=str(notebook)) from None
        except OSError:  # some network file systems lock nothing; the checks before writing still hold
            pass
        yield
    finally:
        os.close(descriptor)


# Elsewhere the notebook itself is locked; on Windows nobody could read it then.
if sys.platform == "win32":
    import msvcrt

    def _open(notebook: Path) -> int:
        name = hashlib.sha256(str(notebook).encode()).hexdigest()[:16]
        return os.open(Path(tempfile.gettempdir()) / f"jupyter-mlops-{name}.lock", os.O_RDWR | os.O_CREAT)

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _open(notebook: Path) -> int:
        return os.open(notebook, os.O_RDONLY)

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
