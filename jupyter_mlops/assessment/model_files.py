"""Files of models that are handed to a tracker: by their path, by what they are called, or in a list of files."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from jupyter_mlops.assessment.flows import own_function
from jupyter_mlops.assessment.kept_models import is_model_file
from jupyter_mlops.assessment.sites import Site
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call, Scope

#: What is about a model without being one.
_ABOUT_MODELS = lazy(
    r"card|info|meta|metric|report|plot|fig|chart|summary|score|param|config|history|importance|json|html",
    re.IGNORECASE,
)


def logs_model_file(unit: Unit, site: Site) -> bool:
    """Whether a call hands the file of a model to a tracker: `mlflow.log_artifact("models/model.pkl")`."""
    call = site.call
    given = call.argument(0, "local_path") or call.argument(None, "artifact_or_path")
    if call.attribute == "upload" and call.name.startswith("neptune"):
        return _uploaded_to_neptune(call)
    if call.attribute == "add_artifact" and call.name.startswith("sacred."):
        given = call.argument(0, "filename")
    elif call.attribute != "log_artifact" or not call.name.startswith(("mlflow.", "wandb.")):
        return False
    if given is None:
        return False
    kind = call.text(None, "type") or _artifact_type(call, given)
    if kind is not None:
        return "model" in kind
    if _names_model(call.scope, given, call.text(1, "artifact_path") or ""):
        return True
    return any(_names_model(scope, item) for scope, item in _listed(unit, site, given))


def _uploaded_to_neptune(call: Call) -> bool:
    """`run["model"].upload("model.joblib")`."""
    field = call.node.func.value if isinstance(call.node.func, ast.Attribute) else None
    key = field.slice if isinstance(field, ast.Subscript) else None
    given = call.argument(0, "value")
    named = (call.scope.string(key) if key is not None else None) or ""
    return given is not None and _names_model(call.scope, given, named)


def _names_model(scope: Scope, node: ast.expr, also: str = "") -> bool:
    """Whether an expression is the path of a model: by the path, or by what the variable and the artifact are called."""
    text = scope.string(node)
    if text is not None and "{}" not in text:
        return is_model_file(text)
    last = node.attr if isinstance(node, ast.Attribute) else ast.unparse(node)
    named = f"{last} {also}"
    return "model" in named.lower() and not _ABOUT_MODELS.search(named)


def _listed(unit: Unit, site: Site, given: ast.expr) -> Iterator[tuple[Scope, ast.expr]]:
    """The items of the list that a loop takes what it logs from: written there, or by those who call the function."""
    scope = site.call.scope
    nodes = [node for statement in scope.body for node in ast.walk(statement)]
    name = _inner_name(given)
    for _step in range(2):  # `full = resolve(path)` in the loop
        made = next((node for node in nodes if isinstance(node, ast.Assign) and _is(node.targets[0], name)), None)
        name = _inner_name(made.value) if made is not None else name
    for loop in nodes:
        if not isinstance(loop, (ast.For, ast.comprehension)) or not _is(loop.target, name):
            continue
        if isinstance(loop.iter, (ast.List, ast.Tuple)):
            yield from ((scope, item) for item in loop.iter.elts)
        elif isinstance(loop.iter, ast.Name):
            for caller in _callers(unit, site):
                found = caller.argument(_position(scope, loop.iter.id), loop.iter.id)
                if isinstance(found, (ast.List, ast.Tuple)):
                    yield from ((caller.scope, item) for item in found.elts)


def _inner_name(node: ast.expr) -> str:
    """The name in `path`, `str(path)` and `resolve(path)`; "" for others."""
    while isinstance(node, ast.Call) and len(node.args) == 1:
        node = node.args[0]
    return node.id if isinstance(node, ast.Name) else ""


def _is(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name != ""


def _position(scope: Scope, name: str) -> int | None:
    arguments = getattr(scope.node, "args", None)
    names = [argument.arg for argument in arguments.args] if isinstance(arguments, ast.arguments) else []
    return names.index(name) - (names[:1] == ["self"]) if name in names else None


def _callers(unit: Unit, site: Site) -> Iterator[Call]:
    last = site.scope.rpartition(".")[2]
    for path in unit.mentioning(last) if last else ():
        source = unit.project.python(path) if not unit.is_test(path) else None
        for call in source.calls if source is not None else ():
            if last in call.name and own_function(unit, path, call) == (site.path, site.scope):
                yield call


def _artifact_type(call: Call, given: ast.expr) -> str | None:
    """The type of the `wandb.Artifact` that a call logs; None where it logs something else."""
    if not call.scope.dotted(given).endswith("wandb.Artifact()"):
        return None
    made = [other for other in call.scope.calls if other.name == "wandb.Artifact" and other.line <= call.line]
    return (made[-1].text(1, "type") or _looped(call.scope, made[-1].argument(1, "type"))) if made else None


def _looped(scope: Scope, node: ast.expr | None) -> str:
    """The strings that a loop gives to a name, separated by blanks: `for kind, path in {"model": …}.items()`."""
    if not isinstance(node, ast.Name):
        return ""
    nodes = [inner for statement in scope.body for inner in ast.walk(statement)]
    found = []
    for loop in nodes:
        if isinstance(loop, ast.For) and any(_is(target, node.id) for target in ast.walk(loop.target)):
            targets = loop.target.elts if isinstance(loop.target, ast.Tuple) else []
            position = next((at for at, target in enumerate(targets) if _is(target, node.id)), None)
            found += [item for row in _rows(nodes, loop.iter) for item in _at(row, position)]
    return " ".join(found)


def _rows(nodes: list[ast.AST], given: ast.expr) -> list[list[ast.expr]]:
    """What a loop goes through, row by row: a list of tuples, or the items of a dictionary, written there or bound before."""
    if isinstance(given, ast.Call) and isinstance(given.func, ast.Attribute) and given.func.attr == "items":
        given = given.func.value
    if isinstance(given, ast.Name):
        name = given.id
        made = [node.value for node in nodes if isinstance(node, ast.Assign) and _is(node.targets[0], name)]
        given = made[-1] if made else given
    if isinstance(given, ast.Dict):
        return [[key, value] for key, value in zip(given.keys, given.values, strict=True) if key is not None]
    rows = given.elts if isinstance(given, (ast.List, ast.Tuple)) else []
    return [row.elts if isinstance(row, ast.Tuple) else [row] for row in rows]


def _at(row: list[ast.expr], position: int | None) -> list[str]:
    """The string of a row that a target of the loop is given."""
    item = row[position or 0] if (position or 0) < len(row) else None
    return [item.value] if isinstance(item, ast.Constant) and isinstance(item.value, str) else []
