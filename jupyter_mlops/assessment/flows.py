"""Pipelines written in Python: functions that call steps and hand results on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from jupyter_mlops.assessment.dataflow import connected_calls
from jupyter_mlops.assessment.probe import Stage
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.python_source import Call, Scope
from jupyter_mlops.project.reach import Node, scope_named


def own_function(unit: Unit, path: str, call: Call) -> Node | None:
    """The project's own function, method or class that a call means; None for others.

    Args:
        unit: the unit.
        path: the source that the call is in.
        call: the call.
    """
    name = call.name.replace("()", "").replace("[]", "")
    for suffix in (".submit", ".map", ".delay", ".remote", ".with_options"):
        name = name.removesuffix(suffix)
    if name.startswith(":"):
        target: Node | None = (path, name[1:])
    elif name and name[0] not in "?(":
        found = unit.reach.modules.resolve(name, path)
        target = found if found and found[1] else unit.reach.stand_in(name, path)
    else:
        target = None
    if target is None:
        return None
    source = unit.project.python(target[0])
    scope = scope_named(source, target[1]) if source is not None else None
    return None if scope is None else (target[0], scope.name)


def flow_stages(unit: Unit, path: str, scope: Scope, is_step: Callable[[Call, Node], bool]) -> list[Stage]:
    """The stages that a scope runs, connected by the results it hands on.

    Args:
        unit: the unit.
        path: the source of the scope.
        scope: the function that calls the steps.
        is_step: whether a call of an own function is a step.
    """
    nodes: dict[int, Node] = {}

    def step(call: Call) -> str | None:
        node = own_function(unit, path, call)
        if node is None or not is_step(call, node):
            return None
        nodes[id(call)] = node
        return node[1].replace(".__init__", "")

    steps, edges = connected_calls(scope, step)
    stages = []
    for index, (name, call) in enumerate(steps):
        cell, line = None, call.line
        if path.endswith(".ipynb"):
            notebook = unit.project.notebook(path)
            if notebook is not None:
                cell, line = notebook.place(call.line)
        after = frozenset(f"{steps[earlier][0]}#{earlier}" for earlier, later in edges if later == index)
        stages.append(Stage(f"{name}#{index}", path, line, cell, after=after, node=nodes[id(call)]))
    return stages


def decorated(unit: Unit, path: str, name: str) -> Iterator[Scope]:
    """Functions of a source with a decorator of that resolved name."""
    source = unit.project.python(path)
    for scope in source.scopes if source is not None else []:
        if any(decorator.replace("()", "") == name for decorator in scope.decorators):
            yield scope
