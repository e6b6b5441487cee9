"""Three-way merge of YAML files: key by key, in the user's own writing, with the comments where they belong.

A file is taken apart into entries, each with the comment lines above it and the comment at its end. What comes out is
read again, so that a text is given back only if it says what `merge_data` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from jupyter_mlops.lifts.pipeline.merge.data import MISSING, KeyClash, merge_data, merged_order, name_of, same
from jupyter_mlops.lifts.pipeline.merge.lines import Side, merge_sequences, settled, three


class NotMergeableError(ValueError):
    """The files can only be taken as a whole; the message says why."""


@dataclass(frozen=True)
class _Entry:
    """A key with its value, or an item of a list.

    Attributes:
        key: what it is called.
        value: as data.
        lead: the lines above it that belong to it: comments and blank ones.
        code: its own text: all of it, or the first line where there are `children`.
        comment: at the end of that line, with the space before it.
        children: the entries in it, where it is written over several lines.
        dash: where the `-` of a list's item stands, whose first child begins on the same line.
    """

    key: str
    value: Any
    lead: tuple[str, ...]
    code: str
    comment: str = ""
    children: _Entries | None = None
    dash: int | None = None


@dataclass(frozen=True)
class _Entries:
    """A mapping or a list.

    Attributes:
        kind: "mapping" or "sequence".
        column: where its entries begin; None where there are none.
        entries: in order.
        head: of a file, the comments on top.
        tail: of a file, the lines after the last entry.
    """

    kind: str
    column: int | None
    entries: tuple[_Entry, ...]
    head: tuple[str, ...] = ()
    tail: tuple[str, ...] = ()

    def get(self, key: str) -> _Entry | None:
        return next((entry for entry in self.entries if entry.key == key), None)


def merge_yaml(base: str, ours: str, theirs: str, side: Side, *, lists: bool) -> tuple[str, list[KeyClash]]:
    """Merge YAML texts.

    Args:
        base: where both come from.
        ours: the user's.
        theirs: the generated one.
        side: what stands where they clash.
        lists: as in `merge_data`.

    Returns:
        The merged text, and where the two sides clash.

    Raises:
        NotMergeableError: they can only be taken as a whole.
    """
    before, own, new = (_data(text) for text in (base, ours, theirs))
    wanted, clashes = merge_data(before, own, new, side, lists=lists)
    trees = (_document(base, before), _document(ours, own), _document(theirs, new))
    text = "".join(f"{line}\n" for line in _Merger(side, lists=lists).merge_document(*trees))
    if not same(_data(text), wanted):
        raise NotMergeableError("it is written in a way that cannot be merged")
    return text, clashes


def _data(text: str) -> dict[str, Any]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        found = YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError) as error:
        raise NotMergeableError(f"it is no valid YAML ({error})") from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise NotMergeableError("it holds no keys")
    return found


# -- taking apart ------------------------------------------------------------------------------------------------------


def _document(text: str, value: dict[str, Any]) -> _Entries:
    import yaml

    lines = text.splitlines()
    start = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    head = tuple(lines[:start])
    if not value:
        return _Entries("mapping", None, (), head, tuple(lines[start:]))
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise NotMergeableError(f"it is no valid YAML ({error})") from None
    if not isinstance(node, yaml.MappingNode) or node.flow_style or _has_aliases(node):
        raise NotMergeableError("it is not written one key a line")
    return replace(_entries(node, value, lines, start), head=head, tail=tuple(lines[_end(node) :]))


def _has_aliases(node: Any) -> bool:
    import yaml

    seen: set[int] = set()
    stack = [node]
    while stack:
        each = stack.pop()
        if id(each) in seen:
            return True
        seen.add(id(each))
        if isinstance(each, yaml.MappingNode):
            stack += [part for pair in each.value for part in pair]
        elif isinstance(each, yaml.SequenceNode):
            stack += each.value
    return False


def _entries(node: Any, value: Any, lines: list[str], start: int) -> _Entries:
    """The entries of a collection in block style; the lead of the first begins at the line `start`."""
    import yaml

    mapping = isinstance(node, yaml.MappingNode)
    pairs = node.value if mapping else [(item, item) for item in node.value]
    values = list(value.items()) if mapping else [(name_of(item), item) for item in value]
    entries = []
    for (head, body), (key, inner) in zip(pairs, values, strict=True):
        first = head.start_mark.line
        block = isinstance(body, yaml.CollectionNode) and not body.flow_style and body.value
        end = _end(body)
        lead = tuple(lines[start:first])
        start = max(end, first + 1)
        if any(line.strip() and not line.lstrip().startswith(("#", "---", "%")) for line in lead):
            raise NotMergeableError("it is not written one key a line")
        dash = None
        if not mapping:
            dash = lines[first].rfind("-", 0, head.start_mark.column)
            if dash < 0:
                raise NotMergeableError("it is not written one item a line")
        if block and dash is not None:
            # The first child begins on the line of the dash, which is put back in the end.
            lines[first] = f"{lines[first][:dash]} {lines[first][dash + 1 :]}"
            entries.append(_Entry(str(key), inner, lead, "", children=_entries(body, inner, lines, first), dash=dash))
        elif block and body.start_mark.line > first:
            code, comment = _split(lines[first], head.end_mark.column)
            children = _entries(body, inner, lines, first + 1)
            entries.append(_Entry(str(key), inner, lead, code, comment, children))
        elif start == first + 1:
            code, comment = _split(lines[first], max(head.end_mark.column, _column(body, first)))
            entries.append(_Entry(str(key), inner, lead, code, comment))
        else:
            entries.append(_Entry(str(key), inner, lead, "\n".join(lines[first:start])))
    column = next((entry.dash for entry in entries if entry.dash is not None), node.start_mark.column)
    return _Entries("mapping" if mapping else "sequence", column, tuple(entries))


def _column(node: Any, line: int) -> int:
    return int(node.end_mark.column) if node.end_mark.line == line else 0


def _end(node: Any) -> int:
    """The line after a node's last one."""
    import yaml

    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return max(_end(part) for part in (last if isinstance(last, tuple) else (last,)))
    mark = node.end_mark
    return int(mark.line) + (1 if mark.column else 0)


def _split(line: str, column: int) -> tuple[str, str]:
    """The line up to its comment, and that."""
    at = line.find("#", column)
    code = line if at < 0 else line[:at].rstrip()
    return code, line[len(code) :]


# -- putting together --------------------------------------------------------------------------------------------------


class _Merger:
    """Puts the merged text together; what it says where both changed is decided as `merge_data` does."""

    def __init__(self, side: Side, *, lists: bool) -> None:
        self.side = side
        self.lists = lists

    def merge_document(self, base: _Entries, ours: _Entries, theirs: _Entries) -> list[str]:
        head = _merge_lines(base.head, ours.head, theirs.head)
        return [*head, *self.merge(base, ours, theirs), *_merge_lines(base.tail, ours.tail, theirs.tail)]

    def merge(self, base: _Entries | None, ours: _Entries, theirs: _Entries) -> list[str]:
        shift = 0 if ours.column is None or theirs.column is None else ours.column - theirs.column
        lines: list[str] = []
        kept: list[str] = []  # comments of yours above what is gone
        for key in merged_order([entry.key for entry in ours.entries], [entry.key for entry in theirs.entries]):
            old, own, new = (tree.get(key) if tree is not None else None for tree in (base, ours, theirs))
            found = self._entry(old, own, new, shift)
            if found is not None:
                lines += [*kept, *found]
                kept = []
            elif own is not None:
                kept += _comments_of(own, old)
        return [*lines, *kept]

    def _entry(self, old: _Entry | None, own: _Entry | None, new: _Entry | None, shift: int) -> list[str] | None:
        value, _ = merge_data(*three(_value, old, own, new), self.side, lists=self.lists)
        if value is MISSING:
            return None
        if own is None or new is None:
            return _whole(own) if own is not None else _shifted(_whole(new), shift) if new is not None else None
        lead = _merge_lines(old.lead if old else (), own.lead, tuple(_shifted(new.lead, shift)))
        # The comment at the end of the line goes its own way.
        comment = new.comment if own.comment == (old.comment if old is not None else "") else own.comment
        if (
            own.children
            and new.children
            and own.children.kind == new.children.kind
            and (self.lists or own.children.kind == "mapping")
        ):
            before = (
                old.children if old is not None and old.children and old.children.kind == own.children.kind else None
            )
            inner = self.merge(before, own.children, new.children)
            return (
                [*lead, *_with_dash(inner, own.dash)] if own.dash is not None else [*lead, own.code + comment, *inner]
            )
        if same(value, own.value):
            chosen = own
            text = _whole(own)
        elif same(value, new.value):
            chosen = new
            text = _shifted(_whole(new), shift)
        else:
            return [*lead, *_dumped(own, value)]
        text = text[len(chosen.lead) :]
        if chosen.children is None and "\n" not in chosen.code:
            code = chosen.code if chosen is own else _shifted([chosen.code], shift)[0]
            text = [code + comment]
        return [*lead, *text]


def _value(entry: _Entry | None) -> Any:
    return MISSING if entry is None else entry.value


def _whole(entry: _Entry) -> list[str]:
    """An entry's lines as they were."""
    if entry.children is None:
        return [*entry.lead, *(entry.code + entry.comment).split("\n")]
    inner = [line for child in entry.children.entries for line in _whole(child)]
    if entry.dash is not None:
        return [*entry.lead, *_with_dash(inner, entry.dash)]
    return [*entry.lead, entry.code + entry.comment, *inner]


def _with_dash(lines: list[str], dash: int) -> list[str]:
    """The lines of a list's item, with its dash in front of the first that is no comment."""
    for number, line in enumerate(lines):
        if line.strip() and not line.lstrip().startswith("#"):
            return [*lines[:number], f"{line[:dash]}-{line[dash + 1 :]}", *lines[number + 1 :]]
    return lines


def _shifted(lines: Sequence[str], shift: int) -> list[str]:
    if shift >= 0:
        return [" " * shift + line if line.strip() else line for line in lines]
    return [line[min(-shift, len(line) - len(line.lstrip())) :] for line in lines]


def _dumped(entry: _Entry, value: Any) -> list[str]:
    """The entry's key with another value, as it would be generated."""
    from jupyter_mlops_converters.emit.yaml_text import dump

    indent = len(entry.code) - len(entry.code.lstrip())
    return [" " * indent + line for line in dump({entry.key: value}).decode().splitlines()]


def _comments_of(own: _Entry, old: _Entry | None) -> list[str]:
    """The user's comments at an entry that goes; they are worth more than what they were about."""
    known = {line.strip() for line in _comment_lines(old)} if old is not None else set()
    return [line for line in _comment_lines(own) if line.strip() not in known]


def _comment_lines(entry: _Entry) -> list[str]:
    found = [line for line in entry.lead if line.strip()]
    if entry.comment.strip():
        indent = len(entry.code) - len(entry.code.lstrip())
        found.append(" " * indent + entry.comment.strip())
    for child in entry.children.entries if entry.children is not None else ():
        found += _comment_lines(child)
    return found


def _merge_lines(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> list[str]:
    if tuple(ours) == tuple(theirs):
        return list(ours)
    return settled(merge_sequences(base, ours, theirs, independent=True), "keep")
