"""Python literals as a person would write them."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from typing import Any

LINE_LENGTH = 88
STANDARD_MODULES = frozenset(sys.stdlib_module_names)


def literal(value: Any) -> str:
    """A JSON-like value as Python on one line."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{literal(key)}: {literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    return repr(value)


def assignment(name: str, value: Any) -> str:
    """``name = value``, over several lines where one would be too long."""
    return f"{name} = " + _wrapped(value, indent=0, room=LINE_LENGTH - len(name) - 3)


def _wrapped(value: Any, indent: int, room: int) -> str:
    text = literal(value)
    if len(text) <= room or not isinstance(value, (Mapping, list)) or not value:
        return text
    inner = indent + 4
    if isinstance(value, Mapping):
        heads, items, brackets = [f"{literal(key)}: " for key in value], list(value.values()), "{}"
    else:
        heads, items, brackets = [""] * len(value), value, "[]"
    lines = [
        " " * inner + head + _wrapped(item, inner, LINE_LENGTH - inner - len(head) - 1) + ","
        for head, item in zip(heads, items, strict=True)
    ]
    return "\n".join([brackets[0], *lines, " " * indent + brackets[1]])
