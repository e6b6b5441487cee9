"""How two values differ, and where first."""

# ruff: noqa: B905, FURB188 - this also runs on Python 3.8; and a NaN is what is not equal to itself
from __future__ import annotations

import sys
from typing import Any, Iterator, NamedTuple  # noqa: UP035

from .fingerprints import Hasher, fingerprint, hash_of, plain_bytes
from .kinds import PLAIN, Strings, Unfingerprintable, is_a, type_name
from .opening import view_of
from .showing import is_shown, show
from .tables import array_bytes, dtype_text


class Comparison(NamedTuple):
    """How an actual value relates to the expected one.

    Attributes:
        verdict: "identical", "within-tolerance" or "differs".
        detail: the first place that differs; empty when identical.
    """

    verdict: str
    detail: str = ""


class _Difference(NamedTuple):
    text: str
    near: bool = False


class _Rules:
    """Tolerances of one comparison, and the pairs it has seen (kept alive, since they are known by identity)."""

    def __init__(self, rtol: float, atol: float) -> None:
        self.rtol = rtol
        self.atol = atol
        self.seen: dict[tuple[int, int], tuple[Any, Any]] = {}

    def near(self, expected: Any, actual: Any) -> Any:
        """Whether numbers (or arrays of them) are close; never without a tolerance."""
        if not self.rtol and not self.atol:
            return abs(expected) < 0
        return abs(actual - expected) <= self.atol + self.rtol * abs(expected)


def compare(
    expected: Any,
    actual: Any,
    *,
    rtol: float = 0.0,
    atol: float = 0.0,
    name: str = "value",
) -> Comparison:
    """Compare two values: "identical" exactly when their fingerprints are equal.

    Args:
        expected: the value in the notebook.
        actual: the value in the pipeline.
        rtol: relative tolerance for floating-point numbers; with both at 0 every difference counts.
        atol: absolute tolerance for floating-point numbers.
        name: what the value is called in the detail.

    Returns:
        The verdict, and the first place that differs, like ``df["age"].iloc[3]: 1.5 → 2.0``. A value that cannot be
        taken apart gives "differs" with the reason, since nothing can be said about it.
    """
    try:
        if fingerprint(expected) == fingerprint(actual):
            return Comparison("identical")
    except Unfingerprintable as error:
        return Comparison("differs", f"{name} cannot be compared: it is, or holds, {error.reason}")
    near = ""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 8000))
    try:
        for difference in _differences(name, expected, actual, _Rules(rtol, atol)):
            if not difference.near:
                return Comparison("differs", difference.text)
            near = near or difference.text
    except (Unfingerprintable, RecursionError) as error:
        return Comparison("differs", f"{name} differs, at a place that cannot be shown ({error})")
    finally:
        sys.setrecursionlimit(limit)
    if near:
        return Comparison("within-tolerance", near)
    return Comparison("differs", f"{name}: the content differs")


def _differences(path: str, expected: Any, actual: Any, rules: _Rules) -> Iterator[_Difference]:
    kind = type(expected)
    if type_name(kind) != type_name(type(actual)):
        yield _Difference(_kinds_differ(path, expected, actual))
        return
    if kind in PLAIN:
        if plain_bytes((expected,)) != plain_bytes((actual,)):
            near = kind is float and bool(rules.near(expected, actual))
            yield _Difference(f"{path}: {show(expected)} → {show(actual)}", near)
        return
    if (id(expected), id(actual)) in rules.seen:
        return
    rules.seen[id(expected), id(actual)] = (expected, actual)
    if kind is list or kind is tuple:
        yield from _list_differences(path, expected, actual, rules)
    elif kind is dict:
        yield from _dict_differences(path, expected, actual, rules)
    elif kind is set or kind is frozenset:
        yield from _set_differences(path, expected, actual)
    elif kind is Strings:
        yield from _list_differences(path, expected.array.to_pylist(), actual.array.to_pylist(), rules)
    else:
        yield from _view_differences(path, expected, actual, rules)


def _kinds_differ(path: str, expected: Any, actual: Any) -> str:
    before, after = type(expected), type(actual)
    if path.endswith((".index", ".columns")) and is_a(before, "pandas", "Index") and is_a(after, "pandas", "Index"):
        what = path.rsplit(".", 1)[1]
        lost = is_a(after, "pandas", "RangeIndex")
        shown = "{} {}: {} → {}".format(what, "lost" if lost else "differs", _show_index(expected), _show_index(actual))
        return f"{path[: -len(what) - 1]}: {shown}"
    if (
        hasattr(expected, "dtype")
        and hasattr(actual, "dtype")
        and dtype_text(expected.dtype) != dtype_text(actual.dtype)
    ):
        return f"{_place(path)}: dtype {expected.dtype} → {actual.dtype}"
    text = f"{_place(path)}: type {type_name(before)} → {type_name(after)}"
    if is_shown(before) and is_shown(after):
        text += f" ({show(expected)} → {show(actual)})"
    return text


def _list_differences(path: str, expected: Any, actual: Any, rules: _Rules) -> Iterator[_Difference]:
    before, after = plain_bytes(expected), plain_bytes(actual)
    if before is not None and before == after:
        return
    for place, (one, other) in enumerate(zip(expected, actual)):
        yield from _differences(f"{path}[{place}]", one, other, rules)
    if len(expected) != len(actual):
        yield _Difference(f"{_place(path)}: length {len(expected)} → {len(actual)}")


def _dict_differences(path: str, expected: Any, actual: Any, rules: _Rules) -> Iterator[_Difference]:
    tokens = Hasher().token
    before = {tokens(key): key for key in expected}
    after = {tokens(key): key for key in actual}
    for token, key in before.items():
        if token not in after:
            yield _Difference(f"{path}: key {show(key)} is missing")
    for token, key in after.items():
        if token not in before:
            yield _Difference(f"{path}: key {show(key)} is new")
    for token, key in before.items():
        if token in after:
            yield from _differences(f"{path}[{show(key)}]", expected[key], actual[after[token]], rules)
    if list(before) != list(after):
        yield _Difference(f"{path}: order of keys")


def _set_differences(path: str, expected: Any, actual: Any) -> Iterator[_Difference]:
    before = {Hasher().token(item): item for item in expected}
    after = {Hasher().token(item): item for item in actual}
    for token in sorted(before.keys() - after.keys()):
        yield _Difference(f"{path}: {show(before[token])} is missing")
    for token in sorted(after.keys() - before.keys()):
        yield _Difference(f"{path}: {show(after[token])} is new")


def _view_differences(path: str, expected: Any, actual: Any, rules: _Rules) -> Iterator[_Difference]:
    before, after = view_of(expected), view_of(actual)
    if is_a(type(expected), "pandas", "DataFrame"):
        labels = [[show(label) for label in frame.columns] for frame in (expected, actual)]
        for text, one, other in (("is missing", labels[0], labels[1]), ("is new", labels[1], labels[0])):
            for label in one:
                if label not in other:
                    yield _Difference(f"{path}: column {label} {text}")
    for (name, one), (_, other) in zip(before.facts, after.facts):
        if plain_bytes((str(one), type(one).__name__)) != plain_bytes((str(other), type(other).__name__)):
            near = type(one) is float and type(other) is float and bool(rules.near(one, other))
            yield _Difference(f"{_place(path)}: {name} {one} → {other}", near)
            if not near:
                return
    if before.data is not None and hash_of(before.data) != hash_of(after.data):
        numpy = sys.modules.get("numpy")
        if numpy is not None and isinstance(expected, (numpy.ndarray, numpy.generic)):
            yield from _array_differences(path, numpy.asarray(expected), numpy.asarray(actual), rules, numpy)
        else:
            yield _Difference(f"{_place(path)}: the content differs")
    old, new = list(before.parts), list(after.parts)
    yield from _label_differences(path, [label for label, _ in old], [label for label, _ in new])
    by_label = dict(new)
    in_order = len(by_label) < len(new)  # columns of one name can only be told by their place
    for place, (label, part) in enumerate(old):
        if in_order and place < len(new) and new[place][0] == label:
            yield from _differences(path + label, part, new[place][1], rules)
        elif not in_order and label in by_label:
            yield from _differences(path + label, part, by_label[label], rules)


def _label_differences(path: str, before: list[str], after: list[str]) -> Iterator[_Difference]:
    for label in before:
        if label not in after:
            yield _Difference(f"{path}{label} is missing")
    for label in after:
        if label not in before:
            yield _Difference(f"{path}{label} is new")


def _array_differences(path: str, expected: Any, actual: Any, rules: _Rules, numpy: Any) -> Iterator[_Difference]:
    shape = expected.shape
    one, other = expected.reshape(-1), actual.reshape(-1)
    size = one.dtype.itemsize
    if one.dtype.kind in "fc" and size > (16 if one.dtype.kind == "c" else 8):
        unequal = (one != other) & ~(numpy.isnan(one) & numpy.isnan(other))
    else:
        pair = [numpy.frombuffer(array_bytes(each, numpy), "u1").reshape(-1, size) for each in (one, other)]
        unequal = (pair[0] != pair[1]).any(axis=1)
    far = unequal
    if one.dtype.kind in "fc" and (rules.rtol or rules.atol):
        with numpy.errstate(all="ignore"):
            far = unequal & ~rules.near(one, other)
    worst = far if far.any() else unequal
    first = int(worst.argmax())
    place = ", ".join(str(int(at)) for at in numpy.unravel_index(first, shape)) if shape else ""
    text = "{}{}: {} → {}".format(path, "[" + place + "]" if place else "", show(one[first]), show(other[first]))
    count = int(worst.sum())
    if count > 1:
        text += f" ({count} of {one.size} differ)"
    yield _Difference(text, not far.any())


def _place(path: str) -> str:
    """A path without the accessor that only makes sense before an item."""
    return path[: -len(".iloc")] if path.endswith(".iloc") else path


def _show_index(index: Any) -> str:
    names = [name for name in index.names if name is not None]
    return type(index).__name__ + (" " + ", ".join(show(name) for name in names) if names else "")
