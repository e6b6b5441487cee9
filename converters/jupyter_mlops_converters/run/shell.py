"""Commands of stages that are not papermill's, run as DVC runs them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


class CommandFailedError(Exception):
    """A command ended with an exit status other than 0.

    Args:
        said: the end of what it said.
    """

    def __init__(self, status: int, said: str) -> None:
        super().__init__(f"it ended with exit status {status}")
        self.said = said


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
