"""What is said when a level is reached, and what to show for it."""

from __future__ import annotations

from typing import NamedTuple

from jupyter_mlops.assessment.criterion import LEVELS


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
