"""Strings that arguments stand for: literals, literals that callers hand in, defaults of parameters and of options."""

from __future__ import annotations

import ast

from jupyter_mlops.project.python_source import Call, PythonSource, Scope
from jupyter_mlops.project.reach import scope_named


def text_of(source: PythonSource, scope: Scope, node: ast.expr | None, depth: int = 0) -> str | None:
    """The string an expression stands for, `{}` for parts that only a run can tell; None when it is not known.

    Args:
        source: the source it is in.
        scope: the scope it is in.
        node: the expression.
        depth: how many callers were followed.
    """
    if node is None or depth > 3:
        return None
    key = ("text", id(scope), id(node), depth)
    if key not in source.kept:
        # The node and the scope are kept, too, so that their numbers stay theirs.
        source.kept[key] = (_text_of(source, scope, node, depth), scope, node)
    text: str | None = source.kept[key][0]
    return text


def _text_of(source: PythonSource, scope: Scope, node: ast.expr, depth: int) -> str | None:
    text = scope.string(node)
    if text is not None:
        return text
    if isinstance(node, ast.Name):
        return _parameter(source, scope, node.id, depth) or _made_of(source, scope, node.id, depth)
    if isinstance(node, ast.Attribute):
        if isinstance(node.value, ast.Name) and node.value.id == "self":
            return _parameter_of_class(scope, node.attr)
        return (
            _option(source, node.attr)
            if "parse_args" in scope.dotted(node.value) or "args" in ast.unparse(node.value)
            else None
        )
    if isinstance(node, ast.Call) and scope.dotted(node.func) in ("pathlib.Path", "str", "os.fspath") and node.args:
        return text_of(source, scope, node.args[0], depth + 1)
    return None


def name_of(source: PythonSource, call: Call) -> str:
    """The dotted name of a call, seen through what the source itself makes of its owner.

    That is what the first caller hands in for a parameter, what some function gives to a global name, and what a function of
    the source returns: `RUN.log` is `wandb.init().log` after `RUN = start()` where `start` returns `wandb.init()`.

    Args:
        source: the source of the call.
        call: the call.
    """
    name = call.name
    if name.startswith("?"):
        root, _, rest = name[1:].partition(".")
        given = _handed_in(source, call.scope, root)
        known = given[0].dotted(given[1]) if given is not None else _given_globally(source, root)
        name = f"{known}.{rest}" if known and not known.startswith("?") and rest else name
    if name.startswith(":") and "()." in name:
        made, _, rest = name.partition("().")
        returned = returned_by(source, made[1:])
        name = f"{returned}.{rest}" if returned else name
    return name


def _given_globally(source: PythonSource, name: str) -> str:
    """What a function gives to a name of the module that it declares `global`; "" without one."""
    for scope in source.scopes:
        declared = any(isinstance(statement, ast.Global) and name in statement.names for statement in scope.body)
        if declared and name in scope.bound:
            return scope.bound[name]
    return ""


def returned_by(source: PythonSource, name: str) -> str:
    """What a function of the source returns, as a resolved name; "" where that cannot be told."""
    scope = scope_named(source, name)
    if scope is None or scope.kind != "function":
        return ""
    values = (
        node.value
        for statement in scope.body
        for node in ast.walk(statement)
        if isinstance(node, ast.Return) and node.value is not None
    )
    names = [scope.dotted(value) for value in values]
    return next((found for found in names if found and found[0] not in "?:("), "")


def _handed_in(source: PythonSource, scope: Scope, name: str) -> tuple[Scope, ast.expr] | None:
    """The argument that a caller in the same source gives for a parameter, and the caller."""
    node = scope.node
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return None
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    if name not in names and name not in [argument.arg for argument in node.args.kwonlyargs]:
        return None
    method = bool(names) and names[0] in ("self", "cls")
    position = names.index(name) - method if name in names else None
    for call in source.calls:
        if call.name in (f":{scope.name}", f":{scope.name.rpartition('.')[0]}().{scope.name.rpartition('.')[2]}"):
            found = call.argument(position, name)
            if found is not None:
                return call.scope, found
    return None


def _parameter(source: PythonSource, scope: Scope, name: str, depth: int) -> str | None:
    """What callers in the same source hand in for a parameter; its default otherwise."""
    node = scope.node
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return None
    given = _handed_in(source, scope, name)
    text = text_of(source, given[0], given[1], depth + 1) if given is not None else None
    if text is not None:
        return text
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    defaults = dict(zip(reversed(names), reversed(node.args.defaults), strict=False))
    default = defaults.get(name)
    return None if default is None else scope.string(default)


def _made_of(source: PythonSource, scope: Scope, name: str, depth: int) -> str | None:
    """What a name is given once in its function, where that is a path made of a parameter: `out = Path(folder)`."""
    given = [
        statement.value
        for statement in scope.body
        if isinstance(statement, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == name for target in statement.targets)
    ]
    once = len(given) == 1 and isinstance(given[0], ast.Call)
    return text_of(source, scope, given[0], depth + 1) if once else None


def _parameter_of_class(scope: Scope, name: str) -> str | None:
    """The default of what a flow declares in its class: `path = Parameter("path", default="rows.csv")`."""
    owner: Scope | None = scope
    while owner is not None and owner.kind != "class":
        owner = owner.parent
    for statement in owner.body if owner is not None else ():
        if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Call):
            continue
        if any(isinstance(target, ast.Name) and target.id == name for target in statement.targets):
            default = next((word.value for word in statement.value.keywords if word.arg == "default"), None)
            return scope.string(default) if default is not None else None
    return None


def _option(source: PythonSource, name: str) -> str | None:
    """The default of a command-line option."""
    for call in source.calls:
        if call.attribute != "add_argument":
            continue
        flags = [call.scope.string(argument) or "" for argument in call.node.args]
        if any(flag.lstrip("-").replace("-", "_") == name for flag in flags) or call.text(None, "dest") == name:
            return call.text(None, "default")
    return None
