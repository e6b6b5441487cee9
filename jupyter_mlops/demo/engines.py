"""Runs the engines in a converted pipeline's folder, as a person would on the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from jupyter_mlops.errors import MissingDependencyError, MlopsError

INSTALL = 'pip install "jupyter-mlops[demo]"'

#: What the journey uses beyond the package's own dependencies: distribution → module.
_NEEDED = {
    "dvc": "dvc",
    "mlflow": "mlflow",
    "ploomber": "ploomber",
    "scikit-learn": "sklearn",
    "pandas": "pandas",
    "pyarrow": "pyarrow",
    "matplotlib": "matplotlib",
}
_LINES_KEPT = 40
_UNLUCKY = "Kernel died before replying to kernel_info"


def require() -> None:
    """Refuse to start what could not be finished.

    Raises:
        MissingDependencyError: names all that is missing.
    """
    missing = [name for name, module in _NEEDED.items() if find_spec(module) is None]
    if missing:
        raise MissingDependencyError(", ".join(missing), INSTALL, "The demo")


def run(folder: Path, *command: str, tell: Callable[[str], None] = lambda _line: None) -> list[str]:
    """Run a command of an engine.

    Args:
        folder: where.
        command: module-free name and arguments, e.g. ``"dvc", "repro"``; found beside the interpreter first.
        tell: called with each line that it prints.

    Returns:
        The last lines that it printed.

    Raises:
        MlopsError: `engine-failed`, with those lines.
    """
    status, last = _once(folder, *command, tell=tell)
    # Kernels that start in the same moment can be given the same port. Both engines go on where they stopped.
    if status and any(_UNLUCKY in line for line in last):
        status, last = _once(folder, *command, tell=tell)
    if status:
        message = f"`{' '.join(command)}` ended with status {status} in {folder}."
        raise MlopsError("engine-failed", message, exit_status=3, detail="\n".join(last))
    return list(last)


def _once(folder: Path, *command: str, tell: Callable[[str], None]) -> tuple[int, deque[str]]:
    """The status of one run, and the last lines that it printed."""
    environment = {
        **os.environ,
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", ""))),
        "DVC_NO_ANALYTICS": "1",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "PLOOMBER_STATS_ENABLED": "false",
        "DO_NOT_TRACK": "true",
        "NO_COLOR": "1",
        "PYTHONUNBUFFERED": "1",
    }
    # A demo leaves its run in its own folder, not on the server that someone works with.
    environment.pop("MLFLOW_TRACKING_URI", None)
    last: deque[str] = deque(maxlen=_LINES_KEPT)
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            last.append(line.rstrip())
            tell(line.strip())
    return process.returncode, last
