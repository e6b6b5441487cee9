"""Which cell of one version of a notebook is which of another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

#: How alike two texts are at least that are versions of one cell.
_ALIKE = 0.5
#: Gaps of more cells than this are not searched for versions of one another; equal cells are found all the same.
_WIDEST = 60
_WORDS = re.compile(r"\w+|[^\w\s]")


def align(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> dict[int, int]:
    """Pair the cells of two versions.

    Args:
        old: kind and text of each cell.
        new: the same of the other version.

    Returns:
        Position in `old` → position in `new`: equal cells in their order, between them cells that are alike, and equal
        cells that have moved. Each position at most once.
    """
    pairs: dict[int, int] = {}
    for kind, a1, a2, b1, b2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pairs.update(zip(range(a1, a2), range(b1, b2), strict=True))
        elif kind == "replace" and (a2 - a1) <= _WIDEST and (b2 - b1) <= _WIDEST:
            pairs.update((a1 + i, b1 + j) for i, j in _alike(old[a1:a2], new[b1:b2]))
    moved = {cell: position for position, cell in enumerate(new) if position not in set(pairs.values())}
    for position, cell in enumerate(old):
        if position not in pairs and cell in moved and cell[1].strip():
            pairs[position] = moved.pop(cell)
    return pairs


def _alike(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> list[tuple[int, int]]:
    """The pairs, in order, whose likeness is greatest in all."""
    best: list[list[tuple[float, tuple[tuple[int, int], ...]]]] = [[(0.0, ())] * (len(new) + 1)]
    for i, before in enumerate(old):
        row: list[tuple[float, tuple[tuple[int, int], ...]]] = [(0.0, ())]
        for j, after in enumerate(new):
            likeness = _likeness(before, after)
            options = [best[i][j + 1], row[j]]
            if likeness >= _ALIKE:
                score, path = best[i][j]
                options.append((score + likeness, (*path, (i, j))))
            row.append(max(options, key=lambda option: option[0]))
        best.append(row)
    return list(best[-1][-1][1])


def _likeness(before: tuple[str, str], after: tuple[str, str]) -> float:
    if before[0] != after[0]:
        return 0.0
    words: tuple[list[str], list[str]] = (_WORDS.findall(before[1]), _WORDS.findall(after[1]))
    matcher = SequenceMatcher(None, *words, autojunk=False)
    if matcher.real_quick_ratio() < _ALIKE or matcher.quick_ratio() < _ALIKE:
        return 0.0
    return matcher.ratio()
