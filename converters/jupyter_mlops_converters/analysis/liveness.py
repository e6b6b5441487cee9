"""Which names a cell reaches through functions, and which are still needed after it."""

from __future__ import annotations

from functools import lru_cache

from jupyter_mlops_converters.analysis.cells import AnalysedCell, Analysis, has_star_imports
from jupyter_mlops_converters.analysis.names import BUILTINS


@lru_cache(maxsize=8)
def _deferred(analysis: _ById) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for cell in analysis.value.cells:
        for statement in cell.statements:
            for name, free in statement.facts.deferred.items():
                found.setdefault(name, set()).update(free)
    return {name: frozenset(free) for name, free in found.items()}


@lru_cache(maxsize=8)
def _deferred_writes(analysis: _ById) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for cell in analysis.value.cells:
        for statement in cell.statements:
            for name, written in statement.facts.deferred_writes.items():
                found.setdefault(name, set()).update(written)
    return {name: frozenset(written) for name, written in found.items()}


class _ById:
    """Lets an unhashable analysis be the key of a cache."""

    def __init__(self, value: Analysis) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ById) and other.value is self.value


def closure(analysis: Analysis, names: set[str] | frozenset[str], *, stop: frozenset[str] = frozenset()) -> set[str]:
    """The names themselves and all globals that functions and classes among them look up when called.

    Args:
        analysis: the notebook.
        names: to start from.
        stop: functions and classes that bring what they look up along themselves.

    Returns:
        The closure, without builtins that the notebook does not rebind.
    """
    deferred = _deferred(_ById(analysis))
    reached: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        if name not in stop:
            waiting.extend(deferred.get(name, ()))
    return {name for name in reached if name not in BUILTINS or name in _rebound(_ById(analysis))}


@lru_cache(maxsize=8)
def _rebound(analysis: _ById) -> frozenset[str]:
    bound = frozenset(name for cell in analysis.value.cells for name in cell.facts.all_binds)
    return bound | BUILTINS if has_star_imports(analysis.value.cells) else bound


def needed_names(analysis: Analysis, cell: AnalysedCell) -> set[str]:
    """Names whose value from before the cell it may look up, functions' globals included."""
    # Functions that the cell itself defines and calls read globals from before it, too.
    return set(cell.facts.uses) | (closure(analysis, cell.facts.loads) - cell.facts.loads)


def touched_names(analysis: Analysis, cell: AnalysedCell) -> set[str]:
    """Names whose value the cell may have changed."""
    reached = closure(analysis, cell.facts.loads)
    writes = {name for function in reached for name in _deferred_writes(_ById(analysis)).get(function, ())}
    return closure(analysis, cell.facts.loads | cell.facts.uses) | cell.facts.all_binds | writes


def live_after(analysis: Analysis) -> dict[int, set[str]]:
    """Names needed by later cells, for every cell.

    Args:
        analysis: the notebook.

    Returns:
        Cell index → names that are looked up after it before they are certainly bound again.
    """
    live: set[str] = set()
    found: dict[int, set[str]] = {}
    for cell in reversed(analysis.cells):
        found[cell.index] = set(live)
        live = (live - cell.facts.binds) | needed_names(analysis, cell)
    # Configuration may be made again in any later stage, with the values that it had.
    configured: set[str] = set()
    for cell in analysis.cells[:-1]:
        configured |= {name for s in cell.statements if s.kind == "configuration" for name in s.facts.uses}
        found[cell.index] |= configured
    return found
