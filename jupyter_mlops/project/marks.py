"""Parsed documents that remember their lines: ordinary dicts and lists with line marks beside them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


class MarkedDict(dict[Any, Any]):
    """A mapping read from a file.

    Attributes:
        line: 1-based line where it starts.
        lines: key → 1-based line of the key.
    """

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[Any, int] = {}


class MarkedList(list[Any]):
    """A sequence read from a file.

    Attributes:
        line: 1-based line where it starts.
        lines: 1-based line of each item.
    """

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []


def line_of(container: Any, key: Any = None) -> int | None:
    """The line of `container`, or of its item `key`; None where lines are not known."""
    if key is None:
        return getattr(container, "line", None)
    if isinstance(container, MarkedDict):
        return container.lines.get(key)
    if isinstance(container, MarkedList) and isinstance(key, int) and 0 <= key < len(container.lines):
        return container.lines[key]
    return None


def mapping(value: Any) -> dict[Any, Any]:
    """`value` if it is a mapping, else an empty one: files hold anything."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """`value` if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def strings(value: Any) -> list[str]:
    """The strings in `value`: itself, or those of a list; else none."""
    if isinstance(value, str):
        return [value]
    return [item for item in sequence(value) if isinstance(item, str)]


def items(value: Any) -> Iterator[tuple[str, Any, int | None]]:
    """Key, value and line of every entry of a mapping that has a string as key."""
    for key, item in mapping(value).items():
        if isinstance(key, str):
            yield key, item, line_of(value, key)


def entries(value: Any) -> Iterator[tuple[Any, int | None]]:
    """Item and line of every entry of a list."""
    for index, item in enumerate(sequence(value)):
        yield item, line_of(value, index)
