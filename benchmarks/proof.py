"""Prints what converting with proof costs, as a multiple of running the notebook once.

    python benchmarks/proof.py

The bound is three plain runs and ten seconds. Both are measured in turn and the best of each counts, since the machine may
be doing other things too.
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

from jupyter_mlops.demo import sample

_TIMES = 2
_FACTOR, _SECONDS = 3.0, 10.0
_LIGHT = [
    "import csv, statistics",
    "rows = [{'day': i % 7, 'price': (i * 37 % 101) / 4} for i in range(20_000)]",
    "prices = [row['price'] for row in rows]\nprint(len(prices))",
    "mean = statistics.fmean(prices)\nspread = statistics.pstdev(prices)\nprint(mean, spread)",
    "unusual = [row for row in rows if abs(row['price'] - mean) > 1.5 * spread]",
    "by_day = {day: [row['price'] for row in unusual if row['day'] == day] for day in range(7)}",
    "for day, found in by_day.items():\n    print(day, len(found), statistics.fmean(found))",
    "with open('unusual.csv', 'w', newline='') as file:\n    csv.writer(file).writerows(row.values() for row in unusual)",
]


def light_project(folder: Path) -> Path:
    """A notebook that imports next to nothing: what is left is the cost of processes."""
    cells = [
        {
            "cell_type": "code",
            "metadata": {},
            "source": text,
            "outputs": [],
            "execution_count": None,
            "id": f"c{number}",
        }
        for number, text in enumerate(_LIGHT)
    ]
    notebook = folder / "light.ipynb"
    folder.mkdir()
    notebook.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), "utf-8")
    return notebook


def demo_project(folder: Path) -> Path:
    """The demo: pandas, scikit-learn, figures."""
    sample.lay(folder)
    return folder / sample.NOTEBOOK


def plain_run(notebook: Path) -> float:
    """Seconds of running the notebook as a person would."""
    import nbformat
    from nbclient import NotebookClient

    content = nbformat.read(notebook, 4)
    client = NotebookClient(content, kernel_name="python3", resources={"metadata": {"path": str(notebook.parent)}})
    started = time.perf_counter()
    client.execute()
    return time.perf_counter() - started


def conversion(notebook: Path) -> tuple[float, str, int]:
    """Seconds of converting on the command line, nothing written; the verdict, and how many stages."""
    line = [sys.executable, "-m", "jupyter_mlops", "convert", str(notebook), "--dry-run", "--format", "json"]
    started = time.perf_counter()
    done = subprocess.run(line, check=True, capture_output=True, text=True)
    seconds = time.perf_counter() - started
    document = json.loads(done.stdout)
    stages = sum(bool(stage["source_cells"]) for stage in document["stages"])
    return seconds, document["verification"]["verdict"], stages


def main() -> None:
    """Measure and print."""
    table = Table("notebook", "stages", "verdict", "plain run", "convert", "bound", "of the bound", box=None)
    with tempfile.TemporaryDirectory() as scratch:
        for name, make in {"light": light_project, "demo": demo_project}.items():
            notebook = make(Path(scratch, name))
            plain, converted = [], []
            for _ in range(_TIMES):
                plain.append(plain_run(notebook))
                converted.append(conversion(notebook))
            seconds, verdict, stages = min(converted)
            bound = _FACTOR * min(plain) + _SECONDS
            table.add_row(
                name,
                str(stages),
                verdict,
                f"{min(plain):.1f} s",
                f"{seconds:.1f} s",
                f"{bound:.1f} s",
                f"{seconds / bound:.0%}",
            )
    Console().print(table)


if __name__ == "__main__":
    main()
