"""Checksums that code compares: what is downloaded and must have one is read in one version."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import PythonSource, Scope

_DIGEST = lazy(r"^(\w+:)?[0-9a-f]{32,128}$")


def compares_checksum(source: PythonSource, scope: Scope) -> bool:
    """Whether a scope stops when a digest is not the one that its source has written down; itself or in what it calls.

    Args:
        source: the code.
        scope: of the source, where something is downloaded.
    """
    if "checksum comparisons" not in source.kept:
        source.kept["checksum comparisons"] = _comparing(source.tree)
    comparing: set[str] = source.kept["checksum comparisons"]
    return getattr(scope.node, "name", "") in comparing or any(
        call.name.lstrip(":").rpartition(".")[2] in comparing for call in scope.calls
    )


def is_checksum(node: ast.expr | None) -> bool:
    """Whether an expression is a digest, written out: `"md5:70e2…"`."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(_DIGEST.match(node.value.lower()))


def _comparing(tree: ast.Module) -> set[str]:
    """Functions that stop where a digest differs; "" for the module itself."""
    nodes = list(ast.walk(tree))
    if not any(isinstance(node, ast.expr) and is_checksum(node) for node in nodes):
        return set()
    computed = set(_computed(nodes))
    functions = [node for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    inside = {id(inner) for function in functions for inner in ast.walk(function)}
    places = [("", [node for node in nodes if id(node) not in inside])]
    places += [(function.name, list(ast.walk(function))) for function in functions]
    return {name for name, own in places if any(_is_comparison(test, computed) for test in _that_stop(own))}


def _computed(nodes: list[ast.AST]) -> Iterator[str]:
    """Names of digests that were computed, and of functions that compute them."""
    for node in nodes:
        if isinstance(node, ast.Assign) and _digests(node.value):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.FunctionDef) and any(_digests(value) for value in _returned(node)):
            yield node.name


def _returned(function: ast.FunctionDef) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            yield node.value


def _digests(node: ast.expr) -> bool:
    return any(isinstance(inner, ast.Attribute) and inner.attr == "hexdigest" for inner in ast.walk(node))


def _that_stop(nodes: list[ast.AST]) -> Iterator[ast.expr]:
    """Conditions that end in an error, one way or the other."""
    for node in nodes:
        if isinstance(node, (ast.If, ast.Assert)) and _raises(node):
            yield node.test


def _raises(node: ast.If | ast.Assert) -> bool:
    return isinstance(node, ast.Assert) or any(isinstance(inner, ast.Raise) for inner in [*node.body, *node.orelse])


def _is_comparison(test: ast.expr, computed: set[str]) -> bool:
    return any(
        isinstance(node, ast.Compare)
        and isinstance(node.ops[0], (ast.Eq, ast.NotEq))
        and sum(_is_computed(side, computed) for side in (node.left, *node.comparators)) == 1
        for node in ast.walk(test)
    )


def _is_computed(side: ast.expr, computed: set[str]) -> bool:
    return _digests(side) or any(isinstance(inner, ast.Name) and inner.id in computed for inner in ast.walk(side))
