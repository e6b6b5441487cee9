"""Work with kernels happens in an event loop in a thread of its own, so that an interrupt ends it in an orderly way.

A signal's exception can strike between any two instructions of the main thread. There it finds a wait and nothing else;
the loop's tasks see a cancellation, at points where they can clean up. It also works where a loop is running already, as in
a notebook.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from collections.abc import Coroutine
from concurrent.futures import Future, wait
from typing import Any, TypeVar

T = TypeVar("T")
#: Seconds between looks at pending signals where waiting for a lock cannot be interrupted.
_LOOK = 0.2 if sys.platform == "win32" else None


def complete(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end.

    Args:
        work: what to do.

    Returns:
        What it returns.

    Raises:
        BaseException: what it raises; `KeyboardInterrupt` after it was cancelled and has cleaned up.
    """
    loop = asyncio.SelectorEventLoop()
    result: Future[T] = Future()
    started: list[asyncio.Task[T]] = []

    def run() -> None:
        asyncio.set_event_loop(loop)
        started.append(loop.create_task(work))
        try:
            result.set_result(loop.run_until_complete(started[0]))
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is waited for
            result.set_exception(error)
        finally:
            _close(loop)

    thread = threading.Thread(target=run, name="kernels")
    try:
        thread.start()
        while not result.done():
            wait([result], _LOOK)
        return result.result()
    except BaseException:
        while thread.is_alive():
            # Further interrupts do not keep it from cleaning up.
            with contextlib.suppress(KeyboardInterrupt, RuntimeError):
                if started and not result.done():
                    loop.call_soon_threadsafe(started[0].cancel)
                thread.join(1.0)
        raise
    finally:
        if thread.ident is None:
            work.close()


def _close(loop: asyncio.AbstractEventLoop) -> None:
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())
    asyncio.set_event_loop(None)
    loop.close()
