"""Controllers of the project's own: code on a schedule that asks the metrics of a version and gives it more traffic or none."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from jupyter_mlops.assessment.findings import CALL, Finding, Rung
from jupyter_mlops.assessment.flows import own_function
from jupyter_mlops.assessment.kube import objects
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.schedules import triggers
from jupyter_mlops.assessment.sites import sources_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.handed_scripts import SHELL_CALLS
from jupyter_mlops.project.marks import mapping, sequence
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call, PythonSource, Scope

#: What a source has to say to ask Prometheus.
_ASKS = ("/api/v1/query", "PrometheusConnect")
#: Keys under which the share of a version is set.
_SHARES = frozenset({"canaryTrafficPercent", "weight", "weights", "trafficPercent", "candidates"})
#: The same in a text that is handed to `kubectl patch`.
_SAID = lazy(r"\b(canaryTrafficPercent|weights?|trafficPercent)\b")
_WRITES = frozenset(
    {"patch_namespaced_custom_object", "patch_cluster_custom_object", "replace_namespaced_custom_object", "write_text"}
    | {"safe_dump", "dump", "patch", "put"}
)


class _Shift(NamedTuple):
    path: str
    scope: Scope
    call: Call
    checked: bool


def _findings(unit: Unit) -> Iterator[Finding]:
    split = _split(unit)
    for found in _shifts(unit) if split is not None else ():
        chain = (split, *unit.reach.chain(found.path, found.scope.name)) if split else ()
        yield Finding(
            "traffic-control",
            "routed",
            Rung.E3,
            "What the metrics of a version say decides how much traffic it gets.",
            confidence=CALL,
            path=found.path,
            line=found.call.line,
            chain=chain,
        )
        yield Finding(
            "traffic-control",
            "self-healing",
            Rung.E3 if found.checked else Rung.E2,
            "A version whose metrics are bad loses its traffic, and the metrics are asked again."
            if found.checked
            else "A version whose metrics are bad loses its traffic, and nothing checks that this helped.",
            confidence=CALL,
            path=found.path,
            line=found.call.line,
            chain=chain,
            raise_by=None if found.checked else "Ask the metrics again, and fail when they are still bad.",
        )
        return


def _split(unit: Unit) -> str | None:
    """Where traffic is split between versions: a manifest, or a file of a proxy with weighted services."""
    for item in objects(unit, "InferenceService", "Experiment", "VirtualService", "HTTPRoute", "TrafficSplit"):
        if item.kind != "InferenceService" or "canaryTrafficPercent" in mapping(item.spec.get("predictor")):
            return f"{item.path}:{item.line}"
    for file in unit.files.suffixed(".yml", ".yaml"):
        if file.size < 100_000 and "weighted:" in (unit.project.text(file.path) or ""):
            for document in unit.project.yaml(file.path):
                services = mapping(mapping(mapping(document).get("http")).get("services"))
                for service in map(mapping, services.values()):
                    if len(sequence(mapping(service.get("weighted")).get("services"))) >= 2:
                        return f"{file.path}:1"
    return None


def _shifts(unit: Unit) -> Iterator[_Shift]:
    """Functions behind a trigger that ask the metrics, and then set a share."""
    there = unit.reach.behind(*(node for trigger in triggers(unit) for node in trigger.nodes))
    for path, source in sources_of(unit, *_ASKS):
        asking = {scope.name for scope in source.scopes if scope.kind == "function" and _asks(source, scope)}
        setting = {scope.name for scope in source.scopes if scope.kind == "function" and _sets(scope)}
        for scope in source.scopes:
            if scope.name in asking or scope.kind == "class":
                continue
            called = [
                (call, node[1]) for call in scope.calls if (node := own_function(unit, path, call)) and node[0] == path
            ]
            if (path, scope.name) not in there and not all((path, name) in there for _call, name in called):
                continue  # what an endless loop runs is behind it, the function around the loop is not
            first = next((call.line for call, name in called if name in asking), None)
            sets = [call for call, name in called if name in setting and first is not None and call.line >= first]
            own = scope.calls if scope.name in setting and first is not None else []
            sets += [call for call in own if _writes(call) and call.line >= (first or 0)]
            if sets and any(isinstance(node, ast.Compare) for node in _inside(source, scope, called)):
                again = {id(call.node) for call, name in called if name in asking}
                chosen = next((call for call in sets if _checked(scope, call, again)), None)
                yield _Shift(path, scope, chosen or sets[0], chosen is not None)


def _asks(source: PythonSource, scope: Scope) -> bool:
    """Whether a function sends a query to Prometheus, whose address it has itself or as a constant of its module."""
    constants = {name for name, text in source.module.constants.items() if _ASKS[0] in text}
    texts = [node.value for statement in scope.body for node in ast.walk(statement) if isinstance(node, ast.Constant)]
    sends = any(call.attribute in ("get", "post", "urlopen", "custom_query") for call in scope.calls)
    return sends and (
        bool(constants & scope.names.keys())
        or any(isinstance(text, str) and _ASKS[0] in text for text in texts)
        or any(call.attribute == "custom_query" for call in scope.calls)
    )


def _sets(scope: Scope) -> bool:
    """Whether a function writes the share of a version."""
    if not any(_writes(call) for call in scope.calls):
        return False
    return any(
        isinstance(node, ast.Constant)
        and (node.value in _SHARES or (isinstance(node.value, str) and bool(_SAID.search(node.value))))
        for statement in scope.body
        for node in ast.walk(statement)
        if not isinstance(getattr(node, "value", None), (list, dict))
    )


def _writes(call: Call) -> bool:
    """Whether a call writes something, itself or by `kubectl patch`."""
    if call.name not in SHELL_CALLS:
        return call.attribute in _WRITES
    words = [
        node.value for node in ast.walk(call.node) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return bool({"patch", "apply", "annotate", "set"} & set(" ".join(words).split())) and "kubectl" in " ".join(words)


def _inside(source: PythonSource, scope: Scope, called: list[tuple[Call, str]]) -> Iterator[ast.AST]:
    """The nodes of a function and of the functions of its file that it calls."""
    names = {scope.name, *(name for _call, name in called)}
    for one in source.scopes:
        if one.name in names:
            yield from (node for statement in one.body for node in ast.walk(statement))


def _checked(scope: Scope, call: Call, again: set[int]) -> bool:
    """Whether the metrics are asked again after a share was set, in a branch that fails."""
    return any(
        isinstance(node, ast.If)
        and node.lineno > call.line
        and any(id(inner) in again for inner in ast.walk(node.test))
        and _fails(node.body)
        for statement in scope.body
        for node in ast.walk(statement)
    )


def _fails(body: list[ast.stmt]) -> bool:
    for node in (inner for statement in body for inner in ast.walk(statement)):
        if isinstance(node, ast.Raise):
            return True
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "exit":
            return True
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Constant) and node.value.value not in (0, None):
            return True
    return False


PROBE = Probe(
    id="traffic-control",
    title="controllers of traffic in the project's code",
    reads="Python code that a schedule or a loop runs; manifests that split traffic",
    credits="configured: traffic is taken away and nothing checks it · wired: metrics of a version decide its share; they are asked again after a repair",
    findings=_findings,
)
