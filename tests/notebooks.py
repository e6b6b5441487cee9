"""Notebooks from Python files with `# %%` cells, projects around them, and what running them plainly gives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

HAZARDS = Path(__file__).parent / "hazards"


def cells_of(text: str) -> list[tuple[str, str]]:
    """(kind, source) of every cell in a percent-format text."""
    cells: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith("# %%"):
            cells.append(("markdown" if "[markdown]" in line else "code", []))
        elif cells:
            cells[-1][1].append(line)
    found = []
    for kind, lines in cells:
        source = "\n".join(lines).strip("\n")
        if kind == "markdown":
            source = "\n".join(line.removeprefix("#").removeprefix(" ") for line in source.splitlines())
        found.append((kind, source))
    return found


def write_notebook(path: Path, cells: list[tuple[str, str]] | list[str], **metadata: Any) -> Path:
    """Write a notebook of (kind, source) cells, or of code cells."""
    pairs = [cell if isinstance(cell, tuple) else ("code", cell) for cell in cells]
    document = {
        "cells": [
            {"cell_type": kind, "metadata": {}, "source": source.splitlines(keepends=True)}
            | ({"outputs": [], "execution_count": None} if kind == "code" else {})
            for kind, source in pairs
        ],
        "metadata": {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}, **metadata},
        "nbformat": 4,
        "nbformat_minor": 4,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return path


def orders(rows: int = 60) -> str:
    """A small CSV file with gaps."""
    lines = ["price,count,day,kind"]
    for i in range(rows):
        price = "" if i % 17 == 5 else f"{(i * 37 % 101) / 4 + 1}"
        lines.append(f"{price},{i * 7 % 11},{i % 5 + 1},{'abc'[i % 3]}")
    return "\n".join(lines) + "\n"


def hazard_project(root: Path, name: str) -> Path:
    """A git project with one hazard notebook and the files it uses; gives the notebook's path."""
    folder = root / "notebooks"
    notebook = write_notebook(folder / f"{name}.ipynb", cells_of((HAZARDS / f"{name}.py").read_text("utf-8")))
    (folder / "data").mkdir()
    (folder / "data" / "orders.csv").write_text(orders(), encoding="utf-8")
    (folder / "settings.json").write_text('{"limit": 12}\n', encoding="utf-8")
    (folder / "helpers.py").write_text(
        "NAME = 'helpers'\n\n\ndef double(values):\n    return values * 2\n", encoding="utf-8"
    )
    (folder / "more_helpers.py").write_text(
        "loaded_from_script = True\n\n\ndef halve(values):\n    return values / 2\n", encoding="utf-8"
    )
    (root / "requirements.txt").write_text("pandas\n", encoding="utf-8")
    git(root, "init", "-q")
    commit(root, "first")
    return notebook


def git(root: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Test", "-c", "user.email=test@localhost", "-c", "core.hooksPath=/dev/null"]
    return subprocess.run(
        ["git", "-C", str(root), *identity, *arguments], check=True, capture_output=True, text=True
    ).stdout


def commit(root: Path, message: str) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", message)


def environment() -> dict[str, str]:
    """The environment that engines run in: this interpreter's programs first, nothing reported to anyone."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    found = {
        **os.environ,
        "PATH": path,
        "DVC_NO_ANALYTICS": "1",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "1",
    }
    found.pop("PYTHONDONTWRITEBYTECODE", None)
    return found


def plain_outputs(notebook: Path) -> dict[int, list[dict[str, Any]]]:
    """Outputs of all code cells when the notebook is simply run, in its folder."""
    import nbformat
    from nbclient import NotebookClient

    document = nbformat.read(notebook, 4)
    NotebookClient(document, kernel_name="python3", resources={"metadata": {"path": str(notebook.parent)}}).execute()
    return {
        index: json.loads(json.dumps(cell.outputs))
        for index, cell in enumerate(document.cells)
        if cell.cell_type == "code"
    }


def pipeline_outputs(folder: Path) -> dict[int, list[dict[str, Any]]]:
    """Outputs by source cell, of all executed stage notebooks in a folder of products."""
    found: dict[int, list[dict[str, Any]]] = {}
    for path in sorted(folder.glob("*.ipynb")):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            source_cell = cell["metadata"].get("jupyter_mlops", {}).get("source_cell")
            if cell["cell_type"] == "code" and source_cell is not None:
                found[source_cell] = cell["outputs"]
    return found
