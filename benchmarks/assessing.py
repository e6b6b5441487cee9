"""Prints what assessing costs: CPU on 1,000 files, on 20,000 beside reading what is parsed, and again after one change.

python benchmarks/assessing.py

"times reading" is the whole command, Python's start included and parsing apart, beside reading the bytes of what is parsed
and `git ls-files`.
"""

from __future__ import annotations

import ast
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from jupyter_mlops import assess
from jupyter_mlops.demo import sample
from jupyter_mlops.project.yaml_reader import read_yaml

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
        before = spent_by(resource.RUSAGE_CHILDREN)
        subprocess.run(line, check=False, capture_output=True)
        seconds.append(spent_by(resource.RUSAGE_CHILDREN) - before)
    return min(seconds)


def parsed(folder: Path) -> list[Path]:
    """The files whose content is looked at."""
    return [*folder.glob("pkg_*/*.py"), *folder.glob("notebooks/*"), *folder.glob("conf/*")]


def reading(folder: Path) -> float:
    """CPU seconds of reading what is parsed, and of `git ls-files`."""
    paths = parsed(folder)
    seconds = []
    for _ in range(_TIMES):
        started = time.process_time()
        for path in paths:
            path.read_bytes()
        seconds.append(time.process_time() - started)
    return min(seconds) + of_children(["git", "-C", str(folder), "ls-files"])


def parsing(folder: Path) -> float:
    """CPU seconds of the parsers alone, Python's, JSON's and YAML's, on the text of what is parsed."""
    texts = [(path.suffix, path.read_text(encoding="utf-8")) for path in parsed(folder)]
    started = time.process_time()
    for suffix, text in texts:
        if suffix == ".py":
            ast.parse(text)
        elif suffix == ".yaml":
            read_yaml(text)
        else:
            for cell in json.loads(text)["cells"]:
                ast.parse("".join(cell["source"]))
    return time.process_time() - started


def spent_by(who: int) -> float:
    """CPU seconds so far of this process, or of its children that have ended."""
    spent = resource.getrusage(who)
    return spent.ru_utime + spent.ru_stime


def cpu() -> float:
    """CPU seconds so far, those of ended children included."""
    return spent_by(resource.RUSAGE_SELF) + spent_by(resource.RUSAGE_CHILDREN)


def first_time(folder: Path) -> float:
    """CPU seconds of a first assessment in this process."""
    started = cpu()
    assess(folder).to_dict()
    return cpu() - started


def again(folder: Path, act: Callable[[Path], object]) -> float:
    """CPU seconds of assessing again after something was done to a file, on average.

    Args:
        folder: assessed before.
        act: what is done to a path that it is given.
    """
    assess(folder)
    spent = 0.0
    for number in range(_AGAIN):
        act(folder / f"pkg_0/m{number}.py")
        started = cpu()
        assess(folder).to_dict()
        spent += cpu() - started
    return spent / _AGAIN


def change(path: Path) -> None:
    """Changes a file's text."""
    path.write_text(f"{_CODE}x = 1\n", encoding="utf-8")


def create(path: Path) -> None:
    """Makes a new file beside one."""
    path.with_name(f"new_{path.name}").write_text(_CODE, encoding="utf-8")


def main() -> None:
    """Measure and print."""
    table = Table("what", "CPU seconds", box=None)
    for files in (1_000, 20_000):
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            lay(folder, files)
            whole = of_children([sys.executable, "-m", "jupyter_mlops", "assess", str(folder), "--format", "json"])
            table.add_row(f"jupyter mlops assess --format json, {files:,} files", f"{whole:.2f}")
            read, parse = reading(folder), parsing(folder)
            table.add_row("  reading what is parsed, and git ls-files", f"{read:.3f}")
            table.add_row("  the parsers alone", f"{parse:.3f}")
            table.add_row("  the whole without the parsers: times reading", f"{(whole - parse) / read:.0f}")
            first = first_time(folder)
            table.add_row("  in a process that goes on: the first time", f"{first:.2f}")
            for what, act in (("changed", change), ("was created", create), ("was deleted", Path.unlink)):
                later = again(folder, act)
                table.add_row(f"  and again, after a file {what}", f"{later:.3f}, 1 : {first / later:.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
