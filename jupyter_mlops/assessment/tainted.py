"""What holds a call's result in a function, and where the function hands it: to callers, callees, fields, tasks and files."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from jupyter_mlops.assessment.flows import own_function
from jupyter_mlops.assessment.literals import text_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.assessment.written_files import plain_path
from jupyter_mlops.project.python_source import Call, Scope
from jupyter_mlops.project.reach import Node, scope_named

_READS = frozenset({"open", "read_text", "read_json", "read_csv", "read_parquet", "read_yaml"})
_WRITES = frozenset(
    {"write", "write_text", "dump", "to_json", "to_csv", "to_parquet", "save", "save_json", "safe_dump"}
)


_COLLECTIONS = frozenset({"list", "dict", "set", "List", "Dict", "Set", "Sequence", "Mapping"})


#: Nodes by which a result comes to names, or out of the function.
_SPREADS = (
    *(ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr, ast.For, ast.comprehension, ast.withitem, ast.If),
    ast.Return,
)


class Held(NamedTuple):
    """A result in a function.

    Attributes:
        path: the source.
        scope: the function.
        nodes: ids of the expressions that give the result.
        names: names that hold it from the start, such as parameters and `self.field`.
    """

    path: str
    scope: Scope
    nodes: frozenset[int]
    names: frozenset[str] = frozenset()


class Tainted:
    """The names in a function that hold a result, or something made of it.

    Args:
        unit: the unit.
        held: the result, and where it comes in.
    """

    def __init__(self, unit: Unit, held: Held) -> None:
        source = unit.project.python(held.path)
        assert source is not None
        self.held = held
        self.root: ast.AST = held.scope.node if held.scope.node is not None else source.tree
        self.names = set(held.names)
        #: Objects of which some fields or keys hold it, and which.
        self.partly: dict[str, set[str]] = {}
        #: All nodes of the function, and those by which a result spreads, found once for all results in it.
        key = ("nodes", id(self.root))
        if key not in source.kept:
            nodes = tuple(ast.walk(self.root))
            source.kept[key] = (nodes, tuple(node for node in nodes if isinstance(node, _SPREADS) or _grown_by(node)))
        self.nodes, spreading = source.kept[key]
        for node in self.nodes if held.nodes else ():
            # `report.run(…)` leaves its result in `report`.
            if id(node) in held.nodes and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                self.names |= {ast.unparse(node.func.value)} if _is_name(node.func.value) else set()
        for _round in range(3):
            before = self._size()
            for node in spreading:
                self._spread(node)
            if self._size() == before:
                break
        self.returned = any(self._returns(node) for node in spreading)

    @cached_property
    def text(self) -> str:
        """The function's code."""
        return ast.unparse(self.root)

    @cached_property
    def collections(self) -> frozenset[str]:
        """Names of lists, sets and dictionaries: those that start as empty ones, or are annotated as such."""
        return frozenset(_collections(self.nodes))

    def holds(self, node: ast.AST) -> bool:
        """Whether an expression uses the result."""
        if id(node) in self.held.nodes:
            return True
        if isinstance(node, ast.Name):
            return node.id in self.names or node.id in self.partly
        if isinstance(node, ast.Attribute) and _of_self(node):
            return _of_self(node) in self.names
        part = _part(node)
        if part is not None and part[0] in self.partly and part[0] not in self.names:
            return part[1] in self.partly[part[0]]
        return any(self.holds(child) for child in ast.iter_child_nodes(node))

    def _returns(self, node: ast.AST) -> bool:
        """Whether a statement returns the result, or an answer that depends on it."""
        if isinstance(node, ast.Return):
            return node.value is not None and self.holds(node.value)
        if isinstance(node, ast.If) and self.holds(node.test):
            return any(isinstance(inner, ast.Return) and inner.value is not None for inner in ast.walk(node))
        return False

    def _spread(self, node: ast.AST) -> None:
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign) and self.holds(node.value):
            targets = node.targets
        elif (
            isinstance(node, (ast.AnnAssign, ast.AugAssign, ast.NamedExpr))
            and node.value is not None
            and self.holds(node.value)
        ) or (isinstance(node, (ast.For, ast.comprehension)) and self.holds(node.iter)):
            targets = [node.target]
        elif isinstance(node, ast.withitem) and node.optional_vars is not None and self.holds(node.context_expr):
            targets = [node.optional_vars]
        elif isinstance(node, ast.If) and self.holds(node.test):
            # What a branch on it sets says what the result was.
            targets = [target for inner in ast.walk(node) if isinstance(inner, ast.Assign) for target in inner.targets]
        elif any(self.holds(argument) for argument in _grown_by(node)):
            targets = [node.func.value]  # type: ignore[attr-defined]
        for target in targets:
            part = _part(target)
            if part is not None:
                self.partly.setdefault(part[0], set()).add(part[1])
            else:
                self.names |= set(_held_by(target))

    def _size(self) -> int:
        return len(self.names) + sum(len(parts) for parts in self.partly.values())


def _part(node: ast.AST) -> tuple[str, str] | None:
    """The object and its field or key in `report.share` and `report["share"]`; None for others."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id != "self":
        return node.value.id, f".{node.attr}"
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and isinstance(node.slice, ast.Constant):
        return node.value.id, f"[{node.slice.value!r}]"
    return None


def _held_by(target: ast.expr) -> Iterator[str]:
    """The names that hold what is assigned to a target: `rows` for `rows[key]`, and not the key."""
    if isinstance(target, ast.Name):
        if target.id != "self":
            yield target.id
    elif isinstance(target, ast.Attribute):
        if _of_self(target):
            yield _of_self(target)
        else:
            yield from _held_by(target.value)
    elif isinstance(target, (ast.Subscript, ast.Starred)):
        yield from _held_by(target.value)
    elif isinstance(target, (ast.Tuple, ast.List)):
        for element in target.elts:
            yield from _held_by(element)


def _is_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) or (isinstance(node, ast.Attribute) and bool(_of_self(node)))


def _of_self(node: ast.Attribute) -> str:
    """`self.field`, for a field of the object itself; "" for others."""
    return f"self.{node.attr}" if isinstance(node.value, ast.Name) and node.value.id == "self" else ""


def _grown_by(node: ast.AST) -> list[ast.expr]:
    """What a collection gets when the node is a call such as `found.append(x)`; nothing for other nodes."""
    grows = (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("append", "update", "add", "extend")
    )
    return list(getattr(node, "args", [])) if grows else []


def given_to(tainted: Tainted, call: ast.Call) -> list[tuple[int | None, str | None]]:
    """Positions and keywords of the arguments of a call that hold the result."""
    found: list[tuple[int | None, str | None]] = [
        (position, None) for position, argument in enumerate(call.args) if tainted.holds(argument)
    ]
    return found + [(None, keyword.arg) for keyword in call.keywords if tainted.holds(keyword.value)]


def handed_on(unit: Unit, tainted: Tainted) -> Iterator[Held]:
    """Where else the result goes.

    Args:
        unit: the unit.
        tainted: the result in a function.
    """
    if tainted.returned:
        yield from _to_callers(unit, tainted.held)
    yield from _to_callees(unit, tainted)
    yield from _to_methods(tainted)
    yield from _to_tasks(unit, tainted)
    yield from _to_readers(unit, tainted)


def _to_callers(unit: Unit, held: Held) -> Iterator[Held]:
    name = held.scope.name.rpartition(".")[2]
    for other in unit.mentioning(name):
        source = unit.project.python(other)
        if source is None or unit.is_test(other):
            continue
        for call in source.calls:
            if name not in call.name:
                continue
            target = own_function(unit, other, call)
            unknown = target is None and call.attribute == name and call.name.startswith(("?", "self."))
            if unknown or target == (held.path, held.scope.name):
                yield Held(other, call.scope, frozenset({id(call.node)}))


def _to_callees(unit: Unit, tainted: Tainted) -> Iterator[Held]:
    for call in _calls(tainted):
        given = given_to(tainted, call.node)
        target = _callee(unit, tainted.held.path, call) if given else None
        source = unit.project.python(target[0]) if target is not None else None
        scope = scope_named(source, target[1]) if target is not None and source is not None else None
        if target is None or scope is None or not isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        arguments = scope.node.args
        positional = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
        known = {*positional, *(argument.arg for argument in arguments.kwonlyargs)}
        if positional[:1] in (["self"], ["cls"]):
            positional = positional[1:]
        names = {
            positional[position] for position, _ in given if position is not None and position < len(positional)
        } | {keyword for _, keyword in given if keyword in known}
        if names:
            yield Held(target[0], scope, frozenset(), frozenset(names))


def _calls(tainted: Tainted) -> Iterator[Call]:
    """The calls of a function and of the functions inside of it."""
    pending = [tainted.held.scope]
    while pending:
        scope = pending.pop()
        yield from scope.calls
        pending += [child for child in scope.children.values() if child.kind == "function"]


def _callee(unit: Unit, path: str, call: Call) -> Node | None:
    """The project's function that a call means, methods of the object itself included."""
    found = own_function(unit, path, call)
    owner, _dot, method = call.name.rpartition(".")
    if found is not None or owner != "self":
        return found
    around: Scope | None = call.scope
    while around is not None and around.kind != "class":
        around = around.parent
    known = around.children.get(method) if around is not None else None
    return (path, known.name) if known is not None else None


def _to_methods(tainted: Tainted) -> Iterator[Held]:
    """Other methods of the object that read a field which holds the result."""
    fields = frozenset(name for name in tainted.names if name.startswith("self."))
    owner = tainted.held.scope.parent
    if not fields or owner is None or owner.kind != "class":
        return
    for method in owner.children.values():
        if method is not tainted.held.scope and any(field.partition(".")[2] in method.names for field in fields):
            yield Held(tainted.held.path, method, frozenset(), fields)


def _to_tasks(unit: Unit, tainted: Tainted) -> Iterator[Held]:
    """Tasks of Airflow that pull what this one pushes or returns."""
    held = tainted.held
    source = unit.project.python(held.path)
    pulls = [call for call in source.calls if call.attribute == "xcom_pull"] if source is not None else []
    if not pulls:
        return
    keys = {
        call.text(0, "key")
        for call in _calls(tainted)
        if call.attribute == "xcom_push" and given_to(tainted, call.node)
    } - {None}
    tasks = {task for task, _ in tasks_of(unit, held)} if tainted.returned else set()
    for call in pulls:
        if call.text(1, "key") in keys or (call.argument(1, "key") is None and call.text(0, "task_ids") in tasks):
            yield Held(held.path, call.scope, frozenset({id(call.node)}))


def tasks_of(unit: Unit, held: Held) -> Iterator[tuple[str, str]]:
    """The tasks of Airflow that run a function: their ids and their operators."""
    source = unit.project.python(held.path)
    for call in source.calls if source is not None else ():
        function = call.argument(None, "python_callable")
        if function is not None and call.scope.dotted(function) == f":{held.scope.name}":
            yield call.text(None, "task_id") or held.scope.name, call.attribute


def _to_readers(unit: Unit, tainted: Tainted) -> Iterator[Held]:
    """Code that reads the files which the result is written to."""
    for text in dict.fromkeys(written_to(unit, tainted)):
        path = plain_path(text)
        name = path.rpartition("/")[2]
        for other in unit.mentioning(name) if name and "{}" not in name else ():
            source = unit.project.python(other)
            for call in source.calls if source is not None and not unit.is_test(other) else ():
                if call.attribute not in _READS or (call.text(1, "mode") or "r")[:1] != "r":
                    continue
                where = call.node.func.value if call.attribute == "read_text" else call.argument(0)  # type: ignore[attr-defined]
                read = text_of(source, call.scope, where) if source is not None else None
                if read is not None and _same(plain_path(read), path):
                    yield Held(other, call.scope, frozenset({id(call.node)}))


def _same(read: str, path: str) -> bool:
    """Whether two paths mean one file, as far as they can be told."""
    if "{}" in read or "{}" in path:
        return read.rpartition("{}/")[2] == path.rpartition("{}/")[2]
    return read == path


def written_to(unit: Unit, tainted: Tainted) -> Iterator[str]:
    """The files that the result is written to, as their paths are written in the code."""
    source = unit.project.python(tainted.held.path)
    for call in _calls(tainted) if source is not None else ():
        method = call.attribute
        owner = call.node.func.value if isinstance(call.node.func, ast.Attribute) else None
        given = given_to(tainted, call.node)
        if method not in _WRITES or not (given or (owner is not None and tainted.holds(owner))):
            continue
        if method == "write_text":
            target: ast.expr | None = owner
        elif method == "write":
            target = owner
        else:
            target = call.argument(1 if method in ("dump", "safe_dump") else 0)
        text = text_of(source, call.scope, target) if source is not None else None
        if text is None and isinstance(target, ast.Name):
            opened = [found for found in call.scope.calls if found.attribute == "open" and found.line <= call.line]
            text = text_of(source, call.scope, _place(opened[-1])) if opened and source is not None else None
        if text is not None:
            yield text


def _place(opened: Call) -> ast.expr | None:
    """What `open(path)` or `path.open()` opens."""
    if isinstance(opened.node.func, ast.Attribute) and not opened.name.startswith(("io.", "codecs.", "gzip.")):
        return opened.node.func.value
    return opened.argument(0, "file")


def _collections(nodes: tuple[ast.AST, ...]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.arg):
            if node.annotation is not None and _last_name(node.annotation) in _COLLECTIONS:
                yield node.arg
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and _is_empty(node.value):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name):
                    yield target.id


def _is_empty(value: ast.expr | None) -> bool:
    if isinstance(value, (ast.List, ast.Set)):
        return not value.elts
    if isinstance(value, ast.Dict):
        return not value.keys
    return isinstance(value, ast.Call) and not value.args and _last_name(value.func) in ("list", "dict", "set")


def _last_name(node: ast.expr) -> str:
    """The last part of a dotted name, that of `typing.List[int]` being `List`."""
    if isinstance(node, ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
