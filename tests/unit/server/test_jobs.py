from __future__ import annotations

import asyncio
import json
import os
import sys
import threading

import psutil
import pytest

from jupyter_mlops.server.errors import RequestError
from jupyter_mlops.server.jobs import JobManager

EVENT = "import json, sys; say = lambda **e: print(json.dumps(e), file=sys.stderr, flush=True)\n"
FOREVER = EVENT + "import time\nsay(event='progress', phase='read', message='up')\ntime.sleep(600)"


@pytest.fixture
def manager():
    manager = JobManager()
    yield manager
    manager.close()


async def until_ended(job):
    while not job.ended:
        await asyncio.wait_for(job.wait_for_event(job.as_dict()["next"]), 30)
    return job


async def until_progress(job):
    while not any(event["event"] == "progress" for event in job.events_since(0)):
        await asyncio.wait_for(job.wait_for_event(job.as_dict()["next"]), 30)


def progress_of(job):
    return [event for event in job.events_since(0) if event["event"] == "progress"]


async def test_answer_and_numbered_progress(manager, script_job):
    script = EVENT + "for n in range(3): say(event='progress', phase='read', cell=n)\nprint(json.dumps({'schema': 1}))"
    job = script_job(script)
    manager.start(job)
    await until_ended(job)
    assert (job.state, job.exit_status, job.result, job.error) == ("done", 0, {"schema": 1}, None)
    assert [event["cell"] for event in progress_of(job)] == [0, 1, 2]
    assert [event["id"] for event in job.events_since(0)] == list(range(job.as_dict()["next"]))
    assert job.events_since(3) == job.events_since(0)[3:]


async def test_the_answer_no_is_an_answer(manager, script_job):
    job = script_job('print(\'{"verification": {"verdict": "differs"}}\'); raise SystemExit(1)')
    manager.start(job)
    await until_ended(job)
    assert (job.state, job.exit_status) == ("done", 1)
    assert job.result == {"verification": {"verdict": "differs"}}


@pytest.mark.parametrize("status", [1, 2, 3])
async def test_an_explained_failure_is_passed_on(manager, script_job, status):
    error = {"code": "cell-failed", "message": "Cell 4 raises.", "cell": 4, "exit_status": status}
    job = script_job(f"print({json.dumps(json.dumps({'error': error}))}); raise SystemExit({status})")
    manager.start(job)
    await until_ended(job)
    assert (job.state, job.error, job.result) == ("failed", error, None)


@pytest.mark.parametrize(
    "script", ["raise ValueError('boom')", "print('not json')", "print('[1]')", "import os; os.kill(os.getpid(), 9)"]
)
async def test_an_unexplained_end_is_explained(manager, script_job, script):
    job = script_job(script)
    manager.start(job)
    await until_ended(job)
    assert job.state == "failed"
    assert job.error["code"] == "job-crashed"
    if "boom" in script:
        assert "ValueError: boom" in job.error["detail"]


async def test_a_program_that_is_not_there(manager, script_job):
    job = script_job("")
    job.command = ["/nowhere/python"]
    manager.start(job)
    assert job.state == "failed"
    assert "/nowhere/python" in job.error["detail"]


async def test_lines_that_are_no_events_are_log(manager, script_job):
    script = EVENT + "print('{not json', file=sys.stderr); print('[1]', file=sys.stderr); say(other=1); sys.exit(7)"
    job = script_job(script)
    manager.start(job)
    await until_ended(job)
    assert progress_of(job) == []
    assert job.error["detail"].splitlines() == ["{not json", "[1]", '{"other": 1}']


@pytest.mark.skipif(sys.platform == "win32", reason="sessions are a POSIX notion")
async def test_cancel_ends_the_group_and_what_left_it(manager, script_job):
    child = "import time; time.sleep(600)"
    script = EVENT + (
        "import subprocess, time\n"
        f"inside = subprocess.Popen([sys.executable, '-c', {child!r}])\n"
        f"outside = subprocess.Popen([sys.executable, '-c', {child!r}], start_new_session=True)\n"
        "say(event='progress', pids=[inside.pid, outside.pid])\n"
        "time.sleep(600)"
    )
    job = script_job(script)
    manager.start(job)
    await until_progress(job)
    children = [psutil.Process(pid) for pid in progress_of(job)[0]["pids"]]
    assert manager.cancel(job.id).state == "cancelling"
    await until_ended(job)
    assert (job.state, job.result, job.error) == ("cancelled", None, None)
    _, alive = psutil.wait_procs(children, timeout=10)
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signal that asks")
async def test_cancel_lets_the_process_clean_up(manager, script_job, tmp_path):
    (tmp_path / "scratch").write_text("")
    script = EVENT + (
        "import os, signal, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(os.remove('scratch')))\n"
        "say(event='progress')\ntime.sleep(600)"
    )
    job = script_job(script)
    manager.start(job)
    await until_progress(job)
    manager.cancel(job.id)
    await until_ended(job)
    assert job.state == "cancelled"
    assert not (tmp_path / "scratch").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="sessions are a POSIX notion")
async def test_what_a_process_leaves_running_does_not_keep_the_job(manager, script_job):
    script = (
        "import subprocess, sys\n"
        "left = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], start_new_session=True)\n"
        "print('{\"pid\": %d}' % left.pid)"
    )
    job = script_job(script)
    manager.start(job)
    await until_ended(job)
    os.kill(job.result["pid"], 9)
    assert job.state == "done"


async def test_a_few_at_a_time_and_the_rest_in_order(manager, script_job):
    jobs = [script_job(FOREVER, path=f"{n}.ipynb") for n in range(3)]
    for job in jobs:
        manager.start(job)
    assert [job.state for job in jobs] == ["running", "running", "queued"]
    manager.cancel(jobs[0].id)
    await until_ended(jobs[0])
    assert jobs[2].state == "running"


async def test_a_queued_job_is_cancelled_at_once(manager, script_job):
    jobs = [script_job(FOREVER, path=f"{n}.ipynb") for n in range(3)]
    for job in jobs:
        manager.start(job)
    assert manager.cancel(jobs[2].id).state == "cancelled"
    assert manager.cancel(jobs[2].id).state == "cancelled"


async def test_one_job_of_a_kind_for_a_path(manager, script_job):
    manager.start(script_job(FOREVER))
    with pytest.raises(RequestError) as refused:
        manager.start(script_job(FOREVER))
    assert (refused.value.code, refused.value.status) == ("job-running", 409)
    manager.start(script_job(FOREVER, kind="verify"))


async def test_close_leaves_no_process(manager, script_job):
    job = script_job(EVENT + "import os, time\nsay(event='progress', pid=os.getpid())\ntime.sleep(600)")
    manager.start(job)
    await until_progress(job)
    process = psutil.Process(progress_of(job)[0]["pid"])
    closing = threading.Thread(target=manager.close)
    closing.start()
    await until_ended(job)
    closing.join()
    assert not process.is_running()


async def test_old_jobs_are_forgotten(manager, script_job):
    first = script_job("print('{}')", path="first")
    manager.start(first)
    await until_ended(first)
    for n in range(51):
        job = script_job("", path=f"{n}")
        job.command = ["/nowhere"]
        manager.start(job)
    with pytest.raises(RequestError) as gone:
        manager.get(first.id)
    assert gone.value.status == 404
