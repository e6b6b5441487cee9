"""What Jupyter's client asks for: a provisioner that forks kernels, and a client that notices at once when one is ready."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty
from typing import TYPE_CHECKING, Any

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Type

if TYPE_CHECKING:
    from jupyter_mlops_converters.warm.kernels import ForkedKernel

#: Forks a kernel, given the command that would start it, its working directory and its environment.
Fork = Callable[[list[str], str, dict[str, str]], "ForkedKernel | None"]
#: Paths of sockets may not be longer than about a hundred characters, on any system.
_SOCKET_PATH = 90
#: Seconds after which a channel that hears nothing looks for itself.
_LOOK = 0.2
#: Seconds that a kernel's first answer may take to arrive before it is asked again.
_SOON = 0.02


def connect_by_files(manager: Any, folder: Path) -> None:
    """Let a kernel be reached through files instead of ports, where the system can do that.

    Ports have to be found free first, and another process may take them before the kernel does.

    Args:
        manager: one whose kernel has not been started.
        folder: an existing one for this kernel alone, which the caller removes after it.
    """
    manager.connection_file = str(folder / "c.json")
    if sys.platform != "win32" and len(str(folder)) < _SOCKET_PATH:
        manager.transport = "ipc"
        manager.ip = str(folder / "s")


class WarmProvisioner(LocalProvisioner):  # type: ignore[misc]
    """Forks the kernel where that can be had, and starts it otherwise."""

    fork: Fork

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """As `LocalProvisioner` has it."""
        cwd, env = str(kwargs.get("cwd") or Path.cwd()), dict(kwargs.get("env") or os.environ)
        process = await asyncio.to_thread(self.fork, cmd, cwd, env)
        if process is None:
            return await super().launch_kernel(cmd, **kwargs)
        self.process, self.pid, self.pgid, self.cwd = process, process.pid, process.pid, cwd
        return self.connection_info


class WatchfulChannel(AsyncZMQSocketChannel):  # type: ignore[misc]
    """A channel that misses no message.

    ZeroMQ tells once that something has come. Where a message is sent at that moment, as nbclient does for widgets that
    capture output, the sending takes the news in, and who waits for the message would wait for ever.
    """

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        """The next message.

        Args:
            timeout: seconds; None for no limit.

        Raises:
            Empty: there was none in that time.
            CancelledError: the channel was closed meanwhile.
        """
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            if self.socket is None or self.socket.closed:
                raise asyncio.CancelledError
            left = _LOOK if until is None else min(_LOOK, max(0, until - time.monotonic()))
            if await self.socket.poll(int(left * 1000)):
                message: dict[str, Any] = await self._recv()
                return message
            if until is not None and time.monotonic() >= until:
                raise Empty


class PromptClient(AsyncKernelClient):  # type: ignore[misc]
    """A client that waits for the kernel to be ready by listening, where Jupyter's waits a while for silence."""

    shell_channel_class = Type(WatchfulChannel)
    iopub_channel_class = Type(WatchfulChannel)
    control_channel_class = Type(WatchfulChannel)

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Return when the kernel has answered, and what it publishes arrives here.

        Args:
            timeout: seconds; None for no limit.

        Raises:
            RuntimeError: the kernel died, or the time is over.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        asked: set[str] = set()
        # What was published before this was listening is lost, so it has to be asked again, soon at first; on a busy
        # machine an answer takes longer than that.
        patience = _SOON
        while True:
            asked.add(self.kernel_info())
            try:
                reply = await self._of(asked, self.get_shell_msg, "kernel_info_reply", 1)
                await self._of(asked, self.get_iopub_msg, "status", patience, "idle")
            except Empty:
                patience = min(1.0, 2 * patience)
                if not await self._async_is_alive():
                    raise RuntimeError("The kernel died before it answered.") from None
            else:
                self._handle_kernel_info_reply(reply)
                return
            if deadline is not None and time.monotonic() > deadline:
                raise RuntimeError(f"The kernel did not answer in {timeout} seconds.")

    async def _of(
        self, asked: set[str], receive: Any, kind: str, patience: float, state: str | None = None
    ) -> dict[str, Any]:
        """The message of a kind, and of a state, that answers one of the requests."""
        until = time.monotonic() + patience
        while True:
            message: dict[str, Any] = await receive(timeout=max(0, until - time.monotonic()))
            answers = message["parent_header"].get("msg_id") in asked and message["msg_type"] == kind
            if answers and state in (None, message["content"].get("execution_state")):
                return message
