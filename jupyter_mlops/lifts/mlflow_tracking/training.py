"""Where a source fits models, and how each fit can be recorded."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from jupyter_mlops.assessment.trainings import is_training
from jupyter_mlops.project.python_source import Call, PythonSource, Scope, is_main_guard

Kind = Literal["estimator", "pipeline", "search", "torch", "framework", "unknown", "scores"]

#: First part of a resolved name → the flavor that logs such models.
_FLAVORS = {
    "sklearn": "sklearn",
    "xgboost": "xgboost",
    "lightgbm": "lightgbm",
    "catboost": "catboost",
    "imblearn": "sklearn",
}
#: Of libraries whose fits MLflow records by itself: first parts of names → module of MLflow.
_AUTOLOG = {
    "tensorflow": "tensorflow",
    "keras": "keras",
    "pytorch_lightning": "pytorch",
    "lightning": "pytorch",
    "transformers": "transformers",
    "statsmodels": "statsmodels",
    "xgboost": "xgboost",
    "lightgbm": "lightgbm",
    "pyspark": "pyspark.ml",
}
_SEARCH = re.compile(r"\.(GridSearchCV|RandomizedSearchCV|HalvingGridSearchCV|HalvingRandomSearchCV|BayesSearchCV)\(\)")
_PIPELINE = re.compile(r"\.(Pipeline|make_pipeline)\(\)")
_MANY_MODELS = re.compile(r"(models?|classifiers?|regressors?|estimators?|algorithms?|pipelines?|clfs)$", re.IGNORECASE)

Block = list[ast.stmt]


@dataclass(frozen=True)
class Fit:
    """A fit.

    Attributes:
        call: the call.
        statement: the innermost statement that holds it.
        kind: what it is; "framework" and "unknown" are recorded by MLflow itself, "scores" keeps no model.
        model: the model as code; "" where it has no name.
        label: what kind of model it is, for people and names; "" where that cannot be told.
        flavor: module of MLflow that logs it, or records its fits.
        data: what it is fitted on, as code, where that is a plain name; "" otherwise.
        chained: the model has its name only after the statement.
        made: the call that makes the model, where that can be told.
    """

    call: Call
    statement: ast.stmt
    kind: Kind
    model: str
    label: str
    flavor: str
    data: str
    chained: bool
    made: ast.Call | None = None


@dataclass(frozen=True)
class Place:
    """The list of statements that a run is put around something in.

    Attributes:
        kind: "flat" where it runs once and to the end, "function", or "loop" over several models.
        node: the function or loop; None for a module.
        block: the statements.
    """

    kind: Literal["flat", "function", "loop"]
    node: ast.AST | None
    block: Block


class Tree:
    """Which statement is in which list of which other.

    Args:
        source: the code.
    """

    def __init__(self, source: PythonSource) -> None:
        self.source = source
        self._around: dict[ast.stmt, tuple[ast.AST, Block]] = {}
        self._place(source.tree, source.tree.body)
        self._scopes = {scope.node: scope for scope in source.scopes if scope.node is not None}
        self.module = next(scope for scope in source.scopes if scope.kind == "module")

    def _place(self, parent: ast.AST, block: Block) -> None:
        for statement in block:
            self._around[statement] = (parent, block)
            for inner in blocks_of(statement):
                self._place(statement, inner)

    def around(self, statement: ast.stmt) -> tuple[ast.AST, Block]:
        """What holds a statement, and the list that it is in."""
        return self._around[statement]

    def chain(self, statement: ast.stmt) -> Iterator[ast.stmt]:
        """A statement and those around it, from inside out."""
        current: ast.AST = statement
        while isinstance(current, ast.stmt):
            yield current
            current = self._around[current][0]

    def scope_of(self, statement: ast.stmt) -> Scope:
        """The scope that a statement is in."""
        for each in list(self.chain(statement))[1:]:
            if each in self._scopes:
                return self._scopes[each]
        return self.module

    def statement_of(self, node: ast.AST) -> ast.stmt | None:
        """The innermost statement that holds an expression."""
        line = getattr(node, "lineno", 0)
        best = None
        for statement in self._around:
            if statement.lineno <= line <= (statement.end_lineno or statement.lineno) and any(
                part is node for part in own_nodes(statement)
            ):
                best = statement
        return best

    def place_of(
        self, statement: ast.stmt, *, epochs: bool = False, made: ast.Call | None = None
    ) -> tuple[Place, ast.stmt]:
        """Where a run around a statement begins, and the statement there that holds it.

        Args:
            statement: that fits a model.
            epochs: loops around it go over epochs, and are no loops over models.
            made: the call that makes the model: a loop that gives it another value each time goes over models.
        """
        current = statement
        while True:
            parent, block = self._around[current]
            if isinstance(parent, ast.Module):
                return Place("flat", None, block), current
            if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef)):
                return Place("function", parent, block), current
            if isinstance(parent, ast.If) and is_main_guard(parent.test):
                return Place("flat", parent, block), current
            over_models = (
                isinstance(parent, ast.For) and not epochs and (goes_over_models(parent) or _varies(parent, made))
            )
            if over_models and isinstance(parent, ast.For) and block is parent.body:
                return Place("loop", parent, block), current
            assert isinstance(parent, ast.stmt)
            current = parent


def blocks_of(statement: ast.stmt) -> list[Block]:
    """The lists of statements in a statement."""
    found = [getattr(statement, name, None) for name in ("body", "orelse", "finalbody")]
    found += [handler.body for handler in getattr(statement, "handlers", [])]
    found += [case.body for case in getattr(statement, "cases", [])]
    return [block for block in found if isinstance(block, list)]


def own_nodes(statement: ast.stmt) -> Iterator[ast.AST]:
    """The expressions of a statement itself, without the statements in it."""
    waiting: list[ast.AST] = [child for child in ast.iter_child_nodes(statement) if not isinstance(child, ast.stmt)]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.stmt)]


def _varies(loop: ast.For, made: ast.Call | None) -> bool:
    """Whether a loop's variable goes into the making of a model: a sweep over a parameter."""
    if made is None or not any(node is made for statement in loop.body for node in ast.walk(statement)):
        return False
    own = {node.id for node in ast.walk(loop.target) if isinstance(node, ast.Name)}
    return any(isinstance(node, ast.Name) and node.id in own for node in ast.walk(made))


def goes_over_models(loop: ast.For) -> bool:
    """Whether a loop goes over several models, as opposed to folds, batches or epochs."""
    over = loop.iter
    if isinstance(over, ast.Call) and isinstance(over.func, ast.Attribute):
        inner = over.func.value
        named = bool(_MANY_MODELS.search(ast.unparse(inner)))
        return over.func.attr in ("items", "values") and (named or isinstance(inner, ast.Dict))
    if isinstance(over, ast.Call):
        return ast.unparse(over.func) == "zip" and any(_MANY_MODELS.search(ast.unparse(each)) for each in over.args)
    if isinstance(over, (ast.List, ast.Tuple)):
        return any(isinstance(part, ast.Call) for each in over.elts for part in ast.walk(each))
    return bool(_MANY_MODELS.search(ast.unparse(over)))


def fits(tree: Tree) -> list[Fit]:
    """The fits of a source, in the order of its lines."""
    found = []
    for call in tree.source.calls:
        statement = tree.statement_of(call.node) if is_training(call) else None
        if statement is not None:
            found.append(_fit(tree, call, statement))
    return sorted(found, key=lambda fit: fit.call.line)


def _fit(tree: Tree, call: Call, statement: ast.stmt) -> Fit:
    function = call.node.func
    owner = function.value if isinstance(function, ast.Attribute) else None
    value = getattr(statement, "value", None)
    target = _target(statement)
    chained = isinstance(owner, ast.Call) and value is call.node and target != ""
    model = target if chained else ast.unparse(owner) if isinstance(owner, (ast.Name, ast.Attribute)) else ""
    made = owner if isinstance(owner, ast.Call) else _made(tree, call, statement, owner)
    resolved = _resolved(call, made)
    first = call.node.args[0] if call.node.args else None
    data = first.id if isinstance(first, ast.Name) else ""
    kind, label, flavor = _sort(tree, call, resolved, owner, statement)
    if kind == "pipeline" and made is not None:
        label = _last_step(call, made) or label
    return Fit(call, statement, kind, model, label, flavor, data, chained, made)


def _target(statement: ast.stmt) -> str:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        return ast.unparse(statement.targets[0]) if isinstance(statement.targets[0], (ast.Name, ast.Attribute)) else ""
    return ""


def _made(tree: Tree, call: Call, statement: ast.stmt, owner: ast.expr | None) -> ast.Call | None:
    """The call that makes a model, by the assignment that comes last before the fit."""
    best: ast.expr | None = None
    line = 0
    for each in _assignments(tree, owner.id, call.scope) if isinstance(owner, ast.Name) else ():
        if line < each.lineno < statement.lineno:
            best, line = each.value, each.lineno
    return best if isinstance(best, ast.Call) else None


def _resolved(call: Call, made: ast.Call | None) -> str:
    """What a model is: `sklearn.svm.SVC()`."""
    name = call.scope.dotted(made) if made is not None else ""
    return name if name and not name.startswith("?") else call.name.rpartition(".")[0]


def _last_step(call: Call, made: ast.Call) -> str:
    """What kind of model stands at the end of a pipeline."""
    last: ast.expr | None = made.args[-1] if made.args else None
    last = next((each.value for each in made.keywords if each.arg == "steps"), last)
    if isinstance(last, ast.List) and last.elts:
        last = last.elts[-1]
    if isinstance(last, ast.Tuple) and last.elts:
        last = last.elts[-1]
    name = call.scope.dotted(last) if last is not None else ""
    return re.sub(r"\(\).*$", "", name).rpartition(".")[2] if name and not name.startswith(("?", ":")) else ""


def _assignments(tree: Tree, name: str, scope: Scope) -> Iterator[ast.Assign]:
    for statement in ast.walk(scope.node or tree.source.tree):
        if isinstance(statement, ast.Assign) and any(
            isinstance(one, ast.Name) and one.id == name for one in statement.targets
        ):
            yield statement


def _sort(tree: Tree, call: Call, resolved: str, owner: ast.expr | None, statement: ast.stmt) -> tuple[Kind, str, str]:
    head = resolved.partition(".")[0].rstrip("()")
    label = re.sub(r"\(\).*$", "", resolved).rpartition(".")[2] if resolved.endswith("()") else ""
    method = call.attribute
    if method == "backward":
        return "torch", "", "pytorch"
    if method.startswith("cross_val"):
        return "scores", "", ""
    if method == "curve_fit":
        return "scores", "", ""
    if method in ("fit", "partial_fit") and head in _FLAVORS:
        if _SEARCH.search(f".{resolved}"):
            return "search", label, "sklearn"
        if _PIPELINE.search(f".{resolved}"):
            return "pipeline", label, "sklearn"
        return "estimator", label, _FLAVORS[head]
    if method in ("fit", "partial_fit") and _among_models(tree, call, owner, statement):
        return "estimator", "", "sklearn"
    called = call.name.partition(".")[0]
    if head in _AUTOLOG or called in _AUTOLOG:
        return "framework", label, _AUTOLOG.get(head) or _AUTOLOG[called]
    if any(keyword.arg == "epochs" for keyword in call.node.keywords):
        modules = {item.module.partition(".")[0] for item in tree.source.imports}
        return "framework", label, "keras" if "keras" in modules and "tensorflow" not in modules else "tensorflow"
    return "unknown", label, ""


def _among_models(tree: Tree, call: Call, owner: ast.expr | None, statement: ast.stmt) -> bool:
    """Whether a loop's variable goes over estimators that are listed."""
    if not isinstance(owner, ast.Name):
        return False
    for loop in tree.chain(statement):
        if not isinstance(loop, ast.For) or not any(
            isinstance(each, ast.Name) and each.id == owner.id for each in ast.walk(loop.target)
        ):
            continue
        over = loop.iter
        if isinstance(over, ast.Call) and isinstance(over.func, ast.Attribute):
            over = over.func.value
        if isinstance(over, ast.Name):
            assigned = [each.value for each in _assignments(tree, over.id, call.scope)]
            assigned += [each.value for each in _assignments(tree, over.id, tree.module)]
            over = assigned[-1] if assigned else over
        made = [call.scope.dotted(part.func) for part in ast.walk(over) if isinstance(part, ast.Call)]
        estimators = [name for name in made if name.partition(".")[0] in _FLAVORS]
        return bool(estimators) and len(estimators) == len(made)
    return False
