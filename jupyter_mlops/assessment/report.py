"""A report: one way to write an assessment down."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from jupyter_mlops.assessment.api import Assessment


class Report(NamedTuple):
    """A format.

    Attributes:
        title: for people.
        render: the text of an assessment; `colour` says whether it goes to a terminal with colours.
    """

    title: str
    render: Callable[[Assessment, bool], str]
