"""Tekton: tasks, pipelines, and what runs them: runs, triggers, Pipelines as Code."""

from __future__ import annotations

import dataclasses
import re
import shlex
from collections.abc import Iterator
from typing import Any

from jupyter_mlops.assessment.kube import KubeObject, applied_by, objects
from jupyter_mlops.assessment.probe import Pipeline, Probe, Stage
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.marks import entries, line_of, mapping, sequence, strings
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.reach import LAUNCH

_TAKEN = lazy(r"\$\(tasks\.([\w-]+)\.(?:results|status)")
_EVENTS = lazy(r"push|pull_request")


def _of(unit: Unit, *kinds: str) -> list[KubeObject]:
    return [item for item in objects(unit, *kinds) if item.api in ("tekton.dev", "triggers.tekton.dev")]


def _pipeline_specs(unit: Unit) -> Iterator[tuple[KubeObject, str, dict[Any, Any]]]:
    """Pipelines, and those that runs have in themselves: object, name, specification."""
    for item in _of(unit, "Pipeline"):
        yield item, item.name, item.spec
    for item in _of(unit, "PipelineRun"):
        if mapping(item.spec.get("pipelineSpec")):
            yield item, item.name, mapping(item.spec["pipelineSpec"])


def _launches(unit: Unit) -> Iterator[Launch]:
    for item in _of(unit, "Task", "ClusterTask"):
        yield from _steps(unit, item, f"{item.path}#Task/{item.name}", item.spec)
    tasks = {item.name: f"{item.path}#Task/{item.name}" for item in _of(unit, "Task", "ClusterTask")}
    for item, name, spec in _pipeline_specs(unit):
        inner = []
        for task in map(mapping, sequence(spec.get("tasks"))):
            place = tasks.get(str(mapping(task.get("taskRef")).get("name")))
            own = mapping(task.get("taskSpec"))
            if own:
                place = f"{item.path}#{name}/{task.get('name')}"
                yield from _steps(unit, item, place, own)
            inner += [place] if place else []
        yield _joint(unit, item, f"{item.path}#Pipeline/{name}", tuple(inner))
    for item in _of(unit, "PipelineRun"):
        metadata = mapping(item.document.get("metadata"))
        events = str(mapping(metadata.get("annotations")).get("pipelinesascode.tekton.dev/on-event"))
        triggers = frozenset(_EVENTS.findall(events))
        reference = str(mapping(item.spec.get("pipelineRef")).get("name") or item.name)
        for target, name, spec in _pipeline_specs(unit):
            if name == reference and triggers:
                yield from _at_events(unit, item, target, spec, triggers)


def _at_events(
    unit: Unit, run: KubeObject, pipeline: KubeObject, spec: dict[Any, Any], triggers: frozenset[str]
) -> Iterator[Launch]:
    """What a run does at a push or a pull request, task by task."""
    tasks = {item.name: item for item in _of(unit, "Task", "ClusterTask")}
    for task in map(mapping, sequence(spec.get("tasks"))):
        known = tasks.get(str(mapping(task.get("taskRef")).get("name")))
        own = known.spec if known is not None else mapping(task.get("taskSpec"))
        place = f"{run.path}#PipelineRun/{run.name}/{task.get('name')}"
        for launch in _steps(unit, known or pipeline, place, own):
            yield dataclasses.replace(launch, kind="ci", triggers=triggers, name=f"PipelineRun {run.name}")


def _joint(unit: Unit, item: KubeObject, place: str, needs: tuple[str, ...]) -> Launch:
    return Launch(
        place, "stage", item.path, item.line, "", unit.path, f"Pipeline {item.name}", needs=needs, group=place
    )


def _steps(unit: Unit, item: KubeObject, place: str, spec: dict[Any, Any]) -> Iterator[Launch]:
    """The launch of a task: its steps one after the other."""
    steps = [mapping(step) for step in sequence(spec.get("steps"))]
    scripts = [_script(step) for step in steps]
    if any(scripts):
        first = next(step for step, script in zip(steps, scripts, strict=True) if script)
        line = line_of(first, "script") or line_of(first) or item.line
        yield Launch(place, "stage", item.path, line, "\n".join(scripts), unit.path, f"Task {item.name}", group=place)


def _script(step: dict[Any, Any]) -> str:
    text = step.get("script")
    if isinstance(text, str):
        return re.sub(r"^#!.*\n", "", text)
    words = [*strings(step.get("command")), *strings(step.get("args"))]
    if len(words) > 2 and words[0].rpartition("/")[2] in ("sh", "bash") and words[1] in ("-c", "-ec"):
        return words[2]
    return shlex.join(words)


def _pipelines(unit: Unit) -> Iterator[Pipeline]:
    tasks = {item.name: item for item in _of(unit, "Task", "ClusterTask")}
    for item, name, spec in _pipeline_specs(unit):
        stages = tuple(_stage(item, name, tasks, mapping(task), line) for task, line in entries(spec.get("tasks")))
        if stages:
            yield Pipeline("tekton", "Tekton", item.path, stages[0].line, stages, started_by=_started_by(unit, name))


def _stage(
    item: KubeObject, pipeline: str, tasks: dict[str, KubeObject], task: dict[Any, Any], line: int | None
) -> Stage:
    name, reference = str(task.get("name")), str(mapping(task.get("taskRef")).get("name") or "")
    known = tasks.get(reference)
    node = None
    if known is not None:
        node = (f"{known.path}#Task/{known.name}", LAUNCH)
    elif mapping(task.get("taskSpec")):
        node = (f"{item.path}#{pipeline}/{name}", LAUNCH)
    after = frozenset(strings(task.get("runAfter"))) | frozenset(_TAKEN.findall(str(task)))
    return Stage(name, item.path, line or item.line, after=after, node=node)


def _started_by(unit: Unit, name: str) -> str:
    for run in _of(unit, "PipelineRun"):
        if str(mapping(run.spec.get("pipelineRef")).get("name") or run.name) == name:
            code = ".tekton" in run.path.split("/")
            if code or applied_by(unit, run.path) is not None:
                return f"PipelineRun {run.name}"
    for template in _of(unit, "TriggerTemplate"):
        if f"'{name}'" in str(template.spec.get("resourcetemplates")) and applied_by(unit, template.path) is not None:
            return f"TriggerTemplate {template.name}"
    for launch in unit.launches:
        for command in launch.commands:
            if command.words[:3] == ("tkn", "pipeline", "start") and name in command.words:
                return command.text[:50]
    return ""


PROBE = Probe(
    id="tekton",
    title="Tekton",
    reads="manifests of Task, Pipeline, PipelineRun, TriggerTemplate; .tekton/",
    credits="configured: tasks that nothing runs · wired: two or more connected tasks, run by a run, a trigger or a command; CI where Pipelines as Code starts them at a push",
    launches=_launches,
    pipelines=_pipelines,
)
