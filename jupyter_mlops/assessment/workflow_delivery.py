"""Workflows of Argo that shift traffic step by step, ask the metrics in between, and take the traffic back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from jupyter_mlops.assessment.kube import KubeObject, objects
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import entries, mapping, sequence, strings
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.reach import LAUNCH, Node

#: What a container says that sets the share of a version.
_SHIFTS = lazy(r"canaryTrafficPercent|setWeight|set-weight|\bweight[\"']?\s*[:=]")
_WITH = lazy(r"\b(kubectl|istioctl|oc|helm)\b")
_NONE = frozenset({"0", "0%"})


class Delivery(NamedTuple):
    """A workflow that delivers a version progressively.

    Attributes:
        path: its file.
        line: of the steps that shift traffic.
        by: what submits it, as `path:line`.
        heals: line of the steps that take the traffic back and ask again; None without such steps.
    """

    path: str
    line: int | None
    by: str
    heals: int | None


class _Step(NamedTuple):
    group: int
    template: str
    when: str
    given: frozenset[str]


def deliveries(unit: Unit, asking: frozenset[Node]) -> Iterator[Delivery]:
    """The workflows in which an analysis follows a shift of traffic.

    Args:
        unit: the unit.
        asking: functions that ask the metrics.
    """
    for item in objects(unit, "WorkflowTemplate", "Workflow", "CronWorkflow", "ClusterWorkflowTemplate"):
        spec = mapping(item.spec.get("workflowSpec")) if item.kind == "CronWorkflow" else item.spec
        templates = {
            str(mapping(one).get("name")): (mapping(one), line) for one, line in entries(spec.get("templates"))
        }
        shifting = {
            name
            for name, (one, _line) in templates.items()
            if _SHIFTS.search(said := _said(one)) and _WITH.search(said)
        }
        judging = {name for name in templates if unit.reach.behind((_id(item, name), LAUNCH)) & asking}
        judging -= {name for name, (one, _line) in templates.items() if "steps" in one}
        by = _submitted_by(unit, item) if shifting and judging else None
        if by is None:
            continue
        steps = {name: list(_steps(one)) for name, (one, _line) in templates.items()}
        delivering = next((name for name, listed in steps.items() if _follows(listed, shifting, judging)), None)
        if delivering is not None:
            back = [name for name, listed in steps.items() if _takes_back(listed, shifting, judging)]
            asked = {one.template for listed in steps.values() for one in listed if "Fail" in one.when}
            started = next((name for name in back if name in asked or _is_entry(unit, item, name)), None)
            heals = templates[started][1] if started is not None else None
            yield Delivery(item.path, templates[delivering][1], by, heals)


def _id(item: KubeObject, template: str) -> str:
    return f"{item.path}#{item.kind}/{item.name}/{template}"


def _said(template: dict[Any, Any]) -> str:
    container = mapping(template.get("container")) or mapping(template.get("script"))
    return " ".join(
        [*strings(container.get("command")), *strings(container.get("args")), str(container.get("source") or "")]
    )


def _steps(template: dict[Any, Any]) -> Iterator[_Step]:
    for position, group in enumerate(sequence(template.get("steps"))):
        for step in map(mapping, sequence(group)):
            given = [mapping(one).get("value") for one in sequence(mapping(step.get("arguments")).get("parameters"))]
            yield _Step(position, str(step.get("template")), str(step.get("when") or ""), frozenset(map(str, given)))


def _follows(steps: list[_Step], shifting: set[str], judging: set[str]) -> bool:
    """Whether more traffic waits for an analysis that comes after a first shift."""
    first = min((one.group for one in steps if one.template in shifting), default=None)
    asked = [one.group for one in steps if one.template in judging and first is not None and one.group > first]
    return any(one.template in shifting and one.group > min(asked) and not one.given & _NONE for one in steps if asked)


def _takes_back(steps: list[_Step], shifting: set[str], judging: set[str]) -> bool:
    """Whether all that is done is to take the traffic away, and then to ask again."""
    back = [one.group for one in steps if one.template in shifting and one.given & _NONE]
    more = [one for one in steps if one.template in shifting and not one.given & _NONE]
    return bool(back) and not more and any(one.template in judging and one.group > min(back) for one in steps)


def _submitted_by(unit: Unit, item: KubeObject) -> str | None:
    """What starts a workflow: a command, a schedule, or a sensor."""
    for launch in unit.launches:
        for command in launch.commands if launch.neutralised is None else ():
            if command.words[:2] == ("argo", "submit") and any(
                word in (f"workflowtemplate/{item.name}", f"clusterworkflowtemplate/{item.name}", item.path)
                for word in command.words
            ):
                return f"{launch.path}:{launch.line_of(command)}"
        if any(need.startswith(_id(item, "")) for need in launch.needs) and not launch.id.startswith(_id(item, "")):
            return f"{launch.path}:{launch.line}"
    return f"{item.path}:{item.line}" if item.kind == "CronWorkflow" else None


def _is_entry(unit: Unit, item: KubeObject, template: str) -> bool:
    """Whether something outside of the workflow asks for one of its templates."""
    wanted = _id(item, template)
    return any(wanted in launch.needs and not launch.id.startswith(_id(item, "")) for launch in unit.launches)
