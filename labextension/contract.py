"""Writes `src/rest/contract.ts`, the front end's types of the REST interface, from the interface's description.

python labextension/contract.py
"""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent / "src" / "rest" / "contract.ts"

_HEAD = """\
/**
 * The documents of the REST interface. Keys that are not known are ignored; paths are posix and relative to what is said
 * of each. Written from jupyter_mlops/server/openapi.yaml by `make pages`: change that.
 */

/** Number of the REST interface that this front end speaks. */
export const API = {api};
"""
_PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def contract(description: dict[str, Any]) -> str:
    """The types of all schemas of a description.

    Args:
        description: an OpenAPI 3.1 document.
    """
    schemas = _named(description["components"]["schemas"])
    return "\n".join(
        [_HEAD.format(api=description["info"]["version"]), *(_declared(*each) for each in schemas.items())]
    )


def _named(schemas: dict[str, Any]) -> dict[str, Any]:
    """The schemas under the names of their types: those of interfaces begin with I."""
    names = {name: f"I{name}" if "properties" in json.dumps(one) else name for name, one in schemas.items()}
    text = json.dumps({names[name]: one for name, one in schemas.items()}, ensure_ascii=False)
    for name, new in names.items():
        text = text.replace(f'schemas/{name}"', f'schemas/{new}"')
    found: dict[str, Any] = json.loads(text)
    return found


def _declared(name: str, schema: dict[str, Any]) -> str:
    head = _comment(schema, "")
    base = ""
    if "allOf" in schema:
        first, schema = schema["allOf"]
        base = f" extends {_type(first, '')}"
    if "properties" not in schema:
        return f"{head}export type {name} = {_type(schema, '')};\n"
    return f"{head}export interface {name}{base} {_members(schema, '')}\n"


def _members(schema: dict[str, Any], indent: str) -> str:
    inner = f"{indent}  "
    required = schema.get("required", [])
    lines = [
        f"{_comment(one, inner)}{inner}{key}{'' if key in required else '?'}: {_type(one, inner)};"
        for key, one in schema["properties"].items()
    ]
    return "\n".join(["{", *lines, f"{indent}}}"])


def _type(schema: dict[str, Any], indent: str) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[1])
    if "anyOf" in schema:
        return " | ".join(_type(each, indent) for each in schema["anyOf"])
    if "allOf" in schema:
        return " & ".join(_type(each, indent) for each in schema["allOf"])
    if "enum" in schema:
        return " | ".join("null" if each is None else f"'{each}'" for each in schema["enum"])
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return " | ".join(_of_kind(kind, schema, indent) for kind in kinds) or "unknown"


def _of_kind(kind: str, schema: dict[str, Any], indent: str) -> str:
    if kind == "array":
        if "prefixItems" in schema:
            return f"[{', '.join(_type(each, indent) for each in schema['prefixItems'])}]"
        item = _type(schema["items"], indent)
        return f"({item})[]" if " | " in item and not item.startswith("{") else f"{item}[]"
    if kind == "object":
        if "properties" in schema:
            return _members(schema, indent)
        return f"Record<string, {_type(schema.get('additionalProperties', {}), indent)}>"
    return _PLAIN[kind]


def _comment(schema: dict[str, Any], indent: str) -> str:
    text = schema.get("description")
    if text is None:
        return ""
    lines = textwrap.wrap(text, 110)
    if len(lines) == 1:
        return f"{indent}/** {text} */\n"
    return "".join(f"{indent}{line}\n" for line in ("/**", *(f" * {line}" for line in lines), " */"))


def main() -> None:
    """Write the file."""
    from jupyter_mlops.server.description import description

    TARGET.write_text(contract(description()), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
