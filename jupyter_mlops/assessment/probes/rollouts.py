"""Progressive delivery and routing: Argo Rollouts, Flagger, KServe, Istio, Seldon, bandits; and what repairs itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from jupyter_mlops.assessment.cloud_formation import declared, deployed
from jupyter_mlops.assessment.findings import CONVENTION, PARSED, Finding, Rung
from jupyter_mlops.assessment.kube import KubeObject, applied_by, objects
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.sites import sites, sources_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import line_of, mapping, sequence
from jupyter_mlops.project.patterns import lazy


def _findings(unit: Unit) -> Iterator[Finding]:
    for item in objects(unit, "Rollout"):
        if item.api == "argoproj.io":
            yield from _rollout(unit, item)
    for item in objects(unit, "Canary"):
        if item.api == "flagger.app":
            analysis = mapping(item.spec.get("analysis"))
            metrics = sequence(analysis.get("metrics"))
            yield from _both(unit, item, bool(metrics), "Flagger", line_of(item.spec, "analysis"))
    for item in objects(unit, "InferenceService"):
        yield from _kserve(unit, item)
    for item in objects(unit, "InferenceGraph"):
        yield from _graph(unit, item)
    for item in objects(unit, "Experiment"):
        if item.api == "mlops.seldon.io":
            yield _routed(
                unit, item, Rung.E2, f"Seldon experiment {item.name} splits traffic; nothing analyses it.", item.line
            )
    for item in objects(unit, "VirtualService", "HTTPRoute"):
        yield from _weights(unit, item)
    yield from _of_lambda(unit)
    yield from _bandits(unit)


#: Shares that CodeDeploy shifts at a time; `AllAtOnce` is no step.
_SHIFTS = lazy(r"(Canary|Linear)\d+Percent")


def _of_lambda(unit: Unit) -> Iterator[Finding]:
    """Functions of AWS whose new version gets its traffic in steps, and none when an alarm goes off."""
    for function in declared(unit):
        preference = mapping(function.settings.get("DeploymentPreference"))
        shifts = bool(_SHIFTS.search(str(preference.get("Type") or ""))) and function.settings.get("AutoPublishAlias")
        if function.kind != "AWS::Serverless::Function" or not shifts or preference.get("Enabled") is False:
            continue
        by = deployed(unit, function.path)
        alarms = sequence(preference.get("Alarms"))
        rung = Rung.E3 if alarms and by else Rung.E2
        told = "as its alarms allow" if alarms else "without an alarm that could stop it"
        missing = None if alarms else "Name alarms in its `DeploymentPreference`."
        found = Finding(
            "rollouts",
            "routed",
            rung,
            f"CodeDeploy shifts the traffic of {function.name} in steps, {told}.",
            confidence=PARSED,
            path=function.path,
            line=line_of(preference) or function.line,
            chain=(by,) if by else (),
            raise_by=missing if by else "Deploy the template: `sam deploy`.",
        )
        yield found
        if alarms:
            message = (
                f"CodeDeploy takes {function.name} back by itself when an alarm goes off while traffic is shifted."
            )
            yield replace(found, criterion="self-healing", message=message)


def _routed(unit: Unit, item: KubeObject, rung: Rung, message: str, line: int | None) -> Finding:
    by = applied_by(unit, item.path)
    found = Finding(
        "rollouts",
        "routed",
        rung,
        message,
        confidence=PARSED,
        path=item.path,
        line=line or item.line,
        chain=(by,) if by else (),
        raise_by=None if rung >= Rung.E3 else "Add a canary with automatic analysis.",
    )
    return (
        found
        if by
        else found.capped(Rung.E2, "nothing applies the manifest", "Apply it in CI, or list it in a kustomization.")
    )


def _both(unit: Unit, item: KubeObject, analysed: bool, tool: str, line: int | None) -> Iterator[Finding]:
    if not analysed:
        yield _routed(unit, item, Rung.E2, f"{tool} {item.name} shifts traffic in steps, without an analysis.", line)
        return
    yield _routed(unit, item, Rung.E3, f"{tool} {item.name} shifts traffic as its analysis allows.", line)
    by = applied_by(unit, item.path)
    healing = Finding(
        "rollouts",
        "self-healing",
        Rung.E3,
        f"{tool} {item.name} rolls back by itself when its analysis fails, and the analysis verifies each step.",
        confidence=PARSED,
        path=item.path,
        line=line or item.line,
        chain=(by,) if by else (),
    )
    yield (
        healing
        if by
        else healing.capped(Rung.E2, "nothing applies the manifest", "Apply it in CI, or list it in a kustomization.")
    )


def _rollout(unit: Unit, item: KubeObject) -> Iterator[Finding]:
    canary = mapping(mapping(item.spec.get("strategy")).get("canary")) or mapping(
        mapping(item.spec.get("strategy")).get("blueGreen")
    )
    steps = [mapping(step) for step in sequence(canary.get("steps"))]
    analyses = [mapping(step["analysis"]) for step in steps if "analysis" in step] + [
        mapping(canary[key]) for key in ("analysis", "prePromotionAnalysis", "postPromotionAnalysis") if key in canary
    ]
    wanted = {
        str(mapping(template).get("templateName"))
        for analysis in analyses
        for template in sequence(analysis.get("templates"))
    }
    known = {
        template.name
        for template in objects(unit, "AnalysisTemplate", "ClusterAnalysisTemplate")
        if any(_may_fail(mapping(metric)) for metric in sequence(template.spec.get("metrics")))
    }
    if wanted and not wanted & known:
        yield _routed(
            unit,
            item,
            Rung.E2,
            f"Rollout {item.name} names the analysis {min(wanted)}, which is not here or has no condition.",
            line_of(canary),
        )
        return
    weights = [step["setWeight"] for step in steps if isinstance(step.get("setWeight"), int)]
    if weights and min(weights) >= 100:
        told = f"Rollout {item.name} gives the new version all of the traffic at once."
        yield _routed(unit, item, Rung.E2, told, line_of(canary, "steps"))
        return
    yield from _both(unit, item, bool(wanted), "Rollout", line_of(canary))


def _may_fail(metric: dict[Any, Any]) -> bool:
    """Whether an analysis looks at what it measures: a condition that is `true` whatever comes out is none."""
    conditions = [str(metric[key]) for key in ("successCondition", "failureCondition") if metric.get(key)]
    return any("result" in condition for condition in conditions)


def _kserve(unit: Unit, item: KubeObject) -> Iterator[Finding]:
    predictor = mapping(item.spec.get("predictor"))
    if "canaryTrafficPercent" in item.spec:
        yield _routed(
            unit,
            item,
            Rung.E1,
            "canaryTrafficPercent does nothing under `spec`; its place is `spec.predictor`.",
            line_of(item.spec, "canaryTrafficPercent"),
        )
    elif "canaryTrafficPercent" in predictor:
        yield _routed(
            unit,
            item,
            Rung.E2,
            f"KServe sends {predictor['canaryTrafficPercent']} % to the new version; nothing analyses it.",
            line_of(predictor, "canaryTrafficPercent"),
        )


def _graph(unit: Unit, item: KubeObject) -> Iterator[Finding]:
    for node in mapping(item.spec.get("nodes")).values():
        steps = [mapping(step) for step in sequence(mapping(node).get("steps"))]
        kind = mapping(node).get("routerType")
        if kind == "Switch" and len(steps) > 1:
            yield _routed(
                unit,
                item,
                Rung.E2,
                f"InferenceGraph {item.name} routes between {len(steps)} models by condition; nothing analyses them.",
                line_of(node),
            )
        elif kind == "Splitter" and len(steps) > 1:
            total = sum(step.get("weight", 0) for step in steps if isinstance(step.get("weight"), int))
            message = (
                f"InferenceGraph {item.name} splits traffic; nothing analyses it."
                if total == 100
                else f"The weights of InferenceGraph {item.name} add up to {total}, not to 100."
            )
            yield _routed(unit, item, Rung.E2 if total == 100 else Rung.E1, message, line_of(node))


def _weights(unit: Unit, item: KubeObject) -> Iterator[Finding]:
    rules: list[Any] = [*sequence(item.spec.get("http")), *sequence(item.spec.get("rules"))]
    for rule in map(mapping, rules):
        targets = [mapping(target) for target in (*sequence(rule.get("route")), *sequence(rule.get("backendRefs")))]
        if sum("weight" in target for target in targets) >= 2:
            yield _routed(
                unit,
                item,
                Rung.E2,
                f"{item.kind} {item.name} splits traffic by fixed weights; nothing analyses them.",
                line_of(rule),
            )


_DRAWS = lazy(r"(^|\.)(beta|betavariate|thompson\w*|ucb\w*|select_arm|choose_arm|sample_arm)$", re.IGNORECASE)
_LEARNS = lazy(r"reward|feedback|record_outcome|update_arm", re.IGNORECASE)


def _bandits(unit: Unit) -> Iterator[Finding]:
    """Routing by a bandit: it draws a version, and learns from what came of it."""
    for path, source in sources_of(unit, "beta(", "betavariate", "thompson", "Thompson", "ucb", "select_arm", "bandit"):
        learns = any(_LEARNS.search(scope.name) for scope in source.scopes)
        for site in sites(unit, path, [call for call in source.calls if _DRAWS.search(call.name)]):
            if not learns:
                continue
            rung = Rung.E3 if site.reached else Rung.E2
            yield Finding(
                "rollouts",
                "routed",
                rung,
                "A bandit routes between versions and learns from their results."
                if site.reached
                else "A bandit that nothing runs.",
                confidence=CONVENTION,
                path=path,
                line=site.line,
                chain=unit.reach.chain(path, site.scope),
                raise_by=None if site.reached else "Call it from the service.",
            )
            return


PROBE = Probe(
    id="rollouts",
    title="Argo Rollouts, Flagger, KServe canaries and graphs, Istio, Gateway API, Seldon experiments, bandits",
    reads="manifests, Python code",
    credits="declared: a canary in the wrong place, weights that do not add up · configured: traffic split without analysis, or not applied · wired: progressive delivery with an analysis, a bandit that learns",
    findings=_findings,
)
