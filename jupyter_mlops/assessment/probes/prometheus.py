"""Prometheus and OpenTelemetry: metrics that code emits, scrape jobs that reach it, alerts on metrics that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jupyter_mlops.assessment.alert_rules import Alert, alerts
from jupyter_mlops.assessment.findings import CALL, PARSED, Finding, Rung
from jupyter_mlops.assessment.metrics import emitted, exposures, knows, metrics_in, scrapes
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy

_CRITERION = "service-monitored"
#: Alerts on drift or data are about the model, not about the service.
_MODEL_ALERT = lazy(
    r"drift|psi\b|data_quality|feature_|prediction_distribution|accuracy|rmse|model_score", re.IGNORECASE
)


def _findings(unit: Unit) -> Iterator[Finding]:
    yield from _exposed(unit)
    yield from _scraped(unit)
    for alert in alerts(unit):
        yield _alert(unit, alert)
    yield from _runbooks(unit)


def _exposed(unit: Unit) -> Iterator[Finding]:
    own = [metric for metric in emitted(unit) if metric.used]
    for exposure in exposures(unit):
        counted = exposure.names is not None or own
        rung = Rung.E3 if exposure.reached and counted else Rung.E2
        what = "its own metrics" if exposure.names is not None else f"{len(own)} metrics of the code"
        why = (
            ""
            if rung == Rung.E3
            else ", in code that nothing runs"
            if not exposure.reached
            else ", none of which is set"
        )
        chain = (f"{own[0].path}:{own[0].line}",) if own and exposure.names is None else ()
        yield Finding(
            "prometheus",
            _CRITERION,
            rung,
            f"{exposure.what} exposes {what}{why}.",
            part="metrics",
            confidence=CALL,
            path=exposure.path,
            line=exposure.line,
            chain=chain,
            raise_by=None if rung == Rung.E3 else "Set the metrics in code that runs.",
        )
    if not exposures(unit):
        for metric in emitted(unit)[:1]:
            yield Finding(
                "prometheus",
                _CRITERION,
                Rung.E2,
                f"The metric {metric.name} is made, and nothing exposes it.",
                part="metrics",
                confidence=CALL,
                path=metric.path,
                line=metric.line,
                raise_by="Expose `/metrics`.",
            )


def _scraped(unit: Unit) -> Iterator[Finding]:
    for scrape in scrapes(unit):
        found = f"{scrape.path} scrapes {scrape.target}"
        if not scrape.resolved:
            message, rung, advice = (
                f"{found}, which nothing here answers.",
                Rung.E2,
                "Name the service as compose or Kubernetes does.",
            )
        elif "by the host's address" in scrape.resolved:
            message, rung, advice = (
                f"{found}: an address of one machine.",
                Rung.E2,
                "Name the service as compose or Kubernetes does.",
            )
        elif not scrape.loaded:
            message, rung, advice = (
                f"{found}, but nothing starts Prometheus with it.",
                Rung.E2,
                "Mount the file where Prometheus is started.",
            )
        else:
            message, rung, advice = f"{found} ({scrape.resolved}).", Rung.E3, None
        chain = (
            (scrape.loaded, f"{scrape.path}:{scrape.line}") if scrape.loaded and scrape.loaded != scrape.path else ()
        )
        yield Finding(
            "prometheus",
            _CRITERION,
            rung,
            message,
            part="scrape",
            confidence=PARSED,
            path=scrape.path,
            line=scrape.line,
            chain=chain,
            raise_by=advice,
        )


def _alert(unit: Unit, alert: Alert) -> Finding:
    names = metrics_in(alert.expression)
    unknown = [name for name in names if not knows(unit, name)]
    rung, advice = Rung.E3, None
    if _MODEL_ALERT.search(alert.expression) or _MODEL_ALERT.search(alert.name):
        message, rung = f"Alert {alert.name} watches the model, not the service.", Rung.E1
    elif not names:
        message, rung, advice = f"Alert {alert.name} uses no metric.", Rung.E1, "Use a metric that the service emits."
    elif unknown:
        message, rung, advice = (
            f"Alert {alert.name} uses {unknown[0]}, which nothing emits.",
            Rung.E2,
            f"Emit {unknown[0]}, or use a metric that is emitted.",
        )
    elif not alert.loaded:
        message, rung, advice = (
            f"Alert {alert.name} is in a file that no Prometheus loads.",
            Rung.E2,
            "List the file under `rule_files`.",
        )
    else:
        message = f"Alert {alert.name} on {', '.join(names[:3])}."
    chain = (alert.loaded, f"{alert.path}:{alert.line}") if alert.loaded and alert.loaded != alert.path else ()
    return Finding(
        "prometheus",
        _CRITERION,
        rung,
        message,
        part="alert",
        confidence=PARSED,
        path=alert.path,
        line=alert.line,
        chain=chain,
        raise_by=advice,
    )


def _runbooks(unit: Unit) -> Iterator[Finding]:
    found = alerts(unit)
    if not found:
        return
    without = [alert for alert in found if not any("runbook" in str(key) for key in alert.annotations)]
    first = without[0] if without else found[0]
    rung = Rung.E3 if not without else Rung.E2 if len(without) < len(found) else Rung.E1
    message = (
        f"All {len(found)} alerts name a runbook."
        if not without
        else f"{len(without)} of {len(found)} alerts name no runbook, {first.name} for one."
    )
    yield Finding(
        "prometheus",
        "runbooks",
        rung,
        message,
        confidence=PARSED,
        path=first.path,
        line=first.line,
        raise_by=None if not without else "Add a `runbook_url` annotation to every alert.",
    )


PROBE = Probe(
    id="prometheus",
    title="Prometheus, OpenTelemetry",
    reads="Python code, prometheus.yml, rule files, ServiceMonitor, PodMonitor, PrometheusRule, compose files",
    credits="configured: metrics nobody exposes, targets nobody answers, alerts on metrics nobody emits · wired: exposed by code that runs, scraped by name, alerts loaded",
    findings=_findings,
)
