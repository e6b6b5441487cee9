"""Prints what assessing costs: CPU on 1,000 files, on 20,000 beside reading what is parsed, and again after one change.

python benchmarks/assessing.py
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from jupyter_mlops import assess
from jupyter_mlops.demo import sample

_TIMES = 3
_AGAIN = 10
_CODE = (
    "import os\n\nimport pandas as pd\n\n\ndef load(path):\n    frame = pd.read_csv(path)\n    return frame.dropna()\n\n\n"
    "class Step:\n    def run(self, x):\n        return load(x)\n\n\n"
) * 3
_NOTEBOOK = (
    '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code", "execution_count": 1, "metadata": {}, '
    '"outputs": [], "source": ["import pandas as pd\\n", "df = pd.read_csv(\'data/f0/d1.csv\')\\n"]}]}\n'
)
_SETTINGS = "a:\n  b: [1, 2, 3]\n"


def lay(folder: Path, files: int) -> None:
    """A committed project of so many files: 300 Python, 50 notebooks, 100 YAML, the rest data and images."""
    texts = {f"pkg_{i // 50}/m{i}.py": _CODE for i in range(300)}
    texts |= {f"notebooks/n{i}.ipynb": _NOTEBOOK for i in range(50)}
    texts |= {f"conf/c{i}.yaml": _SETTINGS for i in range(100)}
    rest = files - len(texts)
    texts |= {f"data/f{i // 500}/d{i}.{'csv' if i % 2 else 'png'}": "a,b\n1,2\n" for i in range(rest)}
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    sample.git(folder, "init", "--quiet")
    sample.commit(folder, "work")


def of_children(line: list[str]) -> float:
    """CPU seconds of a command, the best of a few."""
    seconds = []
    for _ in range(_TIMES):
        before = os.times()
        subprocess.run(line, check=False, capture_output=True)
        after = os.times()
        seconds.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return min(seconds)


def reading(folder: Path) -> float:
    """CPU seconds of reading what is parsed, and of `git ls-files`."""
    started = time.process_time()
    for path in (*folder.glob("pkg_*/*.py"), *folder.glob("notebooks/*"), *folder.glob("conf/*")):
        path.read_bytes()
    return time.process_time() - started + of_children(["git", "-C", str(folder), "ls-files"])


def cpu() -> float:
    """CPU seconds so far, those of ended children included."""
    spent = os.times()
    return time.process_time() + spent.children_user + spent.children_system


def again(folder: Path) -> tuple[float, float]:
    """CPU seconds of a first assessment in this process, and of one after one file changed, on average."""
    started = cpu()
    assess(folder).to_dict()
    first = cpu() - started
    assess(folder)
    spent = 0.0
    for number in range(_AGAIN):
        (folder / "pkg_0/m1.py").write_text(f"{_CODE}x = {number}\n", encoding="utf-8")
        started = cpu()
        assess(folder).to_dict()
        spent += cpu() - started
    return first, spent / _AGAIN


def main() -> None:
    """Measure and print."""
    table = Table("what", "CPU seconds", box=None)
    for files in (1_000, 20_000):
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            lay(folder, files)
            whole = of_children([sys.executable, "-m", "jupyter_mlops", "assess", str(folder), "--format", "json"])
            table.add_row(f"jupyter mlops assess --format json, {files:,} files", f"{whole:.2f}")
            table.add_row("  reading what is parsed, and git ls-files", f"{reading(folder):.2f}")
            first, later = again(folder)
            table.add_row("  in a process that goes on: the first time", f"{first:.2f}")
            table.add_row("  and again, after one file changed", f"{later:.3f}, 1 : {first / later:.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
