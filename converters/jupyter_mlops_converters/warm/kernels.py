"""Starts kernels by forking a process that is warm, where that can be had, and as Jupyter does otherwise."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from jupyter_mlops_converters.warm import kept

if TYPE_CHECKING:
    import psutil
    from jupyter_client import KernelManager
    from typing_extensions import Self

_SCRIPT = Path(__file__).with_name("zygote.py")
#: In a kernel's command between the interpreter with its options and the kernel's own arguments.
_LAUNCHER = ["-m", "ipykernel_launcher"]
#: Processes that are tried, each without a module that the one before could not import ahead.
_ATTEMPTS = 4
#: Seconds that the process has to end.
_GRACE = 2.0
#: Seconds in which it tells that it waits, if it has nothing else to do.
_MOMENT = 0.5


class WarmKernels:
    """A process that imports packages ahead, and the kernels forked from it. Use as a context manager.

    Every kernel is a process of its own and finds itself as one that was started: what one kernel does is not seen by
    another. Only Linux forks: elsewhere, for kernels that another interpreter runs, and after any failure, kernels are
    started as Jupyter does it; so this may be attached to every kernel. It may be used from several threads.

    Args:
        cwd: where the process starts, best where the kernels do; this process's working directory when None.
        env: its environment, and the kernels', as far as packages read it when they are imported; this process's when
            None.
        again: take over the process that was kept for this folder and environment, where there is one.
    """

    def __init__(self, *, cwd: Path | None = None, env: Mapping[str, str] | None = None, again: bool = False) -> None:
        self._cwd = cwd or Path.cwd()
        self._env = dict(os.environ if env is None else env)
        self._interpreter = [sys.executable]
        self._modules: list[str] = []
        self._left_out: set[str] = set()
        self._kernels: list[ForkedKernel] = []
        self._asking = threading.Lock()
        self._sending = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        if sys.platform == "linux" and not (again and self._take_up()):
            self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def warm(self) -> bool:
        """Whether the next kernel is going to be forked, as far as is known."""
        return self._control is not None

    def move(self, folder: Path) -> None:
        """Go on in another folder.

        Args:
            folder: best where the kernels start.
        """
        with self._asking, contextlib.suppress(OSError):
            self._cwd = folder
            self._send({"folder": str(folder)})

    def preload(self, modules: Iterable[str]) -> None:
        """Import modules ahead, in this order, whenever there is nothing else to do.

        Args:
            modules: their names. They must be safe to fork after: no threads, no connections. A module that cannot be
                imported, prints something, or asks for the notebook around it, is left for the kernels to import.
        """
        with self._asking, contextlib.suppress(OSError):
            new = [module for module in dict.fromkeys(modules) if module not in self._modules]
            self._modules += new
            self._send({"import": self._allowed(new)})

    def attach(self, manager: KernelManager, modules: Sequence[str] | None = None) -> None:
        """Let a kernel manager start its kernel here.

        Args:
            manager: one whose kernel has not been started.
            modules: what has to be imported before its kernel is forked; all that is to be imported ahead when None.
        """
        if not self.warm:
            return
        import zmq

        from jupyter_mlops_converters.warm.jupyter import PromptClient, WarmProvisioner

        provisioner = WarmProvisioner(kernel_id=manager.kernel_id, kernel_spec=manager.kernel_spec, parent=manager)
        provisioner.fork = lambda command, cwd, env: self.fork(command, modules, cwd, env)
        manager.provisioner = provisioner
        manager.client_factory = PromptClient
        # Milliseconds: a forked kernel listens a moment after it is called for the first time.
        manager.context.setsockopt(zmq.RECONNECT_IVL, 10)

    def fork(self, command: Sequence[str], modules: Sequence[str] | None, cwd: str, env: Mapping[str, str]) -> Any:
        """Fork a kernel.

        Args:
            command: what would start it.
            modules: as for `attach`.
            cwd: its working directory.
            env: its environment.

        Returns:
            The process, much like `subprocess.Popen`, or None where it has to be started.
        """
        parts = _parts(command)
        if parts is None:
            return None
        interpreter, arguments = parts
        kernel = {"argv": arguments, "cwd": cwd, "env": dict(env)}
        with self._asking:
            if self.warm and interpreter != self._interpreter:
                self._end()
                self._interpreter = interpreter
                self._start()
            wanted = self._modules if modules is None else modules
            for _ in range(_ATTEMPTS):
                answer = self._ask({"fork": {**kernel, "modules": self._allowed(wanted)}})
                if "pid" in answer:
                    self._kernels.append(ForkedKernel(answer["pid"], self))
                    return self._kernels[-1]
                self._end()
                if not answer.get("module"):
                    break
                self._left_out.add(answer["module"].partition(".")[0])
                self._start()
        return None

    def reap(self, pid: int) -> None:
        """Let a kernel that has ended go."""
        with contextlib.suppress(OSError):
            self._send({"reap": pid})

    def close(self, *, keep: float = 0.0) -> None:
        """End the kernels that are left, and the process.

        Args:
            keep: seconds that the process waits for whoever takes it over, instead.
        """
        for kernel in self._kernels:
            kernel.kill()
        self._kernels.clear()
        if not (keep and self._keep(keep)):
            self._end()

    def _allowed(self, modules: Iterable[str]) -> list[str]:
        return [module for module in modules if module.partition(".")[0] not in self._left_out]

    def _take_up(self) -> bool:
        place = kept.place(self._interpreter, self._cwd, self._env)
        found = None if place is None else kept.take_up(place)
        if found is None:
            return False
        self._control, said = found
        self._left_out.update(said["left_out"])
        return True

    def _keep(self, seconds: float) -> bool:
        place = kept.place(self._interpreter, self._cwd, self._env)
        if place is None or self._control is None:
            return False
        kept.end_all()
        # One that is in the middle of an import says so later; it waits all the same.
        self._control.settimeout(_MOMENT)
        self._ask({"keep": {"socket": str(place), "seconds": seconds, "left_out": sorted(self._left_out)}})
        self._control.close()
        self._process = self._control = None
        return True

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        # What is said while modules are imported: a kernel shows it in the cell that imports them.
        with theirs, tempfile.TemporaryFile() as said:
            try:
                self._process = subprocess.Popen(
                    [*self._interpreter, str(_SCRIPT), str(theirs.fileno())],
                    cwd=self._cwd,
                    env=self._env,
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=said,
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,
                )
            except OSError:
                ours.close()
                return
        self._control = ours
        with contextlib.suppress(OSError):
            self._send({"import": self._allowed(self._modules)})

    def _end(self) -> None:
        process, self._process = self._process, None
        control, self._control = self._control, None
        if control is not None:
            # Who waits for an answer in another thread gets none.
            with contextlib.suppress(OSError):
                control.shutdown(socket.SHUT_RDWR)
            control.close()
        if process is not None:
            process.terminate()
            try:
                process.wait(_GRACE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _send(self, request: dict[str, Any]) -> None:
        with self._sending:
            if self._control is None:
                return
            self._control.sendall(json.dumps(request).encode() + b"\n")

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """The answer to a request; empty where there is none."""
        control, received = self._control, b""
        if control is None:
            return {}
        try:
            self._send(request)
            while not received.endswith(b"\n"):
                chunk = control.recv(1 << 16)
                if not chunk:
                    return {}
                received += chunk
        except OSError:
            return {}
        answer: dict[str, Any] = json.loads(received)
        return answer


class ForkedKernel:
    """A forked kernel, with the interface of `subprocess.Popen` as far as Jupyter uses it.

    Args:
        pid: its process, which leads a group of its own.
        kernels: where it comes from.
    """

    stdin = stdout = stderr = None

    def __init__(self, pid: int, kernels: WarmKernels) -> None:
        import psutil

        self.pid = pid
        self.returncode: int | None = None
        self._kernels = kernels
        self._process: psutil.Process | None = None
        with contextlib.suppress(psutil.NoSuchProcess):
            self._process = psutil.Process(pid)

    def poll(self) -> int | None:
        """Its exit status, None while it runs."""
        if self.returncode is None and not self._runs():
            self.returncode = _exit_status(self.pid)
            self._kernels.reap(self.pid)
        return self.returncode

    def wait(self) -> int:
        """Its exit status, once it has ended."""
        while (status := self.poll()) is None:
            time.sleep(0.01)
        return status

    def send_signal(self, number: int) -> None:
        """Send a signal to it and to what it started."""
        if self._runs():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def _runs(self) -> bool:
        import psutil

        try:
            return (
                self._process is not None
                and self._process.is_running()
                and self._process.status() != psutil.STATUS_ZOMBIE
            )
        except psutil.Error:
            return False


def _exit_status(pid: int) -> int:
    """Of a process that has ended and that its parent has not let go yet; 1 where it has."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return 1
    return os.waitstatus_to_exitcode(int(fields[49]))


def _parts(command: Sequence[str]) -> tuple[list[str], list[str]] | None:
    """The command of a kernel of this interpreter in two: interpreter with options, and the kernel's arguments."""
    for index in range(1, len(command) - 1):
        if list(command[index : index + 2]) == _LAUNCHER:
            ours = command[0] == sys.executable and all(option.startswith("-") for option in command[1:index])
            return (list(command[:index]), list(command[index + 2 :])) if ours else None
    return None
