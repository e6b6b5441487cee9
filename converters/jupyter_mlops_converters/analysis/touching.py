"""Names that a cell uses in ways which are known to change nothing, where code alone has to tell."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from jupyter_mlops_converters.analysis.trusted import is_trusted

#: Methods that leave what they are called on as it is, whatever that is, unless the notebook defines one of that name.
_READING = frozenset(
    {"predict", "predict_proba", "decision_function", "score", "transform", "get_params", "copy", "mean", "std", "sum", "min", "max",
     "median", "count", "tolist", "astype", "round", "keys", "startswith", "endswith", "split", "join", "strip",
     "lower", "upper", "format", "index"}
)  # fmt: skip
#: Methods that leave their arguments as they are.
_LEAVING_ARGUMENTS = _READING | {"fit", "fit_transform", "fit_predict", "plot", "scatter", "bar", "hist"}
#: Libraries that leave anything alone, besides those that everybody trusts.
_TRUSTED = frozenset({"math", "json", "statistics"})
#: Builtins that leave their arguments as they are.
_READERS = frozenset(
    {
        "print",
        "len",
        "display",
        "str",
        "repr",
        "type",
        "isinstance",
        "sum",
        "min",
        "max",
        "round",
        "abs",
        "float",
        "int",
    }
)
_CHANGING = frozenset(
    {"shuffle", "put", "place", "putmask", "copyto", "fill_diagonal", "put_along_axis", "at", "partial_fit"}
)


def touched_in(code: ast.AST, modules: Mapping[str, str], defined: frozenset[str]) -> tuple[set[str], set[str]]:
    """Tell names that code may change in place from those that it only reads.

    Args:
        code: of a cell.
        modules: name → dotted module.
        defined: functions and methods that the notebook defines.

    Returns:
        Names that may be changed, and names that are read in ways which change nothing.
    """
    used: set[str] = set()
    changed: set[str] = set()
    nodes = list(ast.walk(code))
    for node in nodes:
        if isinstance(node, ast.Name):
            used.add(node.id)
        elif isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            changed |= _roots(node)
        elif isinstance(node, ast.AugAssign):
            changed |= _roots(node.target)
        elif isinstance(node, ast.Call):
            changed |= _changed_by(node, modules, defined)
    # What a loop does to its variable, it does to what it goes over; the inner loops come last.
    for node in reversed(nodes):
        if isinstance(node, ast.For | ast.AsyncFor | ast.comprehension) and _names(node.target) & changed:
            changed |= _names(node.iter)
    return changed, used - changed


def _names(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _changed_by(call: ast.Call, modules: Mapping[str, str], defined: frozenset[str]) -> set[str]:
    given = {name for a in [*call.args, *(k.value for k in call.keywords)] for name in _roots(a)}
    out = {name for k in call.keywords if k.arg in {"out", "inplace"} for name in _roots(k.value) | _roots(call.func)}
    if isinstance(call.func, ast.Name):
        home = modules.get(call.func.id, "")
        trusted = is_trusted(home, _TRUSTED) and call.func.id not in _CHANGING and not call.func.id[:1].isupper()
        return out if trusted or call.func.id in _READERS else out | given
    if not isinstance(call.func, ast.Attribute):
        return out | given | _roots(call.func)
    name, receivers = call.func.attr, _roots(call.func)
    if any(is_trusted(modules.get(root, ""), _TRUSTED) for root in receivers):
        return out if name not in _CHANGING and not name[:1].isupper() else out | given
    found = set(out)
    if name not in _READING or name in defined:
        found |= receivers
    if name not in _LEAVING_ARGUMENTS or name in defined:
        found |= given
    return found


def _roots(node: ast.AST) -> set[str]:
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return set().union(*(_roots(element) for element in node.elts)) if node.elts else set()
    if isinstance(node, ast.Dict):
        return set().union(*(_roots(value) for value in node.values)) if node.values else set()
    # What a call gives back is judged by the call itself.
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()
