"""A warm process that waits for the next run: taken over where nothing has changed, and gone in the end."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from blocking import BlockingSession as Session
from jupyter_mlops_converters.warm import WarmKernels, kept
from kernel_state import alive, gone, said, state

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")

_LONG = 60.0


@pytest.fixture(autouse=True)
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for sockets, whose paths have to be short. What waits at the end is ended."""
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield Path(folder)
        kept.end_all()


def parent(kernels: WarmKernels, cwd: Path) -> int:
    """The process that a kernel is forked from."""
    with Session("python3", cwd, kernels=kernels) as session:
        return int(said(session, "import os\nprint(os.getppid())"))


def keep(cwd: Path, *modules: str, seconds: float = _LONG) -> int:
    """A warm process that waits."""
    kernels = WarmKernels(cwd=cwd, again=True)
    kernels.preload(modules)
    pid = parent(kernels, cwd)
    kernels.close(keep=seconds)
    return pid


def next_one(cwd: Path) -> int:
    kernels = WarmKernels(cwd=cwd, again=True)
    try:
        return parent(kernels, cwd)
    finally:
        kernels.close()


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_kernels_of_a_process_that_was_kept_are_as_started_ones(tmp_path: Path) -> None:
    first = keep(tmp_path, "json.tool")
    with WarmKernels(cwd=tmp_path, again=True) as kernels:
        warm = state(tmp_path, kernels)
        assert parent(kernels, tmp_path) == first
    assert warm == state(tmp_path, None)
    assert gone({first})


def test_it_is_kept_from_run_to_run(tmp_path: Path) -> None:
    assert keep(tmp_path) == keep(tmp_path) == next_one(tmp_path)


def _edit_module(folder: Path) -> None:
    (folder / "own.py").write_text("value = 2\n", encoding="utf-8")


def _add_module(folder: Path) -> None:
    (folder / "another.py").touch()


def _remove_module(folder: Path) -> None:
    (folder / "own.py").unlink()


@pytest.mark.parametrize("change", [_edit_module, _add_module, _remove_module])
def test_what_has_changed_is_imported_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None]
) -> None:
    modules, other = tmp_path / "modules", tmp_path / "other"
    modules.mkdir()
    other.mkdir()
    (modules / "own.py").write_text("value = 1\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", f"{modules}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    # The first import of the module leaves byte code in its folder, some time after the process has begun.
    first = keep(tmp_path, "unittest.mock", "own")
    assert keep(tmp_path) == first
    # As installers do for another environment.
    os.link(modules / "own.py", other / "own.py")
    assert keep(tmp_path) == first
    change(modules)
    assert next_one(tmp_path) != first
    assert gone({first})


def test_figures_follow_settings_that_were_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = tmp_path / "matplotlibrc"
    monkeypatch.setenv("MATPLOTLIBRC", str(settings))
    settings.write_text("figure.dpi: 50\n", encoding="utf-8")
    first = keep(tmp_path, "matplotlib.figure")
    settings.write_text("figure.dpi: 60\n", encoding="utf-8")
    with WarmKernels(cwd=tmp_path, again=True) as kernels:
        kernels.preload(["matplotlib.figure"])
        with Session("python3", tmp_path, kernels=kernels) as session:
            assert said(session, "import matplotlib\nprint(matplotlib.rcParams['figure.dpi'])") == "60.0\n"
    assert gone({first})


def test_another_environment_or_folder_has_a_process_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    first = keep(tmp_path)
    assert next_one(other) != first
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert next_one(tmp_path) != first
    monkeypatch.delenv("OMP_NUM_THREADS")
    umask = os.umask(0o077)
    try:
        assert next_one(tmp_path) != first
    finally:
        os.umask(umask)
    assert next_one(tmp_path) == first


def test_one_waits_at_a_time(tmp_path: Path, runtime: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    first, second = keep(tmp_path), keep(other)
    assert gone({first})
    assert alive(second)
    wait_until(lambda: len(list(runtime.rglob("*.socket"))) == 1)


def test_it_ends_by_itself_and_leaves_nothing(tmp_path: Path, runtime: Path) -> None:
    first = keep(tmp_path, seconds=0.1)
    assert gone({first})
    assert not list(runtime.rglob("*.socket"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_one_that_was_ended_is_not_missed(tmp_path: Path, runtime: Path, number: signal.Signals) -> None:
    first = keep(tmp_path)
    wait_until(lambda: any(runtime.rglob("*.socket")))
    psutil.Process(first).send_signal(number)
    assert gone({first})
    assert next_one(tmp_path) != first
    assert not list(runtime.rglob("*.socket"))


def test_nothing_waits_where_others_may_enter(tmp_path: Path, runtime: Path) -> None:
    assert alive(keep(tmp_path))
    (folder,) = runtime.iterdir()
    folder.chmod(0o755)
    assert not kept.any_kept()
    open_to_all = keep(tmp_path)
    assert gone({open_to_all})
    folder.chmod(0o700)


@pytest.mark.parametrize(
    ("said", "ci", "seconds"),
    [("", "", 300), ("20", "", 20), ("20", "true", 20), ("", "true", 0), ("0", "", 0), ("inf", "", 86400)],
)
def test_how_long_it_waits(monkeypatch: pytest.MonkeyPatch, said: str, ci: str, seconds: float) -> None:
    monkeypatch.setenv(kept.SETTING, said)
    monkeypatch.setenv("CI", ci)
    assert kept.seconds_kept() == seconds
