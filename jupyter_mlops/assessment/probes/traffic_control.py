"""Controllers of the project's own: code on a schedule that asks the metrics of a version and gives it more traffic or none."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from jupyter_mlops.assessment.findings import CALL, Finding, Rung
from jupyter_mlops.assessment.flows import own_function
from jupyter_mlops.assessment.kube import objects
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.schedules import triggers
from jupyter_mlops.assessment.services import services, started_for_real
from jupyter_mlops.assessment.sites import sources_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.assessment.workflow_delivery import deliveries
from jupyter_mlops.project.marks import mapping, sequence
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call, PythonSource, Scope
from jupyter_mlops.project.reach import LAUNCH, Node, scope_named

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


#: Methods of stores that keep a value under a name: `redis.set("canary_weight", 0.2)`.
_KEEPS = frozenset({"set", "hset", "setex", "put"})
_SHARE = lazy(r"(canary|challenger|candidate|new|green)_(weight|share|traffic|percent(age)?|ratio)", re.IGNORECASE)
_SHARE_WORDS = (
    "canaryTrafficPercent",
    "weight",
    "trafficPercent",
    "candidates",
    "_share",
    "_percent",
    "_traffic",
    "_ratio",
)
#: What a router compares a throw of the dice with.
_PART = lazy(r"(^|_)(weight|share|ratio|percent(age)?|fraction|traffic|canary)", re.IGNORECASE)


class _Shift(NamedTuple):
    path: str
    scope: Scope
    call: Call
    checked: bool


def _findings(unit: Unit) -> Iterator[Finding]:
    yield from _workflows(unit)
    shifts = list(_shifts(unit))
    split = _split(unit) if shifts else None
    for found in shifts if split is not None else ():
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


def _workflows(unit: Unit) -> Iterator[Finding]:
    asking = _nodes(unit, _ASKS, _asks)
    for found in deliveries(unit, asking) if asking else ():
        chain = (found.by, f"{found.path}:{found.line}")
        message = "A workflow gives the new version more traffic when an analysis of its metrics lets it."
        yield Finding(
            "traffic-control",
            "routed",
            Rung.E3,
            message,
            confidence=CALL,
            path=found.path,
            line=found.line,
            chain=chain,
        )
        if found.heals is not None:
            message = "A workflow takes the traffic back when the analysis fails, and analyses again."
            yield Finding(
                "traffic-control",
                "self-healing",
                Rung.E3,
                message,
                confidence=CALL,
                path=found.path,
                line=found.heals,
                chain=chain,
            )


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
    return _router(unit)


def _router(unit: Unit) -> str | None:
    """A service of the project that chooses a version by the dice: `"new" if random() < weight else "old"`."""
    for service in services(unit):
        for route in service.routes if started_for_real(service) is not None else ():
            for path, name in sorted(unit.reach.behind(route.node)):
                source = unit.project.python(path) if name not in ("", LAUNCH) else None
                scope = scope_named(source, name) if source is not None else None
                for node in (inner for statement in (scope.body if scope else ()) for inner in ast.walk(statement)):
                    if isinstance(node, ast.Compare) and _throws(node):
                        return f"{path}:{node.lineno}"
    return None


def _throws(compare: ast.Compare) -> bool:
    sides = [compare.left, *compare.comparators]
    names = [side.attr if isinstance(side, ast.Attribute) else getattr(side, "id", "") for side in sides]
    return any(isinstance(side, ast.Call) for side in sides) and any(_PART.search(name) for name in names if name)


def _shifts(unit: Unit) -> Iterator[_Shift]:
    """Functions behind a trigger that ask the metrics, and then set a share."""
    there = unit.reach.behind(*(node for trigger in triggers(unit) for node in trigger.nodes))
    asking = _nodes(unit, _ASKS, _asks)
    if not asking:
        return
    setting = _nodes(unit, _SHARE_WORDS, lambda _source, scope: bool(_sets(scope)))
    for path, source in sources_of(unit, *_ASKS, *_SHARE_WORDS) if setting else ():
        for scope in source.scopes:
            if scope.kind != "function" or (path, scope.name) in asking:
                continue
            led = [(call, node) for call in scope.calls if (node := own_function(unit, path, call)) is not None]
            if (path, scope.name) not in there and not all(node in there for _call, node in led):
                continue  # what an endless loop runs is behind it, the function around the loop is not
            asks = [call for call, node in led if (behind := unit.reach.behind(node)) & asking and not behind & setting]
            sets: list[tuple[Call, Node | None]] = [(call, None) for call in _sets(scope)]
            sets += [(call, node) for call, node in led if unit.reach.behind(node) & setting]
            later = [(call, node) for call, node in sets if any(one.line <= call.line for one in asks)]
            names = [(call, node[1]) for call, node in led if node[0] == path]
            if later and any(isinstance(node, ast.Compare) for node in _inside(source, scope, names)):
                again = {id(call.node) for call in asks}
                chosen = next(
                    (
                        call
                        for call, node in later
                        if _checked(scope, call, again)
                        or (node is not None and _asks_again(unit, node, asking, setting))
                    ),
                    None,
                )
                yield _Shift(path, scope, chosen or later[0][0], chosen is not None)


def _nodes(unit: Unit, words: tuple[str, ...], fits: Callable[[PythonSource, Scope], bool]) -> frozenset[Node]:
    """The functions that something is true of."""
    return frozenset(
        (path, scope.name)
        for path, source in sources_of(unit, *words)
        for scope in source.scopes
        if scope.kind == "function" and fits(source, scope)
    )


def _asks_again(unit: Unit, node: Node, asking: frozenset[Node], setting: frozenset[Node]) -> bool:
    """Whether a function sets a share, asks the metrics after that, and goes one way or the other by the answer."""
    source = unit.project.python(node[0])
    scope = scope_named(source, node[1]) if source is not None else None
    if scope is None:
        return False
    led = [
        (call, unit.reach.behind(at)) for call in scope.calls if (at := own_function(unit, node[0], call)) is not None
    ]
    sets = [call.line for call, behind in led if behind & setting] + [call.line for call in _sets(scope)]
    asks = [call.line for call, behind in led if behind & asking and sets and call.line > min(sets)]
    return bool(asks) and any(
        isinstance(inner, (ast.Compare, ast.If)) and inner.lineno >= min(asks)
        for statement in scope.body
        for inner in ast.walk(statement)
    )


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


def _sets(scope: Scope) -> list[Call]:
    """The calls of a function that write the share of a version: into an object or a file, or into a store by its name."""
    keeps = [
        call for call in scope.calls if call.attribute in _KEEPS and _is_share(call.text(0)) and len(call.node.args) > 1
    ]
    writes = [call for call in scope.calls if call.attribute in _WRITES]
    named = any(
        isinstance(node, ast.Constant) and _is_share(node.value)
        for statement in scope.body
        for node in ast.walk(statement)
    )
    return [*keeps, *(writes if named else ())]


def _is_share(value: object) -> bool:
    return isinstance(value, str) and (value in _SHARES or _SHARE.fullmatch(value) is not None)


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
