"""The routes: each checks who asks and what for, and hands the work to the part that does it."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyter_mlops import __version__
from jupyter_mlops.server.commands import job_for
from jupyter_mlops.server.deciding import decision_request
from jupyter_mlops.server.description import description
from jupyter_mlops.server.documents import (
    export_roadmap,
    export_scorecard,
    history_of,
    plan_project,
    record_history,
    repository_state,
    what_would_be,
)
from jupyter_mlops.server.errors import RequestError
from jupyter_mlops.server.handler import HeldHandler, MlopsHandler
from jupyter_mlops.server.teaching import begun, listed
from jupyter_mlops.server.unsaved import unsaved_files

if TYPE_CHECKING:
    from pathlib import Path

#: Number of the REST interface. The front end compares it with its own and says which of the two to renew.
API = 3

#: Seconds a request for events may be held, below what proxies commonly allow.
_LONGEST_WAIT = 50.0


class VersionHandler(MlopsHandler):
    """Which server part this is."""

    @web.authenticated
    @authorized
    def get(self) -> None:
        """Answer with the version, the number of the interface, and whether there are local files."""
        self.finish(json.dumps({"version": __version__, "api": API, "local_files": self.files.available}))


class DescriptionHandler(MlopsHandler):
    """The description of this interface."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with an OpenAPI document."""
        self.finish(json.dumps(await asyncio.to_thread(description)))


class AssessHandler(MlopsHandler):
    """The level of a project."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with the assessment of the project that holds `path`, its `root` and its `age`."""
        files = self.files
        project = files.project_of(files.local(self.get_query_argument("path", "")))
        document = await self.services.scans.get(project, self.number("max_age", 0))
        self.finish(json.dumps({**document, "root": files.served(project)}))

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Answer with the same as of now, where what an editor holds stands in for files: `{"path", "unsaved": {path: text}}`."""
        files, body = self.files, self.body()
        path = body.get("path")
        if not isinstance(path, str):
            raise RequestError(400, "invalid-request", "An assessment needs a path (text).")
        project = files.project_of(files.local(path))
        document = await self.services.scans.get(project, 0, unsaved_files(body, files, project))
        self.finish(json.dumps({**document, "root": files.served(project)}))


class StateHandler(MlopsHandler):
    """Whether a project's repository is as it was."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with the `state` of the repository around the project that holds `path`; git is not run."""
        files = self.files
        project = files.project_of(files.local(self.get_query_argument("path", "")))
        state = await asyncio.to_thread(repository_state, project)
        self.finish(json.dumps({"root": files.served(project), "state": state}))


class ScorecardHandler(MlopsHandler):
    """The assessment as a file."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with the scorecard of the project that holds `path` in a `format`: `{"name", "text"}`; nothing is written."""
        files = self.files
        project = files.project_of(files.local(self.get_query_argument("path", "")))
        form = self.get_query_argument("format", "html")
        self.finish(json.dumps(await self.apart(export_scorecard, project, form)))


class WhatIfHandler(MlopsHandler):
    """Where a project would stand."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer for a `unit` of the project that holds `path`: were all `done` (repeated) satisfied, and on the way to `target`."""
        files = self.files
        project = files.project_of(files.local(self.get_query_argument("path", "")))
        scanned = await self.services.scans.kept(project, self.number("max_age", 3600))
        unit = self.get_query_argument("unit", ".")
        if unit not in scanned.standings:
            raise RequestError(404, "unknown-unit", f"There is no unit {unit!r} here. Score the project again.")
        done = self.get_query_arguments("done")
        self.finish(json.dumps(what_would_be(scanned.standings[unit], done, int(self.number("target", 4)))))


class RoadmapHandler(MlopsHandler):
    """The plan of a project."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with the roadmap of the project that holds `path`, to `target`, for `months`; nothing is written.

        With a `format` the answer is the file of that name: `{"name", "text"}`.
        """
        files = self.files
        project = files.project_of(files.local(self.get_query_argument("path", "")))
        target, months = (int(self.number(name, 0)) or None for name in ("target", "months"))
        form = self.get_query_argument("format", "")
        if form:
            self.finish(json.dumps(await self.apart(export_roadmap, project, target, months, form)))
            return
        document = await self.apart(plan_project, project, target, months)
        self.finish(json.dumps({**document, "root": files.served(project)}))


class HistoryHandler(MlopsHandler):
    """The scorecard over time of a project."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with the rows of the history of the project that holds `path`, and what changed from each to the next."""
        files = self.files
        project = files.project_of(files.local(self.get_query_argument("path", "")))
        document = await asyncio.to_thread(history_of, project)
        self.finish(json.dumps({**document, "root": files.served(project)}))

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Assess the project that holds `path` and add a row to its history; answer with it, and what is new."""
        path = self.body().get("path")
        if not isinstance(path, str):
            raise RequestError(400, "invalid-request", "A record needs a path (text).")
        project = self.files.project_of(self.files.local(path))
        self.finish(json.dumps(await self.apart(record_history, project)))


class PlanHandler(HeldHandler):
    """What a conversion would do."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Answer with the plan; nothing is executed and nothing written."""
        await self.hold(job_for("plan", self.body(), self.files))


class LiftsHandler(MlopsHandler):
    """What can be done automatically."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with all lifts; with `path`, whether each applies to the project that holds it."""
        path = self.get_query_argument("path", None)
        listed = await self.services.lifts.listed(
            None if path is None else self.files.project_of(self.files.local(path))
        )
        self.finish(json.dumps({"lifts": listed}))


class PreviewHandler(HeldHandler):
    """What a lift would change."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Answer with the plan of `{"lift", "path", "options"}`; nothing is written. Its `id` is what `apply` asks for."""
        await self.hold(job_for("preview", _lift_request(self.body()), self.files))


class ApplyHandler(HeldHandler):
    """A lift that was agreed to."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Make the changes of the preview with that `id`: `{"lift", "path", "options", "id"}`. 409 when they are others now."""
        body = self.body()
        if body.get("id") is None:
            raise RequestError(400, "invalid-request", "Changes are made for the id of a preview.")
        await self.hold(job_for("lift", {**_lift_request(body), "id": body["id"]}, self.files))


def _lift_request(body: dict[str, Any]) -> dict[str, Any]:
    options = body.get("options") or {}
    if not isinstance(options, dict):
        raise RequestError(400, "invalid-request", "The options of a lift are an object of texts.")
    return {"path": body.get("path"), "options": {**options, "lift": body.get("lift")}}


class DecisionHandler(MlopsHandler):
    """What a person decides about a criterion, or answers to the checklist."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Show what `{"path", "decision"}` writes and changes; write it with the `id` of that preview. 409 when it is another now."""
        body = self.body()
        path = body.get("path")
        if not isinstance(path, str):
            raise RequestError(400, "invalid-request", "A decision needs a path (text).")
        project = self.files.project_of(self.files.local(path))
        self.finish(json.dumps(await self.services.lifts.decide(decision_request(body), project)))


class UndoHandler(MlopsHandler):
    """The last change, taken back."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with the change sets of the project that holds `path` that can be taken back, the newest first."""
        project = self.files.project_of(self.files.local(self.get_query_argument("path", "")))
        self.finish(json.dumps({"changes": await self.services.lifts.undoable(project)}))

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Take back the last change set of the project that holds `path`: `{"path", "number"}`; answer with what that was.

        With a `number`, 409 when it is not that of the last.
        """
        body = self.body()
        path, number = body.get("path"), body.get("number")
        if not isinstance(path, str) or not (number is None or type(number) is int):
            raise RequestError(400, "invalid-request", "An undo needs a path (text) and may have a number.")
        project = self.files.project_of(self.files.local(path))
        self.finish(json.dumps(await self.services.lifts.undo(project, number)))


class TutorialsHandler(MlopsHandler):
    """The tutorials."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with all tutorials, and how far each has come."""
        self.finish(json.dumps(await asyncio.to_thread(listed, self.files.root)))

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Begin the tutorial of that number, or go on with it: `{"tutorial"}`; answer with it, its `notebook` is there then."""
        number = self.body().get("tutorial")
        self.finish(json.dumps(await asyncio.to_thread(begun, self.files.root, number)))


class JobsHandler(MlopsHandler):
    """Long work."""

    @web.authenticated
    @authorized
    def get(self) -> None:
        """Answer with the jobs this server knows, oldest first, without their results."""
        jobs = [job.as_dict() for job in self.services.jobs.jobs() if job.kind != "plan"]
        self.finish(json.dumps({"jobs": [{**job, "result": None} for job in jobs]}))

    @web.authenticated
    @authorized
    def post(self) -> None:
        """Start a job: `{"kind", "path", "options"}`."""
        body = self.body()
        job = job_for(str(body.get("kind")), body, self.files)
        self.services.jobs.start(job)
        self.set_status(201)
        self.finish(json.dumps(job.as_dict()))


class JobHandler(MlopsHandler):
    """One job."""

    @web.authenticated
    @authorized
    def get(self, job_id: str) -> None:
        """Answer with the job, its result or error included."""
        self.finish(json.dumps(self.services.jobs.get(job_id).as_dict()))

    @web.authenticated
    @authorized
    def delete(self, job_id: str) -> None:
        """Cancel the job."""
        self.finish(json.dumps(self.services.jobs.cancel(job_id).as_dict()))


class ReportHandler(MlopsHandler):
    """The proof of a job, side by side."""

    @web.authenticated
    @authorized
    async def get(self, job_id: str) -> None:
        """Answer with the `page` of what each cell showed in the notebook and in the pipeline. 404 where nothing was proven."""
        report = self.services.jobs.get(job_id).report
        page = "" if report is None else await asyncio.to_thread(_read, report)
        if not page:
            raise RequestError(404, "no-proof", "There is no proof to look at: nothing was run, or it has not ended.")
        self.finish(json.dumps({"page": page}))


class EventsHandler(MlopsHandler):
    """What happens in a job.

    A request is held until there is news (a long poll) instead of streaming: that carries the usual authentication,
    passes every proxy, and a page that was reloaded just asks again from the number where it stopped.
    """

    _gone: asyncio.Future[None] | None = None

    @web.authenticated
    @authorized
    async def get(self, job_id: str) -> None:
        """Answer with the events from `since` on, at once or as soon as there is one, `wait` seconds at most."""
        job = self.services.jobs.get(job_id)
        since = int(self.number("since", 0))
        wait = min(self.number("wait", 25), _LONGEST_WAIT)
        self._gone = asyncio.get_running_loop().create_future()
        news = asyncio.ensure_future(job.wait_for_event(since))
        await asyncio.wait({news, self._gone}, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
        news.cancel()
        if self._gone.done():
            return
        answer = job.as_dict()
        self.finish(json.dumps({"events": job.events_since(since), "next": answer["next"], "state": job.state}))

    def on_connection_close(self) -> None:
        """Stop waiting for a page that has gone."""
        if self._gone is not None and not self._gone.done():
            self._gone.set_result(None)


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""


_JOB_ID = r"(?P<job_id>[0-9a-f]{32})"

#: Route below `jupyter-mlops/` and its handler.
ROUTES: list[tuple[str, type[MlopsHandler]]] = [
    (r"version", VersionHandler),
    (r"openapi\.json", DescriptionHandler),
    (r"assess", AssessHandler),
    (r"state", StateHandler),
    (r"scorecard", ScorecardHandler),
    (r"what-if", WhatIfHandler),
    (r"roadmap", RoadmapHandler),
    (r"history", HistoryHandler),
    (r"convert/plan", PlanHandler),
    (r"lifts", LiftsHandler),
    (r"changes/preview", PreviewHandler),
    (r"changes/apply", ApplyHandler),
    (r"decisions", DecisionHandler),
    (r"undo", UndoHandler),
    (r"tutorials", TutorialsHandler),
    (r"jobs", JobsHandler),
    (rf"jobs/{_JOB_ID}", JobHandler),
    (rf"jobs/{_JOB_ID}/events", EventsHandler),
    (rf"jobs/{_JOB_ID}/report", ReportHandler),
]
