"""Data validation by hand: an assertion, or a branch that stops, on what has to hold for every row of a table."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from jupyter_mlops.assessment.data_checks import data_checks
from jupyter_mlops.assessment.findings import CONVENTION, Finding, Rung
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.sites import sources_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.python_source import PythonSource

_LOOKS = frozenset({"between", "isna", "isnull", "notna", "notnull", "isin", "duplicated"})
_ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def _findings(unit: Unit) -> Iterator[Finding]:
    for path, source in sources_of(unit, ".all()", ".any()"):
        guarded = {id(node) for test in _guards(source) for node in ast.walk(test)}
        calls = [
            call
            for call in source.calls
            if call.attribute in ("all", "any") and id(call.node) in guarded and _is_about_rows(call.node)
        ]
        yield from data_checks(unit, path, calls[:3], "hand-checks", " by hand", (Rung.E2, Rung.E3), CONVENTION)


def _guards(source: PythonSource) -> Iterator[ast.expr]:
    """What is asserted, and the conditions on which the code stops."""
    for scope in source.scopes:
        for statement in scope.body:
            for node in ast.walk(statement):
                if isinstance(node, ast.Assert) or (isinstance(node, ast.If) and _stops(node.body)):
                    yield node.test


def _stops(body: list[ast.stmt]) -> bool:
    inside = [node for statement in body for node in ast.walk(statement)]
    return any(isinstance(node, ast.Raise) for node in inside) or any(
        isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "exit"
        for node in inside
    )


def _is_about_rows(call: ast.Call) -> bool:
    """`days["rain"].between(0, 300).all()`, `(days["rentals"] >= 0).all()`, `days.isna().any()`: not whether two results agree."""
    for node in ast.walk(call.func):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _LOOKS:
            return True
        if (
            isinstance(node, ast.Compare)
            and isinstance(node.ops[0], _ORDERS)
            and isinstance(node.left, ast.Subscript)
            and isinstance(node.left.slice, ast.Constant)
            and isinstance(node.left.slice.value, str)
        ):
            return True
    return False


PROBE = Probe(
    id="hand-checks",
    title="checks of tables by hand",
    reads="Python code and notebooks",
    credits="configured: an assertion on rows that nothing runs · wired: one in code that runs",
    findings=_findings,
)
