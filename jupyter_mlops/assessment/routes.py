"""Routes of services: by decorators, by registering calls, and by classes with a method for each HTTP method."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from jupyter_mlops.assessment.flows import own_function
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.python_source import Call, Scope
from jupyter_mlops.project.reach import Node, scope_named

#: What makes an application → its name for people.
APPS = {
    "fastapi.FastAPI": "FastAPI",
    "flask.Flask": "Flask",
    "starlette.applications.Starlette": "Starlette",
    "sanic.Sanic": "Sanic",
    "quart.Quart": "Quart",
    "litestar.Litestar": "Litestar",
    "robyn.Robyn": "Robyn",
    "aiohttp.web.Application": "aiohttp",
}
_ROUTERS = (
    *("fastapi.APIRouter()", "flask.Blueprint()", "sanic.Blueprint()", "quart.Blueprint()"),
    *("flask_restx.Api()", "flask_restx.Namespace()", "flask_restful.Api()", "aiohttp.web.RouteTableDef()"),
)
#: What applications and routers are called where nothing tells what they are.
_USUAL_NAMES = frozenset({"app", "router", "api", "application", "blueprint", "bp"})
_METHODS = frozenset({"get", "post", "put", "patch", "delete", "route", "api_route", "websocket"})
_HTTP = ("get", "post", "put", "patch", "delete")
#: Calls that register a handler → the positions of the path and of the handler.
_REGISTERS = {
    "add_api_route": (0, 1),
    "add_route": (0, 1),
    "add_url_rule": (0, 2),
    "add_resource": (1, 0),
    "add_get": (0, 1),
    "add_post": (0, 1),
    "Route": (0, 1),
    "get": (0, 1),
    "post": (0, 1),
}
#: Registering calls that are functions of the framework, by resolved name.
_FUNCTIONS = ("starlette.routing.Route", "fastapi.routing.APIRoute", "aiohttp.web.get", "aiohttp.web.post")
_HANDLER_KEYWORDS = ("endpoint", "view_func", "handler")


class Handler(NamedTuple):
    """A route before it is known what it leads to.

    Attributes:
        method: "GET", "POST" …
        path: as written.
        node: its handler.
        line: 1-based line of the handler.
    """

    method: str
    path: str
    node: Node
    line: int


def handlers(unit: Unit, path: str) -> Iterator[Handler]:
    """The routes that a file declares.

    Args:
        unit: the unit.
        path: a Python file.
    """
    source = unit.project.python(path)
    if source is None:
        return
    for scope in source.scopes:
        for decorator in getattr(scope.node, "decorator_list", []) if scope.kind in ("function", "class") else []:
            yield from _decorated(path, scope, decorator)
    for call in source.calls:
        if call.attribute in _REGISTERS:
            yield from _registered(unit, path, call)


def _decorated(path: str, scope: Scope, decorator: ast.expr) -> Iterator[Handler]:
    if not isinstance(decorator, ast.Call) or not decorator.args:
        return
    around = scope.parent or scope
    name = around.dotted(decorator.func)
    owner, _dot, verb = name.rpartition(".")
    if verb not in _METHODS or not (owner == "litestar" or _takes_routes(owner)):
        return
    text = scope.string(decorator.args[0])
    if text is None:
        return
    if scope.kind == "class":
        yield from _of_class(path, scope, text)
        return
    methods = _methods(decorator.keywords) if verb in ("route", "api_route") else [verb.upper()]
    for method in methods:
        yield Handler(method, text, (path, scope.name), scope.line)


def _takes_routes(owner: str) -> bool:
    """Whether an object, by its resolved name, is an application or a router."""
    if owner.removesuffix("()") in APPS or owner in _ROUTERS:
        return True
    return owner.rpartition(".")[2].removeprefix("?") in _USUAL_NAMES


def _registered(unit: Unit, path: str, call: Call) -> Iterator[Handler]:
    """Routes of `app.add_api_route("/predict", predict, methods=["POST"])` and its like."""
    owner, _dot, verb = call.name.rpartition(".")
    by_function = call.name in _FUNCTIONS
    if not by_function and (verb in ("get", "post", "Route") or not _takes_routes(owner.removesuffix(".router"))):
        return
    where, which = _REGISTERS[verb]
    text = call.text(where, "path") or call.text(None, "rule") or call.text(None, "uri")
    if text is None and owner.endswith("sanic.Sanic()"):
        text, which = call.text(1), 0
    given = next((found for name in _HANDLER_KEYWORDS if (found := call.argument(None, name)) is not None), None)
    given = given or call.argument(which)
    if text is None or given is None:
        return
    if isinstance(given, ast.Call) and call.scope.dotted(given.func).endswith(".as_view"):
        given = given.func.value if isinstance(given.func, ast.Attribute) else given
    node = own_function(unit, path, Call(call.scope.dotted(given), call.node, call.scope))
    source = unit.project.python(node[0]) if node is not None else None
    scope = scope_named(source, node[1]) if node is not None and source is not None else None
    if node is None or scope is None:
        return
    if scope.kind == "class":
        yield from _of_class(node[0], scope, text)
        return
    methods = (
        [verb.removeprefix("add_").upper()] if verb.removeprefix("add_") in _HTTP else _methods(call.node.keywords)
    )
    for method in methods:
        yield Handler(method, text, node, scope.line)


def _of_class(path: str, scope: Scope, text: str) -> Iterator[Handler]:
    """Routes of a class with a method for each HTTP method."""
    for name in _HTTP:
        method = scope.children.get(name)
        if method is not None:
            yield Handler(name.upper(), text, (path, method.name), method.line)


def _methods(keywords: list[ast.keyword]) -> list[str]:
    for keyword in keywords:
        if keyword.arg == "methods" and isinstance(keyword.value, (ast.List, ast.Tuple, ast.Set)):
            return [str(item.value).upper() for item in keyword.value.elts if isinstance(item, ast.Constant)]
    return ["GET"]
