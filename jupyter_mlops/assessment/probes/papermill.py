"""Papermill: notebooks that a script runs one after the other, and the parameters that it hands them."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator

from jupyter_mlops.assessment.findings import CALL, Finding, Rung
from jupyter_mlops.assessment.handovers import leaves_for
from jupyter_mlops.assessment.probe import Pipeline, Probe, Stage
from jupyter_mlops.assessment.sites import sources_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.python_source import Call, PythonSource, Scope
from jupyter_mlops.project.shell import join

_RUNS = "papermill.execute_notebook"
_PATHS = frozenset({"Path", "str", "fspath", "join"})


def _runs(unit: Unit) -> Iterator[tuple[str, PythonSource, Scope, list[Call]]]:
    """Functions that run notebooks, with the calls that do."""
    for path, source in sources_of(unit, "papermill"):
        for scope in source.scopes if not path.endswith(".ipynb") else ():
            calls = [call for call in scope.calls if call.name in (_RUNS, "papermill.execute.execute_notebook")]
            if calls and unit.reach.reached(path, scope.name):
                yield path, source, scope, calls


def _pipelines(unit: Unit) -> Iterator[Pipeline]:
    for path, source, scope, calls in _runs(unit):
        named = [(text, call) for call in calls for text in _inputs(source, scope, call)]
        found = [(place, call) for text, call in named if (place := _notebook(unit, path, text)) is not None]
        stages: list[Stage] = []
        for place, call in dict(found).items():
            node = (place, "")
            before = [stage for stage in stages if stage.node and leaves_for(unit, stage.node, node)]
            name = posixpath.basename(place).removesuffix(".ipynb")
            after = frozenset(stage.name for stage in before)
            stages.append(Stage(name, path, call.line, after=after, node=node))
        if len(stages) >= 2:
            started = f"python {unit.local(path)}"
            chain = unit.reach.chain(path, scope.name)
            yield Pipeline(
                "papermill", "Papermill", path, stages[0].line, tuple(stages), started, chain=chain, confidence=0.85
            )


def _notebook(unit: Unit, path: str, text: str) -> str | None:
    """The notebook of the project that a path means: seen from the project, or from the folder of the script."""
    text = text.rpartition("{}")[2].lstrip("/") if "{}" in text else text
    for folder in (unit.path, posixpath.dirname(path) or "."):
        place = join(folder, text) if text.endswith(".ipynb") else ""
        if place and unit.project.exists(place):
            return place
    ends = [file.path for file in unit.files.suffixed(".ipynb") if text and f"/{file.path}".endswith(f"/{text}")]
    return ends[0] if len(ends) == 1 else None


def _inputs(source: PythonSource, scope: Scope, call: Call) -> Iterator[str]:
    """The paths that a call is handed, one for each round of the loop around it."""
    given = call.argument(0, "input_path")
    if given is None:
        return
    loops = [node for statement in scope.body for node in ast.walk(statement) if isinstance(node, ast.For)]
    around = [loop for loop in loops if any(node is call.node for node in ast.walk(loop))]
    rows = _rows(source, scope, around[-1]) if around else [{}]
    for row in rows:
        text = _text(scope, given, row)
        if text:
            yield text


def _rows(source: PythonSource, scope: Scope, loop: ast.For) -> Iterator[dict[str, ast.expr]]:
    """What the names of a loop are in each of its rounds, where it goes through a list that the file has."""
    listed: ast.expr | None = loop.iter
    target = loop.target
    if isinstance(listed, ast.Call) and getattr(listed.func, "id", "") == "enumerate" and listed.args:
        target = target.elts[-1] if isinstance(target, ast.Tuple) else target
        listed = listed.args[0]
    if (
        isinstance(listed, ast.Call)
        and isinstance(listed.func, ast.Attribute)
        and listed.func.attr in ("items", "keys")
    ):
        listed = listed.func.value
    if isinstance(listed, ast.Name):
        listed = _assigned(source, scope, listed.id)
    pairs = zip(listed.keys, listed.values, strict=True) if isinstance(listed, ast.Dict) else ()
    elements = [ast.Tuple([key, value]) if isinstance(target, ast.Tuple) else key for key, value in pairs if key]
    for element in listed.elts if isinstance(listed, (ast.List, ast.Tuple)) else elements:
        if isinstance(target, ast.Name):
            yield {target.id: element}
        elif isinstance(target, ast.Tuple) and isinstance(element, (ast.Tuple, ast.List)):
            names = [node.id if isinstance(node, ast.Name) else "" for node in target.elts]
            yield dict(zip(names, element.elts, strict=False))


def _assigned(source: PythonSource, scope: Scope, name: str) -> ast.expr | None:
    """What a name is set to in the function, or in the module."""
    for statement in (*scope.body, *source.tree.body):
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and any(
            isinstance(target, ast.Name) and target.id == name for target in targets
        ):
            return statement.value
    return None


def _text(scope: Scope, node: ast.expr, row: dict[str, ast.expr]) -> str | None:
    """The text of an expression in one round of a loop; `{}` for parts that only a run can tell."""
    if isinstance(node, ast.Name) and node.id in row:
        return _text(scope, row[node.id], {})
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.FormattedValue) else part for part in node.values]
        return "".join(_text(scope, part, row) or "{}" for part in parts)
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Div, ast.Add)):
        joint = "/" if isinstance(node.op, ast.Div) else ""
        return joint.join(_text(scope, part, row) or "{}" for part in (node.left, node.right))
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and isinstance(node.slice, ast.Constant):
        held = row.get(node.value.id)
        pairs = zip(held.keys, held.values, strict=True) if isinstance(held, ast.Dict) else ()
        return next(
            (
                _text(scope, value, {})
                for key, value in pairs
                if isinstance(key, ast.Constant) and key.value == node.slice.value
            ),
            None,
        )
    if isinstance(node, ast.Call):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in _PATHS and node.args:
            return "/".join(_text(scope, part, row) or "{}" for part in node.args)
    return scope.string(node)


def _findings(unit: Unit) -> Iterator[Finding]:
    for path, source, scope, calls in _runs(unit):
        for call in calls:
            given = call.argument(2, "parameters")
            if given is not None and not _is_written(source, scope, given):
                yield Finding(
                    "papermill",
                    "pipeline-reproducible",
                    Rung.E3,
                    "Notebooks are handed parameters from outside the code.",
                    part="parameters",
                    confidence=CALL,
                    path=path,
                    line=call.line,
                    chain=unit.reach.chain(path, scope.name),
                )
                return


def _is_written(source: PythonSource, scope: Scope, node: ast.expr) -> bool:
    """Whether parameters stand in the code: a mapping of constants, or nothing that a file or a caller says."""
    if isinstance(node, ast.Name):
        held = _assigned(source, scope, node.id)
        return held is None or _is_written(source, scope, held)
    if isinstance(node, ast.Dict):
        return all(_is_written(source, scope, value) for value in node.values)
    if isinstance(node, ast.Subscript):
        return _is_written(source, scope, node.value)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        return _is_written(source, scope, node.func.value)
    if isinstance(node, ast.Call):
        return not _LOADS.intersection(ast.unparse(node.func).split(".")) and not any(
            not _is_written(source, scope, argument) for argument in node.args
        )
    return True


_LOADS = frozenset({"safe_load", "load", "loads", "full_load", "parse_args", "load_config", "load_params"})

PROBE = Probe(
    id="papermill",
    title="Papermill",
    reads="Python files that execute notebooks",
    credits="wired: two or more notebooks that one script runs, connected by files; parameters from outside the code",
    pipelines=_pipelines,
    findings=_findings,
)
