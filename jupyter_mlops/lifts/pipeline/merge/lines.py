"""Three-way merge of sequences: lines of a text, statements of a cell. No version of a line is lost without a clash."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Generic, Literal, TypeVar

T = TypeVar("T", bound=Hashable)
A = TypeVar("A")
R = TypeVar("R")

#: Which side stands where both changed the same: "keep" the user's, or "replace" it by what was generated.
Side = Literal["keep", "replace"]


def three(function: Callable[[A], R], base: A, ours: A, theirs: A) -> tuple[R, R, R]:
    """The function's value for each of the three sides."""
    return function(base), function(ours), function(theirs)


@dataclass(frozen=True)
class Clash(Generic[T]):
    """A place that both sides changed in different ways.

    Attributes:
        base: what was there before.
        ours: what the user made of it.
        theirs: what is generated there now.
        start: index in the user's version where it begins.
    """

    base: tuple[T, ...]
    ours: tuple[T, ...]
    theirs: tuple[T, ...]
    start: int = 0


@dataclass(frozen=True)
class _Hunk:
    """`base[low:high]` became `new[start:end]` on one side."""

    low: int
    high: int
    mine: bool
    start: int
    end: int


def merge_sequences(
    base: Sequence[T], ours: Sequence[T], theirs: Sequence[T], *, independent: bool = False
) -> list[tuple[T, ...] | Clash[T]]:
    """Merge two sequences that come from a third.

    Args:
        base: where both come from.
        ours: the user's.
        theirs: the generated one.
        independent: whether neighbours have nothing to do with each other, as lines of `requirements.txt`. Changes side
            by side do not clash then, and of two insertions at one place both are taken.

    Returns:
        The merged pieces in order, with a `Clash` for each place that both changed differently.
    """
    hunks = sorted(
        [*_hunks(base, ours, mine=True), *_hunks(base, theirs, mine=False)],
        key=lambda hunk: (hunk.low, hunk.high, not hunk.mine),
    )
    pieces: list[tuple[T, ...] | Clash[T]] = []
    done = 0
    shift = 0  # ours is this much longer than base before `done`
    for group in _groups(hunks, independent=independent):
        low, high = min(hunk.low for hunk in group), max(hunk.high for hunk in group)
        pieces.append(tuple(base[done:low]))
        before = tuple(base[low:high])
        own, new = (_side(group, before, low, high, side, mine=mine) for side, mine in ((ours, True), (theirs, False)))
        if own in (before, new):
            pieces.append(new)
        elif new == before:
            pieces.append(own)
        elif independent and not before:
            pieces.append((*own, *(item for item in new if item not in own)))
        else:
            pieces.append(Clash(before, own, new, low + shift))
        done = high
        shift += len(own) - len(before)
    pieces.append(tuple(base[done:]))
    return [piece for piece in pieces if piece]


def _hunks(base: Sequence[T], new: Sequence[T], *, mine: bool) -> list[_Hunk]:
    matcher = SequenceMatcher(None, base, new, autojunk=False)
    return [
        _Hunk(low, high, mine, start, end) for kind, low, high, start, end in matcher.get_opcodes() if kind != "equal"
    ]


def _groups(hunks: list[_Hunk], *, independent: bool) -> list[list[_Hunk]]:
    """Hunks that have to be looked at together: those that overlap, or touch, in the base."""
    groups: list[list[_Hunk]] = []
    reached = -1
    for hunk in hunks:
        together = hunk.low < reached if independent else hunk.low <= reached
        # Two insertions at one place.
        together |= bool(groups) and hunk.low == hunk.high == reached == groups[-1][-1].low
        if groups and together:
            groups[-1].append(hunk)
        else:
            groups.append([hunk])
            reached = -1
        reached = max(reached, hunk.high)
    return groups


def _side(
    group: list[_Hunk], before: tuple[T, ...], low: int, high: int, side: Sequence[T], *, mine: bool
) -> tuple[T, ...]:
    """What one side has in place of `base[low:high]`."""
    own = [hunk for hunk in group if hunk.mine is mine]
    if not own:
        return before
    return tuple(side[own[0].start - (own[0].low - low) : own[-1].end + (high - own[-1].high)])


def merge_text(
    base: str, ours: str, theirs: str, side: Side, *, independent: bool = False
) -> tuple[str, list[Clash[str]]]:
    """Merge texts line by line.

    Args:
        base: where both come from.
        ours: the user's.
        theirs: the generated one.
        side: what stands where they clash.
        independent: as in `merge_sequences`.

    Returns:
        The merged text, and where the two sides clash.
    """
    pieces = merge_sequences(base.split("\n"), ours.split("\n"), theirs.split("\n"), independent=independent)
    return "\n".join(settled(pieces, side)), clashes(pieces)


def settled(pieces: Sequence[tuple[T, ...] | Clash[T]], side: Side) -> list[T]:
    """The merged sequence, with one side wherever they clash."""
    merged: list[T] = []
    for piece in pieces:
        if isinstance(piece, Clash):
            merged.extend(piece.ours if side == "keep" else piece.theirs)
        else:
            merged.extend(piece)
    return merged


def clashes(pieces: Sequence[tuple[T, ...] | Clash[T]]) -> list[Clash[T]]:
    """The places that both sides changed differently."""
    return [piece for piece in pieces if isinstance(piece, Clash)]
