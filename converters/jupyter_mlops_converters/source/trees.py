"""Copies of syntax trees."""

from __future__ import annotations

import ast
from typing import Any, TypeVar

Node = TypeVar("Node", bound=ast.AST)


def copied(node: Node) -> Node:
    """A copy of a node and of what is below it, with its place in the text.

    `copy.deepcopy` also follows what others have hung on nodes: who shows tracebacks gives them a parent, those too that
    all trees of the interpreter share, such as `ast.Load()`.
    """
    made = node.__class__(**{name: _copied(getattr(node, name, None)) for name in node._fields})
    return ast.copy_location(made, node)


def _copied(value: Any) -> Any:
    if isinstance(value, list):
        return [_copied(item) for item in value]
    return copied(value) if isinstance(value, ast.AST) else value
