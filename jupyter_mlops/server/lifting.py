"""What is listed, decided and taken back for the browser: in a thread, one at a time. Lifts themselves are jobs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from jupyter_mlops.server.deciding import DecisionRequest, decided
from jupyter_mlops.server.errors import RequestError

if TYPE_CHECKING:
    from jupyter_mlops.changes import Applied

T = TypeVar("T")


class Lifting:
    """Quick looks and changes, off the event loop."""

    def __init__(self) -> None:
        # One at a time: what was shown stays true while it is carried out.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mlops-lift")

    async def listed(self, project: Path | None) -> list[dict[str, Any]]:
        """All lifts, and whether each applies to a project.

        Args:
            project: its folder; None for the lifts alone.
        """
        from jupyter_mlops.lifts.api import lifts

        return await self._run(lambda: lifts(project))

    async def decide(self, asked: DecisionRequest, project: Path) -> dict[str, Any]:
        """Show a decision, or write it; as `deciding.decided`.

        Args:
            asked: the decision.
            project: the project's folder.
        """
        return await self._run(lambda: decided(asked, project))

    async def undoable(self, project: Path) -> list[dict[str, Any]]:
        """What can be taken back, the newest first.

        Args:
            project: its folder.
        """
        from jupyter_mlops.changes import history

        return [asdict(each) for each in reversed(await self._run(lambda: history(project)))]

    async def undo(self, project: Path, number: int | None) -> dict[str, Any]:
        """Take back a project's last change set.

        Args:
            project: its folder.
            number: of the set that is meant; None for whichever is the last.

        Raises:
            RequestError: 409 `not-the-last` when another set has been applied since.
        """
        return asdict(await self._run(lambda: _undone(project, number)))

    def close(self) -> None:
        """Let go of the thread."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _run(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)


def _undone(project: Path, number: int | None) -> Applied:
    from jupyter_mlops.changes import history, undo

    last = next(reversed(history(project)), None)
    if number is not None and last is not None and last.number != number:
        message = f"Something else was changed since: {last.title}. Take that back first."
        raise RequestError(409, "not-the-last", message)
    return undo(project)
