"""Tables of steps: a list or a mapping of functions that a loop calls one after the other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from jupyter_mlops.assessment.flows import own_function
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call, PythonSource, Scope, blocks, is_main_guard
from jupyter_mlops.project.reach import Node, scope_named

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
#: How the names of calls end that go through a table: `TABLE[name]()`, `TABLE.get(name)()`.
_LOOKED_UP = ("[]", ".get()")
#: Calls of what a loop goes through: `step()`, `step.run()`.
_THROUGH = lazy(r"\?\w+(\.(run|main|execute|process|apply|perform|start|initiate\w*|fit|transform))?$")


class Entry(NamedTuple):
    """A row of a table.

    Attributes:
        name: its key, or what its function is called.
        node: the function that it runs.
        line: 1-based line in the table.
    """

    name: str
    node: Node
    line: int


class Table(NamedTuple):
    """A table of steps that a loop runs.

    Attributes:
        path: the source.
        line: 1-based line of the table.
        runner: the function whose loop runs it.
        entries: its rows in order.
        chained: the loop hands what one step returns to the next.
    """

    path: str
    line: int
    runner: str
    entries: tuple[Entry, ...]
    chained: bool


def step_tables(unit: Unit) -> Iterator[Table]:
    """The tables of two or more own functions that a loop in code that runs goes through.

    A table that is asked for one function, as the commands of a command line are, is none.
    """
    sources = [
        (path, source)
        for path in unit.sources
        if path.endswith(".py") and not unit.is_test(path) and (source := unit.project.python(path)) is not None
    ]
    askers = {
        (path, scope.name)
        for path, source in sources
        for scope in source.scopes
        if scope.kind == "function" and any(call.name.endswith(_LOOKED_UP) for call in scope.calls)
    }
    names = {name.rpartition(".")[2] for _path, name in askers}
    for path, source in sources:
        for scope in source.scopes:
            if scope.kind != "module" and not (scope.kind == "function" and unit.reach.reached(path, scope.name)):
                continue
            through = any(_THROUGH.match(call.name) or call.name.endswith(_LOOKED_UP) for call in scope.calls)
            if through or any(
                call.attribute.lstrip(":") in names and own_function(unit, path, call) in askers for call in scope.calls
            ):
                yield from _in_scope(unit, path, source, scope)


def _in_scope(unit: Unit, path: str, source: PythonSource, scope: Scope) -> Iterator[Table]:
    for loop in _loops(scope.body):
        for call in (node for statement in loop.body for node in ast.walk(statement) if isinstance(node, ast.Call)):
            found = _called(loop, call)
            if found is None:
                inner = own_function(unit, path, Call(scope.dotted(call.func), call, scope))
                table = _asked_for(unit, inner) if inner is not None else None
                if table is not None:
                    yield table._replace(runner=scope.name, path=path) if table.path == path else table
                    return
                continue
            name, method = found
            written = _written(source, scope, name)
            if written is None:
                continue
            entries = tuple(_entries(unit, path, *written, method))
            if len(entries) >= 2:
                yield Table(path, written[1].lineno, scope.name, entries, _chains(loop, call))
                return


def rows(unit: Unit, path: str, scope: Scope, iterated: ast.expr) -> tuple[Entry, ...]:
    """The rows, of own functions, of the table that a loop goes through.

    Args:
        unit: the unit.
        path: the source of the loop.
        scope: the function of the loop.
        iterated: what it goes through: `STEPS.items()`, `[("load", load), ("train", train)]`.
    """
    source = unit.project.python(path)
    written = _written(source, scope, _iterated(iterated)) if source is not None else None
    return tuple(_entries(unit, path, *written, "")) if written is not None else ()


def _loops(body: list[ast.stmt]) -> Iterator[ast.For | ast.AsyncFor | ast.While]:
    for statement in body:
        if isinstance(statement, (*_FUNCTIONS, ast.ClassDef)) or (
            isinstance(statement, ast.If) and is_main_guard(statement.test)
        ):
            continue
        if isinstance(statement, (ast.For, ast.AsyncFor, ast.While)):
            yield statement
        for name in ("body", "orelse", "finalbody"):
            yield from _loops(getattr(statement, name, []))
        for handler in getattr(statement, "handlers", []):
            yield from _loops(handler.body)


def _called(loop: ast.For | ast.AsyncFor | ast.While, call: ast.Call) -> tuple[str, str] | None:
    """The table that a call in a loop goes through, and the method it calls of each row; "" for the row itself."""
    function, method = call.func, ""
    if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
        function, method = call.func.value, call.func.attr
    if isinstance(call.func, ast.Subscript):
        return (ast.unparse(call.func.value), "") if not isinstance(call.func.slice, ast.Constant) else None
    if not isinstance(function, ast.Name):
        return None
    if isinstance(loop, (ast.For, ast.AsyncFor)) and function.id in _targets(loop.target):
        return _iterated(loop.iter), method
    # `runner = RUNNERS[stage]` and then `runner()`.
    for statement in (node for inner in loop.body for node in ast.walk(inner)):
        if isinstance(statement, ast.Assign) and function.id in _targets(statement.targets[0]):
            return _looked_up(statement.value), method
    return None


def _targets(node: ast.expr) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _iterated(node: ast.expr) -> str:
    """The name of what a loop goes through: `steps`, `steps.items()`, `enumerate(steps, 1)`."""
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("items", "values"):
            return ast.unparse(node.func.value)
        return _iterated(node.args[0]) if node.args else ""
    return ast.unparse(node)


def _looked_up(node: ast.expr) -> str:
    """The table in `RUNNERS[name]` and `RUNNERS.get(name)`; "" for others."""
    if isinstance(node, ast.Subscript):
        return ast.unparse(node.value)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        return ast.unparse(node.func.value)
    return ""


def _asked_for(unit: Unit, node: Node) -> Table | None:
    """The table that a function looks one step up in: called in a loop, it runs them all."""
    source = unit.project.python(node[0])
    scope = scope_named(source, node[1]) if source is not None else None
    if source is None or scope is None or scope.kind != "function":
        return None
    for statement in (found for inner in scope.body for found in ast.walk(inner)):
        name = (
            _looked_up(statement.value) if isinstance(statement, (ast.Assign, ast.Return)) and statement.value else ""
        )
        if not name and isinstance(statement, ast.Call):
            name = _looked_up(statement.func)
        written = _written(source, scope, name) if name else None
        entries = tuple(_entries(unit, node[0], *written, "")) if written is not None else ()
        if len(entries) >= 2 and written is not None:
            return Table(node[0], written[1].lineno, scope.name, entries, chained=False)
    return None


def _written(source: PythonSource, scope: Scope, name: str) -> tuple[Scope, ast.expr] | None:
    """Where a table is written: a variable of the function or the module, a field of the object, or in the loop itself."""
    if name[:1] in ("[", "(", "{"):
        value = ast.parse(name, mode="eval").body
        located = next((node for node in ast.walk(source.tree) if ast.dump(node) == ast.dump(value)), None)
        return (scope, located) if isinstance(located, ast.expr) else None
    places: list[Scope] = []
    around: Scope | None = scope
    while around is not None:
        places += [*(around.children.values() if around.kind == "class" else ()), around]
        around = around.parent
    for place in places:
        for statement in _statements(place.body):
            if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
                targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
                if any(ast.unparse(target) == name for target in targets):
                    return place, statement.value
    return None


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a block and of the blocks inside of it, functions and classes apart."""
    pending = list(body)
    while pending:
        statement = pending.pop()
        if isinstance(statement, (*_FUNCTIONS, ast.ClassDef)):
            continue
        yield statement
        for block in blocks(statement):
            pending += block


def _entries(unit: Unit, path: str, scope: Scope, value: ast.expr, method: str) -> Iterator[Entry]:
    """The rows of a table whose functions are the project's own."""
    if isinstance(value, ast.Dict):
        rows = [(key, item) for key, item in zip(value.keys, value.values, strict=True)]
    elif isinstance(value, (ast.List, ast.Tuple)):
        rows = [(item.elts[0], part) if isinstance(item, ast.Tuple) and item.elts else (None, item)
                for item in value.elts
                for part in (item.elts if isinstance(item, ast.Tuple) else [item])]  # fmt: skip
    else:
        return
    for key, item in rows:
        node = _function(unit, path, scope, item, method)
        if node is not None:
            named = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else node[1]
            yield Entry(named, node, item.lineno)


def _function(unit: Unit, path: str, scope: Scope, item: ast.expr, method: str) -> Node | None:
    """The function that a row runs: itself, its method, or what its lambda calls."""
    if isinstance(item, ast.Lambda):
        calls = [node for node in ast.walk(item.body) if isinstance(node, ast.Call)]
        found = [own_function(unit, path, Call(scope.dotted(call.func), call, scope)) for call in calls]
        return next((node for node in found if node is not None), None)
    dotted = scope.dotted(item.func if isinstance(item, ast.Call) and method else item)
    if not dotted:
        return None
    if dotted.startswith("self."):
        around: Scope | None = scope
        while around is not None and around.kind != "class":
            around = around.parent
        known = around.children.get(dotted.partition(".")[2]) if around is not None else None
        return (path, known.name) if known is not None else None
    call = Call(f"{dotted}.{method}" if method else dotted, ast.Call(func=item, args=[], keywords=[]), scope)
    found_node = own_function(unit, path, call)
    if found_node is None:
        return None
    source = unit.project.python(found_node[0])
    target = scope_named(source, found_node[1]) if source is not None else None
    return found_node if target is not None and target.kind == "function" else None


def _chains(loop: ast.For | ast.AsyncFor | ast.While, call: ast.Call) -> bool:
    """Whether the loop hands each result on: `rows = step(rows)`."""
    given = {inner.id for argument in call.args for inner in ast.walk(argument) if isinstance(inner, ast.Name)}
    return any(
        isinstance(node, ast.Assign)
        and any(inner is call for inner in ast.walk(node.value))
        and bool(given & {name for target in node.targets for name in _targets(target)})
        for statement in loop.body
        for node in ast.walk(statement)
    )
