"""Prefect: flows that call tasks and hand results on, and what starts them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from jupyter_mlops.assessment.flows import decorated, flow_stages
from jupyter_mlops.assessment.handovers import linked_by_files
from jupyter_mlops.assessment.probe import Pipeline, Probe
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.marks import entries, line_of, mapping
from jupyter_mlops.project.python_source import Scope
from jupyter_mlops.project.reach import scope_named
from jupyter_mlops.project.shell import join


def _launches(unit: Unit) -> Iterator[Launch]:
    for path, name, line, entrypoint, scheduled in _deployments(unit):
        file, _, function = entrypoint.partition(":")
        source = join(posixpath.dirname(path) or ".", file)
        module = file.removesuffix(".py").replace("/", ".")
        if unit.project.exists(source) and function:
            yield Launch(
                f"{path}#{name}",
                "schedule" if scheduled else "console",
                path,
                line,
                f'python -c "from {module} import {function}; {function}()"',
                posixpath.dirname(path) or ".",
                name,
                triggers=frozenset({"schedule"} if scheduled else {"manual"}),
            )


def _deployments(unit: Unit) -> Iterator[tuple[str, str, int | None, str, bool]]:
    for file in unit.named("prefect.yaml"):
        document = mapping(next(iter(unit.project.yaml(file.path)), None))
        for entry, line in entries(document.get("deployments")):
            deployment = mapping(entry)
            entrypoint = deployment.get("entrypoint")
            if isinstance(entrypoint, str):
                scheduled = bool(deployment.get("schedule") or deployment.get("schedules"))
                yield (
                    file.path,
                    str(deployment.get("name") or entrypoint),
                    line_of(deployment, "entrypoint") or line,
                    entrypoint,
                    scheduled,
                )


def _pipelines(unit: Unit) -> Iterator[Pipeline]:
    for path in unit.mentioning("prefect"):
        for flow in decorated(unit, path, "prefect.flow"):
            stages = flow_stages(unit, path, flow, lambda _call, node: _is_task(unit, node[0], node[1]))
            stages = linked_by_files(unit, stages)
            if not stages:
                continue
            started, chain = _started(unit, path, flow)
            yield Pipeline(
                "prefect", "Prefect", path, flow.line, tuple(stages), started_by=started, chain=chain, confidence=0.9
            )


def _is_task(unit: Unit, path: str, name: str) -> bool:
    source = unit.project.python(path)
    scope = scope_named(source, name) if source is not None else None
    return scope is not None and any(
        decorator.replace("()", "") in ("prefect.task", "prefect.flow") for decorator in scope.decorators
    )


def _started(unit: Unit, path: str, flow: Scope) -> tuple[str, tuple[str, ...]]:
    """What starts a flow: a call, `.serve`, `.deploy`, or a deployment in prefect.yaml."""
    if not unit.reach.reached(path, flow.name):
        return "", ()
    return f"{flow.name}()", unit.reach.chain(path, flow.name)


PROBE = Probe(
    id="prefect",
    title="Prefect",
    reads="Python code with @flow and @task, prefect.yaml",
    credits="configured: a flow that nothing starts, or tasks without data between them · wired: connected tasks, started by a call, .serve, .deploy or a deployment",
    launches=_launches,
    pipelines=_pipelines,
)
