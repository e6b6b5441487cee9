"""Python text as a person, or a formatter, would write it."""

from __future__ import annotations

import io
import json
import keyword
import math
import sys
import tokenize
from collections.abc import Iterator, Mapping
from typing import Any

LINE_LENGTH = 88
STANDARD_MODULES = frozenset(sys.stdlib_module_names)
_CLOSING = {"(": ")", "[": "]", "{": "}"}


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
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    return repr(value)


def assignment(name: str, value: Any) -> str:
    """``name = value``, over several lines where one would be too long."""
    return fold(f"{name} = {literal(value)}")


def fold(line: str, indent: int = 0) -> str:
    """A line of Python as formatters lay it out: over several lines where it is too long.

    Args:
        line: a statement, or an item with its comma, that ends with a bracket and what may follow one.
        indent: spaces before it.

    Returns:
        The text; the first line without the indent, so that it can be put where the line would be.
    """
    if indent + len(line) <= LINE_LENGTH or not (found := _last_bracket(line)):
        return line
    start, end, is_call = found
    inside, inner = line[start + 1 : end], indent + 4
    if not inside.strip():
        return line
    items = list(_items(inside))
    if len(items) == 1 and (is_call or line[start] == "("):
        lines = [fold(inside, inner)]
    elif is_call and inner + len(inside) <= LINE_LENGTH:
        lines = [inside]
    else:
        lines = [fold(f"{item},", inner) for item in items]
    pad = " " * inner
    return "\n".join([line[: start + 1], *(pad + each for each in lines), " " * indent + line[end:]])


def _last_bracket(line: str) -> tuple[int, int, bool] | None:
    """The last pair of brackets that is in no other: where it opens and closes, and whether it calls something."""
    open_: list[tuple[int, bool]] = []
    found = None
    before = ""
    for token in _tokens(line):
        if token.string in _CLOSING:
            named = before.isidentifier() and not keyword.iskeyword(before)
            open_.append((token.start[1], named or before in {")", "]"}))
        elif token.string in _CLOSING.values() and open_:
            start, is_call = open_.pop()
            if not open_:
                found = (start, token.start[1], is_call)
        before = token.string
    return found


def _items(inside: str) -> Iterator[str]:
    """The parts between commas that are in no bracket."""
    depth, start = 0, 0
    for token in _tokens(inside):
        depth += (token.string in _CLOSING) - (token.string in _CLOSING.values())
        if token.string == "," and depth == 0:
            yield inside[start : token.start[1]].strip()
            start = token.end[1]
    if inside[start:].strip():
        yield inside[start:].strip()


def _tokens(line: str) -> Iterator[tokenize.TokenInfo]:
    # In brackets, so that the text need not be a statement of its own.
    for token in tokenize.generate_tokens(io.StringIO(f"({line.rstrip(';')}\n)").readline):
        if token.start[0] == 1 and token.start[1] > 0 and token.string.strip():
            yield token._replace(start=(1, token.start[1] - 1), end=(1, token.end[1] - 1))
