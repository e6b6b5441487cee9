"""The one mechanism for long work: a command in its own process group, its progress, its answer, its end.

A job runs `jupyter mlops …` with `--format json --progress json`. The protocol: standard output is one JSON document;
lines of standard error that are JSON objects with an "event" are progress, the others are the log; on failure the
document is `{"error": {...}}`. Events are numbered, so that a page that was reloaded reads on where it stopped.

Two threads read a job's pipes and hand what they read to the event loop. Processes are not started through the event
loop, because not every loop that Jupyter runs on (Windows' selector loop) can.
"""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import threading
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from jupyter_mlops.server.errors import RequestError
from jupyter_mlops.server.processes import JobProcess

State = Literal["queued", "running", "cancelling", "done", "failed", "cancelled"]

#: Events kept per job; the oldest give way, their numbers stay theirs.
_EVENTS_KEPT = 5_000
#: Lines of the log kept per job, for the detail of an unexpected end.
_LOG_KEPT = 200
#: Finished jobs kept per server.
_FINISHED_KEPT = 50
#: Jobs at work at the same time; more wait their turn. Those that only look do not wait for those that write.
_AT_WORK = 2

#: Turns an answer that names places on disk into one that names paths of the REST interface.
Translate = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass
class Job:
    """One piece of long work.

    Attributes:
        kind: what it does: "convert", "verify", "run", "lift"; "plan" and "preview" only look.
        path: what it does it to, relative to the server root.
        command: program and arguments.
        folder: the working directory.
        translate: applied to the answer before anyone sees it.
        options: what was chosen, as it was asked for.
        exclusive: refused while the same is being done to the same path; what only looks is not.
        report: a file of the server's own that gets the proof as a page; None for what proves nothing.
        id: unguessable, unique.
        state: where it stands.
        created: seconds since the epoch.
        finished: seconds since the epoch, once it has.
        exit_status: the command's, once it has ended by itself.
        result: the document that the command gave, if it gave an answer.
        error: what went wrong, as `MlopsError.as_dict`, if it gave none.
    """

    kind: str
    path: str
    command: Sequence[str]
    folder: Path
    translate: Translate
    options: Mapping[str, Any] = field(default_factory=dict)
    exclusive: bool = True
    report: Path | None = None
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    state: State = "queued"
    created: float = field(default_factory=time.time)
    finished: float | None = None
    exit_status: int | None = None
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    _events: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=_EVENTS_KEPT))
    _log: deque[str] = field(default_factory=lambda: deque(maxlen=_LOG_KEPT))
    _count: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in ("done", "failed", "cancelled")

    def as_dict(self) -> dict[str, Any]:
        """The job as the REST interface shows it; `next` is the number of the event to come."""
        return {
            "id": self.id,
            "kind": self.kind,
            "path": self.path,
            "options": dict(self.options),
            "state": self.state,
            "created": self.created,
            "finished": self.finished,
            "exit_status": self.exit_status,
            "result": self.result,
            "error": self.error,
            "next": self._count,
        }

    def events_since(self, number: int) -> list[dict[str, Any]]:
        """The events from a number on, as far as they are still kept."""
        return [event for event in self._events if event["id"] >= number]

    async def wait_for_event(self, number: int) -> None:
        """Return when there is an event with that number or above, or when the job has ended."""
        while self._count <= number and not self.ended:
            await self._changed.wait()

    def forget(self) -> None:
        """Remove what the job keeps on disk."""
        if self.report is not None:
            self.report.unlink(missing_ok=True)

    def add_event(self, event: Mapping[str, Any]) -> None:
        """Number an event and tell who waits."""
        self._events.append({**event, "id": self._count})
        self._count += 1
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def add_log(self, line: str) -> None:
        """Keep a line of the log."""
        self._log.append(line)

    def enter(self, state: State) -> None:
        """Go into a state and say so in an event."""
        self.state = state
        if self.ended:
            self.finished = time.time()
        self.add_event({"event": "state", "state": state})

    def conclude(self, exit_status: int, document: str) -> None:
        """Read the command's answer and end.

        Args:
            exit_status: of the process; negative when a signal ended it.
            document: its standard output.
        """
        if self.state == "cancelling":
            self.enter("cancelled")
            return
        self.exit_status = exit_status
        try:
            answer = json.loads(document)
        except ValueError:
            answer = None
        if isinstance(answer, dict) and isinstance(answer.get("error"), dict):
            self.error = self.translate(answer)["error"]
        elif isinstance(answer, dict) and exit_status in (0, 1):
            self.result = self.translate(answer)
        else:
            self.error = {
                "code": "job-crashed",
                "message": f"The process that was to {self.kind} {self.path!r} ended unexpectedly (exit status "
                f"{exit_status}). Try again; if it happens again, please report it with the text below.",
                "exit_status": exit_status,
                "detail": "\n".join(self._log) or None,
            }
        self.enter("done" if self.error is None else "failed")


def new_report() -> Path:
    """A place for a proof's page that nobody else can read; the job that gets it removes it."""
    handle, name = tempfile.mkstemp(prefix="jupyter-mlops-proof-", suffix=".html")
    os.close(handle)
    return Path(name)


class JobManager:
    """Starts jobs, knows them, stops them. Used from the event loop's thread only."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._processes: dict[str, JobProcess] = {}

    def jobs(self) -> list[Job]:
        """All jobs that are known, oldest first."""
        return list(self._jobs.values())

    def get(self, job_id: str) -> Job:
        """The job of that id.

        Raises:
            RequestError: 404 `no-such-job`.
        """
        try:
            return self._jobs[job_id]
        except KeyError:
            raise RequestError(
                404,
                "no-such-job",
                "The server does not know this job any more; it may have been restarted. Start the job again.",
            ) from None

    def start(self, job: Job) -> None:
        """Start a job, or queue it when enough are at work.

        Raises:
            RequestError: 409 `job-running` when the same is being done to the same path.
        """
        for other in self._jobs.values():
            if job.exclusive and not other.ended and (other.kind, other.path) == (job.kind, job.path):
                raise RequestError(
                    409,
                    "job-running",
                    f"{job.path!r} is being worked on already. Wait for it to end, or cancel it.",
                    path=job.path,
                )
        self._jobs[job.id] = job
        job.add_event({"event": "state", "state": job.state})
        self._start_next()

    def cancel(self, job_id: str) -> Job:
        """Stop a job. One that has ended stays as it is.

        Returns:
            The job: "cancelled" when it had not begun, else "cancelling" until its processes are gone.
        """
        job = self.get(job_id)
        if job.state == "queued":
            job.enter("cancelled")
        elif job.state == "running":
            job.enter("cancelling")
            threading.Thread(target=self._processes[job.id].stop, name=f"stop {job.id}", daemon=True).start()
        return job

    def close(self) -> None:
        """Stop all jobs and wait until their processes are gone; for the server's end."""
        stopping = [threading.Thread(target=process.stop) for process in self._processes.values()]
        for thread in stopping:
            thread.start()
        for thread in stopping:
            thread.join()
        for job in self._jobs.values():
            job.forget()

    def _start_next(self) -> None:
        at_work = Counter(job.exclusive for job in self._jobs.values() if job.state in ("running", "cancelling"))
        for job in self._jobs.values():
            if job.state == "queued" and at_work[job.exclusive] < _AT_WORK:
                self._run(job)
                at_work[job.exclusive] += 1
        finished = [job for job in self._jobs.values() if job.ended]
        for job in finished[:-_FINISHED_KEPT]:
            job.forget()
            del self._jobs[job.id]

    def _run(self, job: Job) -> None:
        loop = asyncio.get_running_loop()

        def read_progress(line: str) -> None:
            event = _as_event(line)
            if event is None:
                _call(loop, job.add_log, line)
            else:
                _call(loop, job.add_event, event)

        def ended(exit_status: int, document: str) -> None:
            _call(loop, self._ended, job, exit_status, document)

        job.enter("running")
        try:
            self._processes[job.id] = JobProcess(job.command, job.folder, on_line=read_progress, on_end=ended)
        except OSError as error:
            job.add_log(str(error))
            job.conclude(-1, "")

    def _ended(self, job: Job, exit_status: int, document: str) -> None:
        self._processes.pop(job.id, None)
        job.conclude(exit_status, document)
        self._start_next()


def _as_event(line: str) -> dict[str, Any] | None:
    if not line.startswith("{"):
        return None
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and isinstance(event.get("event"), str) else None


def _call(loop: asyncio.AbstractEventLoop, function: Callable[..., None], *arguments: Any) -> None:
    try:
        loop.call_soon_threadsafe(function, *arguments)
    except RuntimeError:
        # The server has stopped and closed its loop; nobody is left to be told.
        return
