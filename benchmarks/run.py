"""Prints what things cost on this machine: start-up, assessing, converting without a run, and writing.

    make bench

Each figure is the best of three, since the machine may be doing other things too.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from jupyter_mlops import assess, convert
from jupyter_mlops.changes import ChangeSet, undo
from jupyter_mlops.demo import sample

_TIMES = 3
_MANY = 2000


def best(action: Callable[[], object]) -> float:
    """Seconds of the quickest of a few calls."""
    seconds = []
    for _ in range(_TIMES):
        started = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def command(*arguments: str) -> Callable[[], object]:
    """A call of the command line in a process of its own."""
    line = [sys.executable, "-m", "jupyter_mlops", *arguments]
    return lambda: subprocess.run(line, check=False, capture_output=True)


def large_project(folder: Path) -> None:
    """A project of many small modules, as a monorepo has them."""
    files = {
        f"package_{i // 50}/module_{i}.py": f"import os\n\n\ndef f{i}(x):\n    return x + {i}\n" for i in range(_MANY)
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    sample.git(folder, "init", "--quiet")
    sample.commit(folder, "many modules")


def main() -> None:
    """Measure and print."""
    table = Table("what", "seconds", box=None)
    with tempfile.TemporaryDirectory() as scratch:
        demo, large = Path(scratch, "demo"), Path(scratch, "large")
        sample.lay(demo)
        large.mkdir()
        large_project(large)
        notebook = demo / sample.NOTEBOOK
        files = {f"pipelines/x/{i}.txt": "text\n" * 100 for i in range(40)}

        def write_and_undo() -> None:
            ChangeSet.build(demo, files).apply()
            undo(demo)

        for what, action in {
            "jupyter mlops --help": command("--help"),
            "jupyter mlops assess (the demo project)": command("assess", str(demo)),
            "assess, in process (the demo project)": lambda: assess(demo),
            f"assess, in process ({_MANY} modules)": lambda: assess(large),
            "convert --no-run, in process": lambda: convert(notebook, run=False, write=False),
            f"write {len(files)} files as a change set, and undo": write_and_undo,
        }.items():
            table.add_row(what, f"{best(action):.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
