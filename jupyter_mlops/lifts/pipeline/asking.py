"""Cells that need someone in front of them: a pipeline goes on without those that nothing builds on."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from jupyter_mlops_converters.analysis.cells import AnalysedCell, analyse, dotted
from jupyter_mlops_converters.source.notebook import read_notebook

from jupyter_mlops.errors import MlopsError

_ASKS = frozenset({"input", "getpass.getpass", "tkinter.Tk"})


def asking(path: Path, failed: MlopsError) -> tuple[int, ...]:
    """The cells that ask a person for something and whose answers no other cell uses.

    Args:
        path: of the notebook.
        failed: what ended its run.

    Returns:
        The cells to leave out; none where another cell ended the run, or one of them cannot be left out.
    """
    try:
        analysis = analyse(read_notebook(path))
    except MlopsError:
        return ()
    found = {cell.cell.index for cell in analysis.cells if _asks(cell, analysis.modules)}
    found |= {failed.cell} if failed.code == "needs-input" and failed.cell is not None else set()
    if failed.cell not in found:
        return ()
    needed: set[str] = set()
    for cell in reversed(analysis.cells):
        facts = cell.facts
        if cell.cell.index not in found:
            needed |= facts.uses | facts.loads | facts.touches
            needed |= {name for names in facts.deferred.values() for name in names}
            continue
        made = facts.binds | facts.maybe_binds | facts.touches | facts.deletes | facts.sets_attributes
        if made & needed or facts.opaque or facts.star_imports:
            return ()
    return tuple(sorted(found))


def _asks(cell: AnalysedCell, modules: dict[str, str]) -> bool:
    return any(
        isinstance(node, ast.Call)
        and (dotted(node.func, modules) or (node.func.id if isinstance(node.func, ast.Name) else "")) in _ASKS
        for node in _run(cell.code.tree)
    )


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """What runs with the cell: not the bodies of functions that it defines."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield from _run(child)
