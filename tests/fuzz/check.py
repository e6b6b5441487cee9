"""Converts a notebook and says what is wrong with the result, if anything."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from notebooks import write_notebook

from fuzz.notebook import Cell
from fuzz.shell import run_cells


@dataclass(frozen=True)
class Checked:
    """What came of one notebook.

    Attributes:
        outcome: "equal" (proven, and so it is); "one-stage" (the same, but nothing was divided); "invalid" (the notebook
            does not run by itself); "refused" (the proof says that it is not equal); "error" (the converter gave up);
            "wrong" (proven to be equal, and it is not); "broken" (proven, and the stages do not run by themselves).
        detail: what is wrong.
        stages: how many stages hold cells of the notebook.
    """

    outcome: str
    detail: str = ""
    stages: int = 0

    @property
    def bad(self) -> bool:
        """Whether the converter is at fault."""
        return self.outcome not in {"equal", "one-stage", "invalid"}


def check(cells: list[Cell], folder: Path, **how: Any) -> Checked:
    """Convert a notebook, and compare its stages with a plain run.

    Args:
        cells: the notebook.
        folder: scratch; emptied first.
        how: handed to the compiler.
    """
    from jupyter_mlops_converters import scratch
    from jupyter_mlops_converters.compile import compile_notebook
    from jupyter_mlops_converters.errors import MlopsError

    shutil.rmtree(folder, ignore_errors=True)
    path = write_notebook(folder / "plain" / "work" / "nb.ipynb", cells)
    write_notebook(folder / "staged" / "work" / "nb.ipynb", cells)
    (folder / "staged" / "pyproject.toml").touch()  # marks the project's root
    code = [(index, source) for index, (kind, source) in enumerate(cells) if kind == "code"]
    try:
        expected = run_cells(code, path.parent)
    except RuntimeError as error:
        return Checked("invalid", str(error))
    staged = folder / "staged"
    try:
        compiled = compile_notebook(staged / "work" / "nb.ipynb", output=staged / "p", targets=("papermill",), **how)
    except MlopsError as error:
        return Checked("error", f"{error.code}: {error}\n{error.detail or ''}")
    assert compiled.proof is not None
    failure = compiled.proof.failure
    loose = [c for c in (*compiled.proof.all, *([failure] if failure else [])) if c.verdict != "identical"]
    if loose:
        said = [f"{c.stage}, cell {c.source_cell}, {c.name}: {c.verdict}: {c.detail}" for c in loose]
        return Checked("refused", "\n".join(said))
    scratch.write_files(staged / "p", compiled.emission.files)
    stages = [stage for stage in compiled.document["stages"] if stage["source_cells"]]
    actual: dict[str, str] = {}
    for stage in stages:
        document = json.loads((staged / "p" / stage["notebook"]).read_text("utf-8"))
        own = [
            (cell["metadata"].get("jupyter_mlops", {}).get("source_cell"), "".join(cell["source"]))
            for cell in document["cells"]
            if cell["cell_type"] == "code"
        ]
        try:
            actual |= run_cells(own, staged / "p" / "stages")
        except RuntimeError as error:
            return Checked("broken", f"stage {stage['name']}: {error}", len(stages))
    for key, text in expected.items():
        if actual.get(key) != text:
            return Checked("wrong", f"cell {key}\n--- notebook\n{text}\n--- stages\n{actual.get(key)}", len(stages))
    return Checked("equal" if len(stages) > 1 else "one-stage", "", len(stages))


def reduce(cells: list[Cell], folder: Path, outcome: str, **how: Any) -> list[Cell]:
    """The smallest notebook, by leaving out cells and then lines, that has the same outcome.

    Args:
        cells: a notebook with that outcome.
        folder: scratch.
        outcome: what to keep.
        how: handed to the compiler.
    """

    def still(candidate: list[Cell]) -> bool:
        return check(candidate, folder, **how).outcome == outcome

    size = max(1, len(cells) // 2)
    while size:
        position = 0
        while position < len(cells):
            candidate = cells[:position] + cells[position + size :]
            if candidate and still(candidate):
                cells = candidate
            else:
                position += size
        size //= 2
    for position in reversed(range(len(cells))):
        lines = cells[position][1].split("\n")
        for number in reversed(range(len(lines))):
            fewer = "\n".join(lines[:number] + lines[number + 1 :])
            candidate = [*cells[:position], (cells[position][0], fewer), *cells[position + 1 :]]
            if fewer.strip() and still(candidate):
                cells, lines = candidate, fewer.split("\n")
    return cells
