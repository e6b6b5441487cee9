"""Names that hold one constant for good: after `TRACK = False`, what stands under `if TRACK:` never runs."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
#: Where the constant is noted, on each name that stands for it.
_NOTED = "fixed_constant"


def note_fixed_names(tree: ast.Module) -> None:
    """Notes on the names of a tree's conditions which constant they hold, where the file binds them once and to nothing else.

    Args:
        tree: the tree; what is noted is read by `fixed_constant`.
    """
    constants: dict[str, ast.Constant] = {}
    asked: list[ast.expr] = []
    for node in _statements(tree.body):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and len(node.targets) == 1:
            target = node.targets[0]
            if isinstance(target, ast.Name) and _plain(node.value.value):
                constants[target.id] = node.value
        elif isinstance(node, (ast.If, ast.While, ast.Assert)):
            asked.append(node.test)
    # Most files have no such name in a condition: no more is looked at.
    names = [
        node
        for test in asked
        if constants
        for node in ast.walk(test)
        if isinstance(node, ast.Name) and node.id in constants
    ]
    if not names:
        return
    times = Counter(_bindings(tree))
    for name in names:
        if times[name.id] == 1:
            setattr(name, _NOTED, constants[name.id])


def fixed_constant(node: ast.expr) -> ast.Constant | None:
    """The constant that an expression is or always holds; None where that cannot be told.

    Args:
        node: any expression.
    """
    return node if isinstance(node, ast.Constant) else getattr(node, _NOTED, None)


def _plain(value: object) -> bool:
    return value is None or isinstance(value, (bool, int, str))


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """All statements below some, without looking into expressions."""
    pending: list[ast.AST] = [*body]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.stmt):
            yield node
        for name in _BLOCKS:
            block = getattr(node, name, None)
            if isinstance(block, list):
                pending += block


def _bindings(tree: ast.Module) -> Iterator[str]:
    """The names that something in a tree binds, once for each time; `global` may bind again from elsewhere."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            yield node.name
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            yield from node.names
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.partition(".")[0]
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            yield node.name
