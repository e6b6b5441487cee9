"""`assess_all`: many repositories, side by side in processes of their own."""

from __future__ import annotations

import datetime as dt
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from jupyter_mlops.assessment.portfolio.model import Entry, Failure, Portfolio, Trend
from jupyter_mlops.errors import MlopsError

#: More processes than this do not pay: they wait for the same disk.
_MOST_JOBS = 8


def assess_all(
    paths: Iterable[str | Path],
    *,
    date: dt.date | str | None = None,
    strict: bool = False,
    jobs: int | None = None,
    progress: Callable[[dict[str, Any]], None] | None = None,
) -> Portfolio:
    """Assesses several repositories. One that fails, or takes its process down, is reported and stops no other.

    Args:
        paths: folders; one that is named twice counts once.
        date: day the answer is for, as a date or ``"YYYY-MM-DD"``; today when None.
        strict: leave waivers, attestations and exemptions aside.
        jobs: processes at a time; as many as there are processors when None.
        progress: called with progress events.

    Raises:
        MlopsError: ``invalid-date``, or ``no-repositories`` when there is none.
    """
    day = _day(date)
    given = list({Path(path).resolve(): str(path) for path in reversed([*paths])}.values())[::-1]
    if not given:
        raise MlopsError("no-repositories", "No repository was named, so there is nothing to assess.")
    number = max(1, min(jobs or os.cpu_count() or 1, _MOST_JOBS, len(given)))
    answers = _Pool(given, {"date": day.isoformat(), "strict": strict}, progress or (lambda _event: None)).run(number)
    entries = [_entry(path, answers[path]) for path in given if "error" not in answers[path]]
    failures = [Failure(path, **answers[path]["error"]) for path in given if "error" in answers[path]]
    return Portfolio(
        day,
        tuple(sorted(entries, key=lambda entry: (entry.level, entry.progress, entry.path))),
        tuple(sorted(failures, key=lambda failure: failure.path)),
    )


def _day(date: dt.date | str | None) -> dt.date:
    if isinstance(date, str):
        try:
            return dt.date.fromisoformat(date)
        except ValueError:
            raise MlopsError("invalid-date", f"{date!r} is not a date. Write it as YYYY-MM-DD.") from None
    return date or dt.datetime.now(tz=dt.timezone.utc).date()


def _entry(path: str, answer: dict[str, Any]) -> Entry:
    trend = answer.pop("trend")
    return Entry(
        path=path,
        **answer | {"gaps": tuple(answer["gaps"])},
        trend=None if trend is None else Trend(**trend | {"scores": tuple(trend["scores"])}),
    )


class _Pool:
    """Threads that each hold a process and hand it one path after the other."""

    def __init__(self, paths: list[str], request: dict[str, Any], tell: Callable[[dict[str, Any]], None]) -> None:
        self._waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
        for path in paths:
            self._waiting.put(path)
        self._request = request
        self._tell = tell
        self._answers: dict[str, dict[str, Any]] = {}
        self._total = len(paths)
        self._processes: list[subprocess.Popen[str]] = []
        self._lock = threading.Lock()

    def run(self, number: int) -> dict[str, dict[str, Any]]:
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(number)]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        finally:  # an interrupt leaves no process behind
            with self._lock:
                while not self._waiting.empty():
                    self._waiting.get()
                for process in self._processes:
                    process.kill()
                    process.wait()
        return self._answers

    def _work(self) -> None:
        process: subprocess.Popen[str] | None = None
        while True:
            try:
                path = self._waiting.get_nowait()
            except queue.Empty:
                break
            process = process or self._start()
            answer = _ask(process, self._request | {"path": path})
            if answer is None:
                process.kill()
                status = process.wait()
                process = None
                message = f"The process that assessed it ended with status {status}; the others went on without it."
                answer = {"error": {"code": "process-ended", "message": message}}
            with self._lock:
                self._answers[path] = answer
                done = len(self._answers)
            self._tell({"phase": "assess", "message": f"Assessed {path}", "fraction": done / self._total})
        if process is not None and process.stdin is not None:
            process.stdin.close()
            process.wait()

    def _start(self) -> subprocess.Popen[str]:
        # Isolated, and with the search path of this process: nothing is imported from the folder it is started in.
        code = f"import sys; sys.path[:] = {sys.path!r}; from jupyter_mlops.assessment.portfolio.worker import main; main()"
        process = subprocess.Popen(
            [sys.executable, "-I", "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        with self._lock:
            self._processes.append(process)
        return process


def _ask(process: subprocess.Popen[str], request: dict[str, Any]) -> dict[str, Any] | None:
    """The answer of a process; None when it is gone."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        answer: dict[str, Any] = json.loads(process.stdout.readline())
    except (OSError, ValueError):
        return None
    return answer
