"""How the demo talks: numbered steps with a spinner and their time; plain lines where there is no terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

#: Takes what is being done now, and how far that is, from 0 to 1 (None where nobody knows).
Tell = Callable[[str, "float | None"], None]

_MARKS = {"yes": "[green]✔[/]", "partly": "[yellow]◐[/]", "no": "[dim]✘[/]"}


class Narrator:
    """Tells a journey of a known number of steps on a console.

    Args:
        console: where to.
        steps: how many there will be.
    """

    def __init__(self, console: Console, steps: int) -> None:
        self.console = console
        self._steps = steps
        self._step = 0
        self._started = time.monotonic()

    @property
    def elapsed(self) -> str:
        """Time since the journey began, for people."""
        seconds = round(time.monotonic() - self._started)
        return f"{seconds // 60} min {seconds % 60} s" if seconds >= 60 else f"{seconds} s"

    @contextmanager
    def step(self, title: str) -> Iterator[Tell]:
        """A step: its title now, what it is doing meanwhile, and its time at the end.

        Args:
            title: what is done, in the imperative.

        Yields:
            Takes what is being done now and how far it is.
        """
        self._step += 1
        self.console.print(f"\n[bold cyan]{self._step}/{self._steps}[/]  [bold]{escape(title)}[/]")
        started = time.monotonic()
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=24), TimeElapsedColumn())
        with Progress(*columns, console=self.console, transient=True, disable=not self.console.is_terminal) as bar:
            task = bar.add_task("starting", total=None)

            def tell(message: str, fraction: float | None = None) -> None:
                bar.update(task, description=escape(message[:60]), completed=fraction or 0, total=fraction and 1.0)

            yield tell
        seconds = time.monotonic() - started
        if seconds >= 1:
            self.console.print(f"     [dim]{seconds:.0f} s[/]")

    def say(self, text: str) -> None:
        """A line below the step's title, in rich's markup."""
        self.console.print(Padding(Text.from_markup(text), (0, 0, 0, 5)))

    def table(self, headings: list[str], rows: list[list[str]]) -> None:
        """A small table below the step's title; the cells are plain text."""
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
        for number, heading in enumerate(headings):
            table.add_column(heading, no_wrap=number == 0)
        for row in rows:
            table.add_row(*(escape(cell) for cell in row))
        self.console.print(Padding(table, (0, 0, 0, 5)))

    def checklist(self, answers: list[dict[str, object]]) -> None:
        """The five questions and how far each is answered."""
        for answer in answers:
            self.say(f"{_MARKS[str(answer['state'])]} {escape(str(answer['question']))} [dim]{answer['score']} %[/]")
