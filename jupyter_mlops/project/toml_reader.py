"""TOML with line marks.

The standard parser gives the values; a light scan of the text, which understands headers, keys and multi-line strings,
gives their lines.
"""

from __future__ import annotations

import sys
from typing import Any

from jupyter_mlops.project.marks import MarkedDict, MarkedList
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.yaml_reader import MAX_DEPTH, DocumentError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # type: ignore[import-not-found,unused-ignore]

_HEADER = lazy(r"\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = lazy(r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = lazy(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
_STRING = lazy(r"""\"[^"]*"|'[^']*'""")
# A dotted key nests without a bracket, and the standard parser takes time with the square of its length.
_LONG_KEY = lazy(rf"""(?m)(?:^|[{{,\[])[ \t]*(?:(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){{{MAX_DEPTH}}}""")
_ERROR_LINE = lazy(r"\(at line (\d+)")

Path = tuple[str | int, ...]


def read_toml(text: str) -> MarkedDict:
    """The document.

    Args:
        text: the file's content.

    Raises:
        DocumentError: when it is not valid TOML, or nested deeper than `MAX_DEPTH`.
    """
    long_key = _LONG_KEY.search(text)
    if long_key:
        raise DocumentError(f"nested deeper than {MAX_DEPTH} levels", text.count("\n", 0, long_key.end()) + 1)
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        place = _ERROR_LINE.search(str(error))
        raise DocumentError(
            f"not valid TOML: {str(error).split(' (at')[0]}", int(place[1]) if place else None
        ) from None
    if _depth(data) > MAX_DEPTH:
        raise DocumentError(f"nested deeper than {MAX_DEPTH} levels")
    marked = _mark(data, (), _scan(text), 1)
    assert isinstance(marked, MarkedDict)
    return marked


def _depth(data: Any) -> int:
    depth = 0
    level: list[Any] = [data]
    while level and depth <= MAX_DEPTH:
        depth += 1
        inner = [value.values() if isinstance(value, dict) else value for value in level]
        level = [item for values in inner for item in values if isinstance(item, (dict, list))]
    return depth


def _scan(text: str) -> dict[Path, int]:
    lines: dict[Path, int] = {}
    table: Path = ()
    counts: dict[Path, int] = {}
    inside = ""
    depth = 0
    array: Path = ()
    for number, line in enumerate(text.splitlines(), 1):
        if inside:
            if inside in line:
                inside = ""
            continue
        if depth > 0:
            bare = _STRING.sub("", line).partition("#")[0]
            for item in _STRING.findall(line):
                lines.setdefault((*array, item.strip("\"'")), number)
            depth += bare.count("[") - bare.count("]")
            continue
        header = _HEADER.match(line)
        key = None if header and not line.lstrip().startswith('["') else _KEY.match(line)
        if header and key is None:
            table = _resolve(_parts(header[2]), counts)
            if header[1] == "[[":
                index = counts.get(table, -1) + 1
                counts[table] = index
                lines.setdefault(table, number)
                table = (*table, index)
            lines.setdefault(table, number)
        elif key is not None:
            path = table
            for part in _parts(key[1]):
                path = (*path, part)
                lines.setdefault(path, number)
            array = path
            bare = _STRING.sub("", line[key.end() :]).partition("#")[0]
            depth = bare.count("[") - bare.count("]")
        for quotes in ('"""', "'''"):
            if line.count(quotes) % 2:
                inside = quotes
    return lines


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _resolve(parts: tuple[str, ...], counts: dict[Path, int]) -> Path:
    """The path of a table header, with the current index wherever it goes through an array of tables."""
    path: Path = ()
    for position, part in enumerate(parts):
        path = (*path, part)
        if path in counts and position < len(parts) - 1:
            path = (*path, counts[path])
    return path


def _mark(value: Any, path: Path, lines: dict[Path, int], line: int) -> Any:
    line = lines.get(path, line)
    if isinstance(value, dict):
        marked = MarkedDict(line)
        for key, item in value.items():
            marked[key] = _mark(item, (*path, key), lines, line)
            marked.lines[key] = lines.get((*path, key), line)
        return marked
    if isinstance(value, list):
        listed = MarkedList(line)
        for index, item in enumerate(value):
            place: Path = (*path, item) if isinstance(item, str) else (*path, index)
            listed.append(_mark(item, place, lines, line))
            listed.lines.append(lines.get(place, line))
        return listed
    return value
