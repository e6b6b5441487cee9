"""What becomes of a call's result: a branch, a failure, an exported metric, or a file that nobody reads."""

from __future__ import annotations

import ast
import re
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from jupyter_mlops.assessment.sites import Site
from jupyter_mlops.assessment.tainted import Held, Tainted, given_to, handed_on, tasks_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import constant_truth
from jupyter_mlops.project.reach import scope_named

_EXPORTS = frozenset(
    {
        *("set", "observe", "inc", "push_to_gateway", "pushadd_to_gateway", "log_metric", "log_metrics"),
        *("put_metric_data", "gauge"),
    }
)
_EXITS = frozenset({"exit", "_exit", "SystemExit", "Exit"})
_KEEPS = frozenset(
    {
        "save",
        "save_html",
        "save_json",
        "save_to_file",
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
#: Calls that make text or collections and change nothing else.
_FORMS = frozenset({"debug", "error", "append", "format", "str", "join", "round", "float"})
#: Operators and decorators of Airflow by whose answer tasks run or not.
_BRANCHES = (
    "BranchPythonOperator",
    "ShortCircuitOperator",
    "PythonSensor",
    "task.branch",
    "task.short_circuit",
    "task.sensor",
)
#: Checks that raise where they find something wrong.
_FAILS_ITSELF = lazy(r"^pandera[\w.()]*\.validate$|^soda\.scan\.Scan\(\)\.assert_no_\w+$")
#: Functions that a result is followed through at most.
_MOST = 60


class Use(NamedTuple):
    """A use of a result.

    Attributes:
        how: "branched on", "exported as a metric" …
        path: file.
        line: where.
        counts: it has consequences, as opposed to a log line or a file.
        scope: the function; None for what is no code.
    """

    how: str
    path: str
    line: int
    counts: bool
    scope: str | None = None

    @property
    def exports(self) -> bool:
        """Whether it makes a metric of the result."""
        return self.how.startswith("exported")


def uses_of(unit: Unit, site: Site) -> Iterator[Use]:
    """What becomes of the result of a call: in its function, and wherever that hands it on.

    Args:
        unit: the unit.
        site: the call.
    """
    source = unit.project.python(site.path)
    scope = scope_named(source, site.scope) if source is not None else None
    if scope is None:
        return
    if _FAILS_ITSELF.match(site.name) and not _is_swallowed(site):
        yield Use("what fails the step where the check does", site.path, site.line, counts=True, scope=site.scope)
    pending = deque([Held(site.path, scope, frozenset({id(site.call.node)}))])
    seen: set[tuple[str, str, frozenset[int], frozenset[str]]] = set()
    while pending and len(seen) < _MOST:
        held = pending.popleft()
        key = (held.path, held.scope.name, held.nodes, held.names)
        if key in seen or (seen and not unit.reach.reached(held.path, held.scope.name)):
            continue
        seen.add(key)
        tainted = Tainted(unit, held)
        yield from _in_scope(unit, tainted)
        pending += handed_on(unit, tainted)


def _is_swallowed(site: Site) -> bool:
    """Whether a `try` around a call takes its error for fine: no handler raises, exits or tells somebody."""
    for statement in site.call.scope.body:
        for node in ast.walk(statement):
            held = isinstance(node, ast.Try) and any(
                inner is site.call.node for part in node.body for inner in ast.walk(part)
            )
            for handler in node.handlers if isinstance(node, ast.Try) and held else ():
                if not any(_changes(inner) for part in handler.body for inner in ast.walk(part)):
                    return True
    return False


def _in_scope(unit: Unit, tainted: Tainted) -> Iterator[Use]:
    held = tainted.held
    notebook = unit.project.notebook(held.path) if held.path.endswith(".ipynb") else None

    def line(node: ast.AST) -> int:
        number = getattr(node, "lineno", 1)
        return notebook.place(number)[1] if notebook is not None else number

    for node in tainted.nodes:
        if isinstance(node, (ast.If, ast.While)) and _branches(tainted, node):
            yield Use("branched on", held.path, line(node), counts=True, scope=held.scope.name)
        elif isinstance(node, ast.Assert) and tainted.holds(node.test):
            yield Use("asserted on", held.path, line(node), counts=True, scope=held.scope.name)
        elif isinstance(node, ast.Call):
            name = _name(node)
            if name not in _EXPORTS and name not in _EXITS and name not in _KEEPS:
                continue
            given = bool(given_to(tainted, node))
            owned = isinstance(node.func, ast.Attribute) and tainted.holds(node.func.value)
            if name in _EXPORTS and given:
                yield Use("exported as a metric", held.path, line(node), counts=True, scope=held.scope.name)
            elif name in _EXITS and given:
                yield Use("the exit status", held.path, line(node), counts=True, scope=held.scope.name)
            elif name in _KEEPS and (given or owned):
                yield from _conditions(unit, tainted, node)
                yield Use(
                    "written down, and read by nothing", held.path, line(node), counts=False, scope=held.scope.name
                )
    if tainted.returned and _decides(unit, held):
        yield Use("what decides which tasks run", held.path, held.scope.line, counts=True, scope=held.scope.name)


def _branches(tainted: Tainted, node: ast.If | ast.While) -> bool:
    """Whether a branch depends on the result, may go either way, and does something."""
    return _asks(tainted, node.test) and constant_truth(node.test) is None and _acts(node, tainted.root)


def _looks_for_name(test: ast.expr) -> bool:
    """Whether a condition looks for an entry by what it is called: `if "Drifted" in metric["metric_name"]:`."""
    if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], (ast.Eq, ast.In, ast.NotEq, ast.NotIn)):
        return False
    sides = [test.left, *test.comparators]
    keys = [side.slice for side in sides if isinstance(side, ast.Subscript)]
    keys += [side.args[0] for side in sides if isinstance(side, ast.Call) and _name(side) == "get" and side.args]
    written = any(isinstance(side, ast.Constant) and isinstance(side.value, str) for side in sides)
    return written and any(isinstance(key, ast.Constant) and str(key.value) in _CALLED for key in keys)


_CALLED = frozenset({"metric_name", "name", "metric", "id", "metric_id", "type", "kind", "title"})


def _asks(tainted: Tainted, test: ast.expr) -> bool:
    """Whether a condition depends on what the result is, and not only on whether there is one."""
    if isinstance(test, ast.BoolOp):
        return any(_asks(tainted, value) for value in test.values)
    if isinstance(test, ast.UnaryOp):
        return _asks(tainted, test.operand)
    if isinstance(test, ast.Call) and _name(test) in ("isinstance", "hasattr", "callable"):
        return False
    # `if not rows:` and `if rows.empty:` ask whether anything was compared.
    if isinstance(test, ast.Attribute) and test.attr == "empty":
        return False
    if isinstance(test, ast.Name) and test.id in tainted.collections:
        return False
    if _looks_for_name(test):
        return False
    # `if "drift" in table.columns:` asks how it looks.
    looks = isinstance(test, ast.Compare) and isinstance(test.ops[0], (ast.In, ast.NotIn))
    if looks and getattr(test.comparators[0], "attr", "") in ("columns", "index"):  # type: ignore[attr-defined]
        return False
    there = isinstance(test, ast.Compare) and isinstance(test.ops[0], (ast.Is, ast.IsNot))
    if there and isinstance(test.comparators[0], ast.Constant) and test.comparators[0].value is None:  # type: ignore[attr-defined]
        return False
    return tainted.holds(test)


def _name(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _decides(unit: Unit, held: Held) -> bool:
    """Whether Airflow runs tasks by what a function returns."""
    if any(decorator.replace("()", "").endswith(_BRANCHES) for decorator in held.scope.decorators):
        return True
    return any(operator.endswith(_BRANCHES) for _task, operator in tasks_of(unit, held))


def _conditions(unit: Unit, tainted: Tainted, node: ast.Call) -> Iterator[Use]:
    """Conditions of workflows on an output that a call writes: `f.write(f"drift={drift}")` to `$GITHUB_OUTPUT`."""
    # The text of the source is at hand; that of the function has to be made.
    if "GITHUB_OUTPUT" not in (unit.project.text(tainted.held.path) or "") or "GITHUB_OUTPUT" not in tainted.text:
        return
    for name in re.findall(r"(?<![\w-])([A-Za-z_][\w-]*)=", " ".join(ast.unparse(argument) for argument in node.args)):
        asked = re.compile(rf"\bif:.*\boutputs\.{re.escape(name)}\b")
        for path in sorted({launch.path for launch in unit.launches if launch.kind == "ci"}):
            for number, text in enumerate((unit.project.text(path) or "").splitlines(), 1):
                if asked.search(text):
                    yield Use("a condition of the workflow", path, number, counts=True)


def _acts(node: ast.If | ast.While, root: ast.AST) -> bool:
    """Whether a branch does more than print, log or answer; answers are followed to where they are asked for."""
    inside = [inner for statement in node.body for inner in ast.walk(statement)]
    if any(_changes(inner) for inner in inside):
        return True
    # `if fine: return` and the rest of the function is the other branch.
    if not isinstance(node.body[-1], ast.Return):
        return False
    after = node.end_lineno or node.lineno
    return any(_changes(inner) for inner in ast.walk(root) if getattr(inner, "lineno", 0) > after)


def _changes(node: ast.AST) -> bool:
    if isinstance(node, ast.Raise):
        return True
    if isinstance(node, ast.Call) and _name(node) in _EXITS:
        first = node.args[0] if node.args else ast.Constant(0)
        return not (isinstance(first, ast.Constant) and not first.value)  # `sys.exit(0)` ends as if all were well
    return isinstance(node, ast.Call) and _name(node) not in _KEEPS | _FORMS
