"""Prints what planning a notebook of 100 code cells costs on top of starting Python with the command line.

    make bench

Nothing is run (`convert --no-run --dry-run`). Processor seconds are what counts, since the machine may be doing other
things too; each figure is the best of three.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

try:
    from resource import RUSAGE_CHILDREN, getrusage
except ImportError:  # Windows has no such figures; wall time stands in.
    getrusage = None  # type: ignore[assignment]

_TIMES = 3
_SECTIONS = 12
_IMPORTS = """\
%matplotlib inline
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier"""
_SECTION = (
    "df['x{k}'] = df['a'] * {k} + np.random.rand(len(df))",
    "df['x{k}'].hist(bins=20)\nplt.title('x{k}')\nplt.show()",
    "def scale{k}(v, by={k}):\n    return v * by + len(df)\n\nX{k} = scale{k}(df['x{k}'])",
    "df.head()",
    "for c in df.columns:\n    if c.startswith('x'):\n        df[c] = df[c].fillna(0)",
    "model{k} = RandomForestClassifier(n_estimators=10)\nmodel{k}.fit(df[['x{k}']], df['y'])",
    "score{k} = model{k}.score(df[['x{k}']], df['y'])\nprint(score{k})",
    "[print(q) for q in X{k}[:3]]",
)


def notebook(path: Path) -> int:
    """Write a notebook like those that people have; gives the number of its code cells."""
    sources: list[tuple[str, str]] = [
        ("markdown", "# A long one"),
        ("code", _IMPORTS),
        ("code", "df = pd.read_csv('data.csv')"),
    ]
    for k in range(_SECTIONS):
        sources.append(("markdown", f"## Section {k}"))
        sources += [("code", text.format(k=k)) for text in _SECTION]
    sources += [("code", "df.to_csv('out.csv')"), ("code", "!ls")]
    cells = [
        {"cell_type": kind, "metadata": {}, "source": text}
        | ({"outputs": [], "execution_count": None} if kind == "code" else {})
        for kind, text in sources
    ]
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}), encoding="utf-8")
    return sum(kind == "code" for kind, _ in sources)


def cost(*arguments: str) -> float:
    """Processor seconds of a call of the command line."""
    seconds = []
    for _ in range(_TIMES):
        started = _spent()
        subprocess.run([sys.executable, "-m", "jupyter_mlops", *arguments], check=True, capture_output=True)
        seconds.append(_spent() - started)
    return min(seconds)


def _spent() -> float:
    if getrusage is None:
        return time.perf_counter()
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch, "long.ipynb")
        count = notebook(file)
        start = cost("--help")
        planning = cost("convert", str(file), "--no-run", "--dry-run", "--format", "json")
    table = Table("what", "seconds", box=None)
    table.add_row("jupyter mlops --help", f"{start:.2f}")
    table.add_row(f"convert --no-run --dry-run, {count} code cells", f"{planning:.2f}")
    table.add_row("difference (at most 1)", f"{planning - start:.2f}")
    table.add_row("ratio", f"{planning / start:.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
