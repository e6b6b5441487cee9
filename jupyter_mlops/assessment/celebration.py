"""What is said when a level is reached, and what to show for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from jupyter_mlops.assessment.criterion import LEVELS
from jupyter_mlops.project.marks import mapping, sequence


class Celebration(NamedTuple):
    """A level, and how to celebrate it.

    Attributes:
        level: 1 to 4.
        name: of the level.
        means: what can be done now that could not be done before.
        show: something to do in front of the team, which shows it.
    """

    level: int
    name: str
    means: str
    show: str


_MEANS = {
    1: (
        "Every result can be traced to its code, its data and its run.",
        "Pick a result of last week together, check out its commit and its data, and open its run: it is all there.",
    ),
    2: (
        "One command makes everything again, and every change is tested before it is merged.",
        "Delete all products in front of everyone, run the pipeline with one command, and watch them come back.",
    ),
    3: (
        "The model answers by itself, says when it is unwell, and learns again when the world changes.",
        "Send a request together, then stop the service and see whose phone rings first.",
    ),
    4: (
        "The system repairs and explains itself, and somebody can answer for every model.",
        "Break something on purpose, and let the report say what it was.",
    ),
}


def celebration(level: int) -> Celebration:
    """How to celebrate a level.

    Args:
        level: 1 to 4.
    """
    return Celebration(level, LEVELS[level], *_MEANS[level])


class Reached(NamedTuple):
    """A level that was reached for the first time.

    Attributes:
        unit: path of the unit; None for the project as a whole.
        level: 1 to 4.
        before: the highest level before.
    """

    unit: str | None
    level: int
    before: int


def newly_reached(rows: Sequence[Mapping[str, Any]], row: Mapping[str, Any]) -> list[Reached]:
    """The levels that a row has and no row before it had: each is celebrated once, however often it is lost and won back.

    Args:
        rows: of the history, before the row.
        row: as `history.row_of` makes it.
    """
    found = []
    before = max((_level(each) for each in rows), default=0)
    if _level(row) > before:
        found.append(Reached(None, _level(row), before))
    units = _units(row)
    earlier: dict[str, int] = {}
    for each in rows:
        for path, level in _units(each).items():
            earlier[path] = max(earlier.get(path, 0), level)
    if len(units) > 1:
        found += [
            Reached(path, level, earlier.get(path, 0)) for path, level in units.items() if level > earlier.get(path, 0)
        ]
    return found


def _units(row: Mapping[str, Any]) -> dict[str, int]:
    return {str(unit.get("path")): _level(unit) for unit in map(mapping, sequence(row.get("units")))}


def _level(row: Mapping[str, Any]) -> int:
    level = row.get("level")
    return level if isinstance(level, int) else 0
