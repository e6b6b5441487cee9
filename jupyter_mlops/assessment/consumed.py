"""What becomes of a call's result: a branch, a failure, an exported metric, or a file that nobody reads."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from jupyter_mlops.assessment.code_facts import Site
from jupyter_mlops.assessment.flows import own_function
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.python_source import Call, Scope
from jupyter_mlops.project.reach import scope_named

_EXPORTS = frozenset(
    {"set", "observe", "inc", "push_to_gateway", "pushadd_to_gateway", "log_metric", "put_metric_data", "gauge"}
)
_KEEPS = frozenset(
    {
        "save",
        "save_html",
        "save_json",
        "to_json",
        "to_csv",
        "dump",
        "write",
        "write_text",
        "log_artifact",
        "info",
        "print",
        "warning",
        "show",
    }
)


class Use(NamedTuple):
    """A use of a result.

    Attributes:
        how: "branched on", "exported as a metric" …
        path: file.
        line: where.
        counts: it has consequences, as opposed to a log line or a file.
    """

    how: str
    path: str
    line: int
    counts: bool


def uses_of(unit: Unit, site: Site, depth: int = 2) -> Iterator[Use]:
    """What becomes of the result of a call, in its function and in those that call it.

    Args:
        unit: the unit.
        site: the call.
        depth: how many callers to follow.
    """
    source = unit.project.python(site.path)
    scope = scope_named(source, site.scope) if source is not None else None
    if source is None or scope is None:
        return
    root: ast.AST = scope.node if scope.node is not None else source.tree
    tainted = _Tainted(site.call.node, root)
    yield from _in_scope(unit, site, root, tainted)
    if tainted.returned and depth > 0:
        for path, caller, call in _callers(unit, site.path, scope):
            inner = Site(
                path,
                call,
                call.line,
                call.end_line,
                None,
                caller.name,
                unit.reach.reached(path, caller.name),
                call.name,
            )
            yield from uses_of(unit, inner, depth - 1)


def _in_scope(unit: Unit, site: Site, root: ast.AST, tainted: _Tainted) -> Iterator[Use]:
    notebook = unit.project.notebook(site.path) if site.path.endswith(".ipynb") else None

    def line(node: ast.AST) -> int:
        number = getattr(node, "lineno", 1)
        return notebook.place(number)[1] if notebook is not None else number

    for node in ast.walk(root):
        if isinstance(node, (ast.If, ast.While, ast.IfExp)) and tainted.holds(node.test) and _acts(node):
            yield Use("branched on", site.path, line(node), counts=True)
        elif isinstance(node, ast.Assert) and tainted.holds(node.test):
            yield Use("asserted on", site.path, line(node), counts=True)
        elif isinstance(node, ast.Call):
            name = (
                node.func.attr
                if isinstance(node.func, ast.Attribute)
                else node.func.id
                if isinstance(node.func, ast.Name)
                else ""
            )
            given = any(
                tainted.holds(argument) for argument in (*node.args, *(keyword.value for keyword in node.keywords))
            )
            owned = isinstance(node.func, ast.Attribute) and tainted.holds(node.func.value)
            if name in _EXPORTS and given:
                yield Use("exported as a metric", site.path, line(node), counts=True)
            elif name == "exit" and given:
                yield Use("the exit status", site.path, line(node), counts=True)
            elif name in _KEEPS and (given or owned):
                yield Use("written down, and read by nothing", site.path, line(node), counts=False)


def _acts(node: ast.If | ast.While | ast.IfExp) -> bool:
    """Whether a branch does more than print or log."""
    if isinstance(node, ast.IfExp):
        return False
    for inner in (found for statement in node.body for found in ast.walk(statement)):
        if isinstance(inner, (ast.Raise, ast.Return)):
            return True
        if isinstance(inner, ast.Call):
            name = (
                inner.func.attr
                if isinstance(inner.func, ast.Attribute)
                else inner.func.id
                if isinstance(inner.func, ast.Name)
                else ""
            )
            if name not in _KEEPS and name not in (
                "debug",
                "error",
                "append",
                "format",
                "str",
                "join",
                "round",
                "float",
            ):
                return True
    return False


class _Tainted:
    """The names in a function that hold a call's result, or something made of it."""

    def __init__(self, call: ast.Call, root: ast.AST) -> None:
        self._call = call
        self.names: set[str] = set()
        self.returned = False
        if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
            self.names.add(call.func.value.id)  # `report.run(…)` leaves its result in `report`
        for _round in range(3):
            before = len(self.names)
            for node in ast.walk(root):
                self._spread(node)
            if len(self.names) == before:
                break
        self.returned = any(
            isinstance(node, ast.Return) and node.value is not None and self.holds(node.value)
            for node in ast.walk(root)
        )

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
        elif isinstance(node, ast.If) and self.holds(node.test):
            # What a branch on it sets says what the result was.
            targets = [target for inner in ast.walk(node) if isinstance(inner, ast.Assign) for target in inner.targets]
        elif any(self.holds(argument) for argument in _grown_by(node)):
            targets = [node.func.value]  # type: ignore[attr-defined]
        for target in targets:
            self.names |= {inner.id for inner in ast.walk(target) if isinstance(inner, ast.Name) and inner.id != "self"}

    def holds(self, node: ast.AST) -> bool:
        """Whether an expression uses the result."""
        return any(
            inner is self._call or (isinstance(inner, ast.Name) and inner.id in self.names) for inner in ast.walk(node)
        )


def _grown_by(node: ast.AST) -> list[ast.expr]:
    """What a collection gets when the node is a call such as `found.append(x)`; nothing for other nodes."""
    grows = (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("append", "update", "add", "extend")
    )
    return list(getattr(node, "args", [])) if grows else []


def _callers(unit: Unit, path: str, scope: Scope) -> Iterator[tuple[str, Scope, Call]]:
    name = scope.name.rpartition(".")[2]
    for other in unit.mentioning(name):
        source = unit.project.python(other)
        if source is None or unit.is_test(other):
            continue
        for call in source.calls:
            if call.attribute.lstrip(":") == name or call.name == f":{name}":
                target = own_function(unit, other, call)
                if target == (path, scope.name) or (target is None and call.name.startswith("?")):
                    yield other, call.scope, call
