"""Services: applications with routes, what their handlers call, and what starts them. Shared by probes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from jupyter_mlops.assessment.routes import APPS, handlers
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call, PythonSource, Scope
from jupyter_mlops.project.reach import LAUNCH, Node, scope_named


class Route(NamedTuple):
    """A route of a service.

    Attributes:
        method: "GET", "POST" …
        path: as written.
        node: its handler.
        line: 1-based line of the handler.
        predicts: the call of a model that it leads to: (path, line); None without one.
    """

    method: str
    path: str
    node: Node
    line: int
    predicts: tuple[str, int] | None


class Service(NamedTuple):
    """An application that answers requests.

    Attributes:
        framework: for people.
        path: the file it is made in.
        line: where.
        routes: its routes, in the files that make it up.
        built_in: the framework answers health checks and exports metrics by itself.
        starters: launches that start it, containers and manifests first.
        modules: files that make it up.
    """

    framework: str
    path: str
    line: int
    routes: tuple[Route, ...]
    built_in: bool = False
    starters: tuple[Launch, ...] = ()
    modules: frozenset[str] = frozenset()


_WORDS = (
    "fastapi",
    "flask",
    "starlette",
    "sanic",
    "quart",
    "litestar",
    "robyn",
    "aiohttp",
    "bentoml",
    "litserve",
    "ray",
    "kserve",
    "seldon",
    "mlserver",
    "BaseHTTPRequestHandler",
)
#: Calls of a model.
PREDICTS = lazy(
    r"\.(predict(_\w+)?|decision_function|score_samples|infer|inference|forecast|generate|transcribe|"
    r"run_inference|recommend|make_prediction|get_prediction)$|^(predict|infer)$"
)
#: What a health route says in its path or its handler's name.
HEALTH = lazy(r"health|ready|readiness|live|liveness|status|ping|heartbeat|alive", re.IGNORECASE)
_TRAINS = lazy(r"(^|[/_-])(re-?)?(train|fit|tune|backtest)(ing|er)?($|[/_-])", re.IGNORECASE)
#: Starters that run where the service is meant to run, as opposed to a developer's shortcut.
_RUNS_IT = frozenset({"container", "schedule"})


def services(unit: Unit) -> list[Service]:
    """The services of a unit."""
    return unit.once("services", lambda: list(_services(unit)))


def _services(unit: Unit) -> Iterator[Service]:
    routes = list(_routes(unit))
    for path in unit.mentioning(*_WORDS):
        source = unit.project.python(path)
        if source is None or unit.is_test(path) or path.endswith(".ipynb"):
            continue
        for call in source.calls:
            if call.name in APPS:
                yield _service(unit, APPS[call.name], path, call.line, routes)
        yield from _frameworks(unit, path, source)


def _service(unit: Unit, framework: str, path: str, line: int, routes: list[Route]) -> Service:
    behind = unit.reach.behind((path, ""), (path, "__main__"))
    modules = frozenset({node[0] for node in behind if node[1] != LAUNCH} | {path})
    own = tuple(route for route in routes if route.node[0] in modules)
    return Service(framework, path, line, own, starters=_starters(unit, path), modules=modules)


def _starters(unit: Unit, path: str) -> tuple[Launch, ...]:
    """Launches that lead to the file of a service."""
    found = [
        launch for launch in unit.launches if any(node[0] == path for node in unit.reach.behind((launch.id, LAUNCH)))
    ]
    return tuple(sorted(found, key=lambda launch: (launch.kind not in _RUNS_IT, launch.path, launch.line or 0)))


def started_for_real(service: Service) -> Launch | None:
    """The container, manifest or process file that starts a service; None without one."""
    return next((launch for launch in service.starters if launch.kind in _RUNS_IT), None)


def _routes(unit: Unit) -> Iterator[Route]:
    for path in unit.mentioning(*_WORDS):
        if unit.is_test(path):
            continue
        for found in handlers(unit, path):
            yield Route(found.method, found.path, found.node, found.line, predicts_behind(unit, found.node))


def predicts_behind(unit: Unit, node: Node) -> tuple[str, int] | None:
    """The first call of a model that a function leads to: its file and line."""
    for path, name in sorted(unit.reach.behind(node), key=lambda found: (found != node, found)):
        source = unit.project.python(path) if name != LAUNCH else None
        scope = scope_named(source, name) if source is not None else None
        for call in scope.calls if scope is not None and scope.kind == "function" else []:
            if calls_model(call) and not _is_nothing(unit, path, call):
                return path, call.line
    return None


def _is_nothing(unit: Unit, path: str, call: Call) -> bool:
    """Whether a call is one of a name that nothing ever gives a model: `model = None` and no other assignment."""
    receiver = call.node.func.value if isinstance(call.node.func, ast.Attribute) else call.node.func
    if not isinstance(receiver, ast.Name):
        return False
    source = unit.project.python(path)
    given = _given(source) if source is not None else {}
    if given.get(receiver.id) != {None}:
        return False
    # Another file may set it: `app.model = load()`.
    return not unit.mentioning(f".{receiver.id} =")


def _given(source: PythonSource) -> dict[str, set[object]]:
    """Names of a file → what they are given: None for that constant, something else for anything else."""
    found: dict[str, set[object]] = {}
    empty: set[int] = set()
    for node in ast.walk(source.tree):  # outer nodes come first
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            if node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None):
                empty |= {id(target) for target in (node.targets if isinstance(node, ast.Assign) else [node.target])}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.setdefault(node.id, set()).add(None if id(node) in empty else node)
        elif isinstance(node, ast.arg):
            found.setdefault(node.arg, set()).add(node)
        elif isinstance(node, ast.alias):
            found.setdefault(node.asname or node.name, set()).add(node)
    return found


def calls_model(call: Call) -> bool:
    """Whether a call is one of a model: by its method, or by the name of the object that is called."""
    if PREDICTS.search(call.name):
        return True
    called = call.node.func
    if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "self":
        return called.attr.lstrip("_") in _MODELS
    return isinstance(called, ast.Name) and called.id in _MODELS


_MODELS = frozenset({"model", "net", "pipe", "classifier", "predictor", "estimator", "generator"})


def is_check(route: Route) -> bool:
    """Whether a route is there for health checks or to train, by its path: what it calls is no prediction for anybody."""
    return (route.method == "GET" and bool(HEALTH.search(route.path))) or bool(_TRAINS.search(route.path))


def is_health(unit: Unit, route: Route) -> bool:
    """Whether a route answers health checks: a GET without a model call that says so by its path, handler or body."""
    if route.method != "GET":
        return False
    source = unit.project.python(route.node[0])
    scope = scope_named(source, route.node[1]) if source is not None else None
    if scope is None or any(calls_model(call) for call in scope.calls):
        return False
    if HEALTH.search(route.path) or HEALTH.search(route.node[1]):
        return True
    strings = (
        (inner.value for inner in ast.walk(scope.node) if isinstance(inner, ast.Constant))
        if scope.node is not None
        else ()
    )
    return any(
        isinstance(value, str) and value.lower() in ("status", "healthy", "ok", "alive", "ready") for value in strings
    )


#: Decorator or base class → (title, the framework answers health checks and exports metrics by itself).
_KINDS = {
    "bentoml.service": "BentoML",
    "bentoml.Service": "BentoML",
    "litserve.LitAPI": "LitServe",
    "ray.serve.deployment": "Ray Serve",
    "kserve.Model": "KServe",
    "mlserver.MLModel": "MLServer",
}


def _frameworks(unit: Unit, path: str, source: PythonSource) -> Iterator[Service]:
    """Serving frameworks: classes or objects whose methods are the API."""
    for scope in source.scopes:
        names = [decorator.replace("()", "") for decorator in scope.decorators] + list(scope.bases)
        title = next((_KINDS[name] for name in names if name in _KINDS), None)
        if title is not None and scope.kind == "class":
            yield _framework(unit, title, path, scope, list(scope.children.values()))
    yield from _by_hand(unit, path, source)
    for call in source.calls:
        if call.name == "bentoml.Service":
            handlers = [
                scope
                for scope in source.scopes
                if any(decorator.endswith((".api()", ".api")) for decorator in scope.decorators)
            ]
            yield _framework(unit, "BentoML", path, call.scope, handlers, call.line)


def _by_hand(unit: Unit, path: str, source: PythonSource) -> Iterator[Service]:
    """Handlers of the standard library's own server: `do_POST` answers every path that is posted to."""
    for scope in source.scopes:
        if scope.kind == "class" and any(base.endswith("http.server.BaseHTTPRequestHandler") for base in scope.bases):
            verbs = [verb for verb in scope.children.values() if verb.name.rpartition(".")[2] in ("do_GET", "do_POST")]
            routes = tuple(
                Route(
                    verb.name.rpartition("_")[2],
                    ANY,
                    (path, verb.name),
                    verb.line,
                    predicts_behind(unit, (path, verb.name)),
                )
                for verb in verbs
            )
            yield Service(
                "http.server", path, scope.line, routes, starters=_starters(unit, path), modules=frozenset({path})
            )


#: The path of a route that answers all.
ANY = "*"


def meets(url: str, service: Service, route: Route) -> bool:
    """Whether what is sent to an address arrives at a route.

    Args:
        url: the address.
        service: whose route it is.
        route: the route.
    """
    if route.path == ANY:  # then the host has to say so
        host = re.sub(r"^https?://", "", url).partition("/")[0].partition(":")[0].partition(".")[0]
        started = started_for_real(service)
        return route.method == "POST" and started is not None and host in re.split(r"[/#]", started.id)
    return url.rstrip("/").endswith(route.path.rstrip("/")) and route.path != "/"


def _framework(
    unit: Unit, title: str, path: str, scope: Scope, handlers: list[Scope], line: int | None = None
) -> Service:
    routes = [
        Route(
            "POST",
            f"/{handler.name.rpartition('.')[2]}",
            (path, handler.name),
            handler.line,
            predicts_behind(unit, (path, handler.name)),
        )
        for handler in handlers
    ]
    return Service(
        title,
        path,
        line or scope.line,
        tuple(routes),
        built_in=True,
        starters=_starters(unit, path),
        modules=frozenset({path}),
    )
