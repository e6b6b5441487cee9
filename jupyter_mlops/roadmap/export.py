"""An export: one way to write a roadmap down."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from jupyter_mlops.roadmap.model import Roadmap


class Export(NamedTuple):
    """A format.

    Attributes:
        title: for people.
        render: the text of a roadmap; `colour` says whether it goes to a terminal with colours.
    """

    title: str
    render: Callable[[Roadmap, bool], str]
