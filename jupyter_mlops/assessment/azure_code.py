"""Pipelines of Azure ML that code builds with `azure.ai.ml`, and what submits them. Shared by probes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from jupyter_mlops.assessment.dataflow import connected_calls
from jupyter_mlops.assessment.flows import own_function
from jupyter_mlops.assessment.probe import Stage
from jupyter_mlops.assessment.sites import sites, sources_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call, Scope
from jupyter_mlops.project.reach import Node, scope_named

_PIPELINE = lazy(r"^azure\.ai\.ml\.([\w.]*\.)?pipeline(\(\))?$")
#: A call of what these made is a step: `prepare = command(…)`, and then `prepare(rows=rows)`.
_STEP = lazy(
    r"^azure\.ai\.ml\.([\w.]*\.)?(command|load_component|spark|parallel_run_function)\(\)(\.component)?$|^azure\.ai\.ml\.[\w.()]*\.components\.get\(\)$"
)
_COMPONENT = lazy(r"^mldesigner\.(command_component|dynamic)(\(\))?$")
_SUBMITS = lazy(r"\bjobs\.(begin_)?create_or_update$")


class AzurePipeline(NamedTuple):
    """A pipeline.

    Attributes:
        path: the source.
        scope: the function that is decorated.
        stages: its steps.
        node: where its steps are made: the function around it, or the module.
    """

    path: str
    scope: Scope
    stages: tuple[Stage, ...]
    node: Node


def azure_pipelines(unit: Unit) -> list[AzurePipeline]:
    """The pipelines of Azure ML that a unit's code defines."""
    return unit.once("azure pipelines", lambda: list(_made(unit)))


def _made(unit: Unit) -> Iterator[AzurePipeline]:
    for path, source in sources_of(unit, "azure.ai.ml"):
        for scope in source.scopes:
            if any(_PIPELINE.match(decorator) for decorator in scope.decorators):
                around = scope.parent.name if scope.parent is not None and scope.parent.kind == "function" else ""
                stages = tuple(_stages(unit, path, scope, (path, around)))
                if stages:
                    yield AzurePipeline(path, scope, stages, (path, around))


def _stages(unit: Unit, path: str, scope: Scope, node: Node) -> Iterator[Stage]:
    own: dict[int, Node] = {}

    def step(call: Call) -> str | None:
        if _STEP.match(call.name):
            return call.node.func.id if hasattr(call.node.func, "id") else call.attribute
        target = own_function(unit, path, call)
        source = unit.project.python(target[0]) if target is not None else None
        inner = scope_named(source, target[1]) if source is not None and target is not None else None
        if inner is None or target is None or not any(_COMPONENT.match(decorator) for decorator in inner.decorators):
            return None
        own[id(call)] = target
        return target[1]

    calls, edges = connected_calls(scope, step)
    for position, (name, call) in enumerate(calls):
        after = frozenset(f"{calls[before][0]}#{before}" for before, later in edges if later == position)
        yield Stage(f"{name}#{position}", path, call.line, after=after, node=own.get(id(call), node))


def submission(unit: Unit, made: AzurePipeline) -> tuple[str, ...] | None:
    """How the call is reached that submits a pipeline; None where none is.

    Args:
        unit: the unit.
        made: the pipeline.
    """
    groups = unit.reach.groups(*made.node)
    for path, source in sources_of(unit, "create_or_update"):
        for site in sites(unit, path, [call for call in source.calls if _SUBMITS.search(call.name)]):
            if site.reached and unit.reach.groups(path, site.scope) & groups:
                return (*unit.reach.chain(path, site.scope), f"{path}:{site.line}")
    return None
