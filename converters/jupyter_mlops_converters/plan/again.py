"""Values that cannot be written to a file, but can be made again where they are needed: connections, locks, patterns."""

from __future__ import annotations

import ast

from jupyter_mlops_converters.analysis.names import BUILTINS
from jupyter_mlops_converters.plan.flow import Conflict
from jupyter_mlops_converters.plan.program import Program

#: Types whose values are the same wherever they are made, when making them takes nothing but constants and modules.
_RECREATABLE = (
    "sqlite3.",
    "sqlalchemy.",
    "_thread.",
    "threading.",
    "concurrent.futures.",
    "builtins.module",
    "logging.Logger",
    "re.Pattern",
)


def recreatable(program: Program, conflict: Conflict) -> set[str]:
    """Names in a conflict that would not be in the way if their statement ran again where they are needed.

    Args:
        program: the steps.
        conflict: speaks of values that cannot cross.

    Returns:
        The names, with those that they are made from.
    """
    wanted = [name for name in sorted(program.binders) if f"`{name}`" in conflict.why]
    return set().union(*(_with_sources(program, name, conflict.last, ()) for name in wanted))


def _with_sources(program: Program, name: str, before: int, path: tuple[str, ...]) -> set[str]:
    """The name, with those it is made from (a cursor from its connection); empty when that is not possible."""
    binders = program.binders.get(name, ())
    change = program.last_change(name, before)
    if len(binders) != 1 or name in path or change is None or not change.type.startswith(_RECREATABLE):
        return set()
    statement = binders[0]
    if not isinstance(statement.node, ast.Assign) or statement.facts.all_binds != {name}:
        return set()
    if any(isinstance(node, ast.Constant) and node.value == ":memory:" for node in ast.walk(statement.node)):
        return set()
    if any(name in step.cell.facts.sets_attributes for step in program.steps):
        return set()
    found = {name}
    for used in statement.facts.uses - BUILTINS:
        if not (binder := program.binders.get(used, ())) or binder[-1].kind != "import":
            more = _with_sources(program, used, before, (*path, name))
            if not more:
                return set()
            found |= more
    return found
