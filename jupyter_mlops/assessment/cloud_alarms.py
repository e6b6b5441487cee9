"""Alarms of clouds, however they are made: Terraform, CloudFormation, code, commands. Shared by probes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from jupyter_mlops.assessment.cloud_formation import declared, deployed
from jupyter_mlops.assessment.sites import sites, sources_of
from jupyter_mlops.assessment.terraform import applied, resources
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.shell import join

_KINDS = frozenset({"google_monitoring_alert_policy", "aws_cloudwatch_metric_alarm", "azurerm_monitor_metric_alert"})
_NOTIFIES = lazy(
    r"alarm_actions\s*=\s*\[\s*[^\]\s]|notification_channels\s*=\s*(\[\s*[^\]\s]|concat|var|local)|\baction\s*\{"
)
_OFF = lazy(r"\b(enabled|actions_enabled)\s*=\s*false")
_COMMANDS = (
    ("aws", "cloudwatch", "put-metric-alarm"),
    ("gcloud", "alpha", "monitoring", "policies", "create"),
    ("gcloud", "monitoring", "policies", "create"),
    ("az", "monitor", "metrics", "alert", "create"),
)


class Alarm(NamedTuple):
    """An alarm.

    Attributes:
        name: of it.
        text: what it says of the metric that it watches.
        path: the file.
        line: 1-based.
        by: what makes it, as `path:line`; None when nothing does.
        notifies: it tells somebody, or starts something.
        chain: how an entry point leads there.
        cell: of a notebook.
    """

    name: str
    text: str
    path: str
    line: int | None
    by: str | None
    notifies: bool
    chain: tuple[str, ...] = ()
    cell: int | None = None


def alarms(unit: Unit) -> list[Alarm]:
    """The alarms of a unit."""
    return unit.once(
        "cloud alarms",
        lambda: [*_terraform(unit), *_cloud_formation(unit), *_code(unit), *_commands(unit)],
    )


def _terraform(unit: Unit) -> Iterator[Alarm]:
    by = applied(unit)
    for resource in resources(unit):
        if resource.kind in _KINDS and not _OFF.search(resource.body):
            notifies = bool(_NOTIFIES.search(resource.body))
            yield Alarm(resource.name, resource.body, resource.path, resource.line, by, notifies)


def _cloud_formation(unit: Unit) -> Iterator[Alarm]:
    for item in declared(unit):
        if item.kind == "AWS::CloudWatch::Alarm":
            text = f"{item.settings.get('Namespace')} {item.settings.get('MetricName')}"
            by = deployed(unit, item.path)
            yield Alarm(item.name, text, item.path, item.line, by, bool(item.settings.get("AlarmActions")))


def _code(unit: Unit) -> Iterator[Alarm]:
    """`put_metric_alarm` of boto3, and alert policies of Google's client."""
    for path, source in sources_of(unit, "put_metric_alarm", "create_alert_policy"):
        calls = [call for call in source.calls if call.attribute in ("put_metric_alarm", "create_alert_policy")]
        for site in sites(unit, path, calls):
            text, notifies = _said(source.tree if site.call.attribute == "create_alert_policy" else site.call.node)
            name = site.call.text(None, "AlarmName") or site.call.attribute
            chain = unit.reach.chain(path, site.scope)
            by = (chain[0] if chain else f"{path}:{site.line}") if site.reached else None
            yield Alarm(name, text, path, site.line, by, notifies, chain, site.cell)


def _said(node: ast.AST) -> tuple[str, bool]:
    """The texts of a call or a file, and whether it names somebody to be told."""
    texts = [
        inner.value for inner in ast.walk(node) if isinstance(inner, ast.Constant) and isinstance(inner.value, str)
    ]
    told = {"AlarmActions", "notification_channels"}
    given = [inner for inner in ast.walk(node) if isinstance(inner, ast.keyword) and inner.arg in told]
    empty = all(isinstance(inner.value, (ast.List, ast.Tuple)) and not inner.value.elts for inner in given)
    return " ".join(texts), bool(given) and not empty


def _commands(unit: Unit) -> Iterator[Alarm]:
    for launch in unit.launches:
        for command in launch.commands if launch.neutralised is None else ():
            if not command.neutralised and any(command.words[: len(known)] == known for known in _COMMANDS):
                text = " ".join(command.words)
                for word in re.findall(r"(?<![\w./-])[\w./-]+\.(?:json|ya?ml)", text):
                    text += unit.project.text(join(launch.folder, word)) or ""
                notifies = bool(re.search(r"--alarm-actions|--action\b|notification-?channels", text, re.IGNORECASE))
                line = launch.line_of(command)
                yield Alarm(command.words[-1], text, launch.path, line, f"{launch.path}:{line}", notifies)
