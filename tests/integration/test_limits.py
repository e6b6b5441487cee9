"""What a conversion may take, what it leaves when it is cut, and several at once."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from notebooks import environment, write_notebook

FOR_EVER = "import subprocess, sys\nchild = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=-1)\nwhile True:\n    pass"
SHORT = ["a = 1", "b = a + 1", "print(b)", "c = b * 2", "print(c)"]
_MARK = "CONVERSION_UNDER_TEST"


class Conversion:
    """`jupyter mlops convert` in a process of its own, whose temporary files and descendants can be told."""

    def __init__(self, notebook: Path, temp: Path, *more: str) -> None:
        self.temp = temp
        self.temp.mkdir(parents=True)
        self.events: list[dict[str, Any]] = []
        self.log = ""
        self._changed = threading.Condition()
        line = [
            sys.executable,
            "-m",
            "jupyter_mlops",
            "convert",
            str(notebook),
            "--format",
            "json",
            "--progress",
            "json",
        ]
        self.process = subprocess.Popen(
            [*line, *more],
            cwd=notebook.parent,
            env={**environment(), "TMPDIR": str(temp), _MARK: str(temp)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._changed:
                if line.startswith("{"):
                    self.events.append(json.loads(line))
                else:
                    self.log += line
                self._changed.notify_all()

    def wait_for(self, phase: str) -> None:
        """Return when it is in that phase."""
        with self._changed:
            assert self._changed.wait_for(lambda: any(event["phase"] == phase for event in self.events), 120), self.log

    def end(self) -> tuple[int, dict[str, Any]]:
        """Wait for its end; gives exit status and answer."""
        assert self.process.stdout is not None
        text = self.process.stdout.read()
        status = self.process.wait(120)
        self._reader.join(20)
        return status, json.loads(text) if text.strip() else {}

    def left_running(self) -> list[psutil.Process]:
        """Processes that it started and that are still there a moment after its end."""
        found: list[psutil.Process] = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.environ().get(_MARK) == str(self.temp) and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return psutil.wait_procs(found, timeout=5)[1]


@contextmanager
def conversion(notebook: Path, temp: Path, *more: str) -> Iterator[Conversion]:
    running = Conversion(notebook, temp, *more)
    try:
        yield running
    finally:
        for process in (
            [*psutil.Process(running.process.pid).children(recursive=True)] if running.process.poll() is None else []
        ):
            process.kill()
        running.process.kill()
        running.process.wait()


def tree(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        for path in sorted(root.rglob("*"))
    }


@pytest.mark.parametrize(
    ("cells", "phase", "number"),
    [
        ([*SHORT, FOR_EVER], "read", signal.SIGINT),
        ([*SHORT, FOR_EVER], "observe", signal.SIGINT),
        ([*SHORT, FOR_EVER], "observe", signal.SIGTERM),
        (SHORT, "verify", signal.SIGINT),
        (SHORT, "emit", signal.SIGTERM),
    ],
)
def test_an_interrupt_leaves_nothing_behind(
    tmp_path: Path, cells: list[str], phase: str, number: signal.Signals
) -> None:
    notebook = write_notebook(tmp_path / "project" / "n.ipynb", cells)
    before = tree(notebook.parent)
    with conversion(notebook, tmp_path / "temp") as running:
        running.wait_for(phase)
        running.process.send_signal(number)
        sent = time.monotonic()
        status, _ = running.end()
        assert time.monotonic() - sent < 5
        assert status == 130
        assert running.log.strip() == "Interrupted."
        assert not running.left_running()
    assert list(running.temp.iterdir()) == []
    after = tree(notebook.parent)
    # All or nothing: where the interrupt came too late, the whole pipeline is there.
    assert after == before or "pipelines/n/conversion.json" in after


def test_a_limit_for_everything(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "project" / "n.ipynb", [*SHORT, FOR_EVER])
    before = tree(notebook.parent)
    with conversion(notebook, tmp_path / "temp", "--total-timeout", "8") as running:
        status, answer = running.end()
        assert (status, answer["error"]["code"]) == (2, "total-timeout")
        assert "Running cell 5" in answer["error"]["message"]
        assert not running.left_running()
    assert list(running.temp.iterdir()) == []
    assert tree(notebook.parent) == before


def test_the_same_notebook_twice_at_once(tmp_path: Path) -> None:
    go = tmp_path / "go"
    wait = f"import os, time\nwhile not os.path.exists({str(go)!r}):\n    time.sleep(0.05)"
    notebook = write_notebook(tmp_path / "project" / "n.ipynb", [wait, *SHORT])
    with conversion(notebook, tmp_path / "first") as first:
        first.wait_for("observe")
        with conversion(notebook, tmp_path / "second") as second:
            status, answer = second.end()
            assert (status, answer["error"]["code"]) == (2, "conversion-running")
        go.touch()
        status, answer = first.end()
        assert status == 0, first.log
        assert answer["verification"]["verdict"] == "equivalent"


def test_two_notebooks_of_a_project_at_once_and_the_memory_they_need(tmp_path: Path) -> None:
    """Each waits in its first cell until the other has begun, so that they run at the same time."""
    (tmp_path / "there").mkdir()
    meet = (
        "import os, time\nopen({0!r} + {1!r}, 'w').close()\n"
        "while not os.path.exists({0!r} + {2!r}):\n    time.sleep(0.05)"
    )
    large = "size = len(bytearray(os.urandom(1) * 300_000_000))"
    folder = f"{tmp_path / 'there'}{os.sep}"
    project = tmp_path / "project"
    for name, other in (("a", "b"), ("b", "a")):
        load = [("markdown", "## Load"), ("code", meet.format(folder, name, other)), ("code", large)]
        report = [("markdown", "## Report"), ("code", "total = size + 1"), ("code", "print(total)")]
        cells = [*load, *report, *(("code", text) for text in SHORT)]
        write_notebook(project / f"{name}.ipynb", cells)
    (project / "pyproject.toml").touch()
    with (
        conversion(project / "a.ipynb", tmp_path / "temp_a") as a,
        conversion(project / "b.ipynb", tmp_path / "temp_b") as b,
    ):
        for name, running in (("a", a), ("b", b)):
            status, answer = running.end()
            assert status == 0, running.log
            assert answer["verification"]["verdict"] == "equivalent"
            memory = answer["verification"]["memory"]
            assert memory["notebook"] > 300_000_000
            needed = {
                stage["name"]: memory["stages"][stage["name"]] for stage in answer["stages"] if stage["source_cells"]
            }
            hungry = next(stage["name"] for stage in answer["stages"] if 2 in stage["source_cells"])
            assert needed[hungry] > 300_000_000
            assert all(size < 300_000_000 for stage, size in needed.items() if stage != hungry)
            assert (project / "pipelines" / name / "conversion.json").is_file()
