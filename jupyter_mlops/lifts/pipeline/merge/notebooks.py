"""Three-way merge of all stage notebooks together, since cells move between stages when the notebook changes.

A cell is known by the source cell that it is from, or by its role, so that an edit follows its cell into another stage,
and cells that the user added follow the cell that they stand after.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jupyter_mlops.lifts.pipeline.merge.alignment import align
from jupyter_mlops.lifts.pipeline.merge.cells import Cell, merge_about, merge_cell, text_of, users_own
from jupyter_mlops.lifts.pipeline.merge.conflict import Conflict
from jupyter_mlops.lifts.pipeline.merge.lines import Side, three

Notebook = Mapping[str, Any]


@dataclass
class MergedNotebooks:
    """What came of it.

    Attributes:
        notebooks: path → the merged notebook, of every stage that there is now.
        left: stages that there are no more, in which the user has work that has no other place.
        conflicts: what both sides changed.
    """

    notebooks: dict[str, dict[str, Any]] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)


def merge_notebooks(
    base: Mapping[str, Notebook], ours: Mapping[str, Notebook], theirs: Mapping[str, Notebook], side: Side
) -> MergedNotebooks:
    """Merge notebooks.

    Args:
        base: path → notebook as it was generated.
        ours: as the user has them; those that the user removed are not there.
        theirs: as they are generated now.
        side: what stands where they clash.

    Returns:
        The merged notebooks.
    """
    return _Merger(base, ours, theirs, side).run()


class _Merger:
    """One merge. "Old" cells are of the base, "own" ones the user's, "new" ones generated now."""

    def __init__(
        self, base: Mapping[str, Notebook], ours: Mapping[str, Notebook], theirs: Mapping[str, Notebook], side: Side
    ) -> None:
        self.side = side
        self.sides = (base, ours, theirs)
        self.old, self.own, self.new = ({path: _cells(path, each[path]) for path in each} for each in self.sides)
        self.result = MergedNotebooks()
        self.new_of = _successors(self.old, self.new)
        self.old_of = {path: _originals(self.old.get(path, []), cells) for path, cells in self.own.items()}
        #: Cells of each stage, in order; a cell of ours stands for the merged one until the end.
        self.placed: dict[str, list[Cell]] = {path: list(cells) for path, cells in self.new.items()}
        self.merged: dict[Cell, Cell] = {}

    def run(self) -> MergedNotebooks:
        for path, cells in self.old.items():
            if path in self.own:
                self._merge_stage(path, cells)
        for path in self.own:
            self._put_in_users_order(path)
        for path in self.own:
            self._place_users_cells(path)
        for path, cells in self.placed.items():
            self._finish(path, cells)
        self.result.left = sorted(set(self.result.left))
        return self.result

    def _merge_stage(self, path: str, cells: list[Cell]) -> None:
        own_of = {old: own for own, old in self.old_of[path].items()}
        for old in cells:
            own, new = own_of.get(old), self.new_of.get(old)
            if own is not None and new is not None:
                merged, conflicts = merge_cell(old, own, new, self.side)
                self.merged[new] = merged
                self.result.conflicts += conflicts
            elif new is not None:
                self._deleted(old, new)
            elif own is not None and not own.looks_like(old):
                self._edited_and_gone(path, old, own)

    def _deleted(self, old: Cell, new: Cell) -> None:
        """The user deleted a cell that is still generated. It stays deleted, unless it is other code now."""
        remains = False
        if new.kind == "code" and not new.looks_like(old):
            self.result.conflicts.append(
                Conflict(new.stage, new.where, old.source, None, new.source, new.origin[1] if new.origin else None)
            )
            remains = self.side == "replace"
        if not remains:
            self.placed[new.stage].remove(new)

    def _edited_and_gone(self, path: str, old: Cell, own: Cell) -> None:
        """The user edited a cell that is not generated any more."""
        if path not in self.new:
            self.result.left.append(path)
            return
        self.result.conflicts.append(
            Conflict(
                path,
                f"{old.where} of the notebook as it was" if old.origin else old.where,
                old.source,
                own.source,
                None,
            )
        )
        if self.side == "keep":
            del self.old_of[path][own]  # it is the user's own from now on

    def _put_in_users_order(self, path: str) -> None:
        """Where the user changed the order of a stage's cells, they come in that order."""
        pairs = [(own, old) for own, old in self.old_of[path].items() if self.new_of.get(old) is not None]
        for stage in {self.new_of[old].stage for _, old in pairs}:
            here = [old for _, old in pairs if self.new_of[old].stage == stage]
            before = sorted(here, key=self.old[path].index)
            if here == before:
                continue
            cells = self.placed[stage]
            now = sorted(here, key=lambda old: cells.index(self.new_of[old]))
            if now not in (before, here):
                texts = three(_sources, before, here, now)
                self.result.conflicts.append(Conflict(stage, "the order of its cells", *texts))
                if self.side == "replace":
                    continue
            places = sorted(cells.index(self.new_of[old]) for old in here)
            for place, old in zip(places, here, strict=True):
                cells[place] = self.new_of[old]

    def _place_users_cells(self, path: str) -> None:
        """Put the cells that the user added after the cell that they stand after."""
        cells = self.own[path]
        for position, own in enumerate(cells):
            if own in self.old_of[path]:
                continue
            stage, index = self._place(path, cells, position)
            if stage is None:
                self.result.left.append(path)
            else:
                self.placed[stage].insert(index, own)

    def _place(self, path: str, cells: list[Cell], position: int) -> tuple[str | None, int]:
        before = next((found for cell in reversed(cells[:position]) if (found := self._now(path, cell))), None)
        after = next((found for cell in cells[position + 1 :] if (found := self._now(path, cell))), None)
        if before is not None and before.role and after is not None and after.origin is not None:
            before = None  # it leads up to the user's code, and goes where that goes
        if before is not None:
            stage = self._stage_of(before)
            return stage, self._index(stage, before) + 1
        if after is not None:
            stage = self._stage_of(after)
            return stage, self._index(stage, after)
        return (path, len(self.placed[path])) if path in self.placed else (None, 0)

    def _now(self, path: str, own: Cell) -> Cell | None:
        """What stands for a cell of the user's in the result; None when nothing does (yet)."""
        old = self.old_of[path].get(own)
        cell = own if old is None else self.new_of.get(old)
        return cell if cell is not None and any(cell in cells for cells in self.placed.values()) else None

    def _stage_of(self, cell: Cell) -> str:
        return next(path for path, cells in self.placed.items() if cell in cells)

    def _index(self, path: str, cell: Cell) -> int:
        return self.placed[path].index(cell)

    def _finish(self, path: str, cells: list[Cell]) -> None:
        base, ours, theirs = (each.get(path) for each in self.sides)
        if base is not None and ours is not None and theirs is not None:
            about, conflicts = merge_about(path, base, ours, theirs, self.side)
            self.result.conflicts += conflicts
        else:
            about = {key: value for key, value in (theirs or {}).items() if key != "cells"}
        data = [self._data(cell) for cell in cells]
        _make_ids_unique(data)
        self.result.notebooks[path] = {"cells": data, **about}

    def _data(self, cell: Cell) -> dict[str, Any]:
        if cell in self.merged:
            return self.merged[cell].data
        mine = any(cell in cells for cells in self.own.values())
        return dict((users_own(cell) if mine else cell).data)


def _cells(path: str, notebook: Notebook) -> list[Cell]:
    return [Cell(path, cell) for cell in notebook.get("cells", []) if isinstance(cell, dict)]


def _originals(old: list[Cell], own: list[Cell]) -> dict[Cell, Cell]:
    """Which generated cell each of the user's is: by its id, else by what it says of its origin, else by its text."""
    found: dict[Cell, Cell] = {}
    for key in (_id, _origin, _text):
        left: dict[Any, list[Cell]] = {}
        for cell in old:
            if cell not in set(found.values()):
                left.setdefault(key(cell), []).append(cell)
        for cell in own:
            if cell not in found and key(cell) is not None and left.get(key(cell)):
                found[cell] = left[key(cell)].pop(0)
    return {cell: found[cell] for cell in own if cell in found}


def _sources(cells: list[Cell]) -> str:
    return "\n\n".join(cell.source for cell in cells)


def _id(cell: Cell) -> Any:
    return cell.data.get("id")


def _origin(cell: Cell) -> Any:
    return cell.origin or (cell.role or None)


def _text(cell: Cell) -> Any:
    return (cell.kind, cell.source) if cell.source.strip() else None


def _successors(old: Mapping[str, list[Cell]], new: Mapping[str, list[Cell]]) -> dict[Cell, Cell]:
    """Which cell that is generated now each old one is."""
    found: dict[Cell, Cell] = {}

    def pair(before: list[Cell], after: list[Cell]) -> None:
        aligned = align([(c.kind, c.source) for c in before], [(c.kind, c.source) for c in after])
        found.update((before[i], after[j]) for i, j in aligned.items())

    notebooks = {cell.origin[0] for cells in old.values() for cell in cells if cell.origin is not None}
    for notebook in sorted(notebooks):
        pair(_from(notebook, old), _from(notebook, new))
    taken: set[tuple[str, str]] = set()
    for path in sorted(old, key=lambda path: path not in new):
        heir = path if path in new else _heir(old[path], found)
        for role in dict.fromkeys(cell.role for cell in old[path] if cell.role):
            if heir is None or (heir, role) in taken:
                continue
            taken.add((heir, role))
            before, after = ([c for c in cells if c.role == role] for cells in (old[path], new[heir]))
            if len(before) == len(after) == 1:
                found[before[0]] = after[0]
            else:
                pair(before, after)
    return found


def _from(notebook: str, stages: Mapping[str, list[Cell]]) -> list[Cell]:
    """The cells of an original notebook, in its order."""
    cells = [c for cells in stages.values() for c in cells if c.origin is not None and c.origin[0] == notebook]
    return sorted(cells, key=lambda cell: cell.origin[1] if cell.origin else 0)


def _heir(cells: list[Cell], found: Mapping[Cell, Cell]) -> str | None:
    """The stage that most of a stage's cells are in now."""
    stages = [found[cell].stage for cell in cells if cell in found]
    return max(sorted(set(stages)), key=stages.count, default=None)


def _make_ids_unique(cells: list[dict[str, Any]]) -> None:
    seen: set[str] = set()
    for number, cell in enumerate(cells):
        own = cell.get("id")
        if not isinstance(own, str) or own in seen:
            own = next(
                name for name in (f"cell-{number}", f"cell-{number}-own", f"{own}-{number}"[-64:]) if name not in seen
            )
            cell["id"] = own
        seen.add(own)


def read(text: str) -> dict[str, Any] | None:
    """A notebook from its JSON, the texts of its cells as lines; None where it is none."""
    try:
        found = json.loads(text)
        cells = [{**cell, "source": text_of(cell["source"]).splitlines(keepends=True)} for cell in found["cells"]]
    except (ValueError, KeyError, TypeError):
        return None
    return {**found, "cells": cells}


def write(notebook: Notebook) -> str:
    """A notebook as Jupyter saves it."""
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True, separators=(",", ": ")) + "\n"
