"""Imports packages once and forks kernels that have them: `python zygote.py DESCRIPTOR`, for `WarmKernels`.

It runs by itself and imports nothing but ipykernel and what it is told to, so that a forked kernel finds itself in the
state of one that was started. DESCRIPTOR is a connected socket; requests and answers are lines of JSON:

* `{"folder": path}`: go on there, since packages look around when they are imported; no answer.
* `{"import": [module, …]}`: import these when there is nothing else to do; no answer.
* `{"fork": {"modules": […], "argv": […], "cwd": …, "env": {…}}}`: a kernel, once these modules are imported;
  `{"pid": …}` or `{"error": why, "module": the one to leave out, or null}`.
* `{"reap": pid}`: a kernel that has ended may go; no answer.
* `{"keep": {"socket": path, "seconds": …, "left_out": […]}}`: once the other side is gone, wait there for another one so
  many seconds; `{"kept": whether it can}`. Who connects first is told `{"left_out": […]}`, and may ask as before. Where anything that was
  imported has changed meanwhile, it is told nothing.

When the other side is gone, or on SIGTERM, it ends with all its kernels.
"""

from __future__ import annotations

import _io
import atexit
import contextlib
import ctypes
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any, NoReturn

# What a kernel imports while it starts; not all of it is there in every version.
_STARTING = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.debugger",
    "tornado.platform.asyncio",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "faulthandler",
    "sqlite3",
)


class Zygote:
    """Answers requests.

    Args:
        control: where they come from.
    """

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.received = b""
        self.imported = Imported()
        #: Where another owner is waited for, and what was said about that.
        self.kept: tuple[socket.socket, dict[str, Any]] | None = None
        self.pending: deque[str] = deque()
        self.children: list[int] = []
        #: The module that a kernel would have imported with another effect, and the effect.
        self.spoiled: tuple[str, str] | None = None
        self.given = signal.signal(signal.SIGTERM, lambda *_: self.end())

    def serve(self) -> dict[str, Any]:
        """Answer requests until a process is forked that returns, with what it is to become."""
        while True:
            if self.pending and not select.select([self.control], [], [], 0)[0]:
                self.load(self.pending.popleft())
                continue
            request = self.receive()
            if "folder" in request:
                with contextlib.suppress(OSError):
                    os.chdir(request["folder"])
            elif "import" in request:
                self.pending.extend(request["import"])
            elif "reap" in request:
                self.reap(request["reap"])
            elif "keep" in request:
                self.keep(request["keep"])
            elif "fork" in request:
                kernel: dict[str, Any] = request["fork"]
                for module in kernel["modules"]:
                    self.load(module)
                if self.spoiled is not None:
                    module, effect = self.spoiled
                    self.answer({"error": f"{module} {effect}", "module": module})
                elif self.fork():
                    return kernel

    def load(self, module: str) -> None:
        """Import a module that must not notice that there is no notebook around it yet."""
        if module in sys.modules or self.spoiled is not None:
            return
        effect = effect_of_importing(module)
        self.imported.note()
        if effect is not None:
            self.spoiled = module, effect
            self.pending.clear()

    def fork(self) -> bool:
        """Fork; whether this is the child."""
        # What is there now lives as long as the process: no collection has to look at it, or copy its pages.
        gc.freeze()
        try:
            pid = os.fork()
        except OSError as error:
            self.answer({"error": str(error), "module": None})
            return False
        if pid == 0:
            os.setsid()
            signal.signal(signal.SIGTERM, self.given)
            self.control.close()
            return True
        self.children.append(pid)
        # Who knows a kernel may signal its group.
        while os.getsid(pid) != pid:
            time.sleep(0.001)
        self.answer({"pid": pid})
        return False

    def reap(self, pid: int) -> None:
        if pid in self.children:
            self.children.remove(pid)
            os.waitpid(pid, 0)

    def keep(self, said: dict[str, Any]) -> None:
        """Listen already: who comes before the present owner is gone has to wait."""
        with contextlib.suppress(OSError):
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(said["socket"])
            listener.listen(1)
            self.kept = listener, said
        with contextlib.suppress(OSError):
            self.control.sendall(json.dumps({"kept": self.kept is not None}).encode() + b"\n")

    def wait_for_another(self) -> None:
        """Return once there is another owner."""
        if self.kept is None or self.spoiled is not None:
            self.end()
        self.pending.clear()
        self.end_kernels()
        assert self.kept is not None
        listener, said = self.kept
        came = select.select([listener], [], [], said["seconds"])[0]
        self.forget()
        if not came:
            self.end()
        self.control, self.received = listener.accept()[0], b""
        listener.close()
        if self.imported.changed():
            self.end()
        self.answer({"left_out": said["left_out"]})

    def forget(self) -> None:
        """Let nobody come any more."""
        if self.kept is not None:
            with contextlib.suppress(OSError):
                Path(self.kept[1]["socket"]).unlink()
            self.kept = None

    def end(self) -> NoReturn:
        self.forget()
        self.end_kernels()
        os._exit(0)

    def end_kernels(self) -> None:
        for pid in self.children:
            with contextlib.suppress(OSError):
                os.killpg(pid, signal.SIGKILL)
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        while self.children:
            with contextlib.suppress(OSError):
                os.waitpid(self.children.pop(), 0)

    def receive(self) -> dict[str, Any]:
        while b"\n" not in self.received:
            chunk = b""
            with contextlib.suppress(OSError):
                chunk = self.control.recv(1 << 16)
            if not chunk:
                self.wait_for_another()
            self.received += chunk
        line, _, self.received = self.received.partition(b"\n")
        request: dict[str, Any] = json.loads(line)
        return request

    def answer(self, document: dict[str, Any]) -> None:
        try:
            self.control.sendall(json.dumps(document).encode() + b"\n")
        except OSError:
            self.end()


def effect_of_importing(module: str) -> str | None:
    """Import a module; what it did that has to happen in the kernel, if anything."""
    from IPython.core.interactiveshell import InteractiveShell

    asked = False

    def initialized(_: type) -> bool:
        nonlocal asked
        asked = True
        return False

    said = os.fstat(1).st_size
    InteractiveShell.initialized = classmethod(initialized)
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as error:
        # Where the module itself is not there, nothing has happened.
        if not f"{module}.".startswith(f"{error.name}."):
            return f"cannot be imported: {error!r}"
    except BaseException as error:  # noqa: BLE001 - whatever it is, the kernel meets it again
        return f"cannot be imported: {error!r}"
    finally:
        del InteractiveShell.initialized
    sys.stdout.flush()
    sys.stderr.flush()
    if os.fstat(1).st_size != said:
        return "says something when it is imported"
    if asked:
        return "asks for the notebook when it is imported"
    if threading.active_count() > 1:
        return "starts a thread when it is imported"
    return None


class Imported:
    """What imports have read, as it was then.

    Times of a change (ctime) would not do: they are new, too, whenever an installer links the same file elsewhere.
    """

    def __init__(self) -> None:
        self.files: dict[str, tuple[int, ...] | None] = {}
        self.folders: dict[str, frozenset[str]] = {}
        self.note()

    def note(self) -> None:
        """Take down what was not known yet."""
        for path in read():
            if path not in self.files:
                self.files[path] = stamp(path)
        for folder in sys.path:
            if folder not in self.folders:
                self.folders[folder] = names(folder)

    def changed(self) -> bool:
        """Whether a module's file, what is in a folder that modules are looked for in, or another file is not what it was."""
        return (
            any(path not in self.files for path in read())
            or any(stamp(path) != known for path, known in self.files.items())
            or any(names(folder) != known for folder, known in self.folders.items())
        )


def read() -> set[str]:
    """The files of modules, and what modules read beside them when they were imported."""
    files = set()
    for module in list(sys.modules.values()):
        # Asked in the usual way, modules that are loaded when they are first used would be.
        with contextlib.suppress(AttributeError):
            files.add(object.__getattribute__(module, "__dict__").get("__file__"))
    matplotlib = sys.modules.get("matplotlib")
    if matplotlib is not None:
        files.add(matplotlib.matplotlib_fname())
    return {path for path in files if isinstance(path, str)}


def stamp(path: str) -> tuple[int, ...] | None:
    """What tells a file from the one that was there before; None where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - thousands
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def names(folder: str) -> frozenset[str]:
    """What is in a folder, but for the byte code that imports themselves leave there."""
    try:
        return frozenset(os.listdir(folder)) - {"__pycache__"}  # noqa: PTH208 - thousands
    except OSError:
        return frozenset()


def become_kernel(argv: list[str], cwd: str, env: dict[str, str]) -> None:
    """Turn this forked process into what `python -m ipykernel_launcher ARGV` would be."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(null, descriptor)
    os.close(null)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    if not getattr(sys.flags, "safe_path", False):
        sys.path.insert(0, str(Path.cwd()))
    sys.argv[1:] = argv
    sys.orig_argv[-2:] = ["-m", "ipykernel_launcher", *argv]
    if "numpy.random" in sys.modules:
        # `random` has seen to it by itself.
        sys.modules["numpy.random"].seed()
    runpy.run_module("ipykernel_launcher", run_name="__main__", alter_sys=True)


def end_kernel(status: int) -> None:
    """End as an interpreter does, in its order, but without taking its modules apart.

    That would touch every page that is shared with the process that this one was forked from, and so copy it.
    """
    from ipykernel.iostream import OutStream
    from ipykernel.kernelapp import IPKernelApp

    kernel = IPKernelApp.instance()
    # It was the one to be asked, and may still be answering; what it answers through is closed below.
    kernel.control_thread.join(1)
    threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 - what an interpreter does
    atexit._run_exitfuncs()  # noqa: SLF001
    # What was made last goes first: it may still need what was there before it.
    kernel.shell.history_manager.output_hist.clear()
    while kernel.shell.user_ns:
        kernel.shell.user_ns.popitem()
    gc.collect()
    # What files that are still open hold back. The notebook's own streams are none: they would wait for who reads them.
    for thing in gc.get_objects():
        if issubclass(type(thing), _io._IOBase) and not issubclass(type(thing), OutStream):  # noqa: SLF001
            with contextlib.suppress(Exception):
                thing.flush()
    ctypes.CDLL(None).fflush(None)
    os._exit(status)


def main() -> None:
    """Serve, and in a forked process be a kernel."""
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    if sys.path and Path(sys.path[0]).resolve() == Path(__file__).resolve().parent:
        del sys.path[0]
    # What a kernel sets when it starts, and packages read when they are imported. The parent of the kernels is here.
    os.environ["JPY_PARENT_PID"] = str(os.getpid())
    if not os.environ.get("MPLBACKEND"):
        os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    given = dict(os.environ)
    # What imports leave is never collected here, so looking for it would only take time.
    gc.disable()
    for module in _STARTING:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    kernel = Zygote(control).serve()
    gc.enable()
    of_imports = {name: value for name, value in os.environ.items() if given.get(name) != value}
    env = {**kernel["env"], **of_imports, "JPY_PARENT_PID": given["JPY_PARENT_PID"]}
    try:
        become_kernel(kernel["argv"], kernel["cwd"], env)
    except SystemExit as ended:
        if not isinstance(ended.code, int | None):
            raise
        end_kernel(ended.code or 0)
    end_kernel(0)


if __name__ == "__main__":
    main()
