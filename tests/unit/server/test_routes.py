from __future__ import annotations

import asyncio
import json
import subprocess
import time

import pytest
from described import PATHS
from tornado.httpclient import HTTPClientError

from jupyter_mlops.server.documents import repository_state, scan_project
from jupyter_mlops.server.handlers import API


@pytest.fixture
def ask(jp_fetch, services):
    """Sends a request; gives status and document, also of a refusal."""

    async def ask(*parts, method="GET", body=None, **options):
        if body is not None:
            options["body"] = json.dumps(body)
            method = "POST"
        try:
            response = await jp_fetch("jupyter-mlops", *parts, method=method, **options)
        except HTTPClientError as error:
            response = error.response
        return response.code, json.loads(response.body)

    return ask


async def test_version(ask):
    status, answer = await ask("version")
    assert status == 200
    assert answer["api"] == API
    assert answer["local_files"] is True
    assert answer["version"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("../x", 403, "outside-root"),
        ("%2e%2e/x", 404, "not-found"),
        ("nowhere", 404, "not-found"),
        ("C:\\x", 400, "invalid-path"),
    ],
)
async def test_assess_stays_below_the_root(ask, path, status, code):
    answered, answer = await ask("assess", params={"path": path})
    assert (answered, answer["code"]) == (status, code)
    assert answer["message"]


@pytest.mark.parametrize("age", ["-1", "nan", "soon"])
async def test_an_age_that_is_none(ask, age):
    status, answer = await ask("assess", params={"path": "", "max_age": age})
    assert (status, answer["code"]) == (400, "invalid-request")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ([1], 400, "invalid-request"),
        ({}, 400, "invalid-request"),
        ({"kind": "destroy", "path": ""}, 400, "invalid-request"),
        ({"kind": "convert"}, 400, "invalid-request"),
        ({"kind": "convert", "path": "../a.ipynb"}, 403, "outside-root"),
        ({"kind": "convert", "path": "a.ipynb"}, 404, "not-found"),
        ({"kind": "convert", "path": "", "options": {"name": "../x"}}, 400, "invalid-request"),
        ({"kind": "convert", "path": "", "options": {"output": "../x"}}, 403, "outside-root"),
        ({"kind": "convert", "path": "", "options": {"timeout": "1"}}, 400, "invalid-request"),
        ({"kind": "convert", "path": "", "options": {"run": 0}}, 400, "invalid-request"),
        ({"kind": "convert", "path": "", "options": {"on_conflict": "force"}}, 400, "invalid-request"),
        ({"kind": "convert", "path": "", "options": {"shell": "rm"}}, 400, "invalid-request"),
        ({"kind": "verify", "path": "", "options": {"name": "x"}}, 400, "invalid-request"),
    ],
)
async def test_jobs_that_are_refused(ask, services, body, status, code):
    answered, answer = await ask("jobs", body=body)
    assert (answered, answer["code"]) == (status, code)
    assert services.jobs.jobs() == []


async def test_a_job_from_start_to_answer(ask, services, script_job):
    job = script_job('import sys; print(\'{"event": "progress"}\', file=sys.stderr); print(\'{"schema": 1}\')')
    services.jobs.start(job)
    seen, since, state = [], 0, "queued"
    while state not in ("done", "failed"):
        _, answer = await ask("jobs", job.id, "events", params={"since": since, "wait": 30})
        seen += answer["events"]
        since, state = answer["next"], answer["state"]
    assert [event["id"] for event in seen] == list(range(len(seen)))
    _, replayed = await ask("jobs", job.id, "events", params={"since": 0})
    assert replayed["events"] == seen
    status, answer = await ask("jobs", job.id)
    assert (status, answer["state"], answer["result"]) == (200, "done", {"schema": 1})
    _, listed = await ask("jobs")
    assert [(one["id"], one["path"], one["state"]) for one in listed["jobs"]] == [(job.id, "a.ipynb", "done")]


async def test_events_wait_no_longer_than_asked(ask, services, script_job):
    job = script_job("import time; time.sleep(600)")
    services.jobs.start(job)
    status, answer = await ask("jobs", job.id, "events", params={"since": 2, "wait": 0.05})
    assert (status, answer["events"], answer["state"]) == (200, [], "running")


async def test_cancel_by_delete(ask, services, script_job):
    job = script_job("import time; time.sleep(600)")
    services.jobs.start(job)
    status, answer = await ask("jobs", job.id, method="DELETE")
    assert (status, answer["state"]) == (200, "cancelling")
    while not job.ended:
        await asyncio.wait_for(job.wait_for_event(job.as_dict()["next"]), 30)
    _, answer = await ask("jobs", job.id, method="DELETE")
    assert answer["state"] == "cancelled"


async def test_a_job_that_is_not_known(ask):
    for parts in (("jobs", "0" * 32), ("jobs", "0" * 32, "events")):
        status, answer = await ask(*parts)
        assert (status, answer["code"]) == (404, "no-such-job")


async def test_every_verb_wants_a_login(jp_serverapp, http_server_client, jp_base_url, services):
    checked = 0
    for handler, path in PATHS.items():
        route = path[1:].replace("{job_id}", "0" * 32)
        for verb in ("GET", "POST", "DELETE"):
            if verb.lower() not in vars(handler):
                continue
            body = "{}" if verb == "POST" else None
            with pytest.raises(HTTPClientError) as refused:
                await http_server_client.fetch(
                    f"{jp_base_url}jupyter-mlops/{route}", method=verb, body=body, follow_redirects=False
                )
            assert refused.value.code == 403, (verb, route)
            checked += 1
    assert checked == 25


async def test_a_browser_without_the_xsrf_token_is_refused(jp_serverapp, http_server_client, jp_base_url, services):
    login = await http_server_client.fetch(
        f"{jp_base_url}tree?token={jp_serverapp.identity_provider.token}", follow_redirects=False, raise_error=False
    )
    cookies = "; ".join(cookie.split(";")[0] for cookie in login.headers.get_list("Set-Cookie"))
    seen = await http_server_client.fetch(f"{jp_base_url}jupyter-mlops/version", headers={"Cookie": cookies})
    assert seen.code == 200
    with pytest.raises(HTTPClientError) as refused:
        await http_server_client.fetch(
            f"{jp_base_url}jupyter-mlops/jobs", method="POST", body="{}", headers={"Cookie": cookies}
        )
    assert refused.value.code == 403


async def test_a_server_without_local_files(jp_serverapp, ask):
    from jupyter_server.services.contents.manager import ContentsManager

    jp_serverapp.web_app.settings["contents_manager"] = ContentsManager()
    assert (await ask("version"))[1]["local_files"] is False
    status, answer = await ask("assess", params={"path": ""})
    assert (status, answer["code"]) == (501, "no-local-files")


async def test_a_project_is_assessed_whole(ask, jp_root_dir):
    (jp_root_dir / "churn" / "notebooks").mkdir(parents=True)
    (jp_root_dir / "churn" / "requirements.txt").write_text("pandas==2.2.3\n")
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}
    (jp_root_dir / "churn" / "notebooks" / "a.ipynb").write_text(json.dumps(notebook))
    pipeline = jp_root_dir / "churn" / "pipelines" / "a"
    (pipeline / "stages").mkdir(parents=True)
    (pipeline / "stages" / "load.ipynb").write_text(json.dumps(notebook))
    (pipeline / "conversion.json").write_text(json.dumps({"schema": 1, "notebook": "notebooks/a.ipynb"}))
    status, answer = await ask("assess", params={"path": "churn/notebooks/a.ipynb"})
    assert status == 200
    assert (answer["root"], answer["level"], len(answer["checklist"])) == ("churn", 0, 5)
    assert answer["notebooks"] == [{"path": "notebooks/a.ipynb", "pipeline": "pipelines/a"}]
    assert answer["age"] >= 0
    _, again = await ask("assess", params={"path": "churn", "max_age": "3600"})
    assert again["age"] >= answer["age"]
    assert {**again, "age": 0} == {**answer, "age": 0}


async def test_what_is_unsaved_stands_in_for_files_and_is_not_written(ask, jp_root_dir):
    churn = jp_root_dir / "churn"
    churn.mkdir()
    (churn / "requirements.txt").write_text("scikit-learn==1.5.2\n")
    write_notebook(churn / "a.ipynb", "print(1)")
    saved = json.loads((churn / "a.ipynb").read_text())
    failed = {"output_type": "error", "ename": "ValueError", "evalue": "", "traceback": []}
    saved["cells"][0] |= {"id": "one", "outputs": [failed], "execution_count": 1}
    (churn / "a.ipynb").write_text(json.dumps(saved))
    before = (churn / "a.ipynb").read_bytes()
    held = [
        {
            "id": "one",
            "cell_type": "code",
            "metadata": {},
            "source": "from sklearn.svm import SVC",
            "execution_count": 1,
        },
        {
            "id": "two",
            "cell_type": "code",
            "metadata": {},
            "source": "SVC().fit([[1], [2]], [0, 1]",
            "execution_count": None,
        },
    ]
    unsaved = {"churn/a.ipynb": json.dumps({**saved, "cells": held}), "elsewhere/b.py": "x"}
    status, answer = await ask("assess", body={"path": "churn/a.ipynb", "unsaved": unsaved})
    assert status == 200
    issues = {(issue["code"], issue["cell"]) for unit in answer["units"] for issue in unit["notebooks"]}
    assert issues >= {("raised", 0), ("syntax-error", 1)}  # the outputs that are saved, the source that is not
    assert (churn / "a.ipynb").read_bytes() == before
    _, answer = await ask("assess", body={"path": "churn"})
    issues = {issue["code"] for unit in answer["units"] for issue in unit["notebooks"]}
    assert "syntax-error" not in issues
    for wrong, code in (({"../b.py": "x"}, "outside-root"), ({"b.py": 1}, "invalid-request"), ([], "invalid-request")):
        _, refused = await ask("assess", body={"path": "churn", "unsaved": wrong})
        assert refused["code"] == code
    assert (await ask("assess", body={}))[1]["code"] == "invalid-request"


def settled_state(folder):
    # What was written just now cannot be told apart from what is written next.
    while not (state := repository_state(folder)):
        time.sleep(0.02)
    return state


def test_a_commit_is_another_state(tmp_path):
    git = ["git", "-C", str(tmp_path), "-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    (tmp_path / "a.py").write_text("x = 1\n")
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    added = settled_state(tmp_path)
    assert repository_state(tmp_path) == added
    subprocess.run([*git, "commit", "-q", "-m", "First"], check=True)
    committed = settled_state(tmp_path)
    assert committed != added
    assert scan_project(tmp_path, {})["state"] == committed


async def test_there_is_no_state_without_git(ask, jp_root_dir):
    (jp_root_dir / "churn").mkdir()
    assert await ask("state", params={"path": "churn"}) == (200, {"root": "churn", "state": ""})


async def test_a_roadmap_is_planned_and_nothing_written(ask, jp_root_dir):
    (jp_root_dir / "churn").mkdir()
    (jp_root_dir / "churn" / "requirements.txt").write_text("pandas==2.2.3\n")
    write_notebook(jp_root_dir / "churn" / "a.ipynb", "from sklearn.svm import SVC\nSVC().fit([[1], [2]], [0, 1])")
    before = sorted(jp_root_dir.rglob("*"))
    status, answer = await ask("roadmap", params={"path": "churn/a.ipynb", "target": "1", "months": "1"})
    assert (status, answer["root"], answer["target"], answer["months"]) == (200, "churn", 1, 1)
    assert {step["id"] for step in answer["steps"]} >= {"code-versioned", "experiments-tracked"}
    assert len(answer["weeks"]) == 4
    assert sorted(jp_root_dir.rglob("*")) == before
    status, answer = await ask("roadmap", params={"path": "churn", "target": "1", "format": "ics"})
    assert (status, answer["name"], answer["text"][:15]) == (200, "roadmap.ics", "BEGIN:VCALENDAR")
    assert (await ask("roadmap", params={"path": "churn", "format": "../x"}))[1]["code"] == "unknown-format"
    status, answer = await ask("roadmap", params={"path": "churn", "target": "9"})
    assert answer["code"] == "invalid-target"
    assert status >= 400
    assert (await ask("roadmap", params={"path": "churn", "target": "soon"}))[0] == 400


async def test_a_scorecard_is_a_file_in_every_format(ask, jp_root_dir):
    (jp_root_dir / "churn").mkdir()
    (jp_root_dir / "churn" / "requirements.txt").write_text("pandas==2.2.3\n")
    write_notebook(jp_root_dir / "churn" / "a.ipynb", "from sklearn.svm import SVC\nSVC().fit([[1], [2]], [0, 1])")
    before = sorted(jp_root_dir.rglob("*"))
    for form, name, begins in (
        ("html", "scorecard.html", "<!doctype html>"),
        ("markdown", "scorecard.md", "# MLOps"),
        ("badge", "scorecard.svg", "<svg"),
        ("sarif", "scorecard.sarif", "{"),
        ("text", "scorecard.txt", ""),
    ):
        status, answer = await ask("scorecard", params={"path": "churn/a.ipynb", "format": form})
        assert (status, answer["name"]) == (200, name)
        assert answer["text"].lstrip().lower().startswith(begins.lower())
        assert "\x1b" not in answer["text"]
    assert sorted(jp_root_dir.rglob("*")) == before
    assert (await ask("scorecard", params={"path": "churn", "format": "../x"}))[1]["code"] == "unknown-format"


async def test_what_would_be_if(ask, jp_root_dir):
    (jp_root_dir / "requirements.txt").write_text("pandas\n")
    (jp_root_dir / "train.py").write_text("from sklearn.svm import SVC\nSVC().fit([[1], [2]], [0, 1])\n")
    _, unit = await ask("what-if", params={"path": "", "target": "2"})
    assert unit["outcome"]["level"] == 0
    assert {step["level"] for step in unit["steps"]} == {1, 2}
    assert unit["steps"][-1]["outcome"]["level"] == 2
    assert unit["hours"] == sum(step["hours"] for step in unit["steps"])
    first = [step["criterion"] for step in unit["steps"] if step["level"] == 1]
    _, answer = await ask("what-if", params=[("path", ""), *(("done", each) for each in first)])
    assert answer["outcome"]["level"] == 1
    for query, code in (("done", "unknown-criterion"), ("unit", "unknown-unit"), ("target", "invalid-request")):
        status, answer = await ask("what-if", params={"path": "", query: "nonsense"})
        assert (status >= 400, answer["code"]) == (True, code)


async def test_a_level_is_celebrated_until_it_is_recorded(ask, jp_root_dir):
    (jp_root_dir / "requirements.txt").write_text("pandas\n")
    assert (await ask("assess", params={"path": ""}))[1]["reached"] == []
    status, answer = await ask("history", body={"path": ""})
    assert (status, answer["row"]["level"], answer["certificate"]) == (200, 0, None)
    assert len((await ask("history", params={"path": ""}))[1]["rows"]) == 1
    # Where nothing can be written, that is said.
    (jp_root_dir / "read-only").mkdir()
    (jp_root_dir / "read-only" / ".mlops").write_text("in the way")
    status, answer = await ask("history", body={"path": "read-only"})
    assert (status, answer["code"]) == (422, "cannot-write")


async def test_a_decision_is_shown_and_then_written(ask, jp_root_dir):
    (jp_root_dir / "train.py").write_text("from sklearn.svm import SVC\nSVC().fit([[1], [2]], [0, 1])\n")
    decision = {"kind": "not_applicable", "criterion": "tests", "reason": "there is no code of ours", "owner": "@ada"}
    status, preview = await ask("decisions", body={"path": "", "decision": decision})
    assert (status, preview["applied"], preview["level"]) == (200, None, [0, 0])
    assert preview["changes"][0]["path"] == ".mlops/waivers.toml"
    status, refused = await ask("decisions", body={"path": "", "decision": decision, "id": "another"})
    assert (status, refused["code"]) == (409, "changed-since-preview")
    status, written = await ask("decisions", body={"path": "", "decision": decision, "id": preview["id"]})
    assert (status, written["applied"]["paths"]) == (200, [".mlops/waivers.toml"])
    answer = {"kind": "answer", "question": "serving", "answer": "partly"}
    _, preview = await ask("decisions", body={"path": "", "decision": answer})
    await ask("decisions", body={"path": "", "decision": answer, "id": preview["id"]})
    _, assessment = await ask("assess", params={"path": ""})
    assert [each["own_answer"] for each in assessment["checklist"] if each["id"] == "serving"] == ["partly"]
    for wrong in ({**decision, "expires": "soon"}, {**decision, "x": "y"}, {**decision, "reason": 3}, "nothing"):
        status, refused = await ask("decisions", body={"path": "", "decision": wrong})
        assert (status, refused["code"]) == (400, "invalid-request")


async def test_tutorials_are_laid_below_the_root(ask, jp_root_dir):
    _, answer = await ask("tutorials")
    first = answer["tutorials"][0]
    assert first["progress"] is None
    status, begun = await ask("tutorials", body={"tutorial": first["tutorial"]})
    assert (status, begun["notebook"], begun["progress"]["passed"]) == (200, first["notebook"], [])
    assert (jp_root_dir / begun["notebook"]).is_file()
    assert (await ask("tutorials", body={"tutorial": 99}))[1]["code"] == "unknown-tutorial"
    assert (await ask("tutorials", body={"tutorial": "0"}))[0] == 400


async def test_the_history_says_what_changed_from_row_to_row(ask, jp_root_dir):
    assert (await ask("history", params={"path": ""}))[1]["rows"] == []
    units = [[{"path": ".", "level": level, "rungs": {"tests": f"E{level}"}}] for level in (1, 3)]
    (jp_root_dir / ".mlops").mkdir()
    whole = {"commit": None, "ruleset": "1.0.0", "level": 0, "progress": 0, "score": 0}
    rows = [{"date": f"2026-11-0{day}", **whole, "units": units[day - 1]} for day in (1, 2)]
    (jp_root_dir / ".mlops/history.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    status, answer = await ask("history", params={"path": ""})
    assert status == 200
    assert [len(row["changes"]) for row in answer["rows"]] == [0, 2]
    assert answer["rows"][1]["changes"][1] == {
        "unit": ".",
        "what": "tests",
        "before": "E1",
        "after": "E3",
        "cause": "project",
        "worse": False,
    }
    (jp_root_dir / ".mlops/history.jsonl").write_text("no row\n")
    assert (await ask("history", params={"path": ""}))[1]["code"] == "invalid-history"


def write_notebook(path, *sources):
    cells = [{"cell_type": "code", "source": source, "metadata": {}, "outputs": []} for source in sources]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {"nbformat": 4, "nbformat_minor": 4, "metadata": {"kernelspec": kernel}, "cells": cells}
    for cell in cells:
        cell["execution_count"] = None
    path.write_text(json.dumps(notebook))


async def test_a_plan_names_stages_and_writes_nothing(ask, jp_root_dir):
    write_notebook(jp_root_dir / "a.ipynb", "x = 1", "print(x + 1)")
    before = sorted(jp_root_dir.rglob("*"))
    status, answer = await ask("convert", "plan", body={"path": "a.ipynb"}, request_timeout=120)
    assert (status, answer["path"]) == (200, "pipelines/a")
    assert answer["stages"]
    assert answer["verification"]["verdict"] == "not-run"
    assert sorted(jp_root_dir.rglob("*")) == before


async def test_a_plan_comes_with_what_a_person_looks_at(ask, services, jp_root_dir):
    write_notebook(jp_root_dir / "a.ipynb", "\n\nx = 1\ny = 2\n\nz = 3\nw = 4", "", "print(x + 1)")
    (jp_root_dir / "requirements.txt").write_text("")  # makes it a project
    converted = await ask("jobs", body={"kind": "convert", "path": "a.ipynb", "options": {"run": False}})
    assert converted[0] == 201
    job = services.jobs.get(converted[1]["id"])
    while not job.ended:
        await job.wait_for_event(job.as_dict()["next"])
    write_notebook(jp_root_dir / "a.ipynb", "\n\nx = 1\ny = 2\n\nz = 3\nw = 4", "", "print(x + 2)")
    status, answer = await ask("convert", "plan", body={"path": "a.ipynb"}, request_timeout=120)
    assert status == 200
    assert answer["outline"] == [
        {"cell": 0, "kind": "code", "lines": 7, "text": "x = 1\ny = 2\nz = 3"},
        {"cell": 1, "kind": "code", "lines": 0, "text": ""},
        {"cell": 2, "kind": "code", "lines": 1, "text": "print(x + 2)"},
    ]
    assert {entry["kind"] for entry in answer["explanation"]} >= {"stage"}
    files = {entry["path"]: entry for entry in answer["files"]}
    changed = [entry for path, entry in files.items() if path.startswith("pipelines/a/stages/")]
    assert {entry["kind"] for entry in changed} == {"modify"}
    assert any("+" in entry["diff"] and "print(x + 2)" in entry["diff"] for entry in changed)


async def test_an_edited_plan_is_judged_before_anything_runs(ask, jp_root_dir):
    write_notebook(jp_root_dir / "a.ipynb", "items = [1]", "items.append(2)", "print(items)")
    stages = [{"name": "one", "cells": [0, 2]}, {"name": "two", "cells": [1]}]
    body = {"path": "a.ipynb", "options": {"plan": {"stages": stages}}}
    status, answer = await ask("convert", "plan", body=body, request_timeout=120)
    assert (status, answer["code"], answer["cell"]) == (422, "impossible-plan", 2)
    body["options"]["plan"]["stages"] = [{"name": "one", "cells": [0, 1]}, {"name": "two", "cells": [2]}]
    status, answer = await ask("convert", "plan", body=body, request_timeout=120)
    assert status == 200
    assert answer["plan"]["stages"] == body["options"]["plan"]["stages"]


async def test_a_plan_for_what_is_no_notebook(ask, jp_root_dir):
    (jp_root_dir / "a.ipynb").write_text('{"cells": [')
    status, answer = await ask("convert", "plan", body={"path": "a.ipynb"}, request_timeout=120)
    assert status == 422
    assert answer["exit_status"] == 2
    assert answer["path"] == "a.ipynb"
    assert answer["message"]


async def test_a_job_of_the_real_command(ask, services, jp_root_dir):
    write_notebook(jp_root_dir / "--help.ipynb", "x = (")
    status, job = await ask("jobs", body={"kind": "convert", "path": "--help.ipynb"})
    assert status == 201
    job = services.jobs.get(job["id"])
    while not job.ended:
        await asyncio.wait_for(job.wait_for_event(job.as_dict()["next"]), 120)
    assert (job.state, job.error["cell"], job.error["path"]) == ("failed", 0, "--help.ipynb")
    assert any(event.get("phase") == "read" for event in job.events_since(0))
