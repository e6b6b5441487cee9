"""Drift and data quality on live data: Evidently, NannyML, alibi-detect, whylogs, Deepchecks, River, Frouros, tests by hand."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from jupyter_mlops.assessment.alert_rules import Alert, alerts
from jupyter_mlops.assessment.cloud_alarms import alarms
from jupyter_mlops.assessment.consumed import Use, uses_of
from jupyter_mlops.assessment.distances import are_both, compares_with_itself, own_distances
from jupyter_mlops.assessment.findings import CALL, CONVENTION, Finding, Rung
from jupyter_mlops.assessment.flows import own_function
from jupyter_mlops.assessment.live_checks import failing_operators, live_checks, scheduled_scans
from jupyter_mlops.assessment.metrics import emitted, knows, metrics_in
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.schedules import triggers
from jupyter_mlops.assessment.services import services, started_for_real
from jupyter_mlops.assessment.sites import Site, sites, sources_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call
from jupyter_mlops.project.reach import Node

_CRITERION = "drift-detected"
_WORDS = (
    "evidently",
    "nannyml",
    "alibi_detect",
    "whylogs",
    "deepchecks",
    "river",
    "frouros",
    "ks_2samp",
    "psi",
    "drift",
    "wasserstein",
    "jensenshannon",
    "spatial.distance",
)
#: Calls that compare live data with a reference.
_RUNS = lazy(
    r"^(evidently[\w.]*\.(Report|TestSuite|Dashboard|Profile|ModelProfile)\(\)\.(run|calculate)"
    r"|nannyml[\w.]*\(\)(\.fit\(\))?\.(calculate|estimate)"
    r"|alibi_detect[\w.]*\(\)\.predict"
    r"|whylogs\.log|whylogs[\w.]*\.(generate_constraints_report|validate)"
    r"|deepchecks[\w.]*\(\)\.run"
    r"|river\.drift[\w.]*\(\)\.update"
    r"|frouros[\w.]*\(\)\.(compare|update)"
    r"|scipy\.stats\.(ks_2samp|chi2_contingency|wasserstein_distance|anderson_ksamp|mannwhitneyu|entropy)|scipy\.spatial\.distance\.(jensenshannon|cosine|euclidean|mahalanobis))$"
)
_BY_HAND = lazy(r"^scipy\.")
_BUILDS = lazy(r"^evidently[\w.]*\.(Report|TestSuite)$|^nannyml\.\w+Calculator$|^alibi_detect[\w.]*\.\w+Drift$")
#: Functions that find a reason to train again.
_OTHER_REASON = lazy(r"retrain|re_train|degrad|underperform", re.IGNORECASE)
_DRIFT_NAME = lazy(r"drift|psi|stability_index|data_quality|skew", re.IGNORECASE)


def checks(unit: Unit) -> list[Site]:
    """Where live data is compared with a reference."""
    return unit.once("drift checks", lambda: _checks(unit))


def _checks(unit: Unit) -> list[Site]:
    found = [
        site
        for path, source in sources_of(unit, *_WORDS)
        for site in sites(unit, path, [call for call in source.calls if _RUNS.match(call.name)])
    ]
    found = [site for site in found if not _BY_HAND.match(site.name) or _is_about_drift(unit, site)]
    found = [site for site in found if not site.name.endswith("entropy") or _compares_two(site)]
    found = [site for site in (*found, *own_distances(unit)) if not compares_with_itself(site)]
    return [*found, *live_checks(unit)]


def _is_about_drift(unit: Unit, site: Site) -> bool:
    """Whether a test by hand says by its names that it compares live data: its function, its file, or what a caller hands it or calls its answer."""
    if _DRIFT_NAME.search(f"{site.scope} {site.path}"):
        return True
    node = site.call.scope.node
    parameters = [*node.args.args, *node.args.kwonlyargs] if isinstance(node, ast.FunctionDef) else []
    if are_both([argument.arg for argument in parameters]):
        return True
    name = site.scope.rpartition(".")[2]
    for path, source in sources_of(unit, f"{name}(") if name else ():
        for call in source.calls:
            if own_function(unit, path, call) == (site.path, site.scope):
                given = [
                    ast.unparse(argument) for argument in (*call.node.args, *(key.value for key in call.node.keywords))
                ]
                if are_both(given) or any(_DRIFT_NAME.search(target) for target in _kept_as(call)):
                    return True
    return False


def _kept_as(call: Call) -> Iterator[str]:
    """The names that a call's answer is kept under."""
    for statement in call.scope.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Assign) and node.value is call.node:
                yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _findings(unit: Unit) -> Iterator[Finding]:
    found = [list(_of(unit, site)) for site in checks(unit)]
    best = max(found, key=lambda findings: sum(finding.rung for finding in findings), default=[])
    yield from best
    if not best:
        yield from _operators(unit)
        yield from _scans(unit)
    if not found:
        yield from _built_only(unit)


def _operators(unit: Unit) -> Iterator[Finding]:
    """Operators that validate live data and fail by themselves."""
    scheduled = {pipeline.path for pipeline in unit.pipelines if pipeline.started_by == "its schedule"}
    for site in failing_operators(unit):
        rung = Rung.E3 if site.path in scheduled else Rung.E2
        for part, message in (
            ("check", "The operator validates live data."),
            ("schedule", "The DAG runs the validation."),
            ("used", "The task fails where the validation does."),
        ):
            yield _finding(part, rung, message, site, CALL, (), "Give the DAG a schedule, and tasks in order.")
        return


def _scans(unit: Unit) -> Iterator[Finding]:
    """Scans of live data by Soda, which fail their step."""
    for launch, line in scheduled_scans(unit):
        for part, message in (
            ("check", "Soda scans live data."),
            ("schedule", f"{launch.path} runs the scan by a schedule."),
            ("used", "The step fails where a check of the scan does."),
        ):
            yield Finding(
                "drift", _CRITERION, Rung.E3, message, part=part, confidence=CALL, path=launch.path, line=line
            )
        return


def _compares_two(site: Site) -> bool:
    """Whether an entropy is one of two distributions; of one alone it compares nothing."""
    return site.call.argument(1, "qk") is not None


def _of(unit: Unit, site: Site) -> Iterator[Finding]:
    what = site.name.replace("()", "").lstrip(":?")
    rung = Rung.E3 if site.reached else Rung.E2
    suffix = "." if site.reached else ", in code that nothing runs."
    confidence = CONVENTION if _BY_HAND.match(site.name) else CALL
    yield _finding(
        "check",
        rung,
        f"`{what}` {'checks live data' if site in live_checks(unit) else 'compares live data with a reference'}{suffix}",
        site,
        confidence,
        unit.reach.chain(site.path, site.scope),
        "Call it from code that runs.",
    )
    scheduled = False
    for trigger in triggers(unit):
        if (site.path, site.scope) in unit.reach.behind(*trigger.nodes):
            scheduled = True
            chain = (f"{trigger.path}:{trigger.line}", f"{site.path}:{site.line}")
            asked = _asked_before(unit, site)
            if asked is not None:
                path, line, name = asked
                yield Finding(
                    "drift",
                    _CRITERION,
                    Rung.E2,
                    f"{trigger.what} runs the drift check only after `{name}` has found a reason of its own.",
                    part="schedule",
                    confidence=CALL,
                    path=path,
                    line=line,
                    chain=(f"{trigger.path}:{trigger.line}", f"{path}:{line}", f"{site.path}:{site.line}"),
                    raise_by="Run the check on the schedule itself, before anything decides whether to train again.",
                )
                break
            yield Finding(
                "drift",
                _CRITERION,
                Rung.E3,
                f"{trigger.what} runs the drift check.",
                part="schedule",
                confidence=CALL,
                path=trigger.path,
                line=trigger.line,
                chain=chain,
            )
            break
    if not scheduled:
        yield from _on_each_request(unit, site)
    use = _used(unit, site, scheduled)
    if use is not None:
        rung = Rung.E3 if use.counts else Rung.E2
        yield Finding(
            "drift",
            _CRITERION,
            rung,
            f"The result of the drift check is {use.how}.",
            part="used",
            confidence=CALL,
            path=use.path,
            line=use.line,
            chain=(f"{site.path}:{site.line}", f"{use.path}:{use.line}"),
            raise_by=None
            if use.counts
            else "Branch on it, fail the step, or export it as a metric that an alert watches.",
        )


def _asked_before(unit: Unit, site: Site) -> tuple[str, int, str] | None:
    """Where the way to a check ends unless another function wants to train again: `if not should_retrain(): return`."""
    for place in unit.reach.chain(site.path, site.scope):
        path, _, number = place.rpartition(":")
        source = unit.project.python(path) if path.endswith(".py") and number.isdigit() else None
        for scope in source.scopes if source is not None else ():
            if scope.node is None or not scope.line <= int(number) <= (getattr(scope.node, "end_lineno", 0) or 0):
                continue
            for statement in scope.body:
                if statement.lineno >= int(number) or not isinstance(statement, ast.If):
                    continue
                test = statement.test.operand if isinstance(statement.test, ast.UnaryOp) else None
                name = ast.unparse(test.func) if isinstance(test, ast.Call) else ""
                if _OTHER_REASON.search(name) and isinstance(statement.body[-1], ast.Return):
                    return path, statement.lineno, name
    return None


def _on_each_request(unit: Unit, site: Site) -> Iterator[Finding]:
    """The prediction of a service that is started, when it looks for drift itself: each request is the trigger."""
    for service in services(unit):
        for route in service.routes if started_for_real(service) is not None else ():
            if route.predicts is not None and (site.path, site.scope) in unit.reach.behind(route.node):
                yield Finding(
                    "drift",
                    _CRITERION,
                    Rung.E3,
                    f"Each request to {route.path} runs the drift check.",
                    part="schedule",
                    confidence=CALL,
                    path=route.node[0],
                    line=route.line,
                    chain=(f"{route.node[0]}:{route.line}", f"{site.path}:{site.line}"),
                )
                return


def _used(unit: Unit, site: Site, scheduled: bool) -> Use | None:
    """The strongest use of a check's result. An exported metric counts when an alert watches it: else nobody learns of it.

    Of a check that is scheduled, what happens where no schedule leads is none.
    """
    uses = list(uses_of(unit, site))
    alert = _alert(unit, {use.path for use in uses if use.exports} | {site.path})
    uses = sorted((_watched(use, alert) for use in uses), key=lambda use: not use.counts)
    if scheduled:
        there = unit.reach.behind(*(node for trigger in triggers(unit) for node in trigger.nodes))
        elsewhere = next((use for use in uses if not _is_there(use, there)), None)
        uses = [use for use in uses if _is_there(use, there)]
        if elsewhere is not None and elsewhere.counts and not any(use.counts for use in uses):
            return elsewhere._replace(how=f"{elsewhere.how}, but not where the schedule runs it", counts=False)
    best = uses[0] if uses else None
    if best is not None and best.exports and best.counts and alert is not None:
        return best._replace(path=alert.path, line=alert.line or 1)
    return best


def _alert(unit: Unit, paths: set[str]) -> Alert | None:
    """An alert on drift, or on a metric that is made in one of the sources."""
    beside = [metric.name for metric in emitted(unit) if metric.path in paths]
    for alert in alerts(unit):
        names = metrics_in(alert.expression)
        about = _DRIFT_NAME.search(alert.expression) or any(name.startswith(tuple(beside)) for name in names)
        if about and all(knows(unit, name) for name in names):
            return alert
    return _cloud_alarm(unit, paths)


def _cloud_alarm(unit: Unit, paths: set[str]) -> Alert | None:
    """An alarm of a cloud on a metric that one of the sources sends: `put_metric_data(MetricData=[{"MetricName": "Drift"}])`."""
    sent = {name for path in sorted(paths) for name in _sent_to_cloudwatch(unit, path)}
    for alarm in alarms(unit) if sent else ():
        watched = next((name for name in sent if re.search(rf"\b{re.escape(name)}\b", alarm.text)), None)
        if watched is not None and alarm.by is not None and alarm.notifies:
            return Alert(alarm.path, alarm.line, alarm.name, watched, alarm.by, {})
    return None


def _sent_to_cloudwatch(unit: Unit, path: str) -> Iterator[str]:
    source = unit.project.python(path)
    for call in source.calls if source is not None else ():
        for node in ast.walk(call.node) if call.attribute == "put_metric_data" else ():
            for key, value in zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ():
                if isinstance(key, ast.Constant) and key.value == "MetricName" and isinstance(value, ast.Constant):
                    yield str(value.value)


def _watched(use: Use, alert: Alert | None) -> Use:
    """The use, with what watches the metric where it is exported as one."""
    if not use.exports:
        return use
    if alert is None:
        return use._replace(how="exported as a metric that no alert watches", counts=False)
    return use._replace(how="exported as a metric with an alert")


def _is_there(use: Use, nodes: frozenset[Node]) -> bool:
    """Whether a use is in code that these lead to, or in no code."""
    return use.scope is None or (use.path, use.scope) in nodes


def _finding(
    part: str, rung: Rung, message: str, site: Site, confidence: float, chain: tuple[str, ...], raise_by: str
) -> Finding:
    return Finding(
        "drift",
        _CRITERION,
        rung,
        message,
        part=part,
        confidence=confidence,
        path=site.path,
        line=site.line,
        cell=site.cell,
        chain=chain,
        raise_by=None if rung >= Rung.E3 else raise_by,
    )


def _built_only(unit: Unit) -> Iterator[Finding]:
    for path, source in sources_of(unit, "evidently", "nannyml", "alibi_detect"):
        for site in sites(unit, path, [call for call in source.calls if _BUILDS.match(call.name)]):
            yield _finding(
                "check", Rung.E1, f"`{site.name}` is built and never run.", site, CALL, (), "Run it on live data."
            )
            return


PROBE = Probe(
    id="drift",
    title="Evidently, NannyML, alibi-detect, whylogs, Deepchecks, River, Frouros, Great Expectations on live data, statistical tests",
    reads="Python code; what schedules it; what uses its results",
    credits="declared: built and never run · configured: run by hand, or a report that nobody reads · wired: run on a schedule, with a result that is exported, branched on or fails the step",
    findings=_findings,
)
