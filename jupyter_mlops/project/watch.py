"""Who looks at a file. What several share is computed once, so its reading counts for each of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Watch:
    """Watches one file.

    Args:
        path: of the file, relative to the project's base.

    Attributes:
        reader: who looks at files now.
        readers: who looked at the file.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.reader = ""
        self.readers: set[str] = set()
        self._computing: list[tuple[object, str]] = []
        self._shared: set[tuple[object, str]] = set()

    def saw(self, path: str) -> None:
        """Notes that the present reader looks at a path, for itself and for all who share what it computes."""
        if path == self.path:
            self.readers.add(self.reader)
            self._shared.update(self._computing)

    def computing(self, owner: object, name: str, compute: Callable[[], T]) -> T:
        """A value that will be shared.

        Args:
            owner: whose value it is.
            name: of the value.
            compute: gives it.
        """
        self._computing.append((owner, name))
        try:
            return compute()
        finally:
            self._computing.pop()

    def shared(self, owner: object, name: str) -> None:
        """Notes that the present reader takes a value that was computed before."""
        if (owner, name) in self._shared:
            self.saw(self.path)
