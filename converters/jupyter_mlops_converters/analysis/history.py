"""Values that IPython keeps of what cells show: `_`, `__`, `Out[3]`, `_3`.

A stage counts its cells anew, so a value that is looked up by its number travels as a variable of its own.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_mlops_converters.analysis.cells import AnalysedCell

_NUMBERED = re.compile(r"_(\d+)$")
_LAST = ("_", "__", "___")
_ALL = frozenset({"Out", "_oh"})


@dataclass(frozen=True)
class History:
    """Who uses what IPython keeps.

    Attributes:
        variables: execution count (1 for the first code cell) → variable that stands for what that cell showed.
        numbered: cell → expressions in it (`Out[3]`, `_3`) and the variables they stand for.
        last: cell → how many of the values shown last it reaches back to (`_` is 1, `__` is 2).
        whole: cells that use `Out` in other ways, so that any value may be meant.
    """

    variables: dict[int, str] = field(default_factory=dict)
    numbered: dict[int, dict[str, str]] = field(default_factory=dict)
    last: dict[int, int] = field(default_factory=dict)
    whole: frozenset[int] = frozenset()


def history(cells: tuple[AnalysedCell, ...]) -> History:
    """Find uses of what cells show, and note them among the names of the cells.

    Args:
        cells: the analysed code cells; the facts of those that show or use numbered values get the variables for them.

    Returns:
        The uses.
    """
    bound = {name for cell in cells for name in cell.facts.all_binds}
    taken = bound | {name for cell in cells for name in cell.facts.loads}
    counts = {position + 1: cell for position, cell in enumerate(cells)}
    variables: dict[int, str] = {}
    numbered: dict[int, dict[str, str]] = {}
    last: dict[int, int] = {}
    whole: set[int] = set()
    for position, cell in enumerate(cells):
        uses = _Uses(bound)
        uses.visit(cell.code.tree)
        if uses.whole:
            whole.add(cell.index)
        reach = max((len(name) for name in _LAST if name in cell.facts.uses), default=0)
        if reach:
            last[cell.index] = reach
        for count, expressions in sorted(uses.counts.items()):
            if count > position or count not in counts:
                continue
            name = variables.setdefault(count, _free(f"out_{count}", taken))
            numbered.setdefault(cell.index, {}).update(dict.fromkeys(expressions, name))
            cell.facts.uses.add(name)
            cell.facts.loads.add(name)
            counts[count].facts.binds.add(name)
    return History(variables, numbered, last, frozenset(whole))


def may_show(cell: AnalysedCell) -> bool:
    """Whether the cell ends in an expression whose value IPython shows."""
    body = cell.code.tree.body
    return bool(body) and isinstance(body[-1], ast.Expr) and not cell.code.text.rstrip().endswith(";")


def surely_shows(cell: AnalysedCell) -> bool:
    """Whether that value cannot be None: it is no call."""
    last = cell.code.tree.body[-1] if may_show(cell) else None
    kinds = (ast.BinOp, ast.Compare, ast.List, ast.Tuple, ast.Dict, ast.ListComp, ast.DictComp, ast.JoinedStr)
    return isinstance(last, ast.Expr) and isinstance(last.value, kinds)


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name


class _Uses(ast.NodeVisitor):
    """Collects `Out[3]` and `_3`, and other uses of `Out`."""

    def __init__(self, bound: set[str]) -> None:
        self.bound = bound
        self.counts: dict[int, set[str]] = {}
        self.whole = False

    def visit_Subscript(self, node: ast.Subscript) -> None:
        index = node.slice
        if (
            isinstance(node.value, ast.Name)
            and node.value.id in _ALL - self.bound
            and isinstance(index, ast.Constant)
            and isinstance(index.value, int)
        ):
            self.counts.setdefault(index.value, set()).add(f"{node.value.id}[{index.value}]")
        else:
            self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        if node.id in self.bound:
            return
        if node.id in _ALL:
            self.whole = True
        match = _NUMBERED.match(node.id)
        if match and isinstance(node.ctx, ast.Load):
            self.counts.setdefault(int(match.group(1)), set()).add(node.id)
