"""Three-way merge of data: mappings key by key, lists item by item where items have names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from jupyter_mlops.lifts.pipeline.merge.lines import Side


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"


#: Stands for a key that is not there.
MISSING: Final = _Missing()


@dataclass(frozen=True)
class KeyClash:
    """A value that both sides changed in different ways.

    Attributes:
        path: the keys that lead to it.
        base: what it was; `MISSING` where there was none. So the others.
        ours: what the user made of it.
        theirs: what is generated there now.
    """

    path: tuple[str, ...]
    base: Any
    ours: Any
    theirs: Any


def merge_data(
    base: Any, ours: Any, theirs: Any, side: Side, *, lists: bool, path: tuple[str, ...] = ()
) -> tuple[Any, list[KeyClash]]:
    """Merge JSON-like values.

    Args:
        base: where both come from.
        ours: the user's.
        theirs: the generated one.
        side: what stands where they clash.
        lists: whether lists are merged item by item, in which items are told apart by their name or only key, or are
            taken as one value.
        path: the keys that lead here.

    Returns:
        The merged value (`MISSING` where it is gone), and where the two sides clash.
    """
    if same(ours, theirs) or same(base, theirs):
        return ours, []
    if same(base, ours):
        return theirs, []
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        return _merge_mappings(base if isinstance(base, Mapping) else {}, ours, theirs, side, lists=lists, path=path)
    if lists:
        before, own, new = (_keyed(value) for value in ([] if base is MISSING else base, ours, theirs))
        if before is not None and own is not None and new is not None:
            merged, clashes = _merge_mappings(before, own, new, side, lists=lists, path=path)
            return list(merged.values()), clashes
    return (ours if side == "keep" else theirs), [KeyClash(path, base, ours, theirs)]


def _merge_mappings(
    base: Mapping[str, Any],
    ours: Mapping[str, Any],
    theirs: Mapping[str, Any],
    side: Side,
    *,
    lists: bool,
    path: tuple[str, ...],
) -> tuple[dict[str, Any], list[KeyClash]]:
    merged: dict[str, Any] = {}
    clashes: list[KeyClash] = []
    for key in merged_order(list(ours), list(theirs)):
        old, own, new = (each.get(key, MISSING) for each in (base, ours, theirs))
        value, found = merge_data(old, own, new, side, lists=lists, path=(*path, str(key)))
        clashes += found
        if value is not MISSING:
            merged[key] = value
    return merged, clashes


def merged_order(ours: list[str], theirs: list[str]) -> list[str]:
    """The user's order; what only the other side has comes after what it comes after there."""
    order = list(ours)
    position = 0
    for key in theirs:
        if key in order:
            position = order.index(key) + 1
        else:
            order.insert(position, key)
            position += 1
    return order


def _keyed(values: Any) -> dict[str, Any] | None:
    """A list as a mapping, by what tells its items apart; None where that is not possible."""
    if not isinstance(values, Sequence) or isinstance(values, str):
        return None
    named = {name_of(item): item for item in values}
    return named if len(named) == len(values) else None


def name_of(item: Any) -> str:
    """What tells an item apart from the others of its list: its name, its only key, or itself."""
    if isinstance(item, Mapping) and "name" in item:
        return str(item["name"])
    if isinstance(item, Mapping) and len(item) == 1:
        return str(next(iter(item)))
    return item if isinstance(item, str) else repr(item)


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal and of the same types: 1 is neither 1.0 nor True."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return repr(one) == repr(other)  # nan is nan
    return type(one) is type(other) and bool(one == other)
