"""The REST interface's description, held against what the handlers answer."""

from __future__ import annotations

import json
import re
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from jupyter_mlops.server.description import description
from jupyter_mlops.server.handler import MlopsHandler
from jupyter_mlops.server.handlers import ROUTES

VERBS = ("get", "post", "put", "patch", "delete")

#: Handler → its path as OpenAPI writes it.
PATHS = {handler: "/" + re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", route).replace("\\", "") for route, handler in ROUTES}

_DOCUMENT = description()
_REGISTRY = Registry().with_resource("urn:api", Resource.from_contents(_DOCUMENT, default_specification=DRAFT202012))


def problems(handler: MlopsHandler, answer: str) -> list[str]:
    """How an answer that is about to be sent differs from what is described."""
    path, verb, status = PATHS[type(handler)], handler.request.method.lower(), handler.get_status()
    responses = _DOCUMENT["paths"].get(path, {}).get(verb, {}).get("responses", {})
    name = str(status) if str(status) in responses else "default"
    if name not in responses or (name == "default" and status < 400):
        return [f"{verb} {path} is not described with the status {status}"]
    place = responses[name].get("$ref", f"#/paths/{path.replace('/', '~1')}/{verb}/responses/{name}")
    found = [f"{status}: {error}" for error in _errors(place, json.loads(answer))]
    if status < 400:
        found += [f"accepted, and not described: {error}" for error in _request_errors(handler, path, verb)]
    return [f"{verb} {path} {error}" for error in found]


def _errors(place: str, document: Any) -> list[str]:
    """How a document differs from the schema of the JSON at a place of the description."""
    schema = {"$ref": f"urn:api{place}/content/application~1json/schema"}
    found = Draft202012Validator(schema, registry=_REGISTRY).iter_errors(document)
    return [f"{error.json_path}: {error.message[:300]}" for error in found]


def _request_errors(handler: MlopsHandler, path: str, verb: str) -> list[str]:
    """How a request differs from what is described."""
    operation = _DOCUMENT["paths"][path][verb]
    parameters = [*operation.get("parameters", []), *_DOCUMENT["paths"][path].get("parameters", [])]
    known = {one.get("name") or one["$ref"].rpartition("/")[2] for one in parameters}
    wrong = [f"?{name}=" for name in handler.request.query_arguments if name not in known]
    if handler.request.body and "requestBody" in operation:
        place = f"#/paths/{path.replace('/', '~1')}/{verb}/requestBody"
        wrong += _errors(place, json.loads(handler.request.body))
    elif handler.request.body:
        wrong.append("a body")
    return wrong


def operations() -> dict[tuple[str, str], dict[str, Any]]:
    """Path and verb → what is described."""
    return {(path, verb): item[verb] for path, item in _DOCUMENT["paths"].items() for verb in VERBS if verb in item}
