"""Names that may hold the same object, or parts of it, as far as code alone can tell.

Without a run, `b = a`, `both = [a, b]` and `wrapper = Wrapper(a)` are all that shows that a change through one name is
seen through another. What functions of well-known libraries give back is taken for new.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_mlops_converters.analysis.cells import AnalysedCell

#: Methods whose result is new, whatever they are called on.
_NEW = frozenset(
    {"copy", "predict", "predict_proba", "transform", "fit_transform", "fit_predict", "score", "sum", "mean", "std", "min", "max",
     "median", "count", "strip", "lower", "upper", "split", "join", "replace", "format", "tolist", "astype", "encode", "decode",
     "read", "readlines", "shape", "dtype", "size", "name"}
)  # fmt: skip
#: Builtins that give what holds the elements of what they are given.
_CONTAINERS = frozenset(
    {
        "list",
        "tuple",
        "set",
        "dict",
        "zip",
        "enumerate",
        "reversed",
        "sorted",
        "iter",
        "next",
        "map",
        "filter",
        "vars",
        "getattr",
    }
)
_KEEPING_METHODS = frozenset({"append", "extend", "insert", "add", "update", "setdefault", "put", "push", "register"})


def sharing_names(
    cells: tuple[AnalysedCell, ...], modules: Mapping[str, str], apart: frozenset[str], tables: frozenset[str]
) -> dict[str, frozenset[str]]:
    """Group names that may share objects.

    Args:
        cells: the analysed code cells.
        modules: name → dotted module.
        apart: names whose values share nothing: numbers, texts, definitions.
        tables: names of tables of pandas, whose parts and columns are copies of their own.

    Returns:
        Name → all names of its group, itself included; names that share nothing are left out.
    """
    bound = {name for cell in cells for name in cell.facts.all_binds} - set(modules) - apart
    defined = {
        node.name
        for cell in cells
        for node in ast.walk(cell.code.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    groups: dict[str, set[str]] = {name: {name} for name in bound}
    for cell in cells:
        for one, other in _pairs(cell.code.tree, _Held(defined, tables)):
            if one in groups and other in groups and groups[one] is not groups[other]:
                merged = groups[one] | groups[other]
                groups.update(dict.fromkeys(merged, merged))
    return {name: frozenset(group) for name, group in groups.items() if len(group) > 1}


def _pairs(tree: ast.AST, held: _Held) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            yield from ((t, v) for target in node.targets for t in _targets(target) for v in held.by(node.value))
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            yield from ((t, v) for t in _targets(node.target) for v in held.by(node.value))
        elif isinstance(node, ast.For | ast.AsyncFor):
            yield from ((t, v) for t in _targets(node.target) for v in held.by(node.iter))
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            yield from ((t, v) for t in _targets(node.optional_vars) for v in held.by(node.context_expr))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _KEEPING_METHODS:
            yield from ((t, v) for t in _targets(node.func) for a in node.args for v in held.by(a))


def _targets(node: ast.expr) -> set[str]:
    """Names that a target binds, or whose value it changes."""
    if isinstance(node, ast.Tuple | ast.List):
        return set().union(*(_targets(element) for element in node.elts)) if node.elts else set()
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()


class _Held:
    """Finds the names whose objects the value of an expression may be, or hold."""

    def __init__(self, defined: set[str], tables: frozenset[str]) -> None:
        self._defined = defined
        self._tables = tables

    def by(self, node: ast.expr) -> set[str]:
        if isinstance(node, ast.Name):
            return {node.id}
        if isinstance(node, ast.Attribute | ast.Subscript | ast.Starred | ast.Await):
            if _root(node) in self._tables or (isinstance(node, ast.Attribute) and node.attr in _NEW):
                return set()
            return self.by(node.value)
        if isinstance(node, ast.Call):
            return self._from_call(node)
        return self._all(_inner(node))

    def _all(self, nodes: list[ast.expr]) -> set[str]:
        return set().union(*(self.by(node) for node in nodes)) if nodes else set()

    def _from_call(self, node: ast.Call) -> set[str]:
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        if isinstance(node.func, ast.Name):
            name = node.func.id
            return self._all(given) if name in self._defined | _CONTAINERS or name[:1].isupper() else set()
        if isinstance(node.func, ast.Attribute):
            name = node.func.attr
            found = self._all(given) if name in self._defined or name[:1].isupper() else set()
            if name not in _NEW and _root(node.func) not in self._tables:
                found |= self.by(node.func.value)
            return found
        return self._all(given)


def _inner(node: ast.expr) -> list[ast.expr]:
    """The parts of an expression that its value holds."""
    if isinstance(node, ast.Dict | ast.BoolOp):
        return list(node.values)
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return list(node.elts)
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
        return [node.elt, *(generator.iter for generator in node.generators)]
    if isinstance(node, ast.DictComp):
        return [node.value, *(generator.iter for generator in node.generators)]
    return [node.value] if isinstance(node, ast.NamedExpr) else []


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred | ast.Await | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
