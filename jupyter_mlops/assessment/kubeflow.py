"""Pipelines of Kubeflow and Vertex AI that code defines: steps of the project and those of Google's components. Shared by probes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from jupyter_mlops.assessment.dataflow import connected_calls
from jupyter_mlops.assessment.flows import own_function
from jupyter_mlops.assessment.literals import text_of
from jupyter_mlops.assessment.probe import Stage
from jupyter_mlops.assessment.sites import sources_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call, Scope
from jupyter_mlops.project.reach import Node, scope_named

_PIPELINE = lazy(r"^kfp\.([\w.]*\.)?pipeline(\(\))?$")
_COMPONENT = lazy(r"^kfp\.([\w.]*\.)?(component|container_component|create_component_from_func)(\(\))?$")
#: Steps that are no function of the project: Google's, and those that are read from a file.
_FOREIGN = lazy(
    r"^google_cloud_pipeline_components\.[\w.]*Op$|^google_cloud_pipeline_components\.[\w.]*create_custom_training_job\w*\(\)$"
    r"|^kfp\.components\.load_component_from_\w+\(\)$|^kfp\.[\w.]*ContainerOp$|^kfp\.components\.(func_to_container_op|create_component_from_func)\(\)$"
)


class Compiled(NamedTuple):
    """A pipeline.

    Attributes:
        path: the source.
        scope: the function that is decorated.
        stages: its steps.
        files: what it is compiled to, as far as can be told.
        compares: one of its steps compares something with a threshold.
    """

    path: str
    scope: Scope
    stages: tuple[Stage, ...]
    files: frozenset[str]
    compares: bool

    @property
    def node(self) -> Node:
        """Where it is defined."""
        return self.path, self.scope.name


def compiled(unit: Unit) -> list[Compiled]:
    """The pipelines of Kubeflow that a unit's code defines."""
    return unit.once("kubeflow pipelines", lambda: list(_compiled(unit)))


def _compiled(unit: Unit) -> Iterator[Compiled]:
    files = _files(unit)
    for path, source in sources_of(unit, "kfp"):
        for scope in source.scopes:
            if any(_PIPELINE.match(decorator) for decorator in scope.decorators):
                stages, steps = _stages(unit, path, scope)
                compares = any(_compares(unit, node) for node in steps)
                yield Compiled(path, scope, stages, frozenset(files.get((path, scope.name), ())), compares)


def _stages(unit: Unit, path: str, scope: Scope) -> tuple[tuple[Stage, ...], list[Node]]:
    own: dict[int, Node] = {}
    told = _treated_as_steps(scope)

    def step(call: Call) -> str | None:
        if call.name in told:
            return call.attribute
        if _FOREIGN.match(call.name):
            return call.text(None, "display_name") or call.attribute
        node = own_function(unit, path, call)
        source = unit.project.python(node[0]) if node is not None else None
        inner = scope_named(source, node[1]) if source is not None and node is not None else None
        if inner is None or node is None or not any(_COMPONENT.match(decorator) for decorator in inner.decorators):
            return None
        own[id(call)] = node
        return node[1]

    calls, edges = connected_calls(scope, step)
    stages = tuple(
        Stage(
            f"{name}#{position}",
            path,
            call.line,
            after=frozenset(f"{calls[before][0]}#{before}" for before, later in edges if later == position),
            node=own.get(id(call), (path, scope.name)),
        )
        for position, (name, call) in enumerate(calls)
    )
    return stages, list(own.values())


#: What is said of a step, or asked of it, and of nothing else.
_OF_STEPS = frozenset(
    {
        "after",
        "set_display_name",
        "set_caching_options",
        "set_cpu_limit",
        "set_memory_limit",
        "set_retry",
        "set_env_variable",
    }
)


def _treated_as_steps(scope: Scope) -> set[str]:
    """Imported functions whose results a pipeline treats as steps: `split(query).after(load).set_display_name("x")`."""
    found = set()
    for call in scope.calls:
        owner, _, method = call.name.rpartition(".")
        made = owner.partition("()")[0]
        if method in _OF_STEPS and owner.endswith("()") and made and made[0] not in ":?(":
            found.add(made)
    return found


def _compares(unit: Unit, node: Node) -> bool:
    """Whether a step compares sizes: `return (accuracy > threshold,)`."""
    source = unit.project.python(node[0])
    scope = scope_named(source, node[1]) if source is not None else None
    return scope is not None and any(
        isinstance(inner, ast.Compare) and any(isinstance(one, (ast.Gt, ast.GtE, ast.Lt, ast.LtE)) for one in inner.ops)
        for statement in scope.body
        for inner in ast.walk(statement)
    )


def _files(unit: Unit) -> dict[Node, set[str]]:
    """Where pipelines are defined → the files that they are compiled to."""
    found: dict[Node, set[str]] = {}
    for path, source in sources_of(unit, "package_path", ".compile("):
        for call in source.calls:
            if call.attribute == "compile" and "Compiler" in call.name:
                given, target = call.argument(0, "pipeline_func"), call.argument(1, "package_path")
                name = call.scope.dotted(given) if given is not None else ""
                node = own_function(unit, path, Call(name, call.node, call.scope)) if name else None
                text = text_of(source, call.scope, target)
                if node is not None and text:
                    found.setdefault(node, set()).add(text.rpartition("/")[2])
    return found
