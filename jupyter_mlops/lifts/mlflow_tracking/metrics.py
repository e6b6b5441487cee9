"""Which statements compute metrics, and what to log of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from jupyter_mlops.project.python_source import PythonSource, Scope

#: Functions of sklearn.metrics that give one number.
_SCALARS = frozenset(
    [
        "accuracy_score",
        "balanced_accuracy_score",
        "f1_score",
        "fbeta_score",
        "precision_score",
        "recall_score",
        "roc_auc_score",
        "average_precision_score",
        "log_loss",
        "matthews_corrcoef",
        "cohen_kappa_score",
        "brier_score_loss",
        "hamming_loss",
        "jaccard_score",
        "zero_one_loss",
        "top_k_accuracy_score",
        "mean_squared_error",
        "root_mean_squared_error",
        "mean_absolute_error",
        "mean_absolute_percentage_error",
        "median_absolute_error",
        "mean_squared_log_error",
        "r2_score",
        "explained_variance_score",
        "max_error",
        "mean_pinball_loss",
        "mean_poisson_deviance",
        "silhouette_score",
        "davies_bouldin_score",
        "calinski_harabasz_score",
        "adjusted_rand_score",
        "normalized_mutual_info_score",
        "ndcg_score",
        "auc",
    ]
)
_WRAPPERS = frozenset({"round", "float", "abs", "numpy.sqrt", "math.sqrt", "numpy.round", "numpy.mean", "numpy.abs"})
_CROSS = ("cross_val_score",)
_PRINTERS = re.compile(
    r"^(print|display|\?display|IPython\.display\.display)$|\.(info|debug|warning|write|metric|success)$"
)
#: Names that say that a value is one number which tells how good a model is.
_WORD = re.compile(
    r"^(?:(?:train|test|val|valid|cv)_)?(?:r2|rmse|mse|mae|mape|acc|accuracy|f1|auc|roc_auc|precision|recall|loss|logloss|score)"
    r"(?:_score)?(?:_(?:train|test|val|valid))?$",
    re.IGNORECASE,
)


@dataclass
class Metrics:
    """Finds metrics in a source, and remembers the names that hold some.

    Attributes:
        source: the source.
        held: names of variables that hold a metric.
        folds: names that hold the scores of a cross-validation.
    """

    source: PythonSource
    held: set[str] = field(default_factory=set)
    folds: set[str] = field(default_factory=set)
    _keys: dict[str, str] = field(default_factory=dict)

    def statements(self, statement: ast.stmt, scope: Scope) -> list[str]:
        """What to put after a simple statement so that its metrics are logged; nothing where it computes none.

        Args:
            statement: a statement without a body.
            scope: where it is.
        """
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            if len(targets) == 1:
                return self._assigned(targets[0], statement.value, scope)
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            return self._called(statement.value, scope)
        return []

    def shown(self, statement: ast.stmt, scope: Scope) -> list[str]:
        """What to log of a metric that an expression shows, as the last line of a cell does; nothing where it is none.

        Args:
            statement: a statement without a body.
            scope: where it is.
        """
        if not isinstance(statement, ast.Expr) or not self._is_metric(statement.value, scope):
            return []
        return [self._log(self._key(statement.value, scope), ast.unparse(statement.value))]

    def returns(self, function: Scope) -> bool:
        """Whether a function returns metrics and nothing else."""
        local = Metrics(self.source)
        for statement in _simple(function.body):
            local.statements(statement, function)
        values = [
            node.value for node in _simple(function.body) if isinstance(node, ast.Return) and node.value is not None
        ]
        parts = [part for value in values for part in (value.elts if isinstance(value, ast.Tuple) else [value])]
        return bool(parts) and all(
            local._is_metric(part, function) or (isinstance(part, ast.Name) and part.id in local.held) for part in parts
        )

    def _assigned(self, target: ast.expr, value: ast.expr, scope: Scope) -> list[str]:
        if isinstance(target, ast.Name):
            if isinstance(value, ast.Call) and scope.dotted(value.func).endswith(_CROSS):
                self.folds.add(target.id)
                return [self._log(f"{target.id}_mean", f"{target.id}.mean()")]
            if (
                isinstance(value, ast.Dict)
                and value.values
                and all(self._is_metric(one, scope) for one in value.values)
            ):
                return [f"mlflow.log_metrics({target.id})"]
            if self._is_metric(value, scope):
                self.held.add(target.id)
                return [self._log(target.id, target.id)]
        elif isinstance(target, ast.Attribute) and self._is_metric(value, scope):
            return [self._log(target.attr, ast.unparse(target))]
        elif isinstance(target, ast.Subscript) and self._is_table(value, scope):
            place = ast.unparse(target)
            if isinstance(target.slice, ast.Constant):
                return [f"mlflow.log_metrics({place})"]
            whose = ast.unparse(target.slice)
            return [f'mlflow.log_metrics({{f"{{{whose}}}_{{key}}": value for key, value in {place}.items()}})']
        elif isinstance(target, ast.Subscript) and self._is_metric(value, scope):
            key = target.slice.value if isinstance(target.slice, ast.Constant) else None
            name = key if isinstance(key, str) and re.fullmatch(r"[\w .-]+", key) else self._key(value, scope)
            return [self._log(str(name), ast.unparse(target))]
        elif isinstance(target, ast.Tuple) and all(isinstance(each, ast.Name) for each in target.elts):
            return self._unpacked([each.id for each in target.elts if isinstance(each, ast.Name)], value, scope)
        return []

    def _is_table(self, value: ast.expr, scope: Scope) -> bool:
        """Whether a dictionary holds metrics and nothing else."""
        return (
            isinstance(value, ast.Dict)
            and bool(value.values)
            and all(
                self._is_metric(one, scope) or (isinstance(one, ast.Name) and one.id in self.held)
                for one in value.values
            )
        )

    def _unpacked(self, names: list[str], value: ast.expr, scope: Scope) -> list[str]:
        if isinstance(value, ast.Tuple) and len(value.elts) == len(names):
            chosen = [name for name, one in zip(names, value.elts, strict=True) if self._is_metric(one, scope)]
        elif isinstance(value, ast.Call):
            called = scope.dotted(value.func)
            local = local_function(self.source, called, scope)
            if local is not None and self.returns(local):
                chosen = names
            elif called.endswith(".evaluate"):
                chosen = [name for name in names if _WORD.match(name)]
            else:
                chosen = []
        else:
            chosen = []
        self.held |= set(chosen)
        return [self._log(name, name) for name in chosen]

    def _called(self, call: ast.Call, scope: Scope) -> list[str]:
        name = scope.dotted(call.func)
        if name.endswith(".append") and len(call.args) == 1 and self._is_metric(call.args[0], scope):
            assert isinstance(call.func, ast.Attribute)
            value = call.args[0]
            key = value.id if isinstance(value, ast.Name) else self._key(value, scope)
            if isinstance(value, ast.Name) and value.id in self.held:
                return []
            return [self._log(key, f"{ast.unparse(call.func.value)}[-1]")]
        if not _PRINTERS.search(name):
            return []
        found = [
            node
            for argument in call.args
            for node in ast.walk(argument)
            if isinstance(node, ast.Call) and self._is_call(node, scope)
        ]
        return [self._log(self._key(node, scope), ast.unparse(node)) for node in found]

    def _is_metric(self, node: ast.expr, scope: Scope) -> bool:
        """Whether an expression is one number that tells how good a model is."""
        if isinstance(node, ast.Call):
            name = scope.dotted(node.func)
            if self._is_call(node, scope):
                return True
            if name in _WRAPPERS and node.args:
                inner_names = _names(node.args[0])
                known = bool(inner_names) and inner_names <= self.folds | self.held
                return known or self._is_metric(node.args[0], scope)
            if name.endswith((".mean", ".item")) and isinstance(node.func, ast.Attribute):
                inner = node.func.value
                return isinstance(inner, ast.Name) and inner.id in self.folds
            local = local_function(self.source, name, scope)
            return local is not None and self._returns_one(local)
        if isinstance(node, ast.BinOp):
            sides = (node.left, node.right)
            return any(self._is_metric(side, scope) for side in sides) or (
                bool(_names(node)) and _names(node) <= self.held
            )
        return False

    def _returns_one(self, function: Scope) -> bool:
        values = [node.value for node in _simple(function.body) if isinstance(node, ast.Return)]
        return bool(values) and not any(isinstance(value, ast.Tuple) for value in values) and self.returns(function)

    def _is_call(self, node: ast.Call, scope: Scope) -> bool:
        name = scope.dotted(node.func)
        last = name.rpartition(".")[2].lstrip("?")
        several = any(
            (given.arg == "average" and isinstance(given.value, ast.Constant) and given.value.value is None)
            or (
                given.arg == "multioutput"
                and isinstance(given.value, ast.Constant)
                and given.value.value == "raw_values"
            )
            for given in node.keywords
        )
        if last in _SCALARS and (name.startswith("sklearn.metrics") or name == f"?{last}"):
            return not several
        return last == "score" and isinstance(node.func, ast.Attribute) and len(node.args) == 2

    def _key(self, node: ast.expr, scope: Scope) -> str:
        """A name for a metric that has none: `accuracy`, `train_f1`."""
        call = next(
            (each for each in ast.walk(node) if isinstance(each, ast.Call) and self._is_call(each, scope)), None
        )
        if call is None:
            return "metric"
        last = scope.dotted(call.func).rpartition(".")[2].lstrip("?")
        base = last.removesuffix("_score") or last
        about = " ".join(ast.unparse(argument) for argument in call.args).lower()
        part = "train" if "train" in about else "val" if "val" in about else ""
        return f"{part}_{base}" if part else base

    def _log(self, key: str, value: str) -> str:
        """A call that logs; a name that is taken by something else gets a number."""
        name, number = key, 2
        while self._keys.setdefault(name, value) != value:
            name, number = f"{key}_{number}", number + 1
        return f'mlflow.log_metric("{name}", {value})'


def local_function(source: PythonSource, called: str, scope: Scope) -> Scope | None:
    """The function of the same file that a call leads to.

    Args:
        source: the file.
        called: resolved name of what is called.
        scope: where the call is.
    """
    if called.startswith("self."):
        owner: Scope | None = scope
        while owner is not None and owner.kind != "class":
            owner = owner.parent
        name = f"{owner.name}.{called[5:]}" if owner is not None else ""
    else:
        name = called[1:] if called.startswith(":") else ""
    return next((each for each in source.scopes if each.kind == "function" and each.name == name), None)


def _names(node: ast.expr) -> set[str]:
    return {
        each.id
        for each in ast.walk(node)
        if isinstance(each, ast.Name) and each.id not in ("np", "round", "float", "math")
    }


def _simple(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements without a body of their own, at any depth, but not in functions and classes."""
    for statement in body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        inner = [
            part
            for name in ("body", "orelse", "finalbody")
            for part in getattr(statement, name, [])
            if isinstance(part, ast.stmt)
        ]
        inner += [part for handler in getattr(statement, "handlers", []) for part in handler.body]
        if inner:
            yield from _simple(inner)
        else:
            yield statement


simple_statements = _simple
