"""Where texts for the terminal are written down: the one way in which all reports set it up."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def text_console(colour: bool, width: int) -> tuple[Console, StringIO]:
    """A console that writes into a text.

    Args:
        colour: whether the text has escape sequences for colours.
        width: columns.

    Returns:
        The console, and what it has written so far.
    """
    from rich.console import Console

    stream = StringIO()
    console = Console(
        file=stream,
        force_terminal=colour,
        force_jupyter=False,  # in a notebook rich would show what is only to be written down
        color_system="standard" if colour else None,
        width=width,
        highlight=False,
        legacy_windows=False,
    )
    return console, stream
