"""Kernels that are started before they are needed, so that starting them overlaps with other work.

They are cold all the same: each is a process of its own, started from nothing, that serves once.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Mapping
from pathlib import Path

from jupyter_mlops_converters.observe.session import Session


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Kernels:
    """Starts kernels of one kind. Those that nobody took are ended by `close`.

    Args:
        kernel_name: which kernel.
        scratch: a folder that is removed later on.
        env: environment variables besides this process's.
    """

    def __init__(self, kernel_name: str, scratch: Path, env: Mapping[str, str] | None = None) -> None:
        self.kernel_name = kernel_name
        self._scratch = scratch
        self._env = {**os.environ, **env} if env else None
        self._ready: deque[asyncio.Task[Session]] = deque()
        self._starting: asyncio.Task[None] | None = None
        self._place: tuple[Path, Path] | None = None

    async def close(self) -> None:
        """End those that nobody took."""
        await self.stop_starting()
        for task in self._ready:
            task.cancel()
            await asyncio.wait([task])
            if not task.cancelled() and task.exception() is None:
                await task.result().close()
        self._ready.clear()

    def session(self, cwd: Path, temp: Path) -> Session:
        """A kernel that is not started yet.

        Args:
            cwd: where it starts.
            temp: its folder of temporary files.
        """
        return Session(self.kernel_name, cwd, scratch=self._scratch, temp=temp, env=self._env)

    def start_ahead(self, count: int, cwd: Path, temp: Path) -> None:
        """Begin to start kernels, one after the other, while the caller does other work.

        Args:
            count: how many.
            cwd: where they start; must be there.
            temp: their folder of temporary files.
        """
        self._place = (cwd, temp)
        self._starting = asyncio.ensure_future(self._start(count, cwd, temp))

    async def _start(self, count: int, cwd: Path, temp: Path) -> None:
        while len(self._ready) < count:
            self._ready.append(asyncio.ensure_future(self._started(cwd, temp)))
            await asyncio.wait([self._ready[-1]])

    async def _started(self, cwd: Path, temp: Path) -> Session:
        session = self.session(cwd, temp)
        await session.start()
        return session

    async def stop_starting(self) -> None:
        """Start no more; those that are started, or about to be, stay ready."""
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.wait([self._starting])
            self._starting = None

    async def take(self, cwd: Path, temp: Path) -> Session:
        """A started kernel: one that is ready if there is one.

        Args:
            cwd: where it starts.
            temp: its folder of temporary files.

        Returns:
            The session; the caller closes it.
        """
        if self._ready and self._place == (cwd, temp):
            ready = self._ready.popleft()
            try:
                return await asyncio.shield(ready)
            except asyncio.CancelledError:
                self._ready.appendleft(ready)
                raise
        return await self._started(cwd, temp)
