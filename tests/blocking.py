"""A kernel session for tests that have no event loop."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from jupyter_mlops_converters.observe.session import Session

if TYPE_CHECKING:
    from typing_extensions import Self

T = TypeVar("T")


class BlockingSession:
    """As `Session`, but its methods return when they are done."""

    def __init__(self, kernel_name: str, cwd: Path, **more: Any) -> None:
        self._scratch = tempfile.TemporaryDirectory(prefix="s")
        self._loop = asyncio.new_event_loop()
        self._session = Session(kernel_name, cwd, scratch=Path(self._scratch.name), **more)

    def __enter__(self) -> Self:
        self._wait(self._session.start())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._wait(self._session.close())
        self._loop.close()
        self._scratch.cleanup()

    def execute(self, source: str) -> tuple[list[dict[str, Any]], float]:
        return self._wait(self._session.execute(source))

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(work)
