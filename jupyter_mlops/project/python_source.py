"""Python code: what each scope imports, calls and names.

Names are resolved from import to alias to call: after `import mlflow as m` and `run = m.start_run()`, the call
`run.log()` is `mlflow.start_run().log`. What is defined in the file starts with ":" (`:train`), what cannot be told with
"?" (`?model.fit`), so that neither is taken for an import. Code that cannot run (`if False`, `TYPE_CHECKING`, after `return`) is left out.
"""

from __future__ import annotations

import ast
import builtins
import operator as operator_module
import re
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from jupyter_mlops.project.fixed_names import fixed_constant, note_fixed_names
from jupyter_mlops.project.notebook import parse
from jupyter_mlops.project.yaml_reader import DocumentError

_ENDS = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_BLOCKS = ("body", "orelse", "finalbody")


class Import(NamedTuple):
    """A name that an import binds.

    Attributes:
        module: what is imported, absolute or with leading dots, e.g. ``pkg.mod`` or ``.mod``.
        name: the object taken from it with `from`; "" for plain imports, "*" for all.
        bound: the name it is known by.
        line: 1-based.
    """

    module: str
    name: str
    bound: str
    line: int

    @property
    def dotted(self) -> str:
        """Full dotted name of what is bound; of `from . import io` that is `.io`, not a module one folder up."""
        joint = "" if self.module.endswith(".") else "."
        return f"{self.module}{joint}{self.name}" if self.name else self.module


class Call(NamedTuple):
    """A call.

    Attributes:
        name: resolved dotted name, `()` where a call's result is used: ``mlflow.start_run().log``.
        node: the expression.
        scope: the scope it is in.
    """

    name: str
    node: ast.Call
    scope: Scope

    @property
    def line(self) -> int:
        """1-based line in the source."""
        return self.node.lineno

    @property
    def end_line(self) -> int:
        """1-based last line in the source."""
        return self.node.end_lineno or self.node.lineno

    @property
    def attribute(self) -> str:
        """The last part of the name."""
        return self.name.rpartition(".")[2]

    def argument(self, position: int | None, keyword: str | None = None) -> ast.expr | None:
        """The argument at `position` or called `keyword`; None without one."""
        for given in self.node.keywords:
            if keyword is not None and given.arg == keyword:
                return given.value
        if position is not None and 0 <= position < len(self.node.args):
            found = self.node.args[position]
            return None if isinstance(found, ast.Starred) else found
        return None

    def text(self, position: int | None, keyword: str | None = None) -> str | None:
        """That argument where it is a string that can be told from the source; None otherwise."""
        found = self.argument(position, keyword)
        return None if found is None else self.scope.string(found)


@dataclass(eq=False)
class Scope:
    """A module, class or function.

    Attributes:
        name: qualified name; "" for the module.
        kind: "module", "class" or "function".
        parent: the scope around it; None for the module.
        line: 1-based first line.
        node: its definition; None for the module.
        bound: names bound here → resolved dotted name of their value, where it can be told.
        constants: names bound here once to a string.
        calls: calls made directly in it.
        names: names and attributes that it reads.
        decorators: resolved dotted names of its decorators.
        bases: for a class, resolved dotted names of its bases.
        children: scopes defined in it, by name.
        body: its statements.
    """

    name: str
    kind: str
    parent: Scope | None
    line: int
    node: ast.AST | None = None
    bound: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    decorators: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    children: dict[str, Scope] = field(default_factory=dict)
    body: list[ast.stmt] = field(default_factory=list, repr=False)

    @cached_property
    def assigned(self) -> dict[str, list[ast.expr]]:
        """Names → every value that an assignment in its statements, or in what is defined there, gives them."""
        found: dict[str, list[ast.expr]] = {}
        for statement in self.body:
            for node in ast.walk(statement):
                if isinstance(node, ast.Assign):
                    for name in {target.id for target in node.targets if isinstance(target, ast.Name)}:
                        found.setdefault(name, []).append(node.value)
        return found

    def lookup(self, name: str) -> str | None:
        """Dotted name that `name` stands for here; None when nothing binds it."""
        scope: Scope | None = self
        while scope is not None:
            if (scope is self or scope.kind != "class") and name in scope.bound:
                return scope.bound[name]
            scope = scope.parent
        return None

    def dotted(self, node: ast.expr) -> str:
        """Resolved dotted name of an expression; "" where there is none to tell."""
        if isinstance(node, ast.Name):
            known = self.lookup(node.id)
            if known or hasattr(builtins, node.id):
                return known or node.id
            every = self.lookup("*")  # `from mlflow import *`
            return f"{every}.{node.id}" if every else f"?{node.id}"
        if isinstance(node, ast.Attribute):
            base = self.dotted(node.value)
            if base == "self":
                owner = self._owner()
                known = owner.bound.get(f"self.{node.attr}") if owner else None
                return known or f"self.{node.attr}"
            return f"{base}.{node.attr}"
        if isinstance(node, ast.Call):
            return f"{self.dotted(node.func)}()"
        if isinstance(node, ast.Await):
            return self.dotted(node.value)
        if isinstance(node, ast.Subscript):
            return f"{self.dotted(node.value)}[]"
        return ""

    def _owner(self) -> Scope | None:
        scope: Scope | None = self
        while scope is not None and scope.kind != "class":
            scope = scope.parent
        return scope

    def string(self, node: ast.expr) -> str | None:
        """The string an expression stands for, `{}` for each part that only a run can tell; None when it is none."""
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else None
        if isinstance(node, ast.Name):
            scope: Scope | None = self
            while scope is not None:
                if node.id in scope.constants:
                    return scope.constants[node.id]
                if node.id in scope.bound:
                    return None
                scope = scope.parent
            return None
        if isinstance(node, ast.JoinedStr):
            parts = [
                part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else "{}"
                for part in node.values
            ]
            return "".join(parts)
        if isinstance(node, ast.IfExp):
            # One of them is a path of some machine: the other is the project's.
            either = [self.string(node.body), self.string(node.orelse)]
            own = [text for text in either if text is not None and not text.startswith("/")]
            return own[0] if len(own) == 1 and None not in either else None
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Div)):
            left, right = self.string(node.left), self.string(node.right)
            if left is None and right is None:
                return None
            joint = "/" if isinstance(node.op, ast.Div) else ""
            return f"{'{}' if left is None else left}{joint}{'{}' if right is None else right}"
        if isinstance(node, ast.Call):
            name = self.dotted(node.func)
            if name in ("pathlib.Path", "os.path.join", "str", "pathlib.PurePath", "os.fspath") and node.args:
                parts = ["{}" if (text := self.string(argument)) is None else text for argument in node.args]
                return None if set(parts) == {"{}"} else "/".join(parts)
            if name in ("os.getenv", "os.environ.get") and len(node.args) == 2:
                return _project_path(self.string(node.args[1]))
        return None


def _project_path(default: str | None) -> str | None:
    """What a variable of the environment is for everybody who does not set it, where that is a path in the project."""
    if (
        not default
        or "://" in default
        or default.startswith(("/", "~", "\\"))
        or not re.search(r"[/\\]|\w\.\w", default)
    ):
        return None
    return default


class PythonSource:
    """The scopes of a piece of Python code.

    Args:
        code: the code, or its syntax tree.
        handed_over: whoever runs it gives values to names that it binds, as papermill does.

    Raises:
        DocumentError: when it does not parse.
    """

    def __init__(self, code: str | ast.Module, *, handed_over: bool = False) -> None:
        #: What was worked out from this source alone.
        self.kept: dict[Hashable, Any] = {}
        if isinstance(code, ast.Module):
            self.tree = code
            if not handed_over:
                note_fixed_names(self.tree)
            return
        try:
            self.tree = parse(code)
        except SyntaxError as error:
            raise DocumentError(f"not valid Python 3: {error.msg}", error.lineno) from None
        except (ValueError, RecursionError, MemoryError):
            raise DocumentError("too deeply nested, or not text, to be read as Python") from None
        note_fixed_names(self.tree)

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """All imports outside dead code, functions included."""
        return tuple(self._imports(self.tree.body))

    def _imports(self, body: list[ast.stmt]) -> Iterator[Import]:
        for node in live(body):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                yield from imports_of(node)
            else:
                for block in blocks(node):
                    yield from self._imports(block)

    @cached_property
    def module(self) -> Scope:
        """The module's scope, with all others below it."""
        return self._scopes[0]

    @property
    def scopes(self) -> list[Scope]:
        """All scopes, the module first."""
        return self._scopes

    @cached_property
    def _scopes(self) -> list[Scope]:
        from jupyter_mlops.project.scopes import build_scopes

        try:
            return build_scopes(self.tree)
        except RecursionError:
            return [Scope("", "module", None, 1)]

    @cached_property
    def calls(self) -> list[Call]:
        """All calls in all scopes."""
        return [call for scope in self._scopes for call in scope.calls]

    @cached_property
    def has_main_guard(self) -> bool:
        """Whether it has an `if __name__ == "__main__"` block."""
        return any(isinstance(node, ast.If) and is_main_guard(node.test) for node in self.tree.body)

    @cached_property
    def acts(self) -> bool:
        """Whether running it as a script does something beyond defining names."""
        return _acts(self.tree.body)


def _acts(body: list[ast.stmt]) -> bool:
    for node in body:
        if isinstance(node, (ast.For, ast.While, ast.With, ast.Delete)):
            return True
        if isinstance(node, ast.Expr) and isinstance(node.value, (ast.Call, ast.Await)):
            return True
        if isinstance(node, ast.If) and not is_main_guard(node.test) and any(_acts(block) for block in blocks(node)):
            return True
        if isinstance(node, ast.Try) and _acts(node.body):
            return True
        if isinstance(node, ast.FunctionDef) and any(
            isinstance(decorator, ast.Attribute) and decorator.attr == "automain" for decorator in node.decorator_list
        ):
            return True  # Sacred runs it where the file is started
    return False


def imports_of(node: ast.Import | ast.ImportFrom) -> Iterator[Import]:
    """The names that an import statement binds."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            # `import a.b` binds `a`; the whole name is kept because a.b is what gets loaded.
            yield Import(alias.name, "", alias.asname or alias.name.partition(".")[0], node.lineno)
    else:
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            yield Import(module, alias.name, alias.asname or alias.name, node.lineno)


def live(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a block that can run."""
    for node in body:
        yield node
        if _ends(node):
            return


def _ends(node: ast.stmt) -> bool:
    """Whether nothing behind a statement runs, in its block."""
    if isinstance(node, _ENDS):
        return True
    if isinstance(node, ast.Assert):
        return constant_truth(node.test) is False
    if isinstance(node, ast.If):
        ways = list(blocks(node))
        return bool(ways) and all(way and _ends(way[-1]) for way in ways)
    if isinstance(node, ast.While):
        return constant_truth(node.test) is True and not any(isinstance(one, ast.Break) for one in ast.walk(node))
    return _exits(node)


def _exits(node: ast.stmt) -> bool:
    """Whether a statement ends the program: `sys.exit(0)`."""
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return False
    called = node.value.func
    if isinstance(called, ast.Name):
        return called.id in ("exit", "quit")
    owner = called.value if isinstance(called, ast.Attribute) else None
    return isinstance(owner, ast.Name) and (owner.id, getattr(called, "attr", "")) in (("sys", "exit"), ("os", "_exit"))


def blocks(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The blocks of a statement that can run."""
    if isinstance(node, (ast.If, ast.While)):
        truth = constant_truth(node.test)
        if truth is not False:
            yield node.body
        if truth is not True:
            yield node.orelse
        return
    if isinstance(node, (ast.For, ast.AsyncFor)) and constant_truth(node.iter) is False:
        yield node.orelse
        return
    for name in _BLOCKS:
        block = getattr(node, name, None)
        if block:
            yield block
    if not (isinstance(node, ast.Try) and all(isinstance(inner, ast.Pass) for inner in node.body)):
        for handler in getattr(node, "handlers", ()):
            yield handler.body
    for case in getattr(node, "cases", ()):
        yield case.body


def constant_truth(test: ast.expr) -> bool | None:
    """What a condition always is; None when it depends. `TYPE_CHECKING` is false when code runs."""
    constant = fixed_constant(test)
    if constant is not None:
        return bool(constant.value)
    name = test.id if isinstance(test, ast.Name) else test.attr if isinstance(test, ast.Attribute) else ""
    if name == "TYPE_CHECKING":
        return False
    if isinstance(test, ast.BoolOp):
        truths = [constant_truth(value) for value in test.values]
        decisive = isinstance(test.op, ast.Or)
        return decisive if decisive in truths else (not decisive if set(truths) == {not decisive} else None)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = constant_truth(test.operand)
        return None if inner is None else not inner
    if isinstance(test, (ast.List, ast.Tuple, ast.Dict)):
        empty = not (test.keys if isinstance(test, ast.Dict) else test.elts)
        return False if empty else None
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return _compared(test.left, test.ops[0], test.comparators[0])
    return None


def _compared(left: ast.expr, operator: ast.cmpop, right: ast.expr) -> bool | None:
    """What a comparison of constants answers."""
    if isinstance(operator, ast.In) and isinstance(right, (ast.List, ast.Tuple)) and not right.elts:
        return False
    one, other = fixed_constant(left), fixed_constant(right)
    if one is None or other is None:
        return None
    compare = _COMPARISONS.get(type(operator))
    try:
        return None if compare is None else bool(compare(one.value, other.value))
    except TypeError:
        return None


_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator_module.eq,
    ast.NotEq: operator_module.ne,
    ast.Lt: operator_module.lt,
    ast.LtE: operator_module.le,
    ast.Gt: operator_module.gt,
    ast.GtE: operator_module.ge,
    ast.Is: operator_module.is_,
    ast.IsNot: operator_module.is_not,
}


def is_main_guard(test: ast.expr) -> bool:
    """Whether a condition is `__name__ == "__main__"`."""
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.left, ast.Name)
        and test.left.id == "__name__"
        and len(test.comparators) == 1
        and isinstance(test.comparators[0], ast.Constant)
        and test.comparators[0].value == "__main__"
    )
