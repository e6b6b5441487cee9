"""A notebook with edits in its cells: everything else of it stays as it is, magics and shell lines included."""

from __future__ import annotations

import copy
import difflib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from jupyter_mlops.lifts.mlflow_tracking.edits import Edits, edited
from jupyter_mlops.project.notebook import Cell, Notebook

_MARK = "__escape_"


def changed_cells(notebook: Notebook, edits: Edits, own: frozenset[str]) -> dict[int, str] | None:
    """The cells that change: index among all cells → source.

    Args:
        notebook: the notebook.
        edits: lines are those of all its code together.
        own: modules of the project.

    Returns:
        None where an edit does not fit the cell that it is for.
    """
    by_cell: dict[int, Edits] = {}

    def of(line: int) -> tuple[Edits, int]:
        cell, inside = notebook.place(line)
        return by_cell.setdefault(cell, Edits()), inside

    for line, texts in edits.before.items():
        found, inside = of(line)
        found.put_before(inside, *texts)
    for line, texts in edits.after.items():
        found, inside = of(line)
        found.put_after(inside, *texts)
    for line, wrap in edits.wraps.items():
        found, inside = of(line)
        cell, last = notebook.place(wrap.last)
        if cell != notebook.place(line)[0]:
            return None
        found.wraps[inside] = replace(wrap, last=last)
    if by_cell:
        first = next((cell.index for cell in notebook.parsed_cells if _imports(cell)), min(by_cell))
        head = by_cell.setdefault(min(first, *by_cell), Edits())
        head.imports, head.opening = edits.imports, edits.opening
    changed = {}
    for index, inner in by_cell.items():
        source = _edited_cell(notebook.cells[index], inner, own)
        if source is None:
            return None
        changed[index] = source
    return changed


def _imports(cell: Cell) -> bool:
    return bool(re.search(r"^(import|from) ", cell.source, re.MULTILINE))


def _edited_cell(cell: Cell, edits: Edits, own: frozenset[str]) -> str | None:
    """A cell's source with edits; lines that are not Python are set aside for that, and put back."""
    original = cell.source.replace("\r\n", "\n").split("\n")
    python = cell.python[0].split("\n")
    if len(python) != len(original):
        return None
    code = []
    for number, (row, real) in enumerate(zip(python, original, strict=True)):
        if row == real or not real.strip():
            code.append(row)
        else:
            code.append(f"{row[: len(row) - len(row.lstrip())]}{_MARK}{number}")
    new = edited("\n".join(code), edits, own=own)
    if new is None:
        return None
    rows = []
    for row in new.split("\n"):
        mark = re.fullmatch(rf"(\s*){_MARK}(\d+)", row)
        rows.append(original[int(mark[2])] if mark else row)
    if rows[-1].lstrip().startswith("mlflow.") and rows[-1].endswith(")"):
        # What it returns would be shown in the place of what the cell shows.
        rows[-1] += ";"
    return "\n".join(rows)


def with_cells(
    text: str,
    changed: dict[int, str],
    *,
    as_copy: bool,
    order: Sequence[int] = (),
    marks: Mapping[str, str] | None = None,
    tags: Mapping[int, str] | None = None,
) -> str:
    """The notebook's file with other sources in some cells.

    Args:
        text: the file.
        changed: cell → source.
        as_copy: whether it is a notebook of its own, which has not been run: without outputs and counts.
        order: its cells in another order; as they are where it is empty.
        marks: what its metadata say of it then.
        tags: cell → a tag that it gets.
    """
    document: dict[str, Any] = json.loads(text)
    cells = document.get("cells")
    if cells is None:
        cells = document["worksheets"][0]["cells"]
    for index, source in changed.items():
        key = "source" if "source" in cells[index] else "input"
        lines = source.split("\n")
        as_lines = [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
        cells[index][key] = as_lines if isinstance(cells[index][key], list) else source
    for index, tag in (tags or {}).items():
        metadata = cells[index].setdefault("metadata", {})
        metadata["tags"] = [*metadata.get("tags", []), tag]
    if order:
        cells[:] = [cells[index] for index in order]
    if as_copy:
        cells[:] = [_not_run(cell) for cell in cells]
    if marks:
        metadata = document.setdefault("metadata", {})
        metadata["jupyter_mlops"] = {**metadata.get("jupyter_mlops", {}), **marks}
    indent = re.search(r"^\{\n( +)", text)
    shown = json.dumps(
        document,
        indent=len(indent[1]) if indent else 1 if "\n" in text.strip() else None,
        ensure_ascii="\\u" in text,
        separators=(",", ": ") if "\n" in text.strip() else None,
    )
    return shown + ("\n" if text.endswith("\n") else "")


def _not_run(cell: dict[str, Any]) -> dict[str, Any]:
    fresh = copy.copy(cell)
    if fresh.get("cell_type") == "code":
        fresh["outputs"] = []
        fresh["prompt_number" if "prompt_number" in fresh else "execution_count"] = None
    return fresh


def cell_diff(path: str, notebook: Notebook, changed: dict[int, str]) -> str:
    """What changes in a notebook, cell by cell, for people.

    Args:
        path: what it is called.
        notebook: as it is.
        changed: cell → source.
    """
    parts = []
    for index in sorted(changed):
        old = notebook.cells[index].source.replace("\r\n", "\n").split("\n")
        lines = difflib.unified_diff(old, changed[index].split("\n"), f"a/{path}", f"b/{path}", lineterm="", n=2)
        rows = list(lines)[2:]
        parts += [f"@@ cell {index} @@", *(row for row in rows if not row.startswith("@@"))]
    return "\n".join(parts) + "\n"
