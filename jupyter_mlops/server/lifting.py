"""Lifts for the browser: planned and carried out in a thread, one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from jupyter_mlops.errors import MlopsError
from jupyter_mlops.server.deciding import DecisionRequest, decided
from jupyter_mlops.server.errors import RequestError
from jupyter_mlops.server.paths import ServerFiles

if TYPE_CHECKING:
    from jupyter_mlops.changes import Applied

T = TypeVar("T")


@dataclass(frozen=True)
class LiftRequest:
    """A lift that is asked for.

    Attributes:
        lift: its name.
        path: the project, or a notebook in it, on disk.
        options: what was chosen.
        id: of the preview that was agreed to; None for a preview.
        served: the project as the browser knows it.
    """

    lift: str
    path: Path
    options: dict[str, str]
    id: str | None
    served: str | None


def lift_request(body: dict[str, Any], files: ServerFiles, *, agreed: bool = False) -> LiftRequest:
    """A request's body, which is trusted in nothing.

    Args:
        body: `{"lift", "path", "options", "id"}`.
        files: the files that are served.
        agreed: whether the `id` of a preview is asked for.

    Raises:
        RequestError: 400 `invalid-request` where it is not understood, and what `ServerFiles.local` raises.
    """
    name, path, options = body.get("lift"), body.get("path"), body.get("options") or {}
    if not isinstance(name, str) or not isinstance(path, str) or not isinstance(options, dict):
        raise RequestError(400, "invalid-request", "A lift needs its name and a path (texts), and may have options.")
    if not all(isinstance(value, str) for value in options.values()):
        raise RequestError(400, "invalid-request", "The options of a lift are texts.")
    if name == "pipeline":
        message = "A conversion runs the notebook, so it is a job: POST jobs with the kind 'convert'."
        raise RequestError(400, "invalid-request", message)
    _refuse_outside(options, files)
    agreed_to = body.get("id")
    if agreed and not isinstance(agreed_to, str):
        raise RequestError(400, "invalid-request", "Changes are made for the id of a preview.")
    local = files.local(path)
    return LiftRequest(
        name, _place(local, files), options, agreed_to if agreed else None, files.served(files.project_of(local))
    )


def _place(local: Path, files: ServerFiles) -> Path:
    """What is lifted: a notebook, one project of several in a repository, or all of it; never what is above the root."""
    from jupyter_mlops.lifts.scene import project_folder

    own = local.suffix == ".ipynb" or (local.is_dir() and project_folder(local) == local)
    return local if own else files.project_of(local)


def _refuse_outside(options: dict[str, str], files: ServerFiles) -> None:
    """An environment is looked at, and a browser must not have the server look outside of its root."""
    if options.get("python"):
        files.place(options["python"])


class Lifting:
    """Plans lifts and carries them out, off the event loop."""

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

    async def preview(self, asked: LiftRequest) -> dict[str, Any]:
        """What a lift would change, as a document.

        Args:
            asked: the lift.
        """
        return await self._run(lambda: _lifted(asked, write=False))

    async def apply(self, asked: LiftRequest) -> dict[str, Any]:
        """Make the changes that were agreed to.

        Args:
            asked: the lift, with the id of its preview.

        Raises:
            RequestError: 409 `changed-since-preview` when the changes would be others now; nothing is written then.
        """
        try:
            return await self._run(lambda: _lifted(asked, write=True))
        except MlopsError as error:
            if error.code == "changed-since-preview":
                raise RequestError(409, "changed-since-preview", error.message, path=error.path) from error
            raise

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


def _lifted(asked: LiftRequest, *, write: bool) -> dict[str, Any]:
    from jupyter_mlops.lifts.api import lift

    lifted = lift(asked.lift, asked.path, options=asked.options, write=write, expected=asked.id)
    return {**lifted.to_dict(), "path": asked.served}
