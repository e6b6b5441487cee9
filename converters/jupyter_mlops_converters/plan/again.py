"""Values that cannot be written to a file, but can be made again where they are needed: connections, locks, distributions."""

from __future__ import annotations

import ast

from jupyter_mlops_converters.analysis.cells import dotted
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
    # They draw from NumPy's own generator, which a file would copy.
    "scipy.stats._distn_infrastructure.rv_",
    "scipy.stats._multivariate.",
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
    if len(binders) != 1 or name in path or change is None:
        return set()
    statement = binders[0]
    value = statement.node.value if isinstance(statement.node, ast.Assign | ast.AnnAssign) else None
    if value is None or statement.facts.all_binds != {name}:
        return set()
    if any(isinstance(node, ast.Constant) and node.value == ":memory:" for node in ast.walk(statement.node)):
        return set()
    # A class that a call has made (`Pair = namedtuple(…)`) is the same wherever that call is made.
    made_alike = change.kind == "class" or change.type.startswith(_RECREATABLE)
    if not made_alike and not _is_pure(value, program.analysis.modules):
        return set()
    if any(name in step.cell.facts.sets_attributes for step in program.steps):
        return set()
    found = {name}
    # The set-up cell of every stage imports it.
    always = set() if "os" in program.binders else {"os"}
    for used in statement.facts.uses - BUILTINS - always:
        if not (binder := program.binders.get(used, ())) or binder[-1].kind not in {"import", "definition"}:
            more = _with_sources(program, used, before, (*path, name))
            if not more:
                return set()
            found |= more
    return found


#: Calls that give the same wherever they are made, or what is right there (the working directory, the environment).
_PURE_CALLS = ("pathlib.", "os.path.", "os.getcwd", "os.getenv", "os.environ.get", "os.fspath")
_PURE_METHODS = frozenset(
    {"absolute", "as_posix", "as_uri", "encode", "expanduser", "format", "get", "getcwd", "joinpath", "lower", "resolve", "strip", "upper",
     "with_name", "with_suffix"}
)  # fmt: skip
_PURE_NODES = (
    ast.Constant, ast.Name, ast.Attribute, ast.Subscript, ast.BinOp, ast.operator, ast.JoinedStr, ast.FormattedValue, ast.List,
    ast.Tuple, ast.Dict, ast.Set, ast.expr_context, ast.Call, ast.keyword,
)  # fmt: skip


def _is_pure(node: ast.expr, modules: dict[str, str]) -> bool:
    """Whether an expression only puts texts, paths and containers together."""
    for inner in ast.walk(node):
        if not isinstance(inner, _PURE_NODES):
            return False
        if isinstance(inner, ast.Call):
            origin = dotted(inner.func, modules) or ""
            method = inner.func.attr if isinstance(inner.func, ast.Attribute) else ""
            if not origin.startswith(_PURE_CALLS) and (origin or method not in _PURE_METHODS):
                return False
    return True
