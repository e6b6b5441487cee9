"""Three-way merge of one cell of a stage notebook, and of what a notebook says of itself."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from jupyter_mlops.lifts.pipeline.merge.conflict import Conflict
from jupyter_mlops.lifts.pipeline.merge.data import MISSING, merge_data
from jupyter_mlops.lifts.pipeline.merge.lines import Side, clashes, merge_sequences, merge_text, settled, three

#: Our part of a cell's or a notebook's metadata. It says where the cell is from now, so it is always the new one.
OWN = "jupyter_mlops"


@dataclass(eq=False)
class Cell:
    """A cell as it stands in a stage notebook.

    Attributes:
        stage: the notebook's path, relative to the pipeline's folder.
        data: as in nbformat.
    """

    stage: str
    data: dict[str, Any]

    @property
    def kind(self) -> str:
        """Its type."""
        return str(self.data.get("cell_type"))

    @property
    def source(self) -> str:
        """Its text."""
        return text_of(self.data.get("source", ""))

    @property
    def own(self) -> Mapping[str, Any]:
        """What we wrote about it."""
        found = (self.data.get("metadata") or {}).get(OWN)
        return found if isinstance(found, dict) else {}

    @property
    def origin(self) -> tuple[str, int] | None:
        """Notebook (empty for the only one) and index of the source cell; None for cells that are from none."""
        index = self.own.get("source_cell")
        return (str(self.own.get("source_notebook", "")), index) if isinstance(index, int) else None

    @property
    def role(self) -> str:
        """What a generated cell is for; empty for others."""
        return str(self.own.get("role", "")) if self.origin is None else ""

    @property
    def where(self) -> str:
        """The cell in words."""
        if self.origin is not None:
            return f"cell {self.origin[1]}"
        return f"the `{self.role}` cell" if self.role else "a cell of yours"

    def looks_like(self, other: Cell) -> bool:
        """Whether text and type are the same."""
        return self.source == other.source and self.kind == other.kind


def text_of(source: Any) -> str:
    """A cell's text, which nbformat keeps as lines or in one piece."""
    return source if isinstance(source, str) else "".join(map(str, source))


def merge_cell(base: Cell, ours: Cell, theirs: Cell, side: Side) -> tuple[Cell, list[Conflict]]:
    """Merge three versions of a cell.

    Args:
        base: as it was generated.
        ours: as the user has it.
        theirs: as it is generated now.
        side: what stands where they clash.

    Returns:
        The cell, in the stage that it is generated in now, and what clashed.
    """
    conflicts = []
    source, clash = _merge_source(base, ours, theirs, side)
    if clash:
        conflicts.append(Conflict(theirs.stage, theirs.where, base.source, ours.source, theirs.source, _index(theirs)))
    merged: dict[str, Any] = {"id": theirs.data.get("id"), "source": source.splitlines(keepends=True)}
    for key in ("cell_type", "metadata", "attachments"):
        sides = three(partial(_part, key), base, ours, theirs)
        value, found = merge_data(*sides, side, lists=True)
        conflicts += [
            Conflict(
                theirs.stage,
                f"{theirs.where}, {'.'.join((key, *each.path))}",
                *three(_shown, each.base, each.ours, each.theirs),
                cell=_index(theirs),
            )
            for each in found
        ]
        if value is not MISSING:
            merged[key] = value
    if theirs.own:
        merged["metadata"] = {**(merged.get("metadata") or {}), OWN: theirs.own}
    if merged["cell_type"] == "code":
        # What a cell showed belongs to the text that it had then.
        shown = ours.data if source == ours.source and ours.kind == "code" else theirs.data
        merged["outputs"] = shown.get("outputs", [])
        merged["execution_count"] = shown.get("execution_count")
    if merged["cell_type"] == "code" or not merged.get("attachments"):
        merged.pop("attachments", None)
    return Cell(theirs.stage, merged), conflicts


def _merge_source(base: Cell, ours: Cell, theirs: Cell, side: Side) -> tuple[str, bool]:
    if base.role == "parameters":
        # Assignments that have nothing to do with each other.
        old, own, new = (_statements(cell.source) for cell in (base, ours, theirs))
        if old is not None and own is not None and new is not None:
            pieces = merge_sequences(old, own, new, independent=True)
            return "\n".join(settled(pieces, side)), bool(clashes(pieces))
    text, found = merge_text(base.source, ours.source, theirs.source, side)
    return text, bool(found)


def _statements(source: str) -> list[str] | None:
    """The statements of a cell, each with the lines above it; None where the text is no plain Python."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return None
    lines = source.split("\n")
    ends = [int(statement.end_lineno or statement.lineno) for statement in body]
    if len(set(ends)) != len(ends):
        return None
    parts = ["\n".join(lines[start:end]) for start, end in zip([0, *ends], ends, strict=False)]
    rest = "\n".join(lines[ends[-1] if ends else 0 :])
    return [*parts, rest] if rest else parts


def merge_about(
    stage: str, base: Mapping[str, Any], ours: Mapping[str, Any], theirs: Mapping[str, Any], side: Side
) -> tuple[dict[str, Any], list[Conflict]]:
    """Merge what notebooks say beside their cells: metadata and format.

    Args:
        stage: the notebook's path.
        base: the notebook as it was generated.
        ours: as the user has it.
        theirs: as it is generated now.
        side: what stands where they clash.

    Returns:
        The notebook without its cells, and what clashed.
    """
    sides = three(lambda each: _without_own(each.get("metadata", {})), base, ours, theirs)
    metadata, found = merge_data(*sides, side, lists=True)
    metadata = {} if metadata is MISSING else dict(metadata)
    own = theirs.get("metadata", {}).get(OWN)
    about = {
        "metadata": metadata if own is None else {**metadata, OWN: own},
        "nbformat": theirs.get("nbformat", 4),
        "nbformat_minor": max(5, *(int(each.get("nbformat_minor", 5)) for each in (ours, theirs))),
    }
    return about, [
        Conflict(
            stage,
            ".".join(("metadata", *each.path)),
            *three(_shown, each.base, each.ours, each.theirs),
        )
        for each in found
    ]


def users_own(cell: Cell) -> Cell:
    """A cell that the user added, without what a copy of one of ours says of itself."""
    metadata = {key: value for key, value in (cell.data.get("metadata") or {}).items() if key != OWN}
    return Cell(cell.stage, {**cell.data, "metadata": metadata})


def _without_own(value: Any) -> Any:
    return {key: part for key, part in value.items() if key != OWN} if isinstance(value, dict) else value


def _part(key: str, cell: Cell) -> Any:
    return _without_own(cell.data.get(key, MISSING))


def _shown(value: Any) -> str | None:
    return None if value is MISSING else repr(value)


def _index(cell: Cell) -> int | None:
    return cell.origin[1] if cell.origin is not None else None
