"""Runs cells in a forked process with a plain IPython shell, and says what they showed.

This knows nothing of the converter, of kernels or of the proof, so that it can judge all three.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

_ADDRESS = re.compile(r"0x[0-9a-f]{6,}")
_PROMPT = re.compile(r"^Out\[\d+\]", re.MULTILINE)
_TIMES = re.compile(r"(CPU times|Wall time|Compiler)[^\n]*\n?")
_SECONDS = 60


def forked(job: Callable[[], Any]) -> Any:
    """Run a function in a child process and give back what it returns (JSON-able).

    Raises:
        RuntimeError: the child raised or died.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as spool:
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
        if child == 0:
            try:
                signal.alarm(_SECONDS)
                json.dump({"done": job()}, spool)
            except BaseException:  # noqa: BLE001 - the parent is told
                spool.seek(0)
                spool.truncate()
                json.dump({"raised": traceback.format_exc()}, spool)
            finally:
                spool.flush()
                os._exit(0)
        os.waitpid(child, 0)
        spool.seek(0)
        text = spool.read()
    if not text:
        raise RuntimeError("the process died or took too long")
    answer = json.loads(text)
    if "raised" in answer:
        raise RuntimeError(answer["raised"])
    return answer["done"]


def run_cells(cells: list[tuple[Any, str]], cwd: Path) -> dict[str, str]:
    """Run code cells one after the other in a process of their own.

    Args:
        cells: (key, source); cells whose key is None are run and not told of.
        cwd: where they run.

    Returns:
        Key, as text → what the cell showed.

    Raises:
        RuntimeError: a cell raised.
    """

    def job() -> dict[str, str]:
        os.chdir(cwd)
        sys.argv[:] = ["ipython"]
        import random

        random.seed(20260101)
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed(20260101)
        from IPython.core.interactiveshell import InteractiveShell
        from IPython.utils.capture import capture_output

        InteractiveShell.clear_instance()
        sys.modules.pop("__main__", None)
        shell = InteractiveShell.instance(history_length=0, colors="NoColor")
        shell.history_manager.enabled = False
        # A kernel takes a value that cannot be shown for a failure, as all that has a traceback; the shell alone does not.
        tracebacks: list[object] = []
        show = shell.showtraceback
        shell.showtraceback = lambda *given, **more: (tracebacks.append(given), show(*given, **more))
        shown = {}
        for key, source in cells:
            with capture_output() as captured:
                result = shell.run_cell(source, store_history=True)
            if not result.success or tracebacks:
                raise RuntimeError(f"cell {key}: {result.error_before_exec or result.error_in_exec!r}\n{source}")
            if key is not None:
                rich = [sorted(output.data.items()) for output in captured.outputs]
                shown[str(key)] = tidy(captured.stdout + repr(rich))
        return shown

    return dict(forked(job))


def tidy(text: str) -> str:
    """The text without addresses, timings and execution counts."""
    return _TIMES.sub("", _PROMPT.sub("Out", _ADDRESS.sub("0x", text)))


def warm() -> None:
    """Import once what notebooks import, so that forked runs start at once."""
    import matplotlib as mpl

    mpl.use("agg")
    import sklearn.linear_model
    import sklearn.neighbors
    import sklearn.tree  # noqa: F401
