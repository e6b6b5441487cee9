"""What a kernel looks like from inside, and whether processes are still there."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import psutil
from blocking import BlockingSession as Session
from jupyter_mlops_converters.warm import WarmKernels

#: Everything about a fresh kernel that code in it could notice.
STATE = """
def state():
    import asyncio, builtins, decimal, gc, locale, logging, multiprocessing, os, resource, signal, sys, threading, warnings

    def plain(thing):
        return str(thing).split(" at 0x")[0]

    main = sys.modules["__main__"]
    umask = os.umask(0)
    os.umask(umask)
    shell = get_ipython()
    return {
        "argv": [each for each in sys.argv if not each.endswith(".json")],
        "original argv": [each for each in sys.orig_argv if not each.endswith(".json")],
        "path": sys.path,
        "finders": [plain(each) for each in [*sys.meta_path, *sys.path_hooks]],
        "folder": os.getcwd(),
        "environment": {name: value for name, value in os.environ.items() if name != "JPY_PARENT_PID"},
        "parent": os.environ["JPY_PARENT_PID"] == str(os.getppid()),
        "main": [main.__name__, repr(main.__spec__), hasattr(main, "__file__"), main.__dict__ is globals()],
        "names": sorted(set(globals()) - {"state", "_i1"}),
        "builtins": sorted(vars(builtins)),
        "signals": {each.name: plain(signal.getsignal(each)) for each in signal.valid_signals() if hasattr(each, "name")},
        "blocked": sorted(map(int, signal.pthread_sigmask(signal.SIG_BLOCK, []))),
        "loggers": sorted(
            (name, each.level, [type(handler).__name__ for handler in each.handlers])
            for name, each in logging.Logger.manager.loggerDict.items()
            if isinstance(each, logging.Logger)
        ),
        "root": [logging.getLogger().level, *(type(each).__name__ for each in logging.getLogger().handlers)],
        "threads": sorted((type(each).__name__, each.daemon) for each in threading.enumerate()),
        "warnings": [plain(each) for each in warnings.filters],
        "locale": locale.setlocale(locale.LC_ALL),
        "decimal": str(decimal.getcontext()),
        "collection": [gc.get_threshold(), gc.isenabled()],
        "loop": [plain(type(asyncio.get_event_loop())), asyncio.get_event_loop().is_running()],
        "flags": str(sys.flags),
        "limits": [resource.getrlimit(getattr(resource, each)) for each in dir(resource) if each.startswith("RLIMIT_")],
        "recursion": sys.getrecursionlimit(),
        "umask": umask,
        "leads": [os.getsid(0) == os.getpid(), os.getpgid(0) == os.getpid()],
        "processes": [multiprocessing.current_process().name, multiprocessing.get_start_method(allow_none=True)],
        "hooks": [plain(each) for each in (sys.excepthook, sys.displayhook, sys.gettrace(), sys.getprofile())],
        "streams": [plain(type(each)) for each in (sys.stdin, sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__)],
        "extensions": sorted(shell.extension_manager.loaded),
        "history": shell.history_manager.hist_file,
    }


import json
print(json.dumps(state(), indent=1, default=str))
"""


def said(session: Session, code: str) -> str:
    outputs, _ = session.execute(code)
    return "".join(output["text"] for output in outputs if output["output_type"] == "stream")


def state(cwd: Path, kernels: WarmKernels | None) -> dict[str, Any]:
    with Session("python3", cwd, kernels=kernels) as session:
        found = json.loads(said(session, STATE))
        assert isinstance(found, dict)
        return found


def gone(pids: set[int]) -> bool:
    deadline = time.monotonic() + 20
    while any(alive(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
