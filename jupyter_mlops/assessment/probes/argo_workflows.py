"""Argo Workflows: templates, the tasks and steps that connect them, and what submits them: cron workflows, sensors, commands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any

from jupyter_mlops.assessment.kube import KubeObject, applied_by, left_out, objects
from jupyter_mlops.assessment.probe import Pipeline, Probe, Stage
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.marks import entries, items, line_of, mapping, sequence, strings
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.reach import LAUNCH

_KINDS = ("Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate", "CronWorkflow")
_FORGES = frozenset({"github", "gitlab", "bitbucket", "bitbucketserver", "gerrit"})
#: What a task takes from another one: `{{tasks.train.outputs.artifacts.model}}`.
_PARAMETER = lazy(r"\{\{\s*inputs\.parameters\.([\w-]+)\s*\}\}")
_TAKEN = lazy(r"\{\{\s*=?\s*(?:tasks|steps)(?:\.|\[')([\w-]+)(?:'\])?\.outputs")


def _workflows(unit: Unit) -> list[KubeObject]:
    return [item for item in objects(unit, *_KINDS) if item.api == "argoproj.io"]


def _spec(item: KubeObject) -> dict[Any, Any]:
    return mapping(item.spec.get("workflowSpec")) if item.kind == "CronWorkflow" else item.spec


def _templates(item: KubeObject) -> dict[str, tuple[dict[Any, Any], int | None]]:
    found = {}
    for template, line in entries(_spec(item).get("templates")):
        name = mapping(template).get("name")
        if isinstance(name, str):
            found[name] = (mapping(template), line)
    return found


def _id(item: KubeObject, template: str) -> str:
    return f"{item.path}#{item.kind}/{item.name}/{template}"


def _launches(unit: Unit) -> Iterator[Launch]:
    for item in _workflows(unit):
        kind = "schedule" if item.kind == "CronWorkflow" else "stage"
        templates = _templates(item)
        for name, (template, line) in templates.items():
            tasks = [task for task, _line in _tasks(template) if task.get("template") in templates]
            inner = tuple(_id(item, _node_of(templates, task)) for task in tasks)
            # Tasks that share a template run what they hand it.
            for task in tasks:
                shared, given = templates[str(task.get("template"))], _given(task)
                container, key = _container(shared[0])
                if given and container:
                    yield Launch(
                        _id(item, _run_of(task)),
                        kind,
                        item.path,
                        line_of(container, key) or shared[1],
                        _script(_filled(container, given)),
                        unit.path,
                        f"{item.kind} {item.name}: {task.get('name')}",
                        triggers=frozenset({"schedule"} if kind == "schedule" else ()),
                        neutralised=_suspended(unit, item),
                        group=f"{item.path}#{item.name}",
                    )
            container, key = _container(template)
            if container or inner:
                yield Launch(
                    _id(item, name),
                    kind,
                    item.path,
                    line_of(container, key) or line,
                    _script(container),
                    unit.path,
                    f"{item.kind} {item.name}: {name}",
                    triggers=frozenset({"schedule"} if kind == "schedule" else ()),
                    needs=inner,
                    neutralised=_suspended(unit, item),
                    group=f"{item.path}#{item.name}",
                )
        reference = mapping(_spec(item).get("workflowTemplateRef")).get("name")
        if kind == "schedule" and isinstance(reference, str) and _suspended(unit, item) is None:
            asked = _spec(item).get("entrypoint")
            yield from _submission(unit, item, (reference, asked), line_of(_spec(item), "workflowTemplateRef"))
    sources = {item.name: item for item in objects(unit, "EventSource") if item.api == "argoproj.io"}
    for item in objects(unit, "Sensor"):
        named = [mapping(one).get("eventSourceName") for one, _line in entries(item.spec.get("dependencies"))]
        known = [sources[name] for name in named if name in sources]
        if item.api == "argoproj.io" and known:
            # A push of code starts work, and is no reason to train anew.
            pushed = all(_FORGES & source.spec.keys() for source in known)
            for reference, line in _references(item.spec.get("triggers")):
                yield from _submission(unit, item, reference, line, pushed=pushed)
            yield from _inline(unit, item, pushed=pushed)


def _suspended(unit: Unit, item: KubeObject) -> str | None:
    if item.kind == "CronWorkflow" and item.spec.get("suspend") is True:
        return "it is suspended"
    return left_out(unit, item.path)


def _given(task: dict[Any, Any]) -> dict[str, str]:
    """The parameters that a task hands to its template."""
    given = [mapping(one) for one in sequence(mapping(task.get("arguments")).get("parameters"))]
    return {str(one.get("name")): str(one["value"]) for one in given if "value" in one}


def _run_of(task: dict[Any, Any]) -> str:
    """What a task runs: its template, or that with what it hands over."""
    template = str(task.get("template"))
    return f"{template} for {task.get('name')}" if _given(task) else template


def _filled(container: dict[Any, Any], given: dict[str, str]) -> dict[Any, Any]:
    """A container with the parameters of a task in the place of `{{inputs.parameters.name}}`."""

    def fill(text: str) -> str:
        return _PARAMETER.sub(lambda found: given.get(found[1], found[0]), text)

    return {
        key: fill(value) if isinstance(value, str) else [fill(word) for word in strings(value)]
        for key, value in container.items()
        if key in ("command", "args", "source")
    }


def _submission(
    unit: Unit, item: KubeObject, reference: tuple[str, Any], line: int | None, *, pushed: bool = False
) -> Iterator[Launch]:
    """The launch that a scheduled or triggered reference to a template is, with the entry that it asks for instead of the template's."""
    for target in _workflows(unit):
        entry = reference[1] or _spec(target).get("entrypoint")
        if target.name == reference[0] and isinstance(entry, str):
            needs = (_id(target, entry),)
            name = f"{item.kind} {item.name}"
            place = f"{item.path}#{item.kind}/{item.name}/{reference[0]}"
            place += f"/{entry}" if reference[1] else ""
            kind, event = ("ci", "push") if pushed else ("schedule", "schedule")
            triggers = frozenset({event})
            yield Launch(place, kind, item.path, line or item.line, "", unit.path, name, triggers=triggers, needs=needs)


def _inline(unit: Unit, item: KubeObject, *, pushed: bool) -> Iterator[Launch]:
    """The containers of what a sensor creates itself: a workflow or a job in the place of a template's name."""
    for index, (container, line) in enumerate(_containers_in(item.spec.get("triggers"))):
        script = _script(container)
        if script:
            kind, event = ("ci", "push") if pushed else ("schedule", "event")
            name = f"Sensor {item.name}"
            place = f"{item.path}#Sensor/{item.name}/inline {index}"
            yield Launch(place, kind, item.path, line, script, unit.path, name, triggers=frozenset({event}))


def _containers_in(node: Any, depth: int = 0) -> Iterator[tuple[dict[Any, Any], int | None]]:
    if depth > 20:
        return
    for key, value, _line in items(mapping(node)):
        inner = (
            [mapping(value)]
            if key in ("container", "script")
            else map(mapping, sequence(value))
            if key == "containers"
            else ()
        )
        for container in inner:
            if "image" in container:
                yield container, line_of(container, "command") or line_of(container)
        if not inner:
            yield from _containers_in(value, depth + 1)
    for value in sequence(node):
        yield from _containers_in(value, depth + 1)


def _references(node: Any, depth: int = 0) -> Iterator[tuple[tuple[str, Any], int | None]]:
    """Templates that a sensor's triggers name, with the entry that they ask for."""
    for key, value, line in items(mapping(node)):
        if key == "workflowTemplateRef" and isinstance(mapping(value).get("name"), str):
            yield (value["name"], mapping(node).get("entrypoint")), line
        elif depth < 20:
            yield from _references(value, depth + 1)
    for value in sequence(node):
        if depth < 20:
            yield from _references(value, depth + 1)


def _container(template: dict[Any, Any]) -> tuple[dict[Any, Any], str]:
    if mapping(template.get("script")):
        return mapping(template["script"]), "source"
    container = mapping(template.get("container"))
    return container, "command" if "command" in container else "args"


def _script(container: dict[Any, Any]) -> str:
    words = [*strings(container.get("command")), *strings(container.get("args"))]
    source = container.get("source")
    if isinstance(source, str):
        return source if words[:1] != ["python"] and words[:1] != ["python3"] else shlex.join(["python", "-c", source])
    if len(words) > 2 and words[0].rpartition("/")[2] in ("sh", "bash") and words[1] in ("-c", "-lc"):
        return words[2]
    return shlex.join(words)


def _tasks(template: dict[Any, Any]) -> Iterator[tuple[dict[Any, Any], int | None]]:
    """The tasks of a DAG, or the steps of a list of lists, in order."""
    yield from ((mapping(task), line) for task, line in entries(mapping(template.get("dag")).get("tasks")))
    for group, _line in entries(template.get("steps")):
        yield from ((mapping(step), line) for step, line in entries(group if isinstance(group, list) else [group]))


def _pipelines(unit: Unit) -> Iterator[Pipeline]:
    for item in _workflows(unit):
        templates = _templates(item)
        entry = templates.get(str(_spec(item).get("entrypoint")))
        stages = tuple(_stages(item, templates, entry[0])) if entry is not None else ()
        if stages:
            yield Pipeline(
                "argo-workflows",
                "Argo",
                item.path,
                stages[0].line,
                stages,
                started_by=_started_by(unit, item),
            )


def _stages(
    item: KubeObject, templates: dict[str, tuple[dict[Any, Any], int | None]], entry: dict[Any, Any]
) -> Iterator[Stage]:
    before: frozenset[str] = frozenset()
    groups = [mapping(step).get("name") for step in sequence(entry.get("steps"))]
    for group in sequence(entry.get("steps")):
        steps = [mapping(step) for step in (group if isinstance(group, list) else [group])]
        for step in steps:
            yield _stage(item, templates, step, before | _taken(step))
        before = frozenset(str(step.get("name")) for step in steps)
    for task in map(mapping, sequence(mapping(entry.get("dag")).get("tasks")) if not groups else ()):
        depends = re.findall(r"[\w-]+", str(task.get("depends") or ""))
        yield _stage(item, templates, task, frozenset({*strings(task.get("dependencies")), *depends}) | _taken(task))


def _stage(
    item: KubeObject,
    templates: dict[str, tuple[dict[Any, Any], int | None]],
    task: dict[Any, Any],
    after: frozenset[str],
) -> Stage:
    name, template = str(task.get("name")), task.get("template")
    elsewhere = template is None  # templateRef, inline
    known = template in templates
    return Stage(
        name,
        item.path,
        line_of(task) or item.line,
        after=after,
        node=(_id(item, _node_of(templates, task)), LAUNCH) if known else None,
        problem=None if known or elsewhere else f"there is no template {template}",
    )


def _node_of(templates: dict[str, tuple[dict[Any, Any], int | None]], task: dict[Any, Any]) -> str:
    """The launch that a task is: a template without a container is the same for all of them."""
    return _run_of(task) if _container(templates[str(task.get("template"))][0])[0] else str(task.get("template"))


def _taken(task: dict[Any, Any]) -> frozenset[str]:
    return frozenset(_TAKEN.findall(str(task.get("arguments") or "")))


def _started_by(unit: Unit, item: KubeObject) -> str:
    if item.kind == "CronWorkflow":
        return "its schedule" if applied_by(unit, item.path) is not None and _suspended(unit, item) is None else ""
    for launch in unit.launches:
        submitted = any(need.startswith(f"{item.path}#{item.kind}/") for need in launch.needs)
        if launch.kind in ("schedule", "ci") and submitted and applied_by(unit, launch.path) is not None:
            return launch.name
        for command in launch.commands:
            submits = command.words[:2] == ("argo", "submit") or command.words[:2] == ("kubectl", "create")
            if submits and any(
                word.rpartition("/")[2] in (item.name, item.path.rpartition("/")[2]) for word in command.words
            ):
                return command.text[:50]
    return "argo submit" if item.kind == "Workflow" and applied_by(unit, item.path) is not None else ""


PROBE = Probe(
    id="argo-workflows",
    title="Argo Workflows, Argo Events",
    reads="manifests of Workflow, WorkflowTemplate, CronWorkflow, Sensor",
    credits="configured: tasks that nothing submits, or whose template is not there · wired: two or more connected tasks, submitted by a command, a schedule or a sensor",
    launches=_launches,
    pipelines=_pipelines,
)
