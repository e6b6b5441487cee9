"""Every lift with its choices, as the lift itself describes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_mlops.lifts.lift import Lift

_EFFORTS = {"S": "S (hours)", "M": "M (days)", "L": "L (weeks)"}


def page() -> str:
    """The page."""
    from jupyter_mlops.lifts.registry import all_lifts

    lines = ["# The lifts\n", "What each does, and why, is in [Lifts](../lifts.md). Here are their choices.\n"]
    for lift in all_lifts():
        lines += _section(lift)
    return "\n".join(lines) + "\n"


def _section(lift: Lift) -> Iterator[str]:
    yield f"## {lift.name}\n"
    yield f"{lift.title}. Level {lift.level}; raises {_criteria(lift.raises)}" + (
        f", and brings {_criteria(lift.brings)} along.\n" if lift.brings else ".\n"
    )
    yield f"- Left to people: {_EFFORTS[lift.effort]}, by the {lift.role.replace('-', ' ')}."
    if lift.after:
        yield f"- Makes sense after: {', '.join(f'[{name}](#{name})' for name in lift.after)}."
    if lift.needs:
        yield f"- Needs: {', '.join(f'`{need.module}` (`{need.install}`)' for need in lift.needs)}."
    if lift.options:
        yield "\n| option | chooses | values | unless chosen |\n|---|---|---|---|"
        for option in lift.options:
            values = ", ".join(f"`{value}`" for value in option.values) or "any text"
            default = f"`{option.default}`" if option.default else ""
            yield f"| `-O {option.name}=` | {option.what} | {values} | {default} |"
    yield ""


def _criteria(ids: tuple[str, ...]) -> str:
    return ", ".join(f"[{one}](../criteria.md#{one})" for one in ids)
