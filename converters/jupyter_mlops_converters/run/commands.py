"""The commands of stages: papermill's are executed here, others as DVC does."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from jupyter_mlops_converters.run.papermill import NotebookRun

_FLAGS = frozenset({"--no-progress-bar", "--progress-bar"})


class CommandFailedError(Exception):
    """A command ended with an exit status other than 0.

    Args:
        said: the end of what it said.
    """

    def __init__(self, status: int, said: str) -> None:
        super().__init__(f"it ended with exit status {status}")
        self.said = said


def as_notebook_run(command: str, folder: Path) -> NotebookRun | None:
    """What a command asks papermill to do.

    Args:
        command: of a stage.
        folder: where it runs.

    Returns:
        None where it is no papermill command, or has options that mean more than is understood here.
    """
    try:
        words = shlex.split(command)
    except ValueError:
        return None
    if not words or words.pop(0) != "papermill" or any(sign in command for sign in "{}|&;<>$`*"):
        return None
    paths, files, cwd = [], [], "."
    while words:
        word = words.pop(0)
        if word in ("-f", "--parameters_file") and words:
            files.append(words.pop(0))
        elif word == "--cwd" and words:
            cwd = words.pop(0)
        elif word == "--log-level" and words:
            words.pop(0)
        elif not word.startswith("-"):
            paths.append(word)
        elif word not in _FLAGS:
            return None
    if len(paths) != 2:
        return None
    return NotebookRun(folder, paths[0], paths[1], cwd, tuple(files))


async def run_command(command: str, folder: Path, env: Mapping[str, str]) -> None:
    """Run a command in a shell.

    Args:
        command: what a stage has.
        folder: where it runs.
        env: its environment; the programs beside this interpreter are found, whether or not it is activated.

    Raises:
        CommandFailedError: its exit status is not 0.
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), env.get("PATH", "")])
    process = await asyncio.create_subprocess_shell(
        command,
        executable=None if sys.platform == "win32" else env.get("SHELL"),
        cwd=folder,
        env={**env, "PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=sys.platform != "win32",
    )
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                if sys.platform == "win32":
                    process.kill()
                else:
                    os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if process.returncode:
        raise CommandFailedError(process.returncode, said.decode("utf-8", "replace"))
