"""A hash by value, the same in every process."""

# ruff: noqa: PLR0124 - this also runs on Python 3.8; and a NaN is what is not equal to itself
from __future__ import annotations

import hashlib
import marshal
import sys
from typing import Any

from .kinds import NAN, PLAIN, Strings, Unfingerprintable, type_name
from .opening import view_of, why_not

_MOST_NODES = 20_000_000


def fingerprint(value: Any) -> str:
    """A hash of the value, the same in every process for equal values.

    Args:
        value: anything; it is not changed.

    Returns:
        32 hexadecimal digits.

    Raises:
        Unfingerprintable: the value, or something in it, cannot exist in another process.
    """
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 8000))
    try:
        return hash_of(b"value", Hasher().token(value)).hex()
    except Unfingerprintable:
        raise
    except RecursionError:
        raise Unfingerprintable("an object that is nested too deeply") from None
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - as above
        raise Unfingerprintable(why_not(type(value), error)) from None
    finally:
        sys.setrecursionlimit(limit)


def hash_of(*pieces: Any) -> bytes:
    digest = hashlib.sha256(b"".join([b"%d:" % len(piece) for piece in pieces]))
    for piece in pieces:
        digest.update(piece)
    return digest.digest()[:16]


def plain_bytes(items: Any) -> bytes | None:
    """One serialisation of a list or tuple of plain values at the speed of C; None where something else is in it."""
    kinds = set(map(type, items))
    if not kinds <= PLAIN:
        return None
    if float in kinds and any(item != item for item in items):
        items = [NAN if item != item else item for item in items]
    # Format 2 has neither references nor marks for interned strings, so equal lists give equal bytes.
    return marshal.dumps(list(items), 2)


class Hasher:
    """One walk through a value.

    Finished parts are remembered by identity. Cycles are numbered as in Tarjan's algorithm: a reference to something
    that is still open is written as the distance on the stack of open nodes, which does not depend on whether other,
    finished parts are shared or are equal copies.
    """

    def __init__(self) -> None:
        self.done: dict[int, tuple[Any, bytes]] = {}
        self.open: dict[int, int] = {}
        self.stack: list[Any] = []
        self.here = 0
        self.lowest = sys.maxsize
        self.budget = _MOST_NODES

    def token(self, value: Any) -> bytes:
        if type(value) in PLAIN:
            text = marshal.dumps(NAN if value != value else value, 2)
            return b"=" + text if len(text) < 64 else hash_of(b"plain", text)
        key = id(value)
        known = self.done.get(key)
        if known is not None:
            return known[1]
        place = self.open.get(key)
        if place is not None:
            self.lowest = min(self.lowest, place)
            return b"^%d" % (self.here - place)
        self.budget -= 1
        if self.budget < 0:
            raise Unfingerprintable("an object with too many parts")
        place, outer, parent = len(self.stack), self.lowest, self.here
        self.stack.append(value)
        self.open[key] = place
        self.here, self.lowest = place, sys.maxsize
        token = self.compose(value)
        if self.lowest >= place:
            for offset, member in enumerate(self.stack[place:]):
                del self.open[id(member)]
                self.done[id(member)] = (member, hash_of(b"in", token, b"%d" % offset) if offset else token)
            del self.stack[place:]
        else:
            outer = min(outer, self.lowest)
        self.here, self.lowest = parent, outer
        return token

    def compose(self, value: Any) -> bytes:
        kind = type(value)
        if kind is list or kind is tuple:
            plain = plain_bytes(value)
            if plain is not None:
                return hash_of(kind.__name__.encode(), plain)
            return hash_of(kind.__name__.encode(), b"", *[self.token(item) for item in value])
        if kind is dict:
            keys, values = list(value), list(value.values())
            plain = plain_bytes(keys + values)
            if plain is not None:
                return hash_of(b"dict", plain)
            return hash_of(b"dict", b"", *[self.token(item) for item in keys], *[self.token(item) for item in values])
        if kind is set or kind is frozenset:
            return self.unordered(value)
        if kind is Strings:
            lengths = value.offsets[1:] - value.offsets[:-1]
            return hash_of(b"strings", lengths.astype("i8").tobytes(), value.characters)
        view = view_of(value)
        pieces = [view.kind.encode(), marshal.dumps(_canonical(view.facts), 2), b"" if view.data is None else view.data]
        for label, part in view.parts:
            pieces.append(label.encode("utf-8", "surrogatepass"))
            if view.kind == "type":
                pieces.append(self.softly(part))
            else:
                pieces.append(self.token(part))
        return hash_of(*pieces)

    def softly(self, member: Any) -> bytes:
        """Members of classes: one that cannot be transported does not make every instance untransportable."""
        state = (len(self.stack), self.here, self.lowest)
        try:
            return self.token(member)
        except Unfingerprintable:
            for left in self.stack[state[0] :]:
                self.open.pop(id(left), None)
            del self.stack[state[0] :]
            self.here, self.lowest = state[1], state[2]
            return hash_of(b"opaque", type_name(type(member)).encode())

    def unordered(self, value: Any) -> bytes:
        tokens, others = [], []
        for item in value:
            plain = plain_bytes(item) if type(item) is tuple else None
            if plain is not None:
                tokens.append(hash_of(b"tuple", plain))
            elif type(item) in PLAIN:
                tokens.append(self.token(item))
            else:
                others.append(item)
        if len(others) > 1:
            # Elements that are part of a cycle through this set need an order that does not depend on the process.
            others.sort(key=self.shallow)
        in_cycles: list[bytes] = []
        for item in others:
            token = self.token(item)
            (tokens if id(item) in self.done else in_cycles).append(token)
        return hash_of(type(value).__name__.encode(), b"".join(sorted(tokens)), *in_cycles)

    def shallow(self, value: Any, depth: int = 3) -> bytes:
        """A token of what is near the surface of a value."""
        kind = type(value)
        if kind in PLAIN:
            return self.token(value)
        name = type_name(kind).encode()
        if depth == 0:
            return name
        if kind in (list, tuple):
            return hash_of(name, *[self.shallow(item, depth - 1) for item in value[:20]])
        if kind in (dict, set, frozenset):
            return hash_of(name, b"%d" % len(value), *sorted(self.shallow(item, depth - 1) for item in value))
        view = view_of(value)
        parts = [self.token(part) for _, part in view.parts if type(part) in PLAIN]
        return hash_of(name, marshal.dumps(_canonical(view.facts), 2), view.data or b"", *parts)


def _canonical(fact: Any) -> Any:
    """A fact with every NaN the same."""
    if type(fact) is tuple:
        return tuple(_canonical(item) for item in fact)
    return NAN if type(fact) is float and fact != fact else fact
