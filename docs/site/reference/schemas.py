"""The JSON Schemas of the answers, as they are shipped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def page() -> str:
    """The page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    import jupyter_mlops

    yield "# JSON Schemas\n"
    yield "The documents that `--format json` writes. Each has the number of its form as `schema`; keys may be added without a new"
    yield "one. The schemas are installed with the package."
    package = Path(jupyter_mlops.__file__).parent
    for path in sorted(package.glob("*/schema/*.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        yield f"\n## {path.stem}\n"
        yield f"`{schema['title']}`: `jupyter_mlops/{path.relative_to(package).as_posix()}`. {schema.get('description', '')}\n"
        yield "| key | type | |\n|---|---|---|"
        for key, value in schema["properties"].items():
            needed = "" if key in schema.get("required", ()) else "may be missing. "
            yield f"| `{key}` | {_type(value)} | {needed}{value.get('description', '')} |"
        yield f"\n<details>\n<summary>The whole schema</summary>\n\n```json\n{json.dumps(schema, indent=2)}\n```\n\n</details>"


def _type(value: dict[str, Any]) -> str:
    if "const" in value:
        return f"`{json.dumps(value['const'])}`"
    if "enum" in value:
        return " or ".join(f"`{json.dumps(one)}`" for one in value["enum"])
    if "$ref" in value:
        return value["$ref"].rpartition("/")[2]
    for choice in ("anyOf", "oneOf"):
        if choice in value:
            return " or ".join(_type(one) for one in value[choice])
    kinds = value.get("type", "anything")
    told = " or ".join(kinds) if isinstance(kinds, list) else kinds
    items = value.get("items")
    return f"{told} of {_type(items)}" if isinstance(items, dict) else told
