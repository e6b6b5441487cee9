"""`start`: the first line of every tutorial."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from jupyter_mlops.checks.progress import read
from jupyter_mlops.errors import MissingDependencyError
from jupyter_mlops.tutorials.catalogue import Tutorial, tutorial_numbered
from jupyter_mlops.tutorials.sandbox import FOLDER, PROJECT, lay

_MODULES = {"scikit-learn": "sklearn"}
_PROGRAMS = ("git",)
#: For the kernel alone: what the tools would tell their makers, and where they would leave runs.
_QUIET = {
    "DVC_NO_ANALYTICS": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "PLOOMBER_STATS_ENABLED": "false",
}


@dataclass(frozen=True)
class Session:
    """A tutorial that was begun.

    Attributes:
        tutorial: which.
        project: the folder that the notebook works in.
        passed: its checks that have passed so far.
    """

    tutorial: Tutorial
    project: Path
    passed: tuple[str, ...]

    def __repr__(self) -> str:
        done = f"{len(self.passed)} of {len(self.tutorial.checks)} checks passed"
        names = f": {', '.join(self.passed)}" if self.passed else ""
        return f"Tutorial {self.tutorial.number}: {self.tutorial.title}\nYou are in {self.project}\n{done}{names}"


def start(number: int) -> Session:
    """Go to a tutorial's project, and lay it where there is none yet. Safe to call again.

    Changes the kernel's working directory, lets it find the programs that are installed beside its interpreter, keeps git in the
    sandbox, and has the output of programs without progress bars.

    Args:
        number: of the tutorial.

    Raises:
        MlopsError: what `lay` raises, or ``unknown-tutorial``.
        MissingDependencyError: names all that the tutorial needs and is not there.
    """
    tutorial = tutorial_numbered(number)
    missing = [name for name in tutorial.needs if not _is_there(name)]
    if missing:
        raise MissingDependencyError(
            ", ".join(missing), 'pip install "jupyter-mlops[tutorials]"', f"Tutorial {number}"
        )
    project = _find(tutorial)
    os.chdir(project)
    beside = str(Path(sys.executable).parent)
    if beside not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join((beside, os.environ.get("PATH", "")))
    os.environ.update(_QUIET)
    os.environ["GIT_CEILING_DIRECTORIES"] = str(Path.cwd().parent)  # a repository further up is another project's
    os.environ.pop("MLFLOW_TRACKING_URI", None)
    _speak_plainly()
    kept = read(project) or {"passed": []}
    return Session(tutorial, project, tuple(name for name in tutorial.checks if name in kept["passed"]))


def _find(tutorial: Tutorial) -> Path:
    here = Path.cwd()
    for folder in (here, *here.parents, here / PROJECT, here / FOLDER / tutorial.name / PROJECT):
        kept = read(folder)
        if kept is not None and kept["tutorial"] == tutorial.number:
            return folder
    return lay(tutorial, here / FOLDER).parent / PROJECT


def _is_there(name: str) -> bool:
    return shutil.which(name) is not None if name in _PROGRAMS else find_spec(_MODULES.get(name, name)) is not None


def _speak_plainly() -> None:
    """Let lines that begin with `!` print what they have to say, without the progress bars that tools draw on terminals."""
    from IPython import get_ipython

    shell = get_ipython()  # type: ignore[no-untyped-call,unused-ignore]
    if shell is None:
        return

    def system(line: str) -> None:
        command = shell.var_expand(line, depth=1)
        # A kernel asks for colours, and tools that hear it take its output for a terminal that they may draw on.
        plain = {name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "CLICOLOR_FORCE")}
        with subprocess.Popen(
            command,
            shell=True,
            env={**plain, "TERM": "dumb"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as process:
            assert process.stdout is not None
            for text in process.stdout:
                print(text, end="", flush=True)
        shell.user_ns["_exit_code"] = process.returncode

    shell.system = system
