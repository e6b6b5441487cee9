"""Retraining: triggers that reach training, and the gate before promotion."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator

from jupyter_mlops.assessment.findings import CALL, Finding, Rung
from jupyter_mlops.assessment.flows import own_function
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.schedules import triggers
from jupyter_mlops.assessment.sites import sources_of
from jupyter_mlops.assessment.trainings import trainings
from jupyter_mlops.assessment.triggers import Trigger
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call, Scope, blocks, constant_truth
from jupyter_mlops.project.reach import LAUNCH, Node, scope_named

_CRITERION = "retraining-automated"
_METRIC = lazy(
    r"acc|f1|auc|roc|rmse|mae|mse|mape|r2|precision|recall|score|metric|loss|(^|_)error$|performance|improve|better"
    r"|ndcg|(^|_)(ap|mrr|iou|dice|bleu|rouge|wer|cer|brier|gini|ks|nll|wape|kappa|mcc)($|_|[@0-9])",
    re.IGNORECASE,
)
_SETTING = lazy(r"threshold|^min_|^max_|_min$|_max$|n_iter|limit|tolerance", re.IGNORECASE)
_DECISION = lazy(
    r"is_better|better|promot|accept|should_|passed|passes|improved|qualif|eligible|decision|decide|good_enough|acceptable|beats|outperform|worse",
    re.IGNORECASE,
)
_CURRENT = lazy(
    r"prod|champion|baseline|current|previous|existing|incumbent|deployed|registered|old_|last_|reference",
    re.IGNORECASE,
)
#: What code that judges models is called, and what it answers.
_GATES = lazy(
    r"promot|champion|challenger|candidate|(^|[_/. ])gates?($|[_/. ])|register|deploy|better|accept|reject|approv|eligib|qualif"
    r"|improv|quality|valid|should|compar|evaluat|assess|check|ready|good|pass|(^|_)ok($|_)|decide|beats|outperform|worse",
    re.IGNORECASE,
)
_TIME = lazy(
    r"trigger|(should|need|must|check|decide)\w*_retrain|retrain\w*_(need|polic|decision)|drift|monitor|signal",
    re.IGNORECASE,
)
_LETS_THROUGH = lazy(
    r"promot|champion|challenger|candidate|gate|register|deploy|is_better|compare_model", re.IGNORECASE
)
_PROMOTES = lazy(
    r"(register_model|create_model_version|set_registered_model_alias|transition_model_version_stage|promote\w*|deploy\w*|publish\w*|push_model|upload\w*|copy2?|copyfile|move|log_model)$",
    re.IGNORECASE,
)


def _findings(unit: Unit) -> Iterator[Finding]:
    fits: set[Node] = {(site.path, site.scope) for site in trainings(unit)}
    reaching = [trigger for trigger in triggers(unit) if fits & unit.reach.behind(*trigger.nodes)]
    for trigger in reaching[:3]:
        site = next(site for site in trainings(unit) if (site.path, site.scope) in unit.reach.behind(*trigger.nodes))
        line = _line(unit, trigger, fits)
        yield Finding(
            "retraining",
            _CRITERION,
            Rung.E3,
            f"{trigger.what} reaches training.",
            part="trigger",
            confidence=CALL,
            path=trigger.path,
            line=line,
            chain=(f"{trigger.path}:{line}", f"{site.path}:{site.line}"),
        )
    yield from promotion_gates(unit)[:3]


def promotion_gates(unit: Unit) -> list[Finding]:
    """The comparisons that let a new model through or not, the strongest first."""
    return unit.once("promotion gates", lambda: _promotion_gates(unit))


def _promotion_gates(unit: Unit) -> list[Finding]:
    fits: set[Node] = {(site.path, site.scope) for site in trainings(unit)}
    reaching = [trigger for trigger in triggers(unit) if fits & unit.reach.behind(*trigger.nodes)]
    return sorted(_gates(unit, reaching), key=lambda gate: -gate.rung)


def _line(unit: Unit, trigger: Trigger, fits: set[Node]) -> int | None:
    """The command of a trigger's script that reaches training; where the trigger is, for other triggers."""
    started = {node[0] for node in trigger.nodes if node[1] == LAUNCH}
    for launch in unit.launches if started else ():
        if launch.id in started:
            for target, command in unit.reach.targets(launch):
                if fits & unit.reach.behind_target(target):
                    return launch.line_of(command)
    return trigger.line


def _gates(unit: Unit, reaching: list[Trigger]) -> Iterator[Finding]:
    # One step of a workflow trains, another one judges.
    workflows = {trigger.path for trigger in reaching}
    beside = [trigger for trigger in triggers(unit) if trigger.path in workflows]
    nodes = (
        unit.reach.behind(*(node for trigger in beside for node in trigger.nodes))
        if reaching
        else _training_nodes(unit)
    )
    scopes = [
        (path, scope)
        for path, name in sorted(nodes)
        if (scope := _code(unit, path, name)) is not None and not _asks_whether(path, name)
    ]
    decisions = []
    comparisons = []
    asked: set[Node] = set()
    for path, scope in scopes:
        for node in _own_statements(scope):
            for asks in _conditional(node):
                if _compares_metric(asks, scope):
                    yield _judged(unit, path, scope, asks)
            if (
                isinstance(node, ast.If)
                and _acts_on(node, f"{posixpath.basename(path)} {scope.name}")
                and constant_truth(node.test) is None
            ):
                compare = next(
                    (
                        inner
                        for inner in ast.walk(node.test)
                        if isinstance(inner, ast.Compare) and _compares_metric(inner, scope)
                    ),
                    None,
                )
                if compare is not None:
                    yield _judged(unit, path, scope, compare)
                elif any(_DECISION.search(name) for name in _names(node.test)):
                    decisions.append((path, node))
                else:
                    asked |= _asked(unit, path, scope, node.test)
            elif isinstance(node, ast.Return) and isinstance(node.value, ast.IfExp) and _names_tasks(node.value):
                # `return "promote" if better else "keep"`
                if _decides_tasks(unit, path, scope):
                    test = node.value.test
                    comparisons += [(path, scope, one) for one in _answers(test) if _compares_metric(one, scope)]
                    asked |= _asked(unit, path, scope, test)
            elif isinstance(node, ast.If) and _decides(node):
                # `elif new > current: should_promote = True`, and what follows acts on that.
                comparisons += [
                    (path, scope, inner)
                    for inner in ast.walk(node.test)
                    if isinstance(inner, ast.Compare) and _compares_metric(inner, scope)
                ]
            elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.Return)) and _says_whether(node, path, scope):
                value = node.value or node
                comparisons += [
                    (path, scope, compare) for compare in _answers(value) if _compares_metric(compare, scope)
                ]
    # The comparison in one function, the decision on its result in another.
    for path, scope, compare in comparisons:
        if decisions or (path, scope.name) in asked or _decides_tasks(unit, path, scope):
            yield _judged(unit, path, scope, compare)


def _conditional(node: ast.stmt) -> Iterator[ast.Compare]:
    """What a workflow of Flyte asks before one of its tasks: `conditional("gate").if_(new < old).then(promote())`."""
    if isinstance(node, (ast.Return, ast.Assign, ast.Expr)) and node.value is not None:
        for call in ast.walk(node.value):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") in ("if_", "elif_") and call.args:
                yield from _answers(call.args[0])


def _asked(unit: Unit, path: str, scope: Scope, test: ast.expr) -> set[Node]:
    """The project's own functions that a condition calls."""
    inside = {id(inner) for inner in ast.walk(test)}
    return {
        found
        for call in scope.calls
        if id(call.node) in inside and (found := own_function(unit, path, call)) is not None
    }


def _names_tasks(choice: ast.IfExp) -> bool:
    """Whether an expression chooses between two names."""
    return all(
        isinstance(side, ast.Constant) and isinstance(side.value, str) and side.value
        for side in (choice.body, choice.orelse)
    )


def _decides_tasks(unit: Unit, path: str, scope: Scope) -> bool:
    """Whether Airflow lets the tasks after it run by what a function answers."""
    if any("short_circuit" in decorator or "task.branch" in decorator for decorator in scope.decorators):
        return True
    operators = ("ShortCircuitOperator", "BranchPythonOperator")
    for other, source in sources_of(unit, *operators):
        for call in source.calls:
            given = call.argument(None, "python_callable") if call.attribute in operators else None
            if given is not None:
                named = Call(call.scope.dotted(given), call.node, call.scope)
                if own_function(unit, other, named) == (path, scope.name):
                    return True
    return False


def _says_whether(node: ast.Assign | ast.AnnAssign | ast.Return, path: str, scope: Scope) -> bool:
    """Whether what a statement keeps or answers is about letting a model through, by what it, its function or its file is called."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    said = [posixpath.basename(path), scope.name, *(name for target in targets for name in _names(target))]
    return node.value is not None and any(_GATES.search(name) for name in said)


def _decides(node: ast.If) -> bool:
    """Whether a branch says yes or no in a variable that is called like a decision."""
    return any(
        isinstance(statement, ast.Assign)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, bool)
        and any(_DECISION.search(name) for target in statement.targets for name in _names(target))
        for statement in (*node.body, *node.orelse)
    )


def _asks_whether(path: str, name: str) -> bool:
    """Whether a function decides that it is time to train: that comes before training, and lets no model through."""
    said = f"{path.rpartition('/')[2]} {name.rpartition('.')[2]}"
    return bool(_TIME.search(said)) and not _LETS_THROUGH.search(said)


def _answers(node: ast.AST) -> Iterator[ast.Compare]:
    """Comparisons whose truth an expression holds: alone, combined, or as a field, as opposed to a mask over an array."""
    if isinstance(node, ast.Compare):
        yield node
    elif isinstance(node, ast.Call):
        whole = getattr(node.func, "id", "") in ("bool", "all", "any")
        for value in (*(node.args if whole else ()), *(keyword.value for keyword in node.keywords)):
            yield from _answers(value)
    elif not isinstance(node, (ast.Subscript, ast.Lambda)):
        for child in ast.iter_child_nodes(node):
            yield from _answers(child)


def _code(unit: Unit, path: str, name: str) -> Scope | None:
    source = unit.project.python(path) if name != LAUNCH else None
    scope = scope_named(source, name) if source is not None else None
    return None if scope is None or scope.kind == "class" else scope


def _training_nodes(unit: Unit) -> frozenset[Node]:
    """Everything that belongs with training, where nothing triggers it yet."""
    groups = {group for site in trainings(unit) for group in unit.reach.groups(site.path, site.scope)}
    return frozenset(
        (path, scope.name)
        for path in unit.sources
        if (source := unit.project.python(path))
        for scope in source.scopes
        if unit.reach.groups(path, scope.name) & groups
    )


def _own_statements(scope: Scope) -> Iterator[ast.stmt]:
    """The statements of a function, without those of functions inside of it."""
    pending = list(scope.body)
    while pending:
        node = pending.pop()
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node
            for block in blocks(node):
                pending += block


def _acts_on(node: ast.If, where: str) -> bool:
    """Whether a branch promotes, stops, or answers yes or no in code about letting models through."""
    inside = [inner for statement in (*node.body, *node.orelse) for inner in ast.walk(statement)]
    calls = [
        inner.func.attr if isinstance(inner.func, ast.Attribute) else getattr(inner.func, "id", "")
        for inner in inside
        if isinstance(inner, ast.Call)
    ]
    answers = any(
        isinstance(inner, ast.Return)
        and isinstance(inner.value, ast.Constant)
        and isinstance(inner.value.value, (bool, str, int))
        for inner in inside
    )
    stops = any(isinstance(inner, ast.Raise) for inner in inside) or "exit" in calls
    about = bool(
        _GATES.search(where) or any(_GATES.search(name) for inner in (node.test, *node.body) for name in _names(inner))
    )
    return stops or (answers and about) or any(_PROMOTES.search(name) for name in calls)


def _compares_metric(compare: ast.Compare, scope: Scope) -> bool:
    """Whether a comparison is about the size of a metric, as opposed to the validity of a setting."""
    ordered = any(isinstance(operator, (ast.Gt, ast.GtE, ast.Lt, ast.LtE)) for operator in compare.ops)
    sides = [side for side in (compare.left, *compare.comparators) if not _is_count(side)]
    names = [name for side in sides for name in (*_names(side)[-2:], *_keys(side), *_made_of(scope, side))]
    if ordered and len(sides) == 2 and _new_against_old(*(ast.unparse(_scaled(side)) for side in sides)):
        return True
    if ordered and sum(_of_production(scope, side) for side in sides) == 1:
        return True
    return ordered and any(_METRIC.search(name) and not _SETTING.search(name) for name in names)


def _of_production(scope: Scope, side: ast.expr) -> bool:
    """Whether a figure is made of the model in use: `score("models:/churn@production")`, `artifact(":production").metadata["ap"]`."""
    side = _scaled(side)
    values = _values(scope, side.id) if isinstance(side, ast.Name) else [side]
    return any(
        isinstance(inner, ast.Constant) and isinstance(inner.value, str) and bool(_IN_USE.search(inner.value))
        for value in values
        for inner in ast.walk(value)
    )


_IN_USE = lazy(r"(^|[@:/_-])(production|champion|incumbent|live|deployed)$", re.IGNORECASE)


def _values(scope: Scope, name: str) -> list[ast.expr]:
    """What a variable of a function is set to, in branches and `try:` too."""
    return [
        statement.value
        for statement in _own_statements(scope)
        if isinstance(statement, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == name for target in statement.targets)
    ]


def _scaled(side: ast.expr) -> ast.expr:
    """What a side of a comparison is a multiple of: `old * (1 + tolerance)`, `old - margin`."""
    return _scaled(side.left) if isinstance(side, ast.BinOp) else side


def _new_against_old(left: str, right: str) -> bool:
    """Whether a comparison says by its names that it is of the new model with the one in use: `new < live`."""
    return any(_NEW.fullmatch(one) and _OLD.fullmatch(other) for one, other in ((left, right), (right, left)))


_NEW = lazy(r"(new|candidate|challenger)(_\w+)?", re.IGNORECASE)
_OLD = lazy(r"(old|live|current|previous|prod|production|champion|incumbent|baseline)(_\w+)?", re.IGNORECASE)


def _keys(node: ast.AST) -> list[str]:
    """What an expression looks up: `run.data.metrics["mae"]`."""
    keys = [inner.slice for inner in ast.walk(node) if isinstance(inner, ast.Subscript)]
    return [key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]


def _made_of(scope: Scope, node: ast.expr) -> list[str]:
    """What a name was looked up as or computed by before: `candidate = metrics["mae"]`, `value = r2_score(y, p)`."""
    if not isinstance(node, ast.Name):
        return []
    values = [
        statement.value
        for statement in scope.body
        if isinstance(statement, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == node.id for target in statement.targets)
    ]
    computed = [scope.dotted(value.func) for value in values if isinstance(value, ast.Call)]
    return [key for value in values for key in _keys(value)] + [
        name.rpartition(".")[2] for name in computed if name.startswith("sklearn.metrics.")
    ]


def _is_count(node: ast.expr) -> bool:
    """Whether an expression is how many of something there are."""
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "len"


def _names(node: ast.AST) -> list[str]:
    found = []
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name):
            found.append(inner.id)
        elif isinstance(inner, ast.Attribute):
            found.append(inner.attr)
        elif isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            found.append(inner.value)
    return found


def _judged(unit: Unit, path: str, scope: Scope, compare: ast.Compare) -> Finding:
    line, cell = compare.lineno, None
    notebook = unit.project.notebook(path) if path.endswith(".ipynb") else None
    if notebook is not None:
        cell, line = notebook.place(compare.lineno)
    sides = [compare.left, *compare.comparators]
    text = ast.unparse(compare)[:60]
    found = Finding(
        "retraining",
        _CRITERION,
        Rung.E3,
        f"`{text}` decides whether the new model is promoted.",
        part="gate",
        confidence=CALL,
        path=path,
        line=line,
        cell=cell,
        chain=unit.reach.chain(path, scope.name),
    )
    if any(_is_fixed(scope, side) for side in sides):
        advice = "Compare with the model in production, or take the threshold from the parameters."
        return found.capped(Rung.E2, "the figure is fixed in the code", advice)
    if any(_CURRENT.search(name) for name in _names(compare)):
        return found
    if any(re.search(r"best", name, re.IGNORECASE) for name in _names(compare)):
        return found.capped(
            Rung.E2, "it picks the best of the candidates", "Compare with the model in production or with a threshold."
        )
    return found


def _is_fixed(scope: Scope, node: ast.expr) -> bool:
    """Whether one side of a comparison is a number written in the code."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, (int, float))
    if not isinstance(node, ast.Name):
        return False
    owner: Scope | None = scope
    while owner is not None:
        for statement in owner.body:
            if isinstance(statement, ast.Assign) and any(
                isinstance(target, ast.Name) and target.id == node.id for target in statement.targets
            ):
                return isinstance(statement.value, ast.Constant)
        owner = owner.parent
    return False


PROBE = Probe(
    id="retraining",
    title="retraining triggers and promotion gates",
    reads="schedules, sensors, events and the code that they reach",
    credits="configured: a fixed figure, the best of the candidates, or no trigger · wired: a trigger that reaches training, and a comparison with production or a threshold before promotion",
    findings=_findings,
)
