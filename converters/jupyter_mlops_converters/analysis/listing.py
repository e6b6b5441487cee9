"""Cells that list all names: they would show those of their stage."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator

from jupyter_mlops_converters.source.python_code import PythonCode

_MAGICS = frozenset({"who", "whos", "who_ls"})
_NAMESPACES = frozenset({"globals", "locals", "vars"})
#: Functions and methods that go through all of a namespace.
_GO_THROUGH = frozenset({"dict", "iter", "len", "list", "print", "repr", "set", "sorted", "str", "tuple"})
_METHODS = frozenset({"copy", "items", "keys", "values"})


def lists_names(code: PythonCode) -> bool:
    """Whether a cell's own code goes through all names there are: `%who`, `dir()`, `sorted(globals())`."""
    if any(magic.name in _MAGICS for magic in code.magics):
        return True
    nodes = list(_outside_of_functions(code.tree))
    return any(_calls(node, {"dir"}) for node in nodes) or any(
        _calls(inner, _NAMESPACES) for node in nodes for inner in _gone_through(node)
    )


def _calls(node: ast.AST, names: Container[str]) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.args and node.func.id in names


def _gone_through(node: ast.AST) -> Iterator[ast.AST]:
    """What a node goes through, or shows."""
    if isinstance(node, ast.For | ast.comprehension):
        yield node.iter
    elif isinstance(node, ast.Expr) or (isinstance(node, ast.Attribute) and node.attr in _METHODS):
        yield node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _GO_THROUGH:
        yield from node.args


def _outside_of_functions(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            yield child
            yield from _outside_of_functions(child)
