"""Random edits that can be recognised: base lines are `b…`, the user's `o…`, generated ones `t…`, all different."""

from __future__ import annotations

from itertools import count

from hypothesis import strategies as st

LINES = st.integers(0, 8).map(lambda number: [f"b{n}" for n in range(number)])


@st.composite
def edited(draw: st.DrawFn, base: list[str], letter: str) -> list[str]:
    """A version of the lines: some gone, some changed, some new."""
    numbers = count()
    lines: list[str] = []
    for line in base:
        what = draw(st.sampled_from(["keep", "keep", "keep", "change", "delete", "insert"]))
        if what == "insert":
            lines.append(f"{letter}{next(numbers)}")
        if what in {"keep", "insert"}:
            lines.append(line)
        elif what == "change":
            lines.append(f"{letter}{next(numbers)}")
    if draw(st.booleans()):
        lines.append(f"{letter}{next(numbers)}")
    return lines


@st.composite
def versions(draw: st.DrawFn) -> tuple[list[str], list[str], list[str]]:
    """Base, ours and theirs."""
    base = draw(LINES)
    return base, draw(edited(base, "o")), draw(edited(base, "t"))
