"""Lifts through the REST interface: listed, previewed, applied as previewed, taken back."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from lift_projects import level_0, script
from tornado.httpclient import HTTPClientError


@pytest.fixture
def ask(jp_fetch, services):
    async def ask(*parts, body=None, **options):
        if body is not None:
            options |= {"body": json.dumps(body), "method": "POST"}
        try:
            # A lift is a process of its own, and the machine may be busy.
            response = await jp_fetch("jupyter-mlops", *parts, request_timeout=120, **options)
        except HTTPClientError as error:
            response = error.response
        return response.code, json.loads(response.body)

    return ask


@pytest.fixture
def root(jp_root_dir: Path) -> Path:
    folder = jp_root_dir / "churn"
    folder.mkdir()
    script(folder)
    return folder


async def test_lifts_are_listed_with_what_they_do_here(ask, root):
    status, answer = await ask("lifts")
    assert status == 200
    assert {"git-init", "environment", "dvc-init", "mlflow-tracking", "pipeline"} <= {
        each["lift"] for each in answer["lifts"]
    }
    assert "state" not in answer["lifts"][0]
    status, answer = await ask("lifts", params={"path": "churn/src"})
    assert {each["lift"]: each["state"] for each in answer["lifts"]}["git-init"] == "done"


async def test_what_was_previewed_is_applied_and_taken_back(ask, root):
    body = {"lift": "mlflow-tracking", "path": "churn/src/train.py", "options": {"experiment": "first"}}
    before = (root / "src/train.py").read_bytes()
    status, preview = await ask("changes", "preview", body=body)
    assert (status, preview["state"], preview["path"]) == (200, "applies", "churn")
    assert (root / "src/train.py").read_bytes() == before
    assert any("first" in change["diff"] for change in preview["changes"])
    status, answer = await ask("changes", "apply", body={**body, "id": preview["id"]})
    assert status == 200
    assert answer["applied"]["paths"]
    assert b"mlflow.start_run()" in (root / "src/train.py").read_bytes()
    status, answer = await ask("undo", body={"path": "churn"})
    assert (status, answer["title"]) == (200, preview["title"])
    assert (root / "src/train.py").read_bytes() == before


async def test_only_the_set_that_is_meant_is_taken_back(ask, root):
    for name, options in (("mlflow-tracking", {}), ("environment", {"resolve": "no"})):
        body = {"lift": name, "path": "churn", "options": options}
        _, preview = await ask("changes", "preview", body=body)
        status, answer = await ask("changes", "apply", body={**body, "id": preview["id"]})
        assert status == 200, answer
    _, answer = await ask("undo", params={"path": "churn"})
    last, first = answer["changes"]
    status, answer = await ask("undo", body={"path": "churn", "number": first["number"]})
    assert (status, answer["code"]) == (409, "not-the-last")
    assert last["title"] in answer["message"]
    status, answer = await ask("undo", body={"path": "churn", "number": last["number"]})
    assert (status, answer["title"]) == (200, last["title"])
    _, answer = await ask("undo", params={"path": "churn"})
    assert [each["number"] for each in answer["changes"]] == [first["number"]]


@pytest.fixture
def two_projects(jp_root_dir):
    """Two projects in one repository."""
    subprocess.run(["git", "init", "-q", str(jp_root_dir)], check=True)
    for name in ("one", "two"):
        folder = jp_root_dir / name
        folder.mkdir()
        script(folder)
        shutil.rmtree(folder / ".git")


async def test_one_project_of_several_is_lifted(ask, two_projects):
    body = {"lift": "mlflow-tracking", "path": "two"}
    status, preview = await ask("changes", "preview", body=body)
    assert (status, preview["state"]) == (200, "applies")
    assert {change["path"].split("/")[0] for change in preview["changes"]} == {".gitignore", "two"}


async def test_another_state_than_the_previewed_one_is_refused(ask, root):
    body = {"lift": "mlflow-tracking", "path": "churn"}
    _, preview = await ask("changes", "preview", body=body)
    text = (root / "src/train.py").read_text()
    (root / "src/train.py").write_text(text + "\n# one line more\n")
    status, answer = await ask("changes", "apply", body={**body, "id": preview["id"]})
    assert (status, answer["code"]) == (409, "changed-since-preview")
    assert (root / "src/train.py").read_text() == text + "\n# one line more\n"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"lift": "nope", "path": "churn"}, 422, "unknown-lift"),
        ({"lift": "git-init", "path": "../x"}, 403, "outside-root"),
        ({"lift": "git-init", "path": "churn", "options": {"outputs": 1}}, 400, "invalid-request"),
        ({"lift": "git-init", "path": "churn", "options": {"x": "1"}}, 422, "invalid-option"),
        ({"lift": "environment", "path": "churn", "options": {"python": "../../etc"}}, 403, "outside-root"),
        ({"lift": "environment", "path": "churn", "options": {"python": "/etc"}}, 422, "no-environment"),
        ({"lift": "pipeline", "path": "churn"}, 400, "invalid-request"),
        ({"path": "churn"}, 400, "invalid-request"),
    ],
)
async def test_requests_that_are_wrong(ask, root, body, status, code):
    answered, answer = await ask("changes", "preview", body=body)
    assert (answered, answer["code"]) == (status, code)


async def test_apply_asks_for_the_preview(ask, root):
    status, answer = await ask("changes", "apply", body={"lift": "git-init", "path": "churn"})
    assert (status, answer["code"]) == (400, "invalid-request")


async def test_a_project_is_not_looked_for_above_the_root(ask, jp_root_dir):
    level_0(jp_root_dir)
    status, answer = await ask("changes", "preview", body={"lift": "git-init", "path": "churn.ipynb"})
    assert (status, answer["state"]) == (200, "applies")


async def test_a_lift_as_a_job_tells_how_far_it_is(ask, root, services):
    options = {"lift": "mlflow-tracking", "experiment": "second"}
    status, job = await ask("jobs", body={"kind": "lift", "path": "churn", "options": options})
    assert status == 201, job
    running = services.jobs.get(job["id"])
    while not running.ended:
        await running.wait_for_event(running.as_dict()["next"])
    assert running.error is None, running.error
    assert running.result["applied"]["paths"]
    assert running.result["path"] == "churn"
    assert '"second"' in (root / "src/train.py").read_text()


@pytest.mark.parametrize("name", [None, "--help", "../x", 3])
async def test_a_job_needs_a_lift(ask, root, name):
    status, answer = await ask("jobs", body={"kind": "lift", "path": "churn", "options": {"lift": name}})
    assert (status, answer["code"]) == (400, "invalid-request")
