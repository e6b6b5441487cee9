"""Names that only ever hold tables of pandas, and which cells change those in place, as far as code alone can tell.

Most notebooks look at one table in every second cell. Without a run nothing is known of `thing.method()`, so every such
call may change `thing`; of pandas' own methods it is known.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING

from jupyter_mlops_converters.analysis.trusted import is_trusted

if TYPE_CHECKING:
    from jupyter_mlops_converters.analysis.cells import AnalysedCell

#: Functions of pandas that give a table or a column.
_MAKERS = ("read_", "DataFrame", "Series", "concat", "merge", "get_dummies", "pivot", "melt", "crosstab", "cut", "qcut",
           "to_datetime", "to_numeric")  # fmt: skip
#: Methods of tables that give something else than a table or a column, or may do.
_LEAVING = frozenset(
    {"values", "to_numpy", "tolist", "to_list", "to_dict", "shape", "columns", "index", "dtypes", "plot", "hist", "boxplot",
     "groupby", "rolling", "items", "iterrows", "itertuples", "pipe", "iat", "at", "str", "dt", "cat", "style", "attrs"}
)  # fmt: skip
_MUTATORS = frozenset({"insert", "pop", "update", "setdefault", "pipe", "eval", "set_flags"})
#: Libraries that leave tables alone, besides those that everybody trusts.
_TRUSTED = frozenset({"xgboost", "lightgbm", "IPython"})
_TRUSTED_METHODS = frozenset(
    {
        "fit",
        "predict",
        "predict_proba",
        "transform",
        "fit_transform",
        "fit_predict",
        "score",
        "split",
        "scatter",
        "plot",
        "bar",
        "hist",
    }
)
_PURE_BUILTINS = frozenset(
    {"print", "len", "display", "str", "repr", "type", "isinstance", "sum", "min", "max", "sorted", "round", "zip", "enumerate",
     "list", "tuple", "set", "dict", "any", "all", "range", "float", "int", "bool"}
)  # fmt: skip


def table_names(cells: tuple[AnalysedCell, ...], modules: Mapping[str, str]) -> frozenset[str]:
    """Names that hold nothing but tables and columns of pandas, whichever cell has bound them.

    Args:
        cells: the analysed code cells.
        modules: name → dotted module.

    Returns:
        The names.
    """
    values: dict[str, list[ast.expr | None]] = {}
    for cell in cells:
        for statement in cell.statements:
            node = statement.node
            plain = isinstance(node, ast.Assign) and all(isinstance(target, ast.Name) for target in node.targets)
            for name in statement.facts.all_binds:
                values.setdefault(name, []).append(node.value if plain and isinstance(node, ast.Assign) else None)
    found: set[str] = set()
    growing = True
    while growing:
        new = {
            name
            for name, given in values.items()
            if name not in found
            and all(v is not None and _is_table(v, found | {name}, modules) for v in given)
            # A table has to come from somewhere else than itself.
            and any(v is not None and _is_table(v, found, modules) for v in given)
        }
        growing = bool(new)
        found |= new
    return frozenset(found)


def _is_table(node: ast.expr, known: set[str], modules: Mapping[str, str]) -> bool:
    if isinstance(node, ast.Name):
        return node.id in known
    if isinstance(node, ast.Subscript):
        return _is_table(node.value, known, modules)
    if isinstance(node, ast.BinOp):
        return _is_table(node.left, known, modules)
    if isinstance(node, ast.Attribute):
        return node.attr not in _LEAVING and node.attr in {"loc", "iloc", "T"} and _is_table(node.value, known, modules)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        root = node.func.value
        if isinstance(root, ast.Name) and modules.get(root.id) == "pandas":
            return node.func.attr.startswith(_MAKERS)
        return node.func.attr not in _LEAVING | _MUTATORS and _is_table(root, known, modules)
    return False


def changed_tables(code: ast.AST, names: frozenset[str], modules: Mapping[str, str]) -> set[str]:
    """Tables that code may change in place.

    Args:
        code: of a cell, or of a function in it.
        names: those that hold tables.
        modules: name → dotted module.

    Returns:
        Names of tables.
    """
    found: set[str] = set()
    for node in ast.walk(code):
        if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            found |= _root(node) & names
        elif isinstance(node, ast.AugAssign):
            found |= _root(node.target) & names
        elif isinstance(node, ast.Call):
            found |= _changed_by(node, names, modules)
    return found


def _changed_by(call: ast.Call, names: frozenset[str], modules: Mapping[str, str]) -> set[str]:
    found: set[str] = set()
    if isinstance(call.func, ast.Attribute) and _root(call.func) & names:
        in_place = any(k.arg == "inplace" and not _is_false(k.value) for k in call.keywords)
        if in_place or call.func.attr in _MUTATORS or _LEAVING & {"attrs", "style"} & _attributes(call.func):
            found |= _root(call.func) & names
    given = {n for a in [*call.args, *(k.value for k in call.keywords)] for n in _root(a) & names}
    return found if not given or _is_trusted(call.func, names, modules) else found | given


def _is_trusted(function: ast.expr, names: frozenset[str], modules: Mapping[str, str]) -> bool:
    if isinstance(function, ast.Name):
        home = modules.get(function.id, "")
        return function.id in _PURE_BUILTINS or is_trusted(home, _TRUSTED)
    if isinstance(function, ast.Attribute):
        roots = _root(function)
        return (
            bool(roots & names)
            or any(is_trusted(modules.get(root, ""), _TRUSTED) for root in roots)
            or function.attr in _TRUSTED_METHODS
        )
    return False


def _root(node: ast.AST) -> set[str]:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Name):
        return {node.id}
    if isinstance(node, ast.List | ast.Tuple):
        return set().union(*(_root(element) for element in node.elts)) if node.elts else set()
    return set()


def _attributes(node: ast.AST) -> set[str]:
    return {inner.attr for inner in ast.walk(node) if isinstance(inner, ast.Attribute)}


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is False
