"""Loggers that a notebook makes for itself: in which cells their configuration can be told from their records."""

from __future__ import annotations

import ast

from jupyter_mlops_converters.analysis.cells import Statement, dotted
from jupyter_mlops_converters.analysis.liveness import closure
from jupyter_mlops_converters.plan.program import Program


def own_logger(program: Program, statement: Statement) -> str | None:
    """The name of the logger that a statement configures, where only the cells themselves write to it.

    Args:
        program: the steps.
        statement: configuration of logging.

    Returns:
        None for the loggers of others, and where that cannot be known: without a run, and where the project's own
        modules may log.
    """
    if program.observation is None or any(cell.modules for cell in program.observation.cells):
        return None
    modules = program.analysis.modules
    logger = _configured(statement.node, modules)
    made = _made_as(program, logger.id) if isinstance(logger, ast.Name) else [logger]
    names = {_name_of(each, modules) for each in made}
    name = names.pop() if len(names) == 1 else None
    imported = {origin.partition(".")[0] for origin in modules.values()}
    # Libraries log under their own names, and everyone's records come to the root.
    return name if name not in {None, "", "root"} and str(name).partition(".")[0] not in imported else None


def may_write_to(program: Program, position: int, logger: str) -> bool:
    """Whether the code of a step, or a function that it may call, reaches a logger or one below it.

    Args:
        program: the steps.
        position: the step's.
        logger: its name.
    """
    modules = program.analysis.modules
    reaching = set()
    calls = {
        id(node): _name_of(node, modules)
        for cell in program.analysis.cells
        for node in ast.walk(cell.code.tree)
        if _gives_logger(node, modules)
    }
    for variable in program.binders:
        for value in _made_as(program, variable):
            name = calls.pop(id(value), "")
            if name is None or f"{name}.".startswith(f"{logger}."):
                reaching.add(variable)
    if any(name is None or f"{name}.".startswith(f"{logger}.") for name in calls.values()):
        # It is made on the spot, in a function perhaps.
        reaching |= {variable for variable, origin in modules.items() if origin.partition(".")[0] == "logging"}
    facts = program.steps[position].cell.facts
    return bool(reaching & closure(program.analysis, facts.loads | facts.uses))


def _configured(node: ast.stmt, modules: dict[str, str]) -> ast.expr | None:
    """What stands first in `logger.handlers[0].setLevel(…)`: a name, or the call that gives the logger."""
    part: ast.expr | None = None
    if isinstance(node, ast.Expr):
        part = node.value
    elif isinstance(node, ast.Assign):
        part = node.targets[0]
    while isinstance(part, ast.Call | ast.Attribute | ast.Subscript) and not _gives_logger(part, modules):
        part = part.func if isinstance(part, ast.Call) else part.value
    return part


def _made_as(program: Program, variable: str) -> list[ast.expr | None]:
    """What is assigned to a name, wherever it is bound at top level; None for what binds it otherwise."""
    bound = [each.node for each in program.binders.get(variable, ())]
    return [node.value if isinstance(node, ast.Assign) else None for node in bound]


def _gives_logger(node: ast.AST | None, modules: dict[str, str]) -> bool:
    return isinstance(node, ast.Call) and dotted(node.func, modules) == "logging.getLogger"


def _name_of(node: ast.AST | None, modules: dict[str, str]) -> str | None:
    """The name of the logger that a call gives; None where that is not said."""
    if not isinstance(node, ast.Call) or not _gives_logger(node, modules):
        return None
    if not node.args and not node.keywords:
        return ""
    name = node.args[0] if node.args else None
    if isinstance(name, ast.Name) and name.id == "__name__":
        return "__main__"
    return name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else None
