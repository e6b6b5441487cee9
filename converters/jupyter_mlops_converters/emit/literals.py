"""Python literals as a person would write them."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping, Sequence
from typing import Any

LINE_LENGTH = 88
STANDARD_MODULES = frozenset(sys.stdlib_module_names)


class Code(str):
    """Text that is Python already, where a value is expected."""

    __slots__ = ()


def literal(value: Any) -> str:
    """A JSON-like value as Python on one line."""
    if isinstance(value, Code):
        return value
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


def entry(value: Any, name: str, indent: int) -> str:
    """``"name": value,`` as a line of a dictionary, over several lines where one would be too long."""
    head = f"{literal(name)}: "
    return head + _wrapped(value, indent, LINE_LENGTH - indent - len(head) - 1) + ","


def call(function: str, arguments: Mapping[str, Any], indent: int) -> str:
    """A call on one line, or with its arguments on a line of their own, or with each on one.

    Args:
        function: what is called, with all that stands before it on the line.
        arguments: name → value; a number in place of a name for one that is given by position.
        indent: spaces before the line.
    """
    heads = ["" if name.isdigit() else f"{name}=" for name in arguments]
    inside = ", ".join(head + literal(value) for head, value in zip(heads, arguments.values(), strict=True))
    if indent + len(function) + len(inside) + 2 <= LINE_LENGTH:
        return f"{function}({inside})"
    inner = indent + 4
    if inner + len(inside) <= LINE_LENGTH:
        lines = [inside]
    else:
        lines = [
            head + _wrapped(value, inner, LINE_LENGTH - inner - len(head) - 1) + ","
            for head, value in zip(heads, arguments.values(), strict=True)
        ]
    return "\n".join([f"{function}(", *(" " * inner + line for line in lines), " " * indent + ")"])


def loop(head: str, items: Sequence[Any], indent: int) -> str:
    """``for x in [...]:``, each item on a line of its own where one line would be too long."""
    return head + _wrapped(list(items), indent, LINE_LENGTH - indent - len(head) - 1) + ":"


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
