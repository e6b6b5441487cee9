"""Dashboards kept with the code: Grafana, those of clouds and of Datadog by Terraform or CloudFormation, Evidently's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from jupyter_mlops.assessment.commanded import commands
from jupyter_mlops.assessment.findings import CALL, CONFIGURED, Finding, Findings, Rung
from jupyter_mlops.assessment.kube import applied_by, objects
from jupyter_mlops.assessment.metrics import knows, line_saying, loaded_by, metrics_in
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.sites import sites, sources_of
from jupyter_mlops.assessment.terraform import applied, resources
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import items, line_of, mapping, sequence
from jupyter_mlops.project.patterns import lazy

_RESOURCES = {
    "google_monitoring_dashboard": "Google Cloud",
    "aws_cloudwatch_dashboard": "CloudWatch",
    "azurerm_portal_dashboard": "Azure",
    "azurerm_application_insights_workbook": "Azure",
    "azurerm_dashboard_grafana": "Azure",
    "datadog_dashboard": "Datadog",
    "datadog_dashboard_json": "Datadog",
    "newrelic_one_dashboard": "New Relic",
    "grafana_dashboard": "Grafana",
}
_UPLOADS = lazy(r"curl\b.*dashboards|grr apply\b|grafanactl\b.*(push|apply)|grizzly apply\b|gcx\b.*dashboards")
_STACKS = lazy(r"(sam|serverless|sls) deploy\b|aws cloudformation (deploy|create-stack|update-stack)\b")
_EVIDENTLY = lazy(r"^evidently\.ui[\w.()]*\.add_(dashboard_)?panel$|^evidently\.ui[\w.()]*\.dashboard\.add_panel$")


_found = Findings("dashboards", "dashboards", "Provision a dashboard whose panels show metrics that are emitted.")


def _findings(unit: Unit) -> Iterator[Finding]:
    yield from _exported(unit)
    yield from _in_kubernetes(unit)
    yield from _declared(unit)
    for path, source in sources_of(unit, "add_panel", "add_dashboard_panel"):
        for site in sites(
            unit, path, [call for call in source.calls if call.attribute in ("add_panel", "add_dashboard_panel")]
        ):
            if _EVIDENTLY.search(site.name):
                yield _found(
                    Rung.E3 if site.reached else Rung.E2,
                    f"Evidently's dashboard gets a panel{'' if site.reached else ', in code that nothing runs'}.",
                    path,
                    site.line,
                    unit.reach.chain(path, site.scope),
                    cell=site.cell,
                    confidence=CALL,
                )


def _exported(unit: Unit) -> Iterator[Finding]:
    """Dashboards of Grafana as files."""
    for file in unit.files.suffixed(".json"):
        if (
            file.special is None
            and file.size < 3_000_000
            and ("dashboard" in file.path.lower() or "grafana" in file.path.lower())
        ):
            document = mapping(unit.project.json(file.path))
            document = mapping(document.get("dashboard")) or document
            if isinstance(document.get("panels"), list) or isinstance(document.get("rows"), list):
                yield _judged(unit, file.path, 1, document, *_provisioned(unit, file.path))


def _provisioned(unit: Unit, path: str) -> tuple[str, str]:
    """What gives a dashboard to Grafana, and why it does not."""
    mounted = loaded_by(unit, path)
    if mounted and any(_provides(unit, file.path) for file in unit.files.suffixed(".yml", ".yaml")):
        return mounted, ""
    for run in commands(unit, _UPLOADS):
        if run.problem is None:
            return f"{run.path}:{run.line}", ""
    for resource in resources(unit):
        if resource.kind == "grafana_dashboard" and path.rpartition("/")[2] in resource.body and applied(unit):
            return f"{resource.path}:{resource.line}", ""
    return "", "no provider of dashboards names its folder" if mounted else "nothing gives it to Grafana"


def _provides(unit: Unit, path: str) -> bool:
    """Whether a file tells Grafana where dashboards are."""
    text = unit.project.text(path) or "" if "grafana" in path or "dashboard" in path or "provision" in path else ""
    return "providers:" in text and any(
        mapping(mapping(provider).get("options")).get("path")
        for document in unit.project.yaml(path)
        for provider in sequence(mapping(document).get("providers"))
    )


def _in_kubernetes(unit: Unit) -> Iterator[Finding]:
    for item in objects(unit, "ConfigMap", "GrafanaDashboard"):
        data = items(item.document.get("data")) if item.kind == "ConfigMap" else items(item.spec)
        for key, text, line in data:
            if isinstance(text, str) and (key == "json" or key.endswith(".json")) and "panels" in text:
                try:
                    document = mapping(json.loads(text))
                except (ValueError, RecursionError):
                    continue
                by = applied_by(unit, item.path) or ""
                yield _judged(unit, item.path, line or item.line, document, by, "" if by else "nothing applies it")


def _judged(unit: Unit, path: str, line: int | None, document: dict[Any, Any], by: str, problem: str) -> Finding:
    title = str(document.get("title") or path.rpartition("/")[2])
    asked = list(_expressions(document, 0))
    if not asked:
        return _found(Rung.E0, f"No panel of {title} shows anything.", path, line)
    names = [name for expression in asked for name in metrics_in(expression)]
    known = [name for name in names if knows(unit, name)]
    place = line_saying(unit, path, line, known[0] if known else names[0] if names else title)
    if names and not known:
        return _found(Rung.E2, f"Panels of {title} show {names[0]}, which nothing emits.", path, place)
    if problem:
        return _found(Rung.E2, f"{title} is exported, but {problem}.", path, place)
    return _found(
        Rung.E3, f"{title} shows {', '.join(dict.fromkeys(known)) or 'what its queries find'}.", path, place, (by,)
    )


def _expressions(node: dict[Any, Any], depth: int) -> Iterator[str]:
    """The queries of all panels, also of those in rows."""
    for part in (*sequence(node.get("panels")), *sequence(node.get("rows"))):
        panel = mapping(part)
        for target in map(mapping, sequence(panel.get("targets"))):
            text = next((target[key] for key in ("expr", "query", "rawSql", "expression") if target.get(key)), None)
            if isinstance(text, str) and text.strip():
                yield text
        if depth < 3:
            yield from _expressions(panel, depth + 1)


def _declared(unit: Unit) -> Iterator[Finding]:
    """Dashboards of clouds."""
    for resource in resources(unit):
        if resource.kind in _RESOURCES:
            by = applied(unit)
            what = f"{_RESOURCES[resource.kind]} gets the dashboard {resource.name}"
            message = f"{what}." if by else f"{what} when somebody applies it."
            yield _found(
                Rung.E3 if by else Rung.E2,
                message,
                resource.path,
                resource.line,
                (by,) if by else (),
                confidence=CONFIGURED,
            )
    for file in unit.files.suffixed(".yml", ".yaml"):
        if file.size < 500_000 and "AWS::CloudWatch::Dashboard" in (unit.project.text(file.path) or ""):
            run = next((run for run in commands(unit, _STACKS) if run.problem is None), None)
            for document in unit.project.yaml(file.path):
                for name, resource, line in items(mapping(document).get("Resources")):
                    if mapping(resource).get("Type") == "AWS::CloudWatch::Dashboard":
                        chain = (f"{run.path}:{run.line}",) if run else ()
                        message = (
                            f"CloudWatch gets the dashboard {name}{'' if run else ' when somebody deploys the stack'}."
                        )
                        yield _found(
                            Rung.E3 if run else Rung.E2,
                            message,
                            file.path,
                            line_of(resource, "Type") or line,
                            chain,
                            confidence=CONFIGURED,
                        )


PROBE = Probe(
    id="dashboards",
    title="Grafana, Google Cloud, CloudWatch, Azure, Datadog, New Relic, Evidently",
    reads="exported dashboards (JSON), provisioning files, ConfigMaps, Terraform, CloudFormation, Python code",
    credits="absent: no panel asks for anything · configured: of metrics nobody emits, or given to nothing · wired: provisioned, applied or deployed",
    findings=_findings,
)
