"""Notebook files (nbformat 4.5), byte for byte as Jupyter saves them, so that saving one unchanged leaves no diff."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from jupyter_mlops_converters.plan.pipeline import StageCell

#: Tags that papermill and Ploomber act on; a stage has its own `parameters` cell.
_ENGINE_TAGS = frozenset({"parameters", "injected-parameters"})

#: What has nbval compare a cell's outputs.
_CHECKED = "nbval-check-output"


def generated(kind: str, source: str, role: str, tags: Sequence[str] = ()) -> StageCell:
    """A cell that the converter writes.

    Args:
        kind: "code" or "markdown".
        source: its text.
        role: what it is for, kept in its metadata.
        tags: its tags.
    """
    metadata: dict[str, Any] = {"jupyter_mlops": {"role": role}}
    if tags:
        metadata["tags"] = list(tags)
    return StageCell("markdown" if kind == "markdown" else "code", source, metadata=metadata)


def users(cell: StageCell, source_notebook: str | None = None) -> StageCell:
    """A user's cell as it goes into a stage: its text and metadata, its origin, and no tag that engines act on.

    Args:
        cell: the cell.
        source_notebook: its notebook, in a pipeline of several.
    """
    metadata = {key: value for key, value in cell.metadata.items() if key != "tags"}
    tags = [tag for tag in cell.metadata.get("tags", ()) if tag not in _ENGINE_TAGS]
    if cell.outputs:
        tags.append(_CHECKED)
    if tags:
        metadata["tags"] = tags
    if cell.source_cell is not None:
        own = metadata.get("jupyter_mlops")
        origin = {} if source_notebook is None else {"source_notebook": source_notebook}
        metadata["jupyter_mlops"] = {
            **(own if isinstance(own, dict) else {}),
            "source_cell": cell.source_cell,
            **origin,
        }
    return StageCell(cell.kind, cell.source, cell.source_cell, metadata, cell.attachments, cell.outputs)


def notebook(
    cells: Sequence[StageCell], name: str, kernel_name: str, metadata: dict[str, Any], *, with_outputs: bool = False
) -> bytes:
    """The bytes of a notebook.

    Args:
        cells: its cells.
        name: the prefix of cell ids.
        kernel_name: the kernel it runs in.
        metadata: goes under `jupyter_mlops` in the notebook's metadata.
        with_outputs: whether cells have their outputs, which tools that strip outputs are told to keep.
    """
    ids: dict[str, int] = {}
    entries = [_cell(cell, _unique(_cell_id(cell, name), ids)) for cell in cells]
    if with_outputs:
        code = [(entry, cell) for entry, cell in zip(entries, cells, strict=True) if cell.kind == "code"]
        for number, (entry, cell) in enumerate(code, start=1):
            entry.update(execution_count=number, outputs=[_output(output, number) for output in cell.outputs])
    document = {
        "cells": entries,
        "metadata": {
            **({"keep_output": True} if with_outputs else {}),
            "jupyter_mlops": metadata,
            "kernelspec": {"display_name": _display_name(kernel_name), "language": "python", "name": kernel_name},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True, separators=(",", ": "))
    return (text + "\n").encode("utf-8")


def _cell(cell: StageCell, cell_id: str) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "cell_type": cell.kind,
        "id": cell_id,
        "metadata": cell.metadata,
        "source": cell.source.splitlines(keepends=True),
    }
    if cell.kind == "code":
        entry.update(execution_count=None, outputs=[])
    elif cell.attachments:
        entry["attachments"] = cell.attachments
    return entry


def _output(output: Mapping[str, Any], number: int) -> dict[str, Any]:
    """An output with its texts as lines, and the number of its cell."""

    def lines(text: Any) -> Any:
        return text.splitlines(keepends=True) if isinstance(text, str) else text

    found = {key: lines(value) if key == "text" else value for key, value in output.items()}
    if "execution_count" in output:
        found["execution_count"] = number
    if "data" in output:
        found["data"] = {kind: lines(content) for kind, content in output["data"].items()}
    return found


def _cell_id(cell: StageCell, name: str) -> str:
    own = cell.metadata.get("jupyter_mlops", {})
    what = own.get("role") if cell.source_cell is None else f"cell-{cell.source_cell}"
    text = f"{name}-{what}".replace("_", "-")
    # nbformat allows 64 characters of ASCII.
    if len(text) > 60 or not text.isascii():
        text = f"{hashlib.sha256(name.encode()).hexdigest()[:12]}-{what}"
    return text


def _unique(cell_id: str, ids: dict[str, int]) -> str:
    ids[cell_id] = ids.get(cell_id, 0) + 1
    return cell_id if ids[cell_id] == 1 else f"{cell_id}.{ids[cell_id]}".replace(".", "-x")


def _display_name(kernel_name: str) -> str:
    return "Python 3 (ipykernel)" if kernel_name == "python3" else kernel_name
