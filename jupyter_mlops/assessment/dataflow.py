"""Which calls in a function hand their results on to which others: the edges of pipelines written in Python."""

from __future__ import annotations

import ast
from collections.abc import Callable

from jupyter_mlops.project.python_source import Call, Scope, blocks


def connected_calls(
    scope: Scope, is_step: Callable[[Call], str | None]
) -> tuple[list[tuple[str, Call]], set[tuple[int, int]]]:
    """The step calls of a scope in order, and pairs (earlier, later) of positions where the later uses the earlier's result.

    Args:
        scope: where to look.
        is_step: the name of the step that a call runs; None for other calls.
    """
    steps = sorted(
        ((name, call) for call in scope.calls if (name := is_step(call)) is not None),
        key=lambda found: (found[1].line, found[1].node.col_offset),
    )
    position = {id(call.node): index for index, (_name, call) in enumerate(steps)}
    edges: set[tuple[int, int]] = set()
    made: dict[str, set[int]] = {}
    for statement in scope.body:
        _statement(statement, position, made, edges)
    return steps, {(earlier, later) for earlier, later in edges if earlier != later}


def _statement(
    statement: ast.stmt, position: dict[int, int], made: dict[str, set[int]], edges: set[tuple[int, int]]
) -> None:
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return
    inner = [block for name in ("body", "orelse", "finalbody") for block in getattr(statement, name, [])]
    inner += [block for handler in getattr(statement, "handlers", []) for block in handler.body]
    if inner:
        for name in ("iter", "test", "items"):
            value = getattr(statement, name, None)
            for node in value if isinstance(value, list) else [value] if value is not None else []:
                _uses(node, position, made, edges)
        if isinstance(statement, ast.For):
            sources = _uses(statement.iter, position, made, edges)
            for target in ast.walk(statement.target):
                if isinstance(target, ast.Name):
                    made[target.id] = set(sources)
        for block in inner:
            _statement(block, position, made, edges)
        return
    value = getattr(statement, "value", None)
    sources = _uses(value, position, made, edges) if isinstance(value, ast.AST) else set()
    targets = getattr(statement, "targets", None) or (
        [statement.target] if isinstance(statement, (ast.AnnAssign, ast.AugAssign)) else []
    )
    for target in targets:
        for node in ast.walk(target):
            if isinstance(node, ast.Name):
                made[node.id] = set(sources) | (
                    made.get(node.id, set()) if isinstance(statement, ast.AugAssign) else set()
                )
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                made[ast.unparse(node)] = set(sources)


def _uses(root: ast.AST, position: dict[int, int], made: dict[str, set[int]], edges: set[tuple[int, int]]) -> set[int]:
    """Steps whose results an expression holds. Records edges into the step calls inside of it."""
    if isinstance(root, ast.Name):
        return made.get(root.id, set())
    if isinstance(root, ast.Attribute):
        known = made.get(ast.unparse(root)) if isinstance(root.value, (ast.Name, ast.Attribute)) else None
        return known if known is not None else _uses(root.value, position, made, edges)
    if isinstance(root, ast.Call) and isinstance(root.func, ast.Attribute) and root.func.attr == "after":
        # `evaluate.after(train)`, which pipelines of Kubeflow say where no data is handed on
        later = _uses(root.func.value, position, made, edges)
        earlier = {step for argument in root.args for step in _uses(argument, position, made, edges)}
        edges.update((first, second) for first in earlier for second in later)
        return later
    used: set[int] = set()
    for child in ast.iter_child_nodes(root):
        used |= _uses(child, position, made, edges)
    if isinstance(root, ast.Call) and id(root) in position:
        step = position[id(root)]
        edges.update((earlier, step) for earlier in used)
        return {step}
    return used


def bound_to(call: Call) -> str:
    """The names that a call's result is given, separated by blanks: `manifest = json.load(f)`.

    Args:
        call: the call.
    """
    pending = list(call.scope.body)
    while pending:
        statement = pending.pop()
        if isinstance(statement, ast.Assign) and statement.value is call.node:
            return " ".join(ast.unparse(target) for target in statement.targets)
        for block in blocks(statement):
            pending += block
    return ""
