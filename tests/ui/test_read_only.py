"""A server whose root cannot be written: all can be looked at, and what would write says so before it begins."""

from __future__ import annotations

import pytest
import read_only
from playwright.sync_api import expect
from projects import snapshot, write_churn, write_untracked

#: Milliseconds: what runs nothing is soon told, also where other work is under way.
TOLD = 60_000


@pytest.fixture(scope="module")
def server(serve):
    """A server whose files can be read alone."""

    def prepare(root):
        write_churn(root / "churn")
        write_untracked(root / "churn")
        return read_only.before_command(root)

    return serve(prepare=prepare)


@pytest.fixture
def project(server):
    return server.root / "churn"


def test_all_is_shown_and_nothing_is_begun_that_could_not_be_written(lab, project):
    before = snapshot(project)
    lab.expect_refusal("422")
    notebook = project / "notebooks" / "churn.ipynb"
    lab.open(notebook)
    lab.page.locator(".jp-Notebook:visible .jp-Cell").first.wait_for()
    sidebar = lab.open_sidebar()
    expect(sidebar.locator(".jp-Mlops-level")).to_have_text("Level 0")
    sidebar.get_by_role("button", name="Do you version data and models?").click()
    expect(sidebar.locator("[data-criterion='data-versioned']").first).to_be_visible()

    sidebar.get_by_label("Your own answer").first.select_option("yes")
    expect(lab.page.locator(".Toastify")).to_contain_text("nothing can be written, and nothing has changed")
    lab.screenshot("read-only-answer")

    lab.run("jupyter-mlops:lift", lift="mlflow-tracking")
    lift = lab.page.locator(".jp-Mlops-lift:visible")
    expect(lift.locator("[data-path='train.py']")).to_be_visible(timeout=TOLD)
    lift.get_by_role("button", name="Make these changes").click()
    expect(lift.get_by_role("alert")).to_contain_text("nothing can be written, and nothing has changed", timeout=TOLD)
    lab.screenshot("read-only-lift")

    phases = []
    lab.page.on("response", lambda answer: phases.append(answer) if "/events" in answer.url else None)
    lab.run("jupyter-mlops:convert", path=notebook.relative_to(lab.root).as_posix())
    panel = lab.conversion()
    alert = panel.get_by_role("alert")
    expect(alert).to_contain_text("nothing can be written, and nothing has changed", timeout=TOLD)
    expect(alert).not_to_contain_text(".mlops")
    expect(alert).to_contain_text("Copy the project to where you may write.")
    told = {event.get("phase") for answer in phases for event in answer.json()["events"]} - {None}
    assert told <= {"read", "analyse"}
    lab.screenshot("read-only-conversion")
    assert snapshot(project) == before
