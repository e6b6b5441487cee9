"""What a notebook is for: its metrics and its fitted models, found among the values it leaves behind."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import Any

from jupyter_mlops_converters.analysis.cells import dotted
from jupyter_mlops_converters.observe.observation import Change
from jupyter_mlops_converters.plan.flow import Crossing
from jupyter_mlops_converters.plan.pipeline import HandOver, TrackedModel
from jupyter_mlops_converters.plan.program import Program, Step

_METRIC_NAME = re.compile(
    r"(^|_)(acc|accuracy|auc|roc_auc|f1|precision|recall|mse|rmse|mae|mape|r2|r_2|rsquared|score|scores|loss|logloss|error|"
    r"silhouette|inertia|sensitivity|specificity|metric|metrics|kappa|mcc|brier|gini|aic|bic|evaluation)(_|$|\d)",
    re.IGNORECASE,
)
_NUMBERS = ("builtins.float", "builtins.int", "numpy.float64", "numpy.float32", "numpy.int64")
_FLAVORS = {
    "sklearn": "sklearn",
    "xgboost": "xgboost",
    "lightgbm": "lightgbm",
    "statsmodels": "statsmodels",
    "imblearn": "sklearn",
}
_MOST_MODELS = 3
#: Bytes of the table from which the rows of an example are taken.
_LARGEST_EXAMPLE = 20_000_000


@dataclass
class Results:
    """Metrics and models.

    Attributes:
        metrics: variable → position of the step that last wrote it.
        models: variable → position of the step that last wrote it.
        flavors: variable of a model → MLflow flavor.
        examples: variable of a model → variable with rows it can predict on, position of the step that last wrote it.
        metric_values: observed values, where they are known.
    """

    metrics: dict[str, int] = field(default_factory=dict)
    models: dict[str, int] = field(default_factory=dict)
    flavors: dict[str, str] = field(default_factory=dict)
    examples: dict[str, tuple[str, int]] = field(default_factory=dict)
    metric_values: dict[str, float] = field(default_factory=dict)

    def tracked(self, hand_overs: list[tuple[Crossing, HandOver]]) -> list[TrackedModel]:
        """The models with the hand-overs that carry them and an example."""
        found = []
        for name in sorted(self.models):
            carrier = next((h for _, h in reversed(hand_overs) if h.variables == (name,)), None)
            if carrier is None:
                continue
            rows = self.examples[name][0] if name in self.examples else None
            example = next((h for _, h in reversed(hand_overs) if h.variables == (rows,)), None)
            found.append(
                TrackedModel(
                    variable=name,
                    hand_over=carrier,
                    flavor=self.flavors[name],
                    example=example,
                    example_variable=rows if example is not None else None,
                )
            )
        return found


def find_results(program: Program) -> Results:
    """Find metrics and models.

    Args:
        program: the steps.

    Returns:
        The results; without observation, metrics only where a metric function's value is assigned.
    """
    results = Results()
    removed = {name for step in program.steps if step.observed for name in step.observed.removed}
    for position, step in enumerate(program.steps):
        for name in step.writes:
            if name.startswith(("_", "<")) or name in removed:
                continue
            change = step.observed.changes.get(name) if step.observed else None
            results.metrics.pop(name, None)
            results.metric_values.pop(name, None)
            if _is_metric(program, step, name):
                results.metrics[name] = position
                if change is not None and change.number is not None:
                    results.metric_values[name] = change.number
            model = change.model if change is not None else None
            if (
                model is not None
                and model["fitted"]
                and not model["transformer"]
                and model["library"] in _FLAVORS
                and change is not None
                and change.fingerprint is not None
            ):
                results.models[name] = position
                results.flavors[name] = _FLAVORS[model["library"]]
            else:
                results.models.pop(name, None)
    _keep_distinct(program, results)
    for name in results.models:
        example = _example(program, name, results.models[name], removed)
        if example is not None:
            results.examples[name] = example
    return results


def _is_metric(program: Program, step: Step, name: str) -> bool:
    assigned = [
        s.node
        for s in step.cell.statements
        if name in s.facts.binds and isinstance(s.node, ast.Assign) and not isinstance(s.node.value, ast.Constant)
    ]
    if not assigned:
        return False
    measured = any(_measures(program, node.value) for node in assigned)
    if step.observed is None:
        return measured
    change = step.observed.changes.get(name)
    if change is None or change.kind != "value" or change.type not in _NUMBERS:
        return False
    return measured or bool(_METRIC_NAME.search(name))


def _measures(program: Program, node: ast.expr) -> bool:
    """Whether the value comes from a metric function; `confusion_matrix` and other tables do not count."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            origin = dotted(inner.func, program.analysis.modules) or ""
            if origin.startswith("sklearn.metrics.") and origin.endswith(
                ("_score", "_error", "_loss", ".auc", "_deviance")
            ):
                return True
            if isinstance(inner.func, ast.Attribute) and inner.func.attr == "score":
                return True
    return False


def _keep_distinct(program: Program, results: Results) -> None:
    """One name for each model (aliases share a fingerprint), and the last few of them."""
    seen: dict[str, str] = {}
    for name in sorted(results.models, key=lambda n: (results.models[n], n)):
        change = program.last_change(name)
        print_ = change.fingerprint if change is not None else None
        if print_ is None or print_ in seen:
            del results.models[name]
            continue
        seen[print_] = name
    for name in sorted(results.models, key=lambda n: (results.models[n], n))[:-_MOST_MODELS]:
        del results.models[name]


def _example(program: Program, model: str, position: int, removed: set[str]) -> tuple[str, int] | None:
    """A table that has the columns the model was fitted on; the smallest, so that examples stay small."""
    facts: dict[str, Any] | None = None
    for step in reversed(program.steps[: position + 1]):
        change = step.observed.changes.get(model) if step.observed else None
        if change is not None and change.model:
            facts = change.model
            break
    if facts is None:
        return None
    last: dict[str, tuple[int, Change]] = {}
    for number, step in enumerate(program.steps):
        for name, change in (step.observed.changes if step.observed else {}).items():
            if (change.bound or change.changed is not False) and not name.startswith("_") and name not in removed:
                last[name] = (number, change)
    fitting = [
        (change.about["shape"][0], name, number)
        for name, (number, change) in last.items()
        if _fits(change, facts) and change.about.get("bytes", 0) <= _LARGEST_EXAMPLE
    ]
    if not fitting:
        return None
    _, name, number = min(fitting)
    return name, number


def _fits(change: Change, facts: dict[str, Any]) -> bool:
    """Whether a value is a table with the columns that a model was fitted on."""
    shape: list[int] = change.about.get("shape") or []
    if len(shape) != 2:
        return False
    listed = [column[0] for column in change.about.get("columns") or ()]
    if facts["feature_names"] and listed:
        # Long tables are described by their first columns.
        return shape[1] == len(facts["feature_names"]) and bool(listed == facts["feature_names"][: len(listed)])
    return not facts["feature_names"] and "ndarray" in change.type and bool(shape[1] == facts["feature_count"])
