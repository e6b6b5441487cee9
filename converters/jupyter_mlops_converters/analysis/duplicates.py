"""Cells that several notebooks have alike, layout, comments and the names of variables aside."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from jupyter_mlops_converters.analysis.cells import AnalysedCell, Analysis
from jupyter_mlops_converters.analysis.liveness import live_after, needed_names
from jupyter_mlops_converters.analysis.names import BUILTINS
from jupyter_mlops_converters.analysis.roles import roles
from jupyter_mlops_converters.source.trees import copied

#: Cells with fewer nodes in their syntax tree (`df.head()`, a single plot) are alike in most notebooks, and mean nothing.
_LEAST_NODES = 18
_Node = TypeVar("_Node", bound=ast.AST)


@dataclass(frozen=True)
class Place:
    """Cells of a notebook that follow one another.

    Attributes:
        notebook: its number.
        cells: indices among all cells.
    """

    notebook: int
    cells: tuple[int, ...]


@dataclass(frozen=True)
class Duplicate:
    """Cells that are alike in at least two notebooks.

    Attributes:
        places: where they are.
        same_names: whether the names of variables are the same as well.
        offer: the cells as a function that the notebooks could share; empty where that takes more thought.
    """

    places: tuple[Place, ...]
    same_names: bool
    offer: str = ""


def find_duplicates(analyses: Sequence[Analysis]) -> list[Duplicate]:
    """Find cells that are alike in several notebooks.

    Args:
        analyses: of the notebooks.

    Returns:
        The duplicates in the order of the first notebook; neighbouring cells together.
    """
    alike: dict[str, list[tuple[Place, str]]] = {}
    for number, analysis in enumerate(analyses):
        for cell in analysis.cells:
            body = _compared(cell)
            if sum(1 for node in body for _ in ast.walk(node)) >= _LEAST_NODES:
                key = _dump([_Anonymous(analysis.modules).visit(copied(node)) for node in body])
                alike.setdefault(key, []).append((Place(number, (cell.index,)), _dump(body)))
    found = [
        Duplicate(tuple(place for place, _ in group), len({exact for _, exact in group}) == 1)
        for group in alike.values()
        if len({place.notebook for place, _ in group}) > 1
    ]
    order = [[cell.index for cell in analysis.cells] for analysis in analyses]
    found.sort(key=lambda duplicate: (duplicate.places[0].notebook, duplicate.places[0].cells))
    return [replace(each, offer=_offer(analyses, each)) for each in _merged(found, order)]


def _compared(cell: AnalysedCell) -> list[ast.stmt]:
    """What counts of a cell: neither imports, which all notebooks share, nor texts that stand for themselves."""
    return [
        statement.node
        for statement in cell.statements
        if statement.kind != "import"
        and not isinstance(statement.node, ast.Pass)
        and not (isinstance(statement.node, ast.Expr) and isinstance(statement.node.value, ast.Constant))
    ]


def _dump(nodes: Sequence[ast.AST]) -> str:
    return "\n".join(ast.dump(node) for node in nodes)


class _Anonymous(ast.NodeTransformer):
    """Calls variables by the order in which they appear; modules and builtins keep their names."""

    def __init__(self, modules: dict[str, str]) -> None:
        self._modules = modules
        self._names: dict[str, str] = {}

    def visit(self, node: _Node) -> _Node:
        for attribute in ("id", "arg", "name"):
            name = getattr(node, attribute, None)
            if isinstance(name, str) and isinstance(node, ast.Name | ast.arg | ast.FunctionDef | ast.ClassDef):
                known = self._modules.get(name) or (name if name in BUILTINS else None)
                setattr(node, attribute, known or self._names.setdefault(name, f"_{len(self._names)}"))
        self.generic_visit(node)
        return node


def _merged(found: list[Duplicate], order: list[list[int]]) -> list[Duplicate]:
    """Duplicates that follow one another in all their notebooks become one."""
    merged: list[Duplicate] = []
    for duplicate in found:
        before = merged[-1] if merged else None
        if (
            before is not None
            and len(before.places) == len(duplicate.places)
            and all(
                one.notebook == other.notebook and _follows(order[one.notebook], one.cells[-1], other.cells[0])
                for one, other in zip(before.places, duplicate.places, strict=True)
            )
        ):
            places = zip(before.places, duplicate.places, strict=True)
            merged[-1] = Duplicate(
                tuple(Place(one.notebook, (*one.cells, *other.cells)) for one, other in places),
                before.same_names and duplicate.same_names,
            )
        else:
            merged.append(duplicate)
    return merged


def _follows(order: list[int], one: int, other: int) -> bool:
    position = order.index(one)
    return position + 1 < len(order) and order[position + 1] == other


def _offer(analyses: Sequence[Analysis], duplicate: Duplicate) -> str:
    """The cells as a function: what they need comes in, what later cells need goes out."""
    first = duplicate.places[0]
    analysis = analyses[first.notebook]
    cells = [analysis.cell(index) for index in first.cells]
    if any(cell.code.magics or cell.facts.opaque or cell.facts.deletes or _cannot_move(cell) for cell in cells):
        return ""
    if all(statement.kind in {"definition", "import"} for cell in cells for statement in cell.statements):
        return ""  # functions already
    defined = {n for c in analysis.cells for s in c.statements if s.kind != "other" for n in s.facts.all_binds}
    needed: list[str] = []
    bound: set[str] = set()
    for cell in cells:
        needed += sorted(needed_names(analysis, cell) - bound - defined - BUILTINS - set(needed))
        bound |= cell.facts.binds
    live = live_after(analysis)[first.cells[-1]]
    touched = {name for cell in cells for name in cell.facts.touches} & set(needed)
    given_back = sorted((({n for c in cells for n in c.facts.all_binds} & live) - defined) | (touched & live))
    lines = [line for cell in cells for line in [*cell.code.text.strip("\n").split("\n"), ""]][:-1]
    body = [f"    {line}" if line.strip() else "" for line in lines]
    if given_back:
        body.append(f"    return {', '.join(given_back)}")
    text = "\n".join([f"def {_name(analysis, cells)}({', '.join(needed)}):", *body]) + "\n"
    try:
        ast.parse(text)
    except SyntaxError:
        return ""
    # Indenting would change texts that go over several lines.
    return "" if re.search(r"(\"\"\"|''')", text) else text


def _cannot_move(cell: AnalysedCell) -> bool:
    return any(isinstance(node, ast.Await | ast.Global) for node in ast.walk(cell.code.tree))


def _name(analysis: Analysis, cells: Sequence[AnalysedCell]) -> str:
    """What the function would be called: after the heading above it, or after what the cells do."""
    found = roles(analysis)
    role = found[cells[0].index]
    for heading in reversed(role.headings):
        words = re.findall(r"[a-z0-9]+", heading.text.lower())
        name = "_".join(word for word in words if not word.isdigit())[:30].strip("_")
        if name.isidentifier():
            return name
    return role.role or "shared_step"
