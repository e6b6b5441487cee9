"""Checksums that code compares: what is downloaded and must have one is read in one version."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from jupyter_mlops.assessment.flows import own_function
from jupyter_mlops.assessment.settings_values import value_at
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call, PythonSource, Scope
from jupyter_mlops.project.reach import scope_named

_DIGEST = lazy(r"^(\w+:)?[0-9a-f]{32,128}$")
_LEAVES = frozenset({"sys.exit", "exit", "quit"})


class _Comparison(NamedTuple):
    """A condition that stops where a digest is another one.

    Attributes:
        function: the function that it is in; "" for the module.
        expected: what the computed digest is compared with.
    """

    function: str
    expected: tuple[ast.expr, ...]


def compares_checksum(unit: Unit, path: str, scope: Scope) -> bool:
    """Whether a scope stops when a digest is not the one that is written down in its source or in the settings; itself or in what it calls.

    Args:
        unit: the unit.
        path: the source.
        scope: of the source, where something is downloaded.
    """
    if _compares(unit, path, scope, None):
        return True
    for call in scope.calls:
        target = own_function(unit, path, call)
        source = unit.project.python(target[0]) if target is not None else None
        inner = scope_named(source, target[1]) if source is not None and target is not None else None
        if target is not None and inner is not None and _compares(unit, target[0], inner, (path, call)):
            return True
    return False


def is_checksum(node: ast.expr | None) -> bool:
    """Whether an expression is a digest, written out: `"md5:70e2…"`."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_digest(node.value)


def names_checksum(unit: Unit, path: str, scope: Scope, node: ast.expr | None) -> bool:
    """Whether an expression is a digest, written out or in the settings.

    Args:
        unit: the unit.
        path: the source that it is in.
        scope: the scope that it is in.
        node: the expression.
    """
    if node is None:
        return False
    text = scope.string(node)
    return _is_digest(value_at(unit, path, scope, node) if text is None else text)


def _is_digest(text: str | None) -> bool:
    return text is not None and bool(_DIGEST.match(text.lower()))


def _compares(unit: Unit, path: str, scope: Scope, caller: tuple[str, Call] | None) -> bool:
    """Whether a scope compares a digest that is known: there, or by what its caller hands in."""
    source = unit.project.python(path)
    if source is None:
        return False
    own = [one for one in _comparisons(source) if one.function == getattr(scope.node, "name", "")]
    if not own:
        return False
    if _writes_digest(source):
        return True
    if any(names_checksum(unit, path, scope, node) for one in own for node in one.expected):
        return True
    if caller is None:
        return False
    given = [*caller[1].node.args, *(keyword.value for keyword in caller[1].node.keywords)]
    return any(names_checksum(unit, caller[0], caller[1].scope, node) for node in given)


def _writes_digest(source: PythonSource) -> bool:
    if "writes a digest" not in source.kept:
        nodes = (node for node in ast.walk(source.tree) if isinstance(node, ast.expr))
        source.kept["writes a digest"] = any(is_checksum(node) for node in nodes)
    return bool(source.kept["writes a digest"])


def _comparisons(source: PythonSource) -> list[_Comparison]:
    if "checksum comparisons" not in source.kept:
        source.kept["checksum comparisons"] = list(_comparing(source.tree))
    found: list[_Comparison] = source.kept["checksum comparisons"]
    return found


def _comparing(tree: ast.Module) -> Iterator[_Comparison]:
    """The functions that stop where a digest differs; "" for the module itself."""
    nodes = list(ast.walk(tree))
    if not any(isinstance(node, ast.Attribute) and node.attr == "hexdigest" for node in nodes):
        return
    computed = set(_computed(nodes))
    functions = [node for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    inside = {id(inner) for function in functions for inner in ast.walk(function)}
    places = [("", [node for node in nodes if id(node) not in inside])]
    places += [(function.name, list(ast.walk(function))) for function in functions]
    for name, own in places:
        for test in _that_stop(own):
            expected = tuple(_expected(test, computed))
            if expected:
                yield _Comparison(name, expected)


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
    return isinstance(node, ast.Assert) or any(_stops(inner) for inner in [*node.body, *node.orelse])


def _stops(node: ast.stmt) -> bool:
    left = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and ast.unparse(node.value.func) in _LEAVES
    return isinstance(node, ast.Raise) or left


def _expected(test: ast.expr, computed: set[str]) -> Iterator[ast.expr]:
    """What a condition compares a computed digest with."""
    for node in ast.walk(test):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
            sides = (node.left, *node.comparators)
            others = [side for side in sides if not _is_computed(side, computed)]
            if len(others) == len(sides) - 1:
                yield from others


def _is_computed(side: ast.expr, computed: set[str]) -> bool:
    return _digests(side) or any(isinstance(inner, ast.Name) and inner.id in computed for inner in ast.walk(side))
