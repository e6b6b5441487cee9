"""What has to be put into a source so that its trainings leave runs: the edits, planned on its syntax tree."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from jupyter_mlops.lifts.lift import Refusal
from jupyter_mlops.lifts.mlflow_tracking.edits import Edits, Wrap
from jupyter_mlops.lifts.mlflow_tracking.metrics import Metrics, local_function, simple_statements
from jupyter_mlops.lifts.mlflow_tracking.training import Fit, Place, Tree, fits
from jupyter_mlops.project.python_source import PythonSource

_HYPER = re.compile(
    r"^(n_?)?(epochs?|lr|learning_rate|batch_?size|hidden\w*|dropout\w*|momentum|weight_decay|num_\w+|n_\w+|seed|max_\w+|alpha|gamma)$",
    re.IGNORECASE,
)
_EPOCH_METRIC = re.compile(r"^\w*(loss|acc|accuracy|f1|auc)$", re.IGNORECASE)


@dataclass(frozen=True)
class Style:
    """How the lines are written.

    Attributes:
        experiment: name of the experiment.
        store: address of the store where the default one would be in the wrong folder; "" for the default.
        cells: whether the code is a notebook's, whose cells are run again and again.
        modern: whether MLflow is version 3 or newer.
    """

    experiment: str
    store: str = ""
    cells: bool = False
    modern: bool = True


@dataclass
class Recording:
    """The edits of a source.

    Attributes:
        edits: what is put in.
        runs: how many kinds of run it leaves.
        metrics: how many statements log metrics.
        models: how many log a model.
        told: what one should know.
        refused: fits that are not recorded.
    """

    edits: Edits = field(default_factory=Edits)
    runs: int = 0
    metrics: int = 0
    models: int = 0
    told: list[str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


@dataclass
class _Region:
    """Statements of one list that a run goes around.

    Attributes:
        place: the list.
        fits: in it, each with the statement of the list that holds it.
        last: the last statement that has to be in it.
    """

    place: Place
    fits: list[tuple[Fit, ast.stmt]] = field(default_factory=list)
    last: ast.stmt | None = None


def record(source: PythonSource, style: Style, reached: Sequence[int] | None = None) -> Recording:
    """Plan the edits.

    Args:
        source: the code.
        style: how the lines are written.
        reached: lines of the fits that count; all where None.
    """
    return _Recorder(source, style, reached).recording()


class _Recorder:
    def __init__(self, source: PythonSource, style: Style, reached: Sequence[int] | None) -> None:
        self.source, self.style = source, style
        self.tree = Tree(source)
        self.metrics = Metrics(source)
        self.found = Recording()
        self.edits = self.found.edits
        self.fits = [fit for fit in fits(self.tree) if reached is None or fit.call.line in reached]
        self.logged: set[ast.stmt] = set()
        self.shown: set[ast.stmt] = set()
        self.has_run = False
        self.opened: dict[int, set[str]] = {}

    def recording(self) -> Recording:
        regions = self._regions()
        # A run that is there already is the one to record to.
        self.has_run = any(call.attribute == "start_run" for call in self.source.calls)
        for region in regions:
            others = [other for other in regions if other is not region]
            self._region(region, others, nested=self._may_be_inside(region, others))
        if self.fits and not self.edits:
            self.edits.opening = []
        if self.edits:
            self.edits.imports = not any(item.module == "mlflow" for item in self.source.imports)
        return self.found

    def _may_be_inside(self, region: _Region, others: list[_Region]) -> bool:
        """Whether a function that holds the region is called where another one's run may be active."""
        scope = self.tree.scope_of(region.place.block[0])
        callers = [call for call in self.source.calls if local_function(self.source, call.name, call.scope) is scope]
        blocks = [id(other.place.block) for other in others]
        for call in callers if scope.kind == "function" else ():
            statement = self.tree.statement_of(call.node)
            around = list(self.tree.chain(statement)) if statement is not None else []
            if any(id(self.tree.around(each)[1]) in blocks for each in around):
                return True
        return False

    # -- where runs are ---------------------------------------------------------------------------------------------------

    def _regions(self) -> list[_Region]:
        found: dict[int, _Region] = {}
        for fit in self.fits:
            place, statement = self.tree.place_of(fit.statement, epochs=fit.kind == "torch", made=fit.made)
            place, statement = self._widened(place, statement)
            found.setdefault(id(place.block), _Region(place)).fits.append((fit, statement))
        return list(found.values())

    def _widened(self, place: Place, statement: ast.stmt) -> tuple[Place, ast.stmt]:
        """The caller's list, where a function that fits leaves the judging of the model to its only caller."""
        for _step in range(3):
            if place.kind != "function" or self._judges(place.block, place.block.index(statement)):
                break
            function = self.tree.scope_of(place.block[0])
            calls = [
                each for each in self.source.calls if local_function(self.source, each.name, each.scope) is function
            ]
            holder = self.tree.statement_of(calls[0].node) if len(calls) == 1 else None
            if holder is None:
                break
            outer, at = self.tree.place_of(holder)
            inside = list(self.tree.chain(holder))
            if any(isinstance(each, (ast.For, ast.While)) for each in inside[: inside.index(at) + 1]):
                break  # every turn would record into the same run
            if not self._judges(outer.block, outer.block.index(at)):
                break
            place, statement = outer, at
        return place, statement

    def _judges(self, block: list[ast.stmt], start: int) -> bool:
        """Whether statements from one on compute metrics, themselves or in a function that they call."""
        return any(self._has_metrics(statement) for statement in block[start:])

    def _has_metrics(self, statement: ast.stmt) -> bool:
        fresh = Metrics(self.source)
        inside = list(simple_statements([statement]))
        if any(fresh.statements(each, self.tree.scope_of(each)) for each in inside):
            return True
        if self.style.cells and any(fresh.shown(each, self.tree.scope_of(each)) for each in inside):
            return True
        return any(self._callee_has_metrics(each) for each in inside)

    def _callee_has_metrics(self, statement: ast.stmt) -> bool:
        for call in self._calls_in(statement):
            function = local_function(self.source, call[0], self.tree.scope_of(statement))
            if function is not None and any(
                Metrics(self.source).statements(each, function) for each in simple_statements(function.body)
            ):
                return True
        return False

    def _calls_in(self, statement: ast.stmt) -> list[tuple[str, ast.Call]]:
        scope = self.tree.scope_of(statement)
        return [(scope.dotted(node.func), node) for node in ast.walk(statement) if isinstance(node, ast.Call)]

    # -- one list ---------------------------------------------------------------------------------------------------------

    def _region(self, region: _Region, others: list[_Region], *, nested: bool) -> None:
        block = region.place.block
        # A cross-validation tells of the model that was fitted before it, where there is one.
        telling = [pair for pair in region.fits if pair[0].kind != "scores"] or region.fits
        starts = sorted({block.index(statement) for _fit, statement in telling})
        # A loop over models further down makes runs of its own.
        loops = {
            block.index(each)
            for other in others
            for each in self.tree.chain(other.place.block[0])
            if each in block and not isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        }
        stop = min((at for at in loops if at > starts[-1]), default=len(block))
        segments = list(zip(starts, [*starts[1:], stop], strict=True))
        apart = len(starts) > 1 and all(self._judges(block[:end], start) for start, end in segments)
        if not apart:
            segments = [(starts[0], stop)]
        for number, (start, end) in enumerate(segments):
            inside = [fit for fit, statement in region.fits if start <= block.index(statement) < end]
            self._segment(
                region.place, block[start:end], inside, first=number == 0, several=len(segments) > 1, nested=nested
            )

    def _segment(
        self, place: Place, statements: list[ast.stmt], inside: list[Fit], *, first: bool, several: bool, nested: bool
    ) -> None:
        last = self._last_fit(statements, inside)
        for fit, prefix in zip(inside, _prefixes(inside), strict=True):
            self._fit(fit, place, prefix)
        for position, statement in enumerate(statements):
            if self._log_metrics(statement):
                last = max(last, position)
        self.found.runs += 1
        if self.has_run:
            return
        line = statements[0].lineno
        arguments = []
        labels = {fit.label for fit in inside if fit.label}
        if place.kind == "loop" and isinstance(place.node, ast.For):
            name = _loop_name(place.node, inside)
            arguments += [f"run_name={name}"] if name else []
        elif several and len(labels) == 1:
            arguments.append(f'run_name="{labels.pop()}"')
        if nested and place.kind != "flat":
            arguments.append("nested=True")
        start = f"mlflow.start_run({', '.join(arguments)})"
        opening = self._opening(inside, place) if first else []
        if place.kind == "flat":
            again = ["mlflow.end_run()  # of an earlier execution"] if self.style.cells and first else []
            self.edits.put_first(line, *opening, *again, start)
            if statements[last] in self.shown:
                # What a cell shows is its last line; that one stays the last.
                self.edits.put_before(statements[last].lineno, "mlflow.end_run()")
            elif several or self.style.cells:
                self.edits.put_after(statements[last].lineno, "mlflow.end_run()")
        else:
            outside = tuple(opening)
            if place.kind == "loop" and isinstance(place.node, ast.stmt):
                self.edits.put_first(place.node.lineno, *opening)
                outside = ()
            self.edits.wraps[line] = Wrap(statements[last].lineno, f"with {start}:", outside)

    def _opening(self, inside: list[Fit], place: Place) -> list[str]:
        """What comes before the first run; of a notebook, what its first cell with imports gets."""
        lines = []
        if self.style.store:
            lines.append(f'if not mlflow.is_tracking_uri_set():\n    mlflow.set_tracking_uri("{self.style.store}")')
        lines.append(f'mlflow.set_experiment("{self.style.experiment}")')
        flavors = sorted({fit.flavor for fit in inside if fit.kind == "framework"})
        lines += [f"mlflow.{flavor}.autolog()" for flavor in flavors]
        named = ("estimator", "pipeline", "search")
        if any(fit.kind == "unknown" or (fit.kind in named and not fit.model) for fit in inside):
            lines.append("mlflow.autolog()")
        if self.style.cells:
            self.edits.opening = list(dict.fromkeys([*self.edits.opening, *lines]))
            return []
        outer = (
            self.tree.around(place.node)[1]
            if place.kind == "loop" and isinstance(place.node, ast.stmt)
            else place.block
        )
        known = self.opened.setdefault(id(outer), set())
        fresh = [line for line in lines if line not in known]
        known.update(lines)
        return fresh

    def _last_fit(self, statements: list[ast.stmt], inside: list[Fit]) -> int:
        lines = {fit.statement.lineno for fit in inside}
        held = [
            position
            for position, statement in enumerate(statements)
            if any(statement.lineno <= line <= (statement.end_lineno or statement.lineno) for line in lines)
        ]
        return max(held, default=0)

    # -- one fit ----------------------------------------------------------------------------------------------------------

    def _fit(self, fit: Fit, place: Place, prefix: str) -> None:
        line = fit.statement.lineno
        repeated = self._is_repeated(fit, place)
        if fit.kind == "torch":
            self._torch(fit)
        elif fit.model and fit.kind in ("estimator", "pipeline"):
            model = f"{fit.model}[-1]" if fit.kind == "pipeline" else fit.model
            params = _params(f"{model}.get_params(deep=False)", prefix)
            # A run takes one value of a parameter: the same model for every fold, and no other.
            if not repeated or (fit.made is not None and not _has_names(fit.made)):
                if fit.chained:
                    self.edits.put_after(line, params)
                else:
                    self.edits.put_before(line, params)
            if not repeated:
                self.edits.put_after(line, self._log_model(fit, fit.model, prefix or "model"))
        elif fit.model and fit.kind == "search" and not repeated:
            key = f"{prefix}_best_cv_score" if prefix else "best_cv_score"
            self.edits.put_after(line, _params(f"{fit.model}.best_params_", prefix))
            self.edits.put_after(line, f'mlflow.log_metric("{key}", {fit.model}.best_score_)')
            self.found.metrics += 1
            self.edits.put_after(line, self._log_model(fit, f"{fit.model}.best_estimator_", prefix or "model"))
        elif fit.kind == "unknown" or (not fit.model and fit.kind in ("estimator", "pipeline", "search")):
            self.found.told.append(
                f"line {fit.call.line}: what is fitted cannot be told from the code, so `mlflow.autolog()` records it."
            )
        if fit.kind == "framework":
            self.found.models += 1

    def _is_repeated(self, fit: Fit, place: Place) -> bool:
        """Whether a loop, over folds or the like, fits again and again in one run."""
        for each in self.tree.chain(fit.statement):
            if each is place.node:
                return False
            if isinstance(each, (ast.For, ast.While)):
                return True
        return False

    def _log_model(self, fit: Fit, model: str, name: str) -> str:
        self.found.models += 1
        name_as = "name" if self.style.modern else "artifact_path"
        parts = [model, f'{name_as}="{name}"']
        if fit.flavor == "sklearn":
            # The default format refuses models with functions of one's own in them.
            parts.append('serialization_format="cloudpickle"')
        if fit.data and fit.kind == "estimator" and fit.flavor != "catboost":
            parts.append(f"input_example={fit.data}[:5]")
        return f"mlflow.{fit.flavor}.log_model({', '.join(parts)})"

    def _torch(self, fit: Fit) -> None:
        loops = [each for each in self.tree.chain(fit.statement) if isinstance(each, (ast.For, ast.While))]
        if not loops:
            return
        epoch = loops[-1]
        step = f", step={epoch.target.id}" if isinstance(epoch, ast.For) and isinstance(epoch.target, ast.Name) else ""
        if (
            isinstance(epoch, ast.For)
            and isinstance(epoch.target, ast.Tuple)
            and isinstance(epoch.target.elts[0], ast.Name)
        ):
            step = f", step={epoch.target.elts[0].id}"
        names = [
            statement.targets[0].id
            for statement in epoch.body
            if isinstance(statement, ast.Assign)
            and isinstance(statement.targets[0], ast.Name)
            and _EPOCH_METRIC.match(statement.targets[0].id)
            and not isinstance(statement.value, ast.Constant)
        ]
        function = fit.call.node.func
        if not names and isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
            names = [function.value.id]
        tail = epoch.body[-1]
        for name in dict.fromkeys(names):
            self.edits.put_after(tail.lineno, f'mlflow.log_metric("{name}", float({name}){step})')
            self.found.metrics += 1
        hyper = self._hyper(fit)
        if hyper:
            self.edits.put_first(epoch.lineno, f"mlflow.log_params({hyper})")
        model = self._torch_model(fit)
        if model:
            self.edits.put_after(
                epoch.lineno,
                f'mlflow.pytorch.log_model({model}, {"name" if self.style.modern else "artifact_path"}="model")',
            )
            self.found.models += 1

    def _torch_model(self, fit: Fit) -> str:
        scope = fit.call.scope
        names = [
            node.func.value.id
            for node in ast.walk(scope.node or self.source.tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("parameters", "train", "zero_grad")
            and isinstance(node.func.value, ast.Name)
            and not node.func.value.id.lower().startswith(("opt", "sched"))
        ]
        return names[0] if names else ""

    def _hyper(self, fit: Fit) -> str:
        """Numbers under names that tell of training, as a dictionary in code; those of the command line where there are some."""
        scope = fit.call.scope
        if scope.lookup("args") == "argparse.ArgumentParser().parse_args()":
            return "vars(args)"
        names = [
            statement.targets[0].id
            for body in (scope.body, [] if scope is self.tree.module else self.tree.module.body)
            for statement in body
            if isinstance(statement, ast.Assign)
            and isinstance(statement.targets[0], ast.Name)
            and isinstance(statement.value, ast.Constant)
            and isinstance(statement.value.value, (int, float))
            and _HYPER.match(statement.targets[0].id)
            and statement.lineno < fit.call.line
        ]
        arguments = getattr(scope.node, "args", None)
        if arguments is not None:
            names += [each.arg for each in (*arguments.args, *arguments.kwonlyargs) if _HYPER.match(each.arg)]
        names = list(dict.fromkeys(names))
        return "{" + ", ".join(f'"{name}": {name}' for name in names) + "}" if names else ""

    # -- metrics ----------------------------------------------------------------------------------------------------------

    def _log_metrics(self, statement: ast.stmt) -> bool:
        """Log the metrics in a statement, and in the functions of the file that it calls."""
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return False
        any_here = False
        for each in simple_statements([statement]):
            any_here |= self._log_simple(each)
            for name, _node in self._calls_in(each):
                function = local_function(self.source, name, self.tree.scope_of(each))
                if function is not None:
                    local = [self._log_simple(inner) for inner in simple_statements(function.body)]
                    any_here |= any(local)
        return any_here

    def _log_simple(self, statement: ast.stmt) -> bool:
        if statement in self.logged:
            return True
        scope = self.tree.scope_of(statement)
        shown = self.metrics.shown(statement, scope) if self.style.cells else []
        lines = shown or self.metrics.statements(statement, scope)
        if lines:
            self.logged.add(statement)
            if shown:
                self.shown.add(statement)
                self.edits.put_before(statement.lineno, *shown)
            else:
                self.edits.put_after(statement.lineno, *lines)
            self.found.metrics += len(lines)
        return bool(lines)


def _prefixes(inside: list[Fit]) -> list[str]:
    """What the parameters of each fit are told apart by in one run; "" where there is nothing to tell apart."""
    several = sum(fit.kind in ("estimator", "pipeline", "search") and bool(fit.model) for fit in inside) > 1
    found: list[str] = []
    for fit in inside:
        key = re.sub(r"\W", "_", fit.model.removeprefix("self.")) if several else ""
        number = sum(each == key or each.startswith(f"{key}_") for each in found) + 1
        found.append(f"{key}_{number}" if key and number > 1 else key)
    return found


def _has_names(made: ast.Call) -> bool:
    """Whether what a model is made with may change from one time to the next."""
    given = [*made.args, *(keyword.value for keyword in made.keywords)]
    return any(isinstance(node, ast.Name) for each in given for node in ast.walk(each))


def _params(values: str, prefix: str) -> str:
    if not prefix:
        return f"mlflow.log_params({values})"
    return f'mlflow.log_params({{f"{prefix}_{{name}}": value for name, value in {values}.items()}})'


def _loop_name(loop: ast.For, inside: list[Fit]) -> str:
    """What tells the runs of a loop apart, as code; "" where nothing does."""
    target = loop.target
    named = target.elts[0] if isinstance(target, ast.Tuple) and len(target.elts) >= 2 else None
    items = (
        isinstance(loop.iter, ast.Call) and isinstance(loop.iter.func, ast.Attribute) and loop.iter.func.attr == "items"
    )
    if isinstance(named, ast.Name) and (items or "name" in named.id.lower()):
        return named.id
    own = {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}
    models = [fit.model for fit in inside if fit.model in own]
    if models:
        return f"type({models[0]}).__name__"
    used = [
        node.id
        for fit in inside
        for node in (ast.walk(fit.made) if fit.made is not None else ())
        if isinstance(node, ast.Name) and node.id in own
    ]
    return 'f"' + ", ".join(f"{name}={{{name}}}" for name in dict.fromkeys(used)) + '"' if used else ""
