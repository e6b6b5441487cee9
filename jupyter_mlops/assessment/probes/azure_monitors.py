"""Model monitors of Azure ML, in files that a command submits and in code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from jupyter_mlops.assessment.azure_files import azure_documents, submitted
from jupyter_mlops.assessment.findings import CALL, CONFIGURED, Finding, Findings, Rung
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.sites import sites, sources_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import line_of, mapping, strings
from jupyter_mlops.project.python_source import PythonSource

_SAY = Findings(
    "azure-ml-monitors",
    "drift-detected",
    "Create it by a command that CI or a script runs, with a trigger and addresses that are told.",
    CALL,
)


def _findings(unit: Unit) -> Iterator[Finding]:
    for path, document in azure_documents(unit):
        monitor = mapping(document.get("create_monitor"))
        if not monitor:
            continue
        by = submitted(unit, path, "schedule")
        rung, chain = (Rung.E3, (by,)) if by else (Rung.E2, ())
        line = line_of(document, "create_monitor")
        found = _SAY(
            rung, "A monitor of Azure ML compares live data with a reference.", path, line, chain, confidence=CONFIGURED
        )
        yield replace(found, part="check")
        if mapping(document.get("trigger")):
            yield replace(
                found, part="schedule", message="The monitor has a schedule.", line=line_of(document, "trigger")
            )
        told = mapping(monitor.get("alert_notification"))
        if strings(told.get("emails")) or monitor.get("alert_notification") == "azmonitoring":
            yield replace(found, part="used", message="The monitor tells what it finds.")
        return
    yield from _code(unit)


def _code(unit: Unit) -> Iterator[Finding]:
    for path, source in sources_of(unit, "MonitorSchedule"):
        given = {
            keyword.arg
            for call in source.calls
            if call.attribute in ("MonitorSchedule", "MonitorDefinition")
            for keyword in call.node.keywords
        }
        calls = [call for call in source.calls if "schedules." in call.name and "create_or_update" in call.attribute]
        for site in sites(unit, path, calls if "create_monitor" in given else []):
            rung = Rung.E3 if site.reached else Rung.E2
            chain = unit.reach.chain(path, site.scope)
            message = "A monitor of Azure ML compares live data with a reference."
            found = _SAY(rung, message, path, site.line, chain, cell=site.cell)
            yield replace(found, part="check")
            if "trigger" in given:
                yield replace(found, part="schedule", message="The monitor has a schedule.")
            if "alert_notification" in given and _tells(source):
                yield replace(found, part="used", message="The monitor tells what it finds.")
            return


def _tells(source: PythonSource) -> bool:
    """Whether an alert has addresses."""
    lists = [call.argument(0, "emails") for call in source.calls if call.attribute == "AlertNotification"]
    return bool(lists) and not all(isinstance(given, ast.List) and not given.elts for given in lists)


PROBE = Probe(
    id="azure-ml-monitors",
    title="model monitors of Azure ML",
    reads="YAML files with an Azure ML schema, Python code that imports azure.ai.ml",
    credits="configured: a monitor that nothing creates · wired: created by a command or by code that runs, with a trigger and addresses that are told",
    findings=_findings,
)
