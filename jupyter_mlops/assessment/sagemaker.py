"""Pipelines of SageMaker that code builds: their steps, the scripts they are given, what starts them. Shared by probes."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator
from typing import NamedTuple

from jupyter_mlops.assessment.dataflow import connected_calls
from jupyter_mlops.assessment.flows import own_function
from jupyter_mlops.assessment.literals import text_of
from jupyter_mlops.assessment.sites import sites, sources_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.handed_scripts import handed_scripts
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call, PythonSource, Scope
from jupyter_mlops.project.reach import Node, scope_named

_STEP = lazy(r"^sagemaker\.(mlops\.)?workflow\.[\w.]*(Step|RegisterModel|EstimatorTransformer)$")
_PIPELINE = lazy(r"^sagemaker\.(mlops\.)?workflow\.(pipeline\.)?Pipeline$")
_DECORATOR = lazy(r"^sagemaker\.(mlops\.)?workflow\.([\w.]*\.)?step(\(\))?$")
_STARTS = ("aws", "sagemaker", "start-pipeline-execution")


class Step(NamedTuple):
    """A step.

    Attributes:
        kind: its class, or "step" for a decorated function.
        call: what makes it.
        name: unique in the pipeline.
        after: names of the steps whose results it is given.
        node: where its work is.
    """

    kind: str
    call: Call
    name: str
    after: frozenset[str]
    node: Node


class Built(NamedTuple):
    """A pipeline.

    Attributes:
        path: the source.
        scope: the function that builds it.
        call: the call that makes it.
        name: what it is called; None where only a run can tell.
        steps: those that it is given.
        missing: a script that a step is given and the project does not have; "" without one.
    """

    path: str
    scope: Scope
    call: Call
    name: str | None
    steps: tuple[Step, ...]
    missing: str

    @property
    def node(self) -> Node:
        """Where it is built."""
        return self.path, self.scope.name


def built(unit: Unit) -> list[Built]:
    """The pipelines of SageMaker that a unit's code builds."""
    return unit.once("sagemaker pipelines", lambda: list(_built(unit)))


def _built(unit: Unit) -> Iterator[Built]:
    for path, source in sources_of(unit, "sagemaker"):
        for call in source.calls:
            if _PIPELINE.match(call.name):
                steps = tuple(_steps(unit, path, call))
                name = text_of(source, call.scope, call.argument(0, "name"))
                yield Built(path, call.scope, call, name, steps, _missing(unit, source, call.scope))


def _steps(unit: Unit, path: str, made: Call) -> Iterator[Step]:
    """The steps of the function that makes a pipeline which the pipeline is given, alone or inside of a condition."""
    nodes: dict[int, tuple[str, Node]] = {}

    def is_step(call: Call) -> str | None:
        if call is made:
            return "pipeline"
        found = _step(unit, path, call)
        if found is None:
            return None
        nodes[id(call)] = found
        return call.text(None, "name") or found[0]

    calls, edges = connected_calls(made.scope, is_step)
    end = next(position for position, (_name, call) in enumerate(calls) if call is made)
    listed = {before for before, after in edges if after == end}
    given = made.argument(None, "steps")
    if given is None or (not isinstance(given, (ast.List, ast.Tuple)) and not listed):
        listed = set(range(len(calls))) - {end} if given is not None else set()
    # What a condition leads to, and what decorated functions take, comes with them.
    pending = list(listed)
    while pending:
        later = pending.pop()
        kind = nodes[id(calls[later][1])][0]
        inner = {before for before, after in edges if after == later} if kind in ("ConditionStep", "step") else set()
        pending += inner - listed
        listed |= inner
    for position in sorted(listed):
        name, call = calls[position]
        kind, node = nodes[id(call)]
        after = frozenset(f"{calls[before][0]}#{before}" for before, later in edges if later == position)
        yield Step(kind, call, f"{name}#{position}", after, node)


def _step(unit: Unit, path: str, call: Call) -> tuple[str, Node] | None:
    """The kind of a step that a call makes, and where its work is; None for other calls."""
    if _STEP.match(call.name):
        return call.attribute, (path, call.scope.name)
    node = own_function(unit, path, call)
    source = unit.project.python(node[0]) if node is not None else None
    scope = scope_named(source, node[1]) if source is not None and node is not None else None
    if scope is None or node is None:
        return None
    if any(_DECORATOR.match(decorator) for decorator in scope.decorators):
        return "step", node
    # A function that makes one step and answers with it.
    inside = [inner for inner in scope.calls if _STEP.match(inner.name)]
    whole = any(_PIPELINE.match(inner.name) for inner in scope.calls)
    return (inside[-1].attribute, node) if inside and not whole else None


def _missing(unit: Unit, source: PythonSource, scope: Scope) -> str:
    for call in source.calls:
        for text in handed_scripts(call) if call.scope is scope else ():
            name = posixpath.basename(text)
            known = any(file.name == name for file in unit.named(name))
            if not known and "{}" not in name and "://" not in text:
                return name
    return ""


def started(unit: Unit, pipeline: Built, *, scheduled: bool) -> tuple[str, tuple[str, ...]]:
    """What starts a pipeline, for people, and how that is reached; "" where nothing does.

    Args:
        unit: the unit.
        pipeline: the pipeline.
        scheduled: a trigger of the cloud starts it.
    """
    if not unit.reach.reached(*pipeline.node):
        return "", ()
    groups = unit.reach.groups(*pipeline.node)
    for path, source in sources_of(unit, ".start("):
        if path != pipeline.path and not unit.mentioning("sagemaker", ".upsert("):
            continue
        for site in sites(unit, path, [call for call in source.calls if call.attribute == "start"]):
            ours = site.reached and _is_pipeline(unit, path, site.call, pipeline)
            if ours and unit.reach.groups(path, site.scope) & groups:
                return "pipeline.start()", unit.reach.chain(path, site.scope)
    for launch in unit.launches:
        for command in launch.commands if launch.neutralised is None else ():
            if command.words[: len(_STARTS)] == _STARTS and not command.neutralised and _means(command.text, pipeline):
                return " ".join(_STARTS), (f"{launch.path}:{launch.line_of(command)}",)
    return ("its trigger", unit.reach.chain(*pipeline.node)) if scheduled else ("", ())


def _means(text: str, pipeline: Built) -> bool:
    """Whether a command or a target can mean a pipeline: it says its name, or neither can be told."""
    return pipeline.name is None or "{}" in pipeline.name or pipeline.name in text or "$" in text


def _is_pipeline(unit: Unit, path: str, call: Call, pipeline: Built) -> bool:
    """Whether a call of `start` is one of the pipeline, as far as can be told."""
    owner = call.name.rpartition(".")[0].removesuffix("()")
    if _PIPELINE.match(owner):
        return path == pipeline.path and call.scope is pipeline.scope
    source = unit.project.python(path)
    if owner.startswith("?") or source is None:
        # What only a run can tell, in code that registers a pipeline.
        return any(other.attribute in ("upsert", "create", "update") for other in call.scope.calls)
    node = own_function(unit, path, Call(owner, call.node, call.scope))
    if node is None:
        return False
    if node == pipeline.node:
        return True
    # A function that finds and loads the module of the pipeline.
    return pipeline.node in unit.reach.behind(node) or any(other.attribute == "upsert" for other in call.scope.calls)
