"""What stands in the way of handing a value over, as far as code alone can tell: nothing was tried in a file."""

from __future__ import annotations

import ast

from jupyter_mlops_converters.analysis.cells import dotted
from jupyter_mlops_converters.plan.program import Program

#: Calls whose results hold something of the process: files, connections, locks, iterators.
_OF_THE_PROCESS = ("open", "iter", "map", "filter", "zip", "reversed", "sqlite3.connect", "sqlalchemy.create_engine",
                   "threading.", "multiprocessing.", "socket.", "subprocess.Popen", "tempfile.")  # fmt: skip
_MAKES_CLASSES = frozenset({"namedtuple", "NamedTuple", "make_dataclass", "TypedDict", "Enum", "type"})


def unseen_obstacle(program: Program, name: str) -> str | None:
    """Why a value may not be written to a file.

    Args:
        program: the steps, without observation.
        name: the variable.

    Returns:
        The reason, or None where nothing in the code speaks against it.
    """
    classes = _own_classes(program)
    for holder in _holders(program, name):
        for statement in program.binders.get(holder, ()):
            if statement.kind in {"import", "definition"}:
                continue
            for node in ast.walk(statement.node):
                what = _in_the_way(node, classes, program)
                if what is not None:
                    return f"`{name}` may hold {what}, and without a run it is not known whether a file would keep that"
    return None


def _holders(program: Program, name: str) -> set[str]:
    """The name, and those that it may share objects with."""
    return {name}.union(*(group for group in program.shared if name in group))


def _in_the_way(node: ast.AST, classes: set[str], program: Program) -> str | None:
    if isinstance(node, ast.Lambda):
        return "a function without a name"
    if isinstance(node, ast.GeneratorExp | ast.Yield):
        return "a generator"
    if isinstance(node, ast.Name) and node.id in classes:
        return f"objects of `{node.id}`, a class of the notebook"
    if isinstance(node, ast.Call):
        called = dotted(node.func, program.analysis.modules) or str(getattr(node.func, "id", ""))
        if called.startswith(_OF_THE_PROCESS) and (called in _OF_THE_PROCESS or "." in called):
            return "something of the process"
    return None


def _own_classes(program: Program) -> set[str]:
    found = set()
    for name, binders in program.binders.items():
        for statement in binders:
            value = statement.node.value if isinstance(statement.node, ast.Assign) else None
            made = isinstance(value, ast.Call) and ast.unparse(value.func).rpartition(".")[2] in _MAKES_CLASSES
            if made or isinstance(statement.node, ast.ClassDef):
                found.add(name)
    return found
