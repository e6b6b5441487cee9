"""Assessments for the sidebar: off the event loop, one at a time per project, remembered with their age."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

#: Projects whose last assessment is remembered.
_REMEMBERED = 32

Document = TypeVar("Document", bound=dict[str, Any])


@dataclass
class _Project(Generic[Document]):
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    asked: float = float("-inf")
    unsaved: dict[str, str] = field(default_factory=dict)
    document: Document | None = None


class Scans(Generic[Document]):
    """Scans projects off the event loop.

    Args:
        scan: gives the document of a project's folder and what is unsaved in it; called in a thread.
    """

    def __init__(self, scan: Callable[[Path, dict[str, str]], Document]) -> None:
        self._scan = scan
        self._projects: OrderedDict[Path, _Project[Document]] = OrderedDict()
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="mlops-scan")

    async def get(self, root: Path, max_age: float, unsaved: dict[str, str] | None = None) -> dict[str, Any]:
        """A project's document.

        Requests that come while a scan is running share the one that follows it: the running one may have read files
        that have been saved since.

        Args:
            root: the project's folder.
            max_age: how old an answer may be, in seconds; 0 asks for one that begins now.
            unsaved: what stands in for files; None for the files, or whatever stood in for them in an answer young enough.

        Returns:
            The document with its `age` in seconds.
        """
        project, document = await self._scanned(root, max_age, unsaved)
        return {**document, "age": round(time.monotonic() - project.asked, 1)}

    async def kept(self, root: Path, max_age: float) -> Document:
        """A project's document as the scan gave it; `root` and `max_age` as in `get`."""
        return (await self._scanned(root, max_age, None))[1]

    async def _scanned(
        self, root: Path, max_age: float, unsaved: dict[str, str] | None
    ) -> tuple[_Project[Document], Document]:
        asked = time.monotonic()
        project = self._projects.setdefault(root, _Project())
        self._projects.move_to_end(root)
        while len(self._projects) > _REMEMBERED:
            self._projects.popitem(last=False)

        def is_due() -> bool:
            old = project.document is None or project.asked < asked - max_age
            return old or (unsaved is not None and unsaved != project.unsaved)

        if is_due():
            async with project.lock:
                if is_due():
                    began = time.monotonic()
                    loop = asyncio.get_running_loop()
                    held = unsaved or {}
                    project.document = await loop.run_in_executor(self._threads, self._scan, root, held)
                    project.asked, project.unsaved = began, held
        assert project.document is not None
        return project, project.document

    def close(self) -> None:
        """Let go of the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)
