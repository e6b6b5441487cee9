"""Airflow: DAGs with connected tasks, and whether they are scheduled."""

from __future__ import annotations

import ast
import shlex
from collections.abc import Iterator

from jupyter_mlops.assessment.flows import flow_stages
from jupyter_mlops.assessment.probe import Pipeline, Probe, Stage
from jupyter_mlops.assessment.tables import rows
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.python_source import Call, PythonSource, Scope
from jupyter_mlops.project.reach import LAUNCH, Node, scope_named

_TASKS = (
    "airflow.decorators.task",
    "airflow.sdk.task",
    "airflow.decorators.task.python",
    "airflow.decorators.task.virtualenv",
)
_DAGS = ("airflow.decorators.dag", "airflow.sdk.dag")


def _launches(unit: Unit) -> Iterator[Launch]:
    """Commands of operators, started by the scheduler."""
    for path, source in _sources(unit):
        for call in source.calls:
            command = _command(source, call)
            if command:
                yield Launch(
                    _id(path, source, call),
                    "schedule" if _is_started(unit, source, call) else "console",
                    path,
                    call.line,
                    command,
                    unit.path,
                    _task(source, call),
                    group=path,
                )


def _is_started(unit: Unit, source: PythonSource, call: Call) -> bool:
    """Whether the DAG of an operator starts by itself: it has a schedule, or another DAG triggers it. True where it cannot be told."""
    for decorator in getattr(call.scope.node, "decorator_list", []):
        if any(decorated.replace("()", "") in _DAGS for decorated in call.scope.decorators):
            if not any(one.name == f":{call.scope.name}" for one in source.calls):
                return False
            return _schedule(decorator) or _is_triggered(unit, call.scope.name, decorator)
    nodes = (node for inner in call.scope.body for node in ast.walk(inner))
    for statement in (node for node in nodes if isinstance(node, ast.With)):
        for item in statement.items:
            made = item.context_expr
            inside = statement.lineno <= call.line <= (statement.end_lineno or statement.lineno)
            if inside and isinstance(made, ast.Call) and call.scope.dotted(made.func).endswith(".DAG"):
                return _schedule(made) or _is_triggered(unit, "", made)
    return True


def _is_triggered(unit: Unit, name: str, made: ast.expr) -> bool:
    """Whether a task of another DAG triggers a DAG, by the name that it is made with."""
    given = [
        *getattr(made, "args", [])[:1],
        *(one.value for one in getattr(made, "keywords", []) if one.arg == "dag_id"),
    ]
    names = {name, *(one.value for one in given if isinstance(one, ast.Constant))}
    return any(
        call.attribute == "TriggerDagRunOperator" and call.text(None, "trigger_dag_id") in names
        for _path, source in _sources(unit)
        for call in source.calls
    )


def _command(source: PythonSource, call: Call) -> str | None:
    """What an operator runs in a shell or in a container; None for others."""
    if not call.attribute.endswith("Operator") and call.name not in _helpers(source):
        return None
    said: list[str] = []
    for keyword in ("bash_command", "entrypoint", "cmds", "command", "arguments"):
        scope, node = _given(source, call, keyword)
        if isinstance(node, (ast.List, ast.Tuple)) or _rest(source, call, node):
            # What only a run can tell, such as the day, is no reason not to read the rest.
            words = [_string(call, scope, element) for element in _rest(source, call, node) or node.elts]  # type: ignore[union-attr]
            said += [shlex.quote(word or "{}") for word in words] if any(words) else []
        elif node is not None and (text := scope.string(node)):
            said.append(text)
    return " ".join(said) or None


def _rest(source: PythonSource, call: Call, node: ast.expr | None) -> list[ast.expr]:
    """What a call gives the `*args` of the function that makes the operator, where that hands them on: `list(args)`."""
    helper = _helpers(source).get(call.name)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("list", "tuple"):
        node = node.args[0] if node.args else None
    if helper is None or not isinstance(node, ast.Name) or not isinstance(helper[0].node, ast.FunctionDef):
        return []
    taken = helper[0].node.args
    return call.node.args[len(taken.args) :] if taken.vararg is not None and taken.vararg.arg == node.id else []


def _string(call: Call, scope: Scope, node: ast.expr) -> str | None:
    """A text, or what a call gives for the parameter that a node names of the function that makes the operator."""
    parameters = _parameters(scope) if scope is not call.scope else []
    if isinstance(node, ast.Name) and node.id in parameters:
        given = call.argument(parameters.index(node.id), node.id)
        return call.scope.string(given) if given is not None else None
    return (call.scope if node in call.node.args else scope).string(node)


def _parameters(scope: Scope) -> list[str]:
    return [argument.arg for argument in scope.node.args.args] if isinstance(scope.node, ast.FunctionDef) else []


def _task(source: PythonSource, call: Call) -> str:
    """The id of a task; "bash" where only a run can tell."""
    scope, node = _given(source, call, "task_id")
    return (scope.string(node) if node is not None else None) or "bash"


def _given(source: PythonSource, call: Call, keyword: str) -> tuple[Scope, ast.expr | None]:
    """What an operator gets for a keyword, seen through the function of the source that makes it, and the scope that says it."""
    helper = _helpers(source).get(call.name)
    if helper is None:
        return call.scope, call.argument(None, keyword)
    scope, made = helper
    node = made.argument(None, keyword)
    parameters = _parameters(scope)
    if isinstance(node, ast.Name) and node.id in parameters:
        return call.scope, call.argument(parameters.index(node.id), node.id)
    return scope, node


def _helpers(source: PythonSource) -> dict[str, tuple[Scope, Call]]:
    """Functions of the source that return an operator, by the name that their calls have."""
    key = "operators made by functions"
    if key not in source.kept:
        source.kept[key] = {
            f":{scope.name}": (scope, call)
            for scope in source.scopes
            if scope.kind == "function"
            for call in scope.calls
            if call.attribute.endswith("Operator")
            and any(isinstance(statement, ast.Return) and statement.value is call.node for statement in scope.body)
        }
    found: dict[str, tuple[Scope, Call]] = source.kept[key]
    return found


def _sources(unit: Unit) -> Iterator[tuple[str, PythonSource]]:
    for path in unit.mentioning("airflow"):
        source = unit.project.python(path)
        if (
            source is not None
            and not unit.is_test(path)
            and any(item.module.partition(".")[0] == "airflow" for item in source.imports)
        ):
            yield path, source


def _id(path: str, source: PythonSource, call: Call) -> str:
    scope, node = _given(source, call, "task_id")
    return f"{path}#{(scope.string(node) if node is not None else None) or _key(call.node)}"


def _pipelines(unit: Unit) -> Iterator[Pipeline]:
    for path, source in _sources(unit):
        for scope in source.scopes:
            if any(decorator.replace("()", "") in _DAGS for decorator in scope.decorators):
                stages = flow_stages(unit, path, scope, lambda _call, node: _is_task(unit, node))
                stages = stages or _connected(unit, path, source, scope)
                scheduled = any(_schedule(node) for node in getattr(scope.node, "decorator_list", []))
                called = unit.reach.reached(path, scope.name) and any(
                    call.name == f":{scope.name}" for call in source.calls
                )
                if stages:
                    name = next(
                        (
                            found
                            for call in source.calls
                            if call.node in getattr(scope.node, "decorator_list", [])
                            and (found := call.text(0, "dag_id"))
                        ),
                        scope.name,
                    )
                    yield _pipeline(path, scope.line, stages, scheduled, called, _triggered(unit, name))
        yield from _classic(unit, path, source)


def _is_task(unit: Unit, node: Node) -> bool:
    source = unit.project.python(node[0])
    scope = scope_named(source, node[1]) if source is not None else None
    return scope is not None and any(decorator.replace("()", "").startswith(_TASKS) for decorator in scope.decorators)


def _triggered(unit: Unit, dag: str) -> str:
    """What starts a DAG without a schedule: a command, or a task of another DAG."""
    for launch in unit.launches:
        for command in launch.commands:
            asks = command.words[:2] == ("airflow", "dags") and {"trigger", "test", "backfill"} & set(command.words)
            if asks and dag in command.words:
                return command.text[:50]
    for _path, source in _sources(unit):
        for call in source.calls:
            if call.attribute == "TriggerDagRunOperator" and call.text(None, "trigger_dag_id") == dag:
                return "another DAG"
    return ""


def _pipeline(path: str, line: int, stages: list[Stage], scheduled: bool, complete: bool, triggered: str) -> Pipeline:
    started = "its schedule" if scheduled else triggered
    return Pipeline(
        "airflow",
        "Airflow",
        path,
        line,
        tuple(stages),
        started_by=started if complete else "",
        confidence=0.9,
    )


def _schedule(node: ast.expr) -> bool:
    """Whether a DAG is created with a schedule."""
    for keyword in getattr(node, "keywords", []):
        if keyword.arg in ("schedule", "schedule_interval", "timetable"):
            return not (isinstance(keyword.value, ast.Constant) and keyword.value.value is None)
    return False


def _classic(unit: Unit, path: str, source: PythonSource) -> Iterator[Pipeline]:
    """Operators connected by `>>`, `<<`, `set_downstream`, `set_upstream` or `chain`."""
    dags = [call for call in source.calls if call.name.endswith(".DAG") and call.name.startswith("airflow")]
    if not dags:
        return
    for scope in source.scopes:
        if _operators(source, scope) or _loops_of(scope):
            stages = _connected(unit, path, source, scope)
            triggered = _triggered(unit, dags[0].text(0, "dag_id") or "")
            yield _pipeline(path, dags[0].line, stages, _schedule(dags[0].node), True, triggered)


def _connected(unit: Unit, path: str, source: PythonSource, scope: Scope) -> list[Stage]:
    """The operators of a scope and their order."""
    looped = _looped(unit, path, source, scope)
    operators = {
        name: call for name, call in _operators(source, scope).items() if all(call.line != one.line for one in looped)
    }
    after: dict[str, set[str]] = {name: set() for name in operators}
    for earlier, later in _edges(scope):
        if later in after and earlier in after:
            after[later].add(earlier)
    stages = [
        Stage(name, path, call.line, after=frozenset(after[name]), node=_node(unit, path, source, call))
        for name, call in operators.items()
    ]
    return [*stages, *looped]


def _operators(source: PythonSource, scope: Scope) -> dict[str, Call]:
    """Operators of a scope, by the variable that holds them, or by where they stand."""
    helpers = _helpers(source)
    calls = {
        id(call.node): call
        for call in scope.calls
        if call.attribute.endswith(("Operator", "Sensor")) or call.name in helpers
    }
    found = {}
    for node in _statements(scope):
        if isinstance(node, ast.Assign) and id(node.value) in calls:
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found[target.id] = calls[id(node.value)]
        elif isinstance(node, ast.Expr):
            for inner in ast.walk(node.value) if isinstance(node.value, ast.BinOp) else [node.value]:
                if id(inner) in calls:
                    found[_key(calls[id(inner)].node)] = calls[id(inner)]
    return found


def _loops_of(scope: Scope) -> list[ast.For | ast.comprehension]:
    """The loops of a scope: statements, and those inside of lists."""
    return [node for node in _statements(scope) if isinstance(node, (ast.For, ast.comprehension))]


def _looped(unit: Unit, path: str, source: PythonSource, scope: Scope) -> list[Stage]:
    """Tasks that a loop makes of a table of functions: `for name, function in STEPS.items(): PythonOperator(…)`."""
    found: list[Stage] = []
    for loop in _loops_of(scope):
        names = {node.id for node in ast.walk(loop.target) if isinstance(node, ast.Name)}
        for call in scope.calls:
            function = _given(source, call, "python_callable")[1]
            if not isinstance(function, ast.Name) or function.id not in names or not _operates(source, call):
                continue
            entries = rows(unit, path, scope, loop.iter)
            ordered = any(_edges(scope)) or any(_chains(node) for node in _statements(scope))
            for position, entry in enumerate(entries):
                after = frozenset({entries[position - 1].name} if position and ordered else ())
                found.append(Stage(entry.name, path, call.line, after=after, node=entry.node))
            if entries:
                return found
    return found


def _chains(node: ast.AST) -> bool:
    """Whether a node is `chain(*tasks)`."""
    called = isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "chain"
    return called and isinstance(node, ast.Call) and any(isinstance(given, ast.Starred) for given in node.args)


def _operates(source: PythonSource, call: Call) -> bool:
    return call.attribute.endswith("Operator") or call.name in _helpers(source)


def _key(node: ast.Call) -> str:
    """What an operator is called that no variable holds."""
    for keyword in node.keywords:
        if keyword.arg == "task_id" and isinstance(keyword.value, ast.Constant):
            return str(keyword.value.value)
    return f"line {node.lineno}:{node.col_offset}"


def _statements(scope: Scope) -> Iterator[ast.AST]:
    for statement in scope.body:
        if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield from ast.walk(statement)


def _edges(scope: Scope) -> Iterator[tuple[str, str]]:
    for node in _statements(scope):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.BinOp):
            yield from _shifted(node.value)
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
        ):
            names = [name for argument in node.args for name in _names(argument)]
            if node.func.attr == "set_downstream":
                yield from ((node.func.value.id, name) for name in names)
            elif node.func.attr == "set_upstream":
                yield from ((name, node.func.value.id) for name in names)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "chain":
            groups = [_names(argument) for argument in node.args]
            for position in range(1, len(groups)):
                yield from ((earlier, later) for earlier in groups[position - 1] for later in groups[position])


def _shifted(node: ast.expr) -> list[tuple[str, str]]:
    """Edges of `a >> [b, c] >> d`."""
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, (ast.RShift, ast.LShift))):
        return []
    forward = isinstance(node.op, ast.RShift)
    left = node.left.right if isinstance(node.left, ast.BinOp) else node.left
    pairs = [(one, other) if forward else (other, one) for one in _names(left) for other in _names(node.right)]
    return [*_shifted(node.left), *pairs]


def _names(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Call):
        return [_key(node)]
    return (
        [name for element in node.elts for name in _names(element)] if isinstance(node, (ast.List, ast.Tuple)) else []
    )


def _node(unit: Unit, path: str, source: PythonSource, call: Call) -> Node | None:
    scope, function = _given(source, call, "python_callable")
    if function is not None:
        name = scope.dotted(function)
        if name.startswith(":"):
            return path, name[1:]
        found = unit.reach.modules.resolve(name, path) if name and name[0] != "?" else None
        return (found[0], found[1]) if found else None
    return (_id(path, source, call), LAUNCH) if _command(source, call) else None


PROBE = Probe(
    id="airflow",
    title="Airflow",
    reads="Python code that imports airflow",
    credits="configured: tasks without order, a DAG function that nothing calls · wired: connected tasks in a DAG",
    launches=_launches,
    pipelines=_pipelines,
)
