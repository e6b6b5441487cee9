"""Root causes: alerts that start a diagnosis; Robusta, K8sGPT, HolmesGPT, Keptn, StackStorm, or a hook of the project."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from jupyter_mlops.assessment.alert_rules import alerts
from jupyter_mlops.assessment.findings import CALL, PARSED, Finding, Rung
from jupyter_mlops.assessment.kube import objects
from jupyter_mlops.assessment.metrics import inner_document, line_saying
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.services import ANY, meets, services
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.marks import entries, items, line_of, mapping, sequence
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call
from jupyter_mlops.project.reach import LAUNCH, Node, scope_named
from jupyter_mlops.project.shell import join

_CRITERION = "root-cause"
_DIAGNOSES = lazy(
    r"root_?cause|diagnos|\brca\b|_rca|rca_|what_changed|recent_changes|changes_since|probable_cause|explain_incident|triage|blame_change|suspects?\b",
    re.IGNORECASE,
)
#: What the folders of a diagnosis are called, where those of the functions say less.
_FOLDERS = lazy(r"(^|[/_-])(rca|root[_-]?causes?|diagnos(is|e|tics?))($|[/_.-])", re.IGNORECASE)
#: Calls that look nothing up.
_IDLE = frozenset(
    {"print", "info", "debug", "warning", "error", "str", "dict", "append", "get", "dumps", "loads", "format"}
)
_OPERATORS = frozenset({"robusta.dev", "core.k8sgpt.ai", "keptn.sh", "lifecycle.keptn.sh", "metrics.keptn.sh"})


class _Hook(NamedTuple):
    path: str
    line: int | None
    url: str


def _findings(unit: Unit) -> Iterator[Finding]:
    hooks = [*_hooks(unit), *_in_cluster(unit)]
    for item in objects(unit):
        if item.api in _OPERATORS:
            yield Finding(
                "diagnosis",
                _CRITERION,
                Rung.E3 if alerts(unit) else Rung.E2,
                f"{item.kind} {item.name} diagnoses what alerts point at.",
                confidence=PARSED,
                path=item.path,
                line=item.line,
            )
    yield from _playbooks(unit)
    found = [*_own(unit, hooks), *_submitted(unit, hooks)]
    yield from found
    if hooks and not found:
        yield Finding(
            "diagnosis",
            _CRITERION,
            Rung.E1,
            f"Alerts are sent to {hooks[0].url}, and nothing there diagnoses.",
            confidence=PARSED,
            path=hooks[0].path,
            line=hooks[0].line,
        )


def _playbooks(unit: Unit) -> Iterator[Finding]:
    """Values of Robusta's chart: what it does when an alert of here fires, where a release is made with them."""
    known = {alert.name for alert in alerts(unit)}
    for file in unit.files.suffixed(".yml", ".yaml"):
        if file.size > 300_000 or "customPlaybooks" not in (unit.project.text(file.path) or ""):
            continue
        document = mapping(next(iter(unit.project.yaml(file.path)), None))
        for playbook, line in entries(document.get("customPlaybooks")):
            fired = [mapping(one).get("on_prometheus_alert") for one in sequence(mapping(playbook).get("triggers"))]
            named = {mapping(one).get("alert_name") for one in fired if one is not None}
            if not sequence(mapping(playbook).get("actions")) or not fired or not (named & known or None in named):
                continue
            by = _released(unit, file.path)
            yield Finding(
                "diagnosis",
                _CRITERION,
                Rung.E3 if by and known else Rung.E2,
                f"Robusta looks into alerts with the playbooks of {file.path}{'' if by else ', which no release uses'}.",
                confidence=PARSED,
                path=file.path,
                line=line,
                chain=(by,) if by else (),
                raise_by=None if by else f"Install Robusta's chart with `-f {file.path}`.",
            )
            return


def _released(unit: Unit, path: str) -> str | None:
    """The command of Helm that is given a file of values, as `path:line`."""
    for launch in unit.launches:
        for command in launch.commands if launch.neutralised is None else ():
            if command.words[:1] == ("helm",) and {"upgrade", "install"} & set(command.words):
                folder = join(launch.folder, command.folder)
                if path in [join(folder, word.rpartition("=")[2]) for word in command.words]:
                    return f"{launch.path}:{launch.line_of(command)}"
    return None


def _hooks(unit: Unit) -> Iterator[_Hook]:
    """Receivers of Alertmanager that call a URL; its configuration is a file, or stands in a ConfigMap."""
    for file in unit.files.suffixed(".yml", ".yaml"):
        if "webhook_configs" not in (unit.project.text(file.path) or "" if file.size < 300_000 else ""):
            continue
        for document in unit.project.yaml(file.path):
            yield from _called(file.path, mapping(document))
    for item in objects(unit, "ConfigMap"):
        for _name, text, line in items(item.document.get("data")):
            if isinstance(text, str) and "webhook_configs" in text:
                for hook in _called(item.path, inner_document(text)):
                    yield hook._replace(line=line_saying(unit, item.path, line, hook.url))


def _called(path: str, document: dict[Any, Any]) -> Iterator[_Hook]:
    routed = set(_routed(document.get("route")))
    for receiver in map(mapping, sequence(document.get("receivers"))):
        if str(receiver.get("name")) not in routed:
            continue
        for hook, line in entries(receiver.get("webhook_configs")):
            url = mapping(hook).get("url")
            if isinstance(url, str):
                yield _Hook(path, line_of(hook, "url") or line, url)


def _in_cluster(unit: Unit) -> Iterator[_Hook]:
    """Receivers of an AlertmanagerConfig, which its route sends to."""
    for item in objects(unit, "AlertmanagerConfig"):
        routed = set(_routed(item.spec.get("route")))
        for receiver in map(mapping, sequence(item.spec.get("receivers"))):
            for hook, line in entries(receiver.get("webhookConfigs")) if str(receiver.get("name")) in routed else ():
                url = mapping(hook).get("url")
                if isinstance(url, str):
                    yield _Hook(item.path, line_of(hook, "url") or line, url)


def _routed(route: object, depth: int = 0) -> Iterator[str]:
    """Names of the receivers that a route and the routes below it send to."""
    if isinstance(mapping(route).get("receiver"), str) and depth < 20:
        yield mapping(route)["receiver"]
    for inner in sequence(mapping(route).get("routes")) if depth < 20 else ():
        yield from _routed(inner, depth + 1)


def _diagnoses(unit: Unit, node: Node) -> bool:
    """Whether a function is a diagnosis: it is called so, and looks something up, itself or in what it calls."""
    said = _DIAGNOSES.search(f"{posixpath.basename(node[0])} {node[1]}") or _FOLDERS.search(unit.local(node[0]))
    return node[1] not in (LAUNCH, "") and bool(said) and any(_looks_up(unit, at) for at in unit.reach.behind(node))


def _looks_up(unit: Unit, node: Node) -> bool:
    source = unit.project.python(node[0]) if node[1] not in (LAUNCH, "") else None
    scope = scope_named(source, node[1]) if source is not None else None
    return scope is not None and any(
        call.attribute not in _IDLE and not call.name.startswith(":") and not _ANSWER.search(call.name)
        for call in scope.calls
    )


#: The request and the answer of a handler of the standard library's server.
_ANSWER = lazy(r"(^|\.)self\.(rfile|wfile|headers|send_response|send_header|end_headers)\b")


def _own(unit: Unit, hooks: list[_Hook]) -> Iterator[Finding]:
    """Routes that an alert reaches and that lead to a diagnosis."""
    for service in services(unit):
        for route in service.routes:
            behind = sorted(node for node in unit.reach.behind(route.node) if _diagnoses(unit, node))
            if not behind:
                continue
            hook = next((hook for hook in hooks if meets(hook.url, service, route)), None)
            where = behind[0]
            if hook is not None:
                yield Finding(
                    "diagnosis",
                    _CRITERION,
                    Rung.E3,
                    f"Alerts are sent to {hook.url if route.path == ANY else route.path}, which runs {where[1]}.",
                    confidence=CALL,
                    path=route.node[0],
                    line=route.line,
                    chain=(f"{hook.path}:{hook.line}", f"{route.node[0]}:{route.line}", where[0]),
                )
            else:
                yield Finding(
                    "diagnosis",
                    _CRITERION,
                    Rung.E2,
                    f"{route.path} runs {where[1]}, but no alert is sent there.",
                    confidence=CALL,
                    path=route.node[0],
                    line=route.line,
                    raise_by="Send alerts there with a webhook receiver.",
                )
            return
    for path in unit.mentioning("root_cause", "diagnos", "rca"):
        source = unit.project.python(path)
        for scope in source.scopes if source is not None and not unit.is_test(path) else []:
            if scope.kind == "function" and _DIAGNOSES.search(scope.name):
                yield Finding(
                    "diagnosis",
                    _CRITERION,
                    Rung.E2,
                    f"`{scope.name}` diagnoses, but no alert leads to it.",
                    confidence=CALL,
                    path=path,
                    line=scope.line,
                    raise_by="Send alerts to a hook that calls it.",
                )
                return


def _dispatches(unit: Unit, hook: _Hook) -> bool:
    """Whether a hook is the forge's, or a route of the project that hands the alert on to the forge."""
    if hook.url.rstrip("/").endswith("/dispatches"):
        return True
    met = [one.node for service in services(unit) for one in service.routes if meets(hook.url, service, one)]
    for path, name in unit.reach.behind(*met) if met else ():
        source = unit.project.python(path) if name != LAUNCH else None
        scope = scope_named(source, name) if source is not None else None
        for call in scope.calls if scope is not None else ():
            given = call.argument(0, "url") if call.attribute == "post" else None
            if given is not None and _text(call, given).rstrip("/'\"").endswith("/dispatches"):
                return True
    return False


def _text(call: Call, node: ast.expr) -> str:
    return call.scope.string(node) or ast.unparse(node)


def _submitted(unit: Unit, hooks: list[_Hook]) -> Iterator[Finding]:
    """Workflows that an alert submits, by Argo Events or by an event of the forge, and that lead to a diagnosis."""
    for launch in unit.launches if hooks else ():
        hook = next((hook for hook in hooks if _submits(unit, hook, launch)), None)
        behind = unit.reach.behind((launch.id, LAUNCH)) if hook is not None else ()
        where = next((node for node in sorted(behind) if _diagnoses(unit, node)), None)
        if hook is not None and where is not None and launch.neutralised is None:
            yield Finding(
                "diagnosis",
                _CRITERION,
                Rung.E3,
                f"Alerts submit {launch.name or launch.path}, which runs {where[0]}.",
                confidence=CALL,
                path=launch.path,
                line=launch.line,
                chain=(f"{hook.path}:{hook.line}", f"{launch.path}:{launch.line}", where[0]),
            )
            return


def _submits(unit: Unit, hook: _Hook, launch: Launch) -> bool:
    """Whether what is sent to a hook starts a launch."""
    if "dispatch" in launch.triggers:
        return _dispatches(unit, hook)
    for item in objects(unit, "Sensor"):
        if launch.id.startswith(f"{item.path}#Sensor/{item.name}/"):
            named = [mapping(one).get("eventSourceName") for one in sequence(item.spec.get("dependencies"))]
            return any(f"//{name}-eventsource-svc" in hook.url for name in named)
    return False


PROBE = Probe(
    id="diagnosis",
    title="root-cause analysis: Robusta, K8sGPT, Keptn, own hooks",
    reads="Alertmanager's configuration, Python services, manifests",
    credits="declared: alerts sent somewhere · configured: a diagnosis that no alert leads to · wired: an alert's webhook reaches a diagnosis",
    findings=_findings,
)
