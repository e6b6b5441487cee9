"""YAML with line marks, read from the C parser's events.

Events rather than a loader: nothing recurses (deep nesting cannot overflow), aliases are weighed before they are
expanded, unknown tags do no harm, and scalars follow YAML 1.2 as GitHub and DVC read them (`on` is a word).
"""

from __future__ import annotations

from typing import Any

import yaml

from jupyter_mlops.project.marks import MarkedDict, MarkedList
from jupyter_mlops.project.patterns import lazy

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_DEPTH = 200
MAX_NODES = 1_000_000

_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= dict.fromkeys(("true", "True", "TRUE"), True) | dict.fromkeys(("false", "False", "FALSE"), False)
_INTEGER = lazy(r"[-+]?[0-9]+\Z")
_FLOAT = lazy(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_PLACES = frozenset("0123456789+-.")


class DocumentError(ValueError):
    """A document that cannot be read.

    Attributes:
        message: why, in one sentence.
        line: 1-based line, None where it is not known.
    """

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


def scalar(text: str) -> Any:
    """The value of a plain (unquoted) scalar."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _PLACES:
        if _INTEGER.match(text):
            return int(text) if len(text) < 400 else text
        if _FLOAT.match(text):
            return float(text)
    return text


def read_yaml(text: str) -> list[Any]:
    """The documents of a YAML stream.

    Args:
        text: the stream.

    Returns:
        One value a document: `MarkedDict`, `MarkedList`, str, int, float, bool or None.

    Raises:
        DocumentError: on a syntax error, a recursive alias, nesting deeper than `MAX_DEPTH`, or aliases that expand
            to more than `MAX_NODES` values.
    """
    try:
        return _Builder().build(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise DocumentError(f"not valid YAML: {problem}", mark.line + 1 if mark else None) from None
    except (UnicodeError, ValueError) as error:
        if isinstance(error, DocumentError):
            raise
        raise DocumentError("not valid YAML: characters that YAML does not allow") from None


class _Open:
    """A container that is being filled."""

    __slots__ = ("anchor", "key", "key_line", "keyed", "merges", "value", "weight")

    def __init__(self, value: MarkedDict | MarkedList, anchor: str | None) -> None:
        self.value = value
        self.anchor = anchor
        self.weight = 1
        self.keyed = False
        self.key: Any = None
        self.key_line = 0
        self.merges: list[Any] = []


class _Builder:
    def __init__(self) -> None:
        self.documents: list[Any] = []
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[Any, int]] = {}

    def build(self, text: str) -> list[Any]:
        event: Any
        for event in yaml.parse(text, Loader=_LOADER):
            kind = type(event)
            if kind is yaml.ScalarEvent:
                value = scalar(event.value) if event.implicit[0] else event.value
                if event.anchor:
                    self.anchors[event.anchor] = (value, 1)
                self._add(value, event.start_mark.line + 1, 1, plain=event.implicit[0])
            elif kind is yaml.MappingStartEvent:
                self._open(MarkedDict(event.start_mark.line + 1), event.anchor)
            elif kind is yaml.SequenceStartEvent:
                self._open(MarkedList(event.start_mark.line + 1), event.anchor)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self._close()
            elif kind is yaml.AliasEvent:
                line = event.start_mark.line + 1
                if event.anchor not in self.anchors:
                    raise DocumentError(f"alias *{event.anchor} has no anchor before it, or holds itself", line)
                value, weight = self.anchors[event.anchor]
                self._add(value, line, weight, plain=False)
            elif kind is yaml.DocumentStartEvent:
                self.anchors.clear()
        return self.documents

    def _open(self, value: MarkedDict | MarkedList, anchor: str | None) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise DocumentError(f"nested deeper than {MAX_DEPTH} levels", value.line)
        if anchor:
            self.anchors.pop(anchor, None)
        self.stack.append(_Open(value, anchor))

    def _close(self) -> None:
        done = self.stack.pop()
        value = done.value
        for source in done.merges:
            if isinstance(value, MarkedDict) and isinstance(source, MarkedDict):
                for key, item in source.items():
                    if key not in value:
                        value[key] = item
                        value.lines[key] = source.lines[key]
        if done.anchor:
            self.anchors[done.anchor] = (value, done.weight)
        self._add(value, value.line, done.weight, plain=False)

    def _add(self, value: Any, line: int, weight: int, *, plain: bool) -> None:
        if not self.stack:
            self.documents.append(value)
            return
        parent = self.stack[-1]
        parent.weight += weight
        if parent.weight > MAX_NODES:
            raise DocumentError("aliases expand to more values than any real file holds", line)
        container = parent.value
        if isinstance(container, MarkedList):
            container.append(value)
            container.lines.append(line)
        elif not parent.keyed:
            parent.keyed = True
            parent.key = value if not isinstance(value, (MarkedDict, MarkedList)) else f"line {line}"
            parent.key_line = line
            if parent.key == "<<" and plain:
                parent.key = _MERGE
        else:
            parent.keyed = False
            if parent.key is _MERGE:
                parent.merges.extend(value if isinstance(value, MarkedList) else [value])
            else:
                container[parent.key] = value
                container.lines[parent.key] = parent.key_line


_MERGE = object()
