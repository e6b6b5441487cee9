"""Tests that code of the project starts: `pytest.main()`, a suite of unittest, `subprocess.run(["pytest"])`; and whether it hands on how they end."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.commands import Target
from jupyter_mlops.project.handed_scripts import SHELL_CALLS, shelled
from jupyter_mlops.project.python_source import Call, PythonSource, Scope

_WORDS = ("pytest", "unittest")
_SUITES = frozenset({"unittest.TextTestRunner().run", "unittest.runner.TextTestRunner().run"})
_MAINS = frozenset({"unittest.main", "unittest.TestProgram"})
#: Calls of the shell that raise when the command fails.
_RAISING = frozenset({"subprocess.check_call", "subprocess.check_output"})
_EXITS = frozenset({"sys.exit", "exit", "quit", "os._exit", "SystemExit"})
_IGNORED = "its script does not hand on how the tests end"


class Started(NamedTuple):
    """Tests that code starts.

    Attributes:
        target: what is run.
        link: where, as "path:line".
        problem: why a failure would go unseen; None when it comes out.
    """

    target: Target
    link: str
    problem: str | None


def started_tests(unit: Unit, target: Target) -> Iterator[Started]:
    """The tests that a script, a module or a piece of code starts.

    Args:
        unit: the unit.
        target: what is run.
    """
    if target.kind == "code":
        yield from _in_text(target)
    paths = set(unit.mentioning(*_WORDS))
    for path, name in sorted(unit.reach.behind_target(target)) if paths else ():
        source = unit.project.python(path) if path in paths and not path.endswith(".ipynb") else None
        for scope in source.scopes if source is not None else ():
            for call in scope.calls if scope.name == name else ():
                for tests in _tests_of(call, path, target.folder):
                    yield Started(tests, f"{path}:{call.line}", None if _heeded(call) else _IGNORED)


def _in_text(target: Target) -> Iterator[Started]:
    """The tests that code starts which is handed to Python as a text."""
    try:
        source = PythonSource(target.value)
    except ValueError:
        return
    for call in source.calls:
        for tests in _tests_of(call, "", target.folder):
            yield Started(tests, "", None if _heeded(call) else _IGNORED)


def _tests_of(call: Call, path: str, folder: str) -> Iterator[Target]:
    if call.name == "pytest.main":
        yield Target("tests", "pytest", folder, tuple(_words(call, path)))
    elif call.name in _MAINS:
        yield Target("tests", "unittest", ".", (path,))
    elif call.name in _SUITES:
        found = [one for one in call.scope.calls if one.attribute == "discover"]
        places = [place for one in found if (place := one.text(0, "start_dir"))]
        yield Target("tests", "unittest", folder, tuple(places or [path] if not found else places))
    elif call.name in SHELL_CALLS:
        yield from (target for target in shelled(call, folder) if target.kind == "tests")


def _words(call: Call, path: str) -> Iterator[str]:
    """The arguments that code hands to pytest, as far as they can be told."""
    given = call.argument(0, "args")
    if isinstance(given, ast.Name):
        assigned = [node for node in ast.walk(ast.Module(call.scope.body, [])) if isinstance(node, ast.Assign)]
        given = next((node.value for node in assigned if ast.unparse(node.targets[0]) == given.id), given)
    elements = given.elts if isinstance(given, (ast.List, ast.Tuple)) else [given] if given is not None else []
    for element in elements:
        text = call.scope.string(element)
        if isinstance(element, ast.Name) and element.id == "__file__":
            yield path
        elif text is not None:
            yield text


def _heeded(call: Call, depth: int = 0) -> bool:
    """Whether the program fails when what a call answers says so, or when it raises."""
    body = call.scope.body
    around = _around(ast.Module(body, []), call.node)
    if call.name in _MAINS:
        switch = call.argument(None, "exit")
        return not (isinstance(switch, ast.Constant) and switch.value is False)
    check = call.argument(None, "check")
    if call.name in _RAISING or (isinstance(check, ast.Constant) and check.value is True):
        return not any(_swallowed(node, call.node) for node in around)
    statement = next((node for node in around if isinstance(node, ast.stmt) and not _holds_blocks(node)), None)
    condition = next(
        (node for node in around if isinstance(node, (ast.If, ast.Assert)) and call.node in ast.walk(node.test)), None
    )
    if condition is not None:
        return isinstance(condition, ast.Assert) or _leaves([condition])
    if isinstance(statement, ast.Raise):
        return True
    if isinstance(statement, ast.Return):
        return _answer_heeded(call.scope, depth)
    if isinstance(statement, ast.Expr):
        return any(isinstance(node, ast.Call) and ast.unparse(node.func) in _EXITS for node in around)
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        return isinstance(target, ast.Name) and _used(call.scope, body, target.id, depth)
    return False


def _answer_heeded(scope: Scope, depth: int) -> bool:
    """Whether a function's answer is heeded by those that call it in its file; who else calls it may do so."""
    root: Scope = scope
    while root.parent is not None:
        root = root.parent
    pending, callers = [root], []
    while pending:
        inner = pending.pop()
        pending += inner.children.values()
        callers += [call for call in inner.calls if call.name == f":{scope.name}"]
    return depth < 4 and all(_heeded(call, depth + 1) for call in callers)


def _used(scope: Scope, body: list[ast.stmt], name: str, depth: int) -> bool:
    """Whether a name that holds an answer makes the program fail: `sys.exit(done.returncode)`, `if code: raise …`."""
    for statement in body:
        for node in ast.walk(statement):
            mentions = any(
                isinstance(one, ast.Name) and one.id == name and isinstance(one.ctx, ast.Load) for one in ast.walk(node)
            )
            if not mentions:
                continue
            if isinstance(node, ast.Call) and ast.unparse(node.func) in (*_EXITS, f"{name}.check_returncode"):
                return True
            if isinstance(node, (ast.Raise, ast.Assert)):
                return True
            if isinstance(node, ast.Return) and _answer_heeded(scope, depth):
                return True
            if isinstance(node, ast.If) and name in ast.unparse(node.test) and _leaves([node]):
                return True
    return False


def _leaves(body: list[ast.stmt]) -> bool:
    """Whether a block raises, or leaves the program otherwise than well."""
    for node in (inner for statement in body for inner in ast.walk(statement)):
        if isinstance(node, ast.Raise):
            return True
        if isinstance(node, ast.Call) and ast.unparse(node.func) in _EXITS:
            first = node.args[0] if node.args else ast.Constant(0)
            if not (isinstance(first, ast.Constant) and not first.value):
                return True
        if isinstance(node, ast.Return) and not (isinstance(node.value, ast.Constant) and not node.value.value):
            return True
    return False


def _around(tree: ast.AST, wanted: ast.AST) -> list[ast.AST]:
    """What a node stands in, from within."""
    for child in ast.iter_child_nodes(tree):
        if child is wanted:
            return [child, tree]
        inner = _around(child, wanted)
        if inner:
            return [*inner, tree]
    return []


def _holds_blocks(node: ast.stmt) -> bool:
    return hasattr(node, "body") or isinstance(node, ast.Try)


def _swallowed(node: ast.AST, call: ast.Call) -> bool:
    """Whether a `try` around a call, or `suppress`, takes its failure for fine."""
    if isinstance(node, ast.With):
        return any("suppress" in ast.unparse(item.context_expr) for item in node.items)
    if not isinstance(node, ast.Try) or not any(call in ast.walk(statement) for statement in node.body):
        return False
    return any(not _leaves(handler.body) for handler in node.handlers)
