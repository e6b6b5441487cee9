"""Every route of the server extension, from its OpenAPI description."""

from __future__ import annotations

from typing import Any

_METHODS = ("get", "post", "delete")

_HEAD = """\
# The REST interface

{description} Answers are JSON. The whole description, with all types, is an OpenAPI {openapi} document: `GET openapi.json`.

A failure is `{{"code", "message", …}}`. {refused}

The number of this interface is {version}, the `api` in `GET version`; the front end compares it with its own.
"""


def page() -> str:
    """The page."""
    from jupyter_mlops.server.description import description

    document = description()
    refused = document["components"]["responses"]["Refused"]["description"].replace(
        "docs/errors.md", "[errors](../errors.md)"
    )
    parts = [_HEAD.format(**document["info"], openapi=document["openapi"], refused=refused)]
    for tag in document["tags"]:
        parts.append(f"## {tag['description'].rstrip('.')}\n")
        for path, item in document["paths"].items():
            shared = item.get("parameters", [])
            parts += [
                _operation(document, f"{method.upper()} {path[1:]}", shared, item[method])
                for method in _METHODS
                if method in item and tag["name"] in item[method]["tags"]
            ]
    return "\n".join(parts)


def _operation(document: dict[str, Any], title: str, shared: list[Any], operation: dict[str, Any]) -> str:
    parameters = [_resolved(document, each) for each in (*shared, *operation.get("parameters", []))]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    rows = [
        (each["name"], f"in the {each['in']}", _type(each["schema"]), each.get("description", ""))
        for each in parameters
    ]
    rows += [
        (
            name,
            "in the body" + ("" if name in needed else ", may be left out"),
            _type(schema),
            schema.get("description", ""),
        )
        for part in _parts(document, body or {})
        for needed in [part.get("required", [])]
        for name, schema in part.get("properties", {}).items()
    ]
    lines = [f"### `{title}`\n", f"{operation['summary']}\n"]
    if rows:
        lines += ["| name | where | type | |", "|---|---|---|---|"]
        lines += [f"| `{name}` | {where} | {kind} | {said} |".replace("\n", " ") for name, where, kind, said in rows]
        lines.append("")
    for status, answer in operation["responses"].items():
        if status != "default":
            lines.append(f"Answers {status}: {_resolved(document, answer)['description']}\n")
    return "\n".join(lines)


def _resolved(document: dict[str, Any], one: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in one:
        return one
    found: Any = document
    for part in one["$ref"][2:].split("/"):
        found = found[part]
    return _resolved(document, found)


def _parts(document: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    schema = _resolved(document, schema)
    return [each for part in schema["allOf"] for each in _parts(document, part)] if "allOf" in schema else [schema]


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[1])
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    kind = schema.get("type", "any")
    text = kind if isinstance(kind, str) else " or ".join(kind)
    return f"{text}, {schema['default']!r} by default" if schema.get("default") not in (None, "") else text
