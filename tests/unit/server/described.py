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
    schema = {"$ref": f"urn:api{place}/content/application~1json/schema"}
    found = Draft202012Validator(schema, registry=_REGISTRY).iter_errors(json.loads(answer))
    return [f"{verb} {path} {status}: {error.json_path}: {error.message[:300]}" for error in found]


def operations() -> dict[tuple[str, str], dict[str, Any]]:
    """Path and verb → what is described."""
    return {(path, verb): item[verb] for path, item in _DOCUMENT["paths"].items() for verb in VERBS if verb in item}
