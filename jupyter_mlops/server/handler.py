"""What all handlers have in common: who asks, what for, and how failures are told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from jupyter_server.base.handlers import APIHandler
from tornado import web

from jupyter_mlops.errors import MlopsError
from jupyter_mlops.server.errors import RequestError, http_status
from jupyter_mlops.server.jobs import Job
from jupyter_mlops.server.paths import ServerFiles

if TYPE_CHECKING:
    from jupyter_mlops.server.extension import Services

T = TypeVar("T")

#: Key of the shared services in the application's settings.
SERVICES = "jupyter_mlops_services"


class MlopsHandler(APIHandler):
    """Answers in JSON, failures included."""

    auth_resource = "jupyter_mlops"

    @property
    def services(self) -> Services:
        """What the handlers share."""
        services: Services = self.settings[SERVICES]
        return services

    @property
    def files(self) -> ServerFiles:
        """The files that are served from disk; other extensions may have put another contents manager in place."""
        return ServerFiles.of(self.contents_manager)

    async def apart(self, function: Callable[..., T], *arguments: Any) -> T:
        """What a function gives that reads a project, without holding up the server; as `Apart.call`."""
        return await asyncio.to_thread(self.services.apart.call, function, *arguments)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer a failure as `{"code", "message", …}`."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        if isinstance(error, MlopsError):
            self.set_status(http_status(error))
            answer = self._served(error.as_dict())
        elif isinstance(error, web.HTTPError):
            answer = {"code": f"http-{status_code}", "message": error.log_message or error.reason or self._reason}
        else:
            answer = {
                "code": "internal-error",
                "message": "Something went wrong that should not have. The server's log says more; please report it.",
            }
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(answer))

    def _served(self, answer: dict[str, Any]) -> dict[str, Any]:
        """An error with its place on disk as the path that a browser can ask for."""
        path = answer.get("path")
        if not path or not Path(path).is_absolute() or not self.files.available:
            return answer
        return {**answer, "path": self.files.served(Path(path))}

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Explained failures are the caller's to read; only the others belong into the log."""
        if not isinstance(value, MlopsError):
            super().log_exception(typ, value, tb)

    def body(self) -> dict[str, Any]:
        """The request's JSON object.

        Raises:
            RequestError: 400 `invalid-request`.
        """
        try:
            body = json.loads(self.request.body or b"{}")
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise RequestError(400, "invalid-request", "The request's body must be one JSON object.")
        return body

    def number(self, name: str, default: float) -> float:
        """A number of the query that is not negative.

        Raises:
            RequestError: 400 `invalid-request`.
        """
        text = self.get_query_argument(name, None)
        try:
            value = default if text is None else float(text)
        except ValueError:
            value = -1.0
        if not value >= 0:
            raise RequestError(400, "invalid-request", f"{name} must be a number that is not negative.")
        return value


class HeldHandler(MlopsHandler):
    """Answers with what a job comes to, for those who would rather wait than follow it; who goes away ends it."""

    _job: Job | None = None

    async def hold(self, job: Job) -> None:
        """Start a job, and answer once it has ended."""
        self._job = job
        self.services.jobs.start(job)
        while not job.ended:
            await job.wait_for_event(job.as_dict()["next"])
        if job.state == "cancelled":
            raise RequestError(409, "job-cancelled", "This was cancelled. Nothing was written; ask again.")
        if job.error is not None:
            self.set_status(_status_of(job.error))
        self.finish(json.dumps(job.error or job.result))

    def on_connection_close(self) -> None:
        """Cancel what nobody waits for any more."""
        if self._job is not None and not self._job.ended:
            self.services.jobs.cancel(self._job.id)


def _status_of(error: dict[str, Any]) -> int:
    """The HTTP status for the error of a command."""
    status = {"changed-since-preview": 409, "job-crashed": 500}.get(error["code"])
    return status or (503 if error.get("exit_status") == 3 else 422)
