"""Kernels forked from a warm process: as if they had been started, each on its own, and none is left behind."""

from __future__ import annotations

import asyncio
import gzip
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty
from typing import Any

import psutil
import pytest
from blocking import BlockingSession as Session
from jupyter_client import AsyncKernelManager
from jupyter_mlops_converters.observe.session import CellFailedError
from jupyter_mlops_converters.warm import WarmKernels
from jupyter_mlops_converters.warm.jupyter import PromptClient
from kernel_state import gone, said, state

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")


@pytest.fixture
def kernels(tmp_path: Path) -> Iterator[WarmKernels]:
    with WarmKernels(cwd=tmp_path) as warm:
        yield warm


def processes() -> set[int]:
    return {each.pid for each in psutil.Process().children(recursive=True)}


def sockets(pid: int) -> set[str]:
    links = [str(path.readlink()) for path in Path(f"/proc/{pid}/fd").iterdir() if path.is_symlink()]
    return {link for link in links if link.startswith("socket:")}


def test_a_forked_kernel_finds_what_a_started_one_finds(kernels: WarmKernels, tmp_path: Path) -> None:
    warm = state(tmp_path, kernels)
    assert kernels.warm
    cold = state(tmp_path, None)
    assert warm == cold


def test_a_forked_kernel_holds_no_socket_of_the_warm_process(kernels: WarmKernels, tmp_path: Path) -> None:
    with Session("python3", tmp_path, kernels=kernels) as session:
        kernel = int(said(session, "import os\nprint(os.getpid())"))
        warm = psutil.Process(kernel).ppid()
        assert any("zygote" in part for part in psutil.Process(warm).cmdline())
        assert sockets(warm)
        assert not sockets(warm) & sockets(kernel)


def test_a_kernel_that_publishes_late_is_ready_all_the_same() -> None:
    class Late(PromptClient):  # type: ignore[misc]
        """On a busy machine nothing arrives within a moment."""

        async def get_iopub_msg(self, *, timeout: float) -> Any:
            if timeout < 0.3:
                await asyncio.sleep(timeout)
                raise Empty
            return await super().get_iopub_msg(timeout=timeout)

    async def start() -> None:
        manager = AsyncKernelManager()
        manager.client_factory = Late
        await manager.start_kernel()
        client = manager.client()
        client.start_channels()
        try:
            await client.wait_for_ready(60)
        finally:
            client.stop_channels()
            await manager.shutdown_kernel(now=True)

    asyncio.run(start())


def test_what_was_imported_ahead_is_there_and_nothing_of_another_kernel_is(
    kernels: WarmKernels, tmp_path: Path
) -> None:
    kernels.preload(["numpy"])
    with Session("python3", tmp_path, kernels=kernels) as first:
        said(
            first,
            "import os, random, sys, numpy as np\n"
            "np.random.seed(1); random.seed(1); np.set_printoptions(precision=1); np.mine = 1\n"
            "os.environ['MINE'] = '1'; os.chdir('/'); sys.path.insert(0, '/mine'); sys.modules['mine'] = np",
        )
        look = (
            "import os, sys\nprint('numpy' in sys.modules, 'MINE' in os.environ, os.getcwd(), '/mine' in sys.path,"
            " 'mine' in sys.modules)\nimport numpy as np\nprint(hasattr(np, 'mine'), np.get_printoptions()['precision'])"
        )
        with Session("python3", tmp_path, kernels=kernels) as second:
            assert said(second, look).split() == ["True", "False", str(tmp_path), "False", "False", "False", "8"]


def test_every_kernel_draws_its_own_numbers(kernels: WarmKernels, tmp_path: Path) -> None:
    kernels.preload(["numpy"])
    drawn = []
    for _ in range(2):
        with Session("python3", tmp_path, kernels=kernels) as session:
            drawn += said(session, "import random, numpy as np\nprint(np.random.rand(), random.random())").split()
    assert len(set(drawn)) == 4


def test_plots_are_drawn_as_in_a_started_kernel(kernels: WarmKernels, tmp_path: Path) -> None:
    kernels.preload(["matplotlib.figure", "matplotlib.image", "matplotlib.projections"])
    code = "import matplotlib.pyplot as plt\nplt.plot([1, 2]);"
    with Session("python3", tmp_path, kernels=kernels) as session:
        warm, _ = session.execute(code)
    with Session("python3", tmp_path) as session:
        cold, _ = session.execute(code)
    assert [output["output_type"] for output in warm] == ["display_data"]
    assert warm == cold


MODULES = {
    "asks": "from IPython import get_ipython\ninside = get_ipython() is not None",
    "prints": "print('hello')",
    "warns": "import warnings\nwarnings.warn('hello')",
    "threads": "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()",
    "fails": "import os\nraise ImportError('not here')",
}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_that_would_notice_is_left_to_the_kernels(tmp_path: Path, module: str) -> None:
    folder = tmp_path / "modules"
    folder.mkdir()
    for name, text in {**MODULES, "harmless": "value = 1"}.items():
        (folder / f"{name}.py").write_text(text)
    env = {**os.environ, "PYTHONPATH": str(folder)}
    look = f"import sys\nprint({module!r} in sys.modules, 'harmless' in sys.modules)"
    with WarmKernels(cwd=tmp_path, env=env) as kernels:
        kernels.preload(["no_such_module", module, "harmless"])
        with Session("python3", tmp_path, env=env, kernels=kernels) as session:
            assert said(session, look).split() == ["False", "True"]
        assert kernels.warm


def test_a_kernel_that_is_killed_is_noticed(kernels: WarmKernels, tmp_path: Path) -> None:
    with Session("python3", tmp_path, kernels=kernels) as session, pytest.raises(CellFailedError) as failure:
        session.execute("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    assert failure.value.kind == "kernel-died"


@pytest.mark.parametrize("end", [WarmKernels.close, lambda kernels: kernels._process.kill()])
def test_without_the_warm_process_kernels_are_started(
    kernels: WarmKernels, tmp_path: Path, end: Callable[[WarmKernels], None]
) -> None:
    end(kernels)
    with Session("python3", tmp_path, kernels=kernels) as session:
        assert said(session, "print(1)") == "1\n"


def test_nothing_is_left_running(tmp_path: Path) -> None:
    before = processes()
    kernels = WarmKernels(cwd=tmp_path)
    session = Session("python3", tmp_path, kernels=kernels)
    with session:
        said(session, "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'input()'], stdin=-1)")
        started = processes() - before
        assert len(started) == 3
        kernels.close()
        assert gone(started)


OWNER = """
import sys
from pathlib import Path
from blocking import BlockingSession
from jupyter_mlops_converters.warm import WarmKernels
from jupyter_mlops_converters.warm.jupyter import PromptClient
from kernel_state import gone, said, state

kernels = WarmKernels()
with BlockingSession("python3", Path.cwd(), kernels=kernels):
    print("ready", flush=True)
    sys.stdin.read()
"""


def test_nothing_outlives_an_owner_that_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OWNER],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "ready\n"
        started = {each.pid for each in psutil.Process(owner.pid).children(recursive=True)}
        assert len(started) == 2
        owner.kill()
        assert gone(started)


AT_THE_END = """
import atexit, gzip
from pathlib import Path

class Kept:
    def __del__(self, Path=Path):
        Path("deleted").write_text("by its end")

kept = Kept()
open_text, open_gzip = open("text", "w"), gzip.open("gzip", "wt")
open_text.write("held back")
open_gzip.write("held back")
atexit.register(lambda: Path("exit").write_text("at exit"))
pathlib = __import__("pathlib")
pathlib.left_in_a_module = open("module", "w")
pathlib.left_in_a_module.write("held back")
"""


@pytest.mark.parametrize("warm", [True, False])
def test_what_a_kernel_holds_back_is_written_when_it_ends(tmp_path: Path, warm: bool) -> None:
    async def run(kernels: WarmKernels | None) -> None:
        manager = AsyncKernelManager()
        if kernels is not None:
            kernels.attach(manager)
        await manager.start_kernel(cwd=str(tmp_path))
        client = manager.client()
        client.start_channels()
        await client.wait_for_ready(60)
        await client.execute_interactive(AT_THE_END, output_hook=lambda _: None)
        started = time.monotonic()
        await manager.shutdown_kernel()
        client.stop_channels()
        # Jupyter ends what does not end by itself in this time.
        assert time.monotonic() - started < manager.shutdown_wait_time

    if warm:
        with WarmKernels(cwd=tmp_path) as kernels:
            asyncio.run(run(kernels))
    else:
        asyncio.run(run(None))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.name != "gzip"} == {
        "deleted": b"by its end",
        "exit": b"at exit",
        "text": b"held back",
        "module": b"held back",
    }
    assert gzip.decompress((tmp_path / "gzip").read_bytes()) == b"held back"
