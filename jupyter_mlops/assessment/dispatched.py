"""Scripts that do one of several things, as a word of their command line says: `python run.py --step score`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from jupyter_mlops.assessment.flows import own_function
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.python_source import Call, PythonSource, Scope
from jupyter_mlops.project.reach import LAUNCH, Node


def nodes_of(unit: Unit, launch: Launch) -> tuple[Node, ...]:
    """Where the work of a launch starts: the launch, or the functions alone that the words of its commands choose.

    Args:
        unit: the unit.
        launch: the launch.
    """
    whole: tuple[Node, ...] = ((launch.id, LAUNCH),)
    chosen: list[Node] = []
    for target, _command in unit.reach.targets(launch):
        if target.kind not in ("script", "module"):
            return whole
        paths = {path for path, _scope in unit.reach.behind_target(target) if _scope == "__main__"}
        words = {word.partition("=")[2] or word for word in target.arguments}
        found = [node for path in sorted(paths) for node in _chosen(unit, path, words)]
        if not found:
            return whole
        chosen += found
    return tuple(dict.fromkeys(chosen)) or whole


def _chosen(unit: Unit, path: str, words: set[str]) -> Iterator[Node]:
    source = unit.project.python(path)
    if source is None:
        return
    for scope, name, value in (*_looked_up(source), *_commands(source)):
        if name in words:
            dotted = scope.dotted(value)
            node = own_function(unit, path, Call(dotted, ast.Call(value, [], []), scope)) if dotted else None
            if node is not None:
                yield node


def _looked_up(source: PythonSource) -> Iterator[tuple[Scope, str, ast.expr]]:
    """The rows of mappings that are looked into by something that only a run can tell: `STEPS[given.step]()`."""
    asked = {
        ast.unparse(node.value)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Constant)
    }
    asked |= {
        ast.unparse(node.func.value)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get"
    }
    for scope in source.scopes:
        for statement in scope.body:
            value = statement.value if isinstance(statement, (ast.Assign, ast.AnnAssign)) else None
            targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
            if isinstance(value, ast.Dict) and any(target and ast.unparse(target) in asked for target in targets):
                for key, item in zip(value.keys, value.values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(key.value, str):
                        yield scope, key.value, item


def _commands(source: PythonSource) -> Iterator[tuple[Scope, str, ast.expr]]:
    """Subcommands: `parser.set_defaults(func=score)` of `commands.add_parser("score")`, functions under `@app.command()`."""
    for call in source.calls:
        if call.attribute == "set_defaults" and (given := call.argument(None, "func")) is not None:
            name = _parser(call)
            if name:
                yield call.scope, name, given
    for scope in source.scopes:
        if scope.parent is source.module and any(
            one.replace("()", "").endswith(".command") for one in scope.decorators
        ):
            yield source.module, scope.name.replace("_", "-"), ast.Name(scope.name, ast.Load())
            yield source.module, scope.name, ast.Name(scope.name, ast.Load())


def _parser(call: Call) -> str:
    """The name of the subcommand whose parser a call is of."""
    owner = call.node.func.value if isinstance(call.node.func, ast.Attribute) else None
    if isinstance(owner, ast.Name):
        named = owner.id
        for statement in (node for inner in call.scope.body for node in ast.walk(inner)):
            if isinstance(statement, ast.Assign) and any(ast.unparse(target) == named for target in statement.targets):
                owner = statement.value
    made = isinstance(owner, ast.Call) and isinstance(owner.func, ast.Attribute) and owner.func.attr == "add_parser"
    return call.scope.string(owner.args[0]) or "" if made and isinstance(owner, ast.Call) and owner.args else ""
