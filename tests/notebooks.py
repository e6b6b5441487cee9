"""Notebooks from Python files with `# %%` cells, projects around them, and what running them plainly gives.

The format of hazard notebooks is told in tests/hazards/README.md.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from jupyter_mlops_converters.warm import WarmKernels
from jupyter_mlops_converters.warm.jupyter import PromptClient

HAZARDS = Path(__file__).parent / "hazards"


@dataclass(frozen=True)
class Cell:
    """A cell of a notebook that is to be written.

    Attributes:
        kind: "code", "markdown" or "raw".
        source: its text.
        tags: its tags.
        count: its stored execution count.
    """

    kind: str
    source: str
    tags: tuple[str, ...] = ()
    count: int | None = None


@dataclass(frozen=True)
class Hazard:
    """A hazard notebook and what is expected of it.

    Attributes:
        rung: its rung on the ladder, 1 to 16.
        name: unique; also of its notebook file.
        cells: of the notebook.
        files: path relative to the notebook's folder → content.
        expected: what the file says on top, see tests/hazards/README.md.
    """

    rung: int
    name: str
    cells: tuple[Cell, ...]
    files: dict[str, str]
    expected: dict[str, Any] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        """Whether it is expected to be refused."""
        return "error" in self.expected

    @property
    def code_cells(self) -> list[int]:
        """Indices of the code cells that run."""
        return [
            index
            for index, cell in enumerate(self.cells)
            if cell.kind == "code" and cell.source.strip() and "skip" not in cell.tags
        ]


def hazards() -> list[Hazard]:
    """All hazard notebooks, in the order of the ladder."""
    found = [read_hazard(path) for path in sorted(HAZARDS.glob("*/*.py"))]
    assert len({each.name for each in found}) == len(found), "names are unique on the whole ladder"
    return found


def hazard(name: str) -> Hazard:
    """The hazard notebook of that name."""
    return next(read_hazard(path) for path in HAZARDS.glob(f"*/{name}.py"))


def read_hazard(path: Path) -> Hazard:
    """Read a notebook of the ladder."""
    head, cells, files = _parts(path.read_text("utf-8"))
    return Hazard(int(path.parent.name[:2]), path.stem, tuple(cells), files, yaml.safe_load(head) or {})


def cells_of(text: str) -> list[Cell]:
    """The cells of a percent-format text."""
    return _parts(text)[1]


def _parts(text: str) -> tuple[str, list[Cell], dict[str, str]]:
    """What stands on top, the cells, and the files by path."""
    head, *parts = re.split(r"^# %%", text, flags=re.MULTILINE)
    cells, files = [], {}
    for part in parts:
        line, _, body = part.partition("\n")
        words = line.split()
        if words[:1] == ["[file]"]:
            files[line.partition("[file]")[2].strip()] = body
            continue
        source = body.strip("\n")
        options = dict(word.split("=", 1) for word in words if "=" in word)
        kind = next((kind for kind in ("markdown", "raw") if f"[{kind}]" in words), "code")
        if kind != "code":
            source = _uncommented(source)
        tags = tuple(filter(None, options.get("tags", "").split(",")))
        cells.append(Cell(kind, source, tags, int(options["count"]) if "count" in options else None))
    return _uncommented(head), cells, files


def _uncommented(text: str) -> str:
    return "\n".join(line.removeprefix("#").removeprefix(" ") for line in text.splitlines())


def write_notebook(path: Path, cells: Sequence[Cell | tuple[str, str] | str], **metadata: Any) -> Path:
    """Write a notebook of cells, of (kind, source) pairs or of the sources of code cells."""
    written = [
        cell if isinstance(cell, Cell) else Cell(*cell) if isinstance(cell, tuple) else Cell("code", cell)
        for cell in cells
    ]
    document = {
        "cells": [
            {
                "cell_type": cell.kind,
                "metadata": {"tags": list(cell.tags)} if cell.tags else {},
                "source": cell.source.splitlines(keepends=True),
            }
            | ({"outputs": [], "execution_count": cell.count} if cell.kind == "code" else {})
            for cell in written
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


def hazard_project(root: Path, chosen: Hazard | str) -> Path:
    """A git project with one hazard notebook, the files it names and `data/orders.csv`; gives the notebook's path."""
    of = hazard(chosen) if isinstance(chosen, str) else chosen
    folder = root / "notebooks"
    notebook = write_notebook(folder / f"{of.name}.ipynb", of.cells, **of.expected.get("metadata", {}))
    for path, content in {"data/orders.csv": orders(), "../requirements.txt": "pandas\n", **of.files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content, encoding="utf-8")
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


def plain_outputs(
    notebook: Path, *, recorded: bool = False, kernels: WarmKernels | None = None
) -> dict[int, list[dict[str, Any]]]:
    """Outputs of all code cells when the notebook is simply run, in its folder; in the recorded order if wanted.

    With `kernels`, its kernel is forked from a warm process.
    """
    import nbformat
    from nbclient import NotebookClient

    document = nbformat.read(notebook, 4)
    cells = {
        index: cell
        for index, cell in enumerate(document.cells)
        if cell.cell_type == "code" and cell.source.strip() and "skip" not in cell.metadata.get("tags", ())
    }
    count = 0
    for index, cell in cells.items():
        # A cell that was never run stays behind the one before it.
        count = cell.execution_count or count
        cells[index].metadata["place"] = count
    if recorded:
        cells = dict(sorted(cells.items(), key=lambda item: item[1].metadata["place"]))
    document.cells = list(cells.values())
    client = NotebookClient(document, kernel_name="python3", resources={"metadata": {"path": str(notebook.parent)}})
    with tempfile.TemporaryDirectory(prefix="k") as folder:
        # Ports may be taken by other tests between being found free and being used.
        manager = client.create_kernel_manager()
        manager.transport, manager.ip = "ipc", str(Path(folder, "s"))
        # Jupyter's own client sometimes waits for ever for a message that has come, where widgets capture output.
        manager.client_factory = PromptClient
        if kernels is not None:
            kernels.attach(manager)
        client.execute()
    return {index: json.loads(json.dumps(cell.outputs)) for index, cell in cells.items()}


def pipeline_outputs(folder: Path) -> dict[int, list[dict[str, Any]]]:
    """Outputs by source cell, of all executed stage notebooks in a folder of products."""
    found: dict[int, list[dict[str, Any]]] = {}
    for path in sorted(folder.glob("*.ipynb")):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            source_cell = cell["metadata"].get("jupyter_mlops", {}).get("source_cell")
            if cell["cell_type"] == "code" and source_cell is not None:
                found[source_cell] = cell["outputs"]
    return found
