"""The sidebar, lifts and conversions in Notebook 7, in an environment of its own: Ploomber keeps this one's below 7.

`make e2e` runs this; it is no test of `make ui`, since it installs that environment, into `build/notebook7`.
"""

from __future__ import annotations

import pytest
from environments import make
from playwright.sync_api import expect

TOKEN = "browser-tests"


@pytest.fixture(scope="session")
def python() -> str:
    """The interpreter of an environment with Notebook 7, without the engines."""
    return make("notebook7", "notebook>=7.4")


@pytest.fixture(scope="session")
def server(serve, python):
    return serve("notebook", python)


def test_sidebar_lift_and_plan_beside_the_notebook(lab, project, server):
    lab.expect_error_of_others("reading 'schema'")  # Notebook 7.6's own, also without this extension
    notebook = project / "notebooks" / "churn.ipynb"
    path = notebook.relative_to(lab.root).as_posix()
    lab.page.goto(f"{server.url}notebooks/{path}?token={TOKEN}", wait_until="domcontentloaded")
    lab.page.wait_for_function("() => window.jupyterapp?.restored.then(() => true)")
    expect(lab.page.locator(".jp-Notebook .jp-Cell").first).to_be_visible()

    sidebar = lab.page.locator("#jupyter-mlops-sidebar")
    lab.run("jupyter-mlops:toggle-sidebar")
    expect(sidebar.locator(".jp-Mlops-unit")).to_have_text("churn")
    expect(sidebar.locator(".jp-Mlops-level")).to_contain_text("Level")
    lab.screenshot("notebook7-sidebar")

    lab.run("jupyter-mlops:lift", lift="mlflow-tracking")
    lift = lab.page.locator(".jp-Mlops-lift:visible")
    expect(lift.get_by_role("status")).to_contain_text("Nothing", timeout=90_000)
    lab.screenshot("notebook7-lift")

    lab.run("jupyter-mlops:edit-plan", path=path)
    editor = lab.conversion().get_by_test_id("plan-editor")
    expect(editor.get_by_test_id("plan-state")).to_contain_text("proposed plan", timeout=90_000)
    lab.screenshot("notebook7-plan")

    # Panels and the sidebar share the area on the right: the first call brings it to the front, the next one closes it.
    lab.run("jupyter-mlops:toggle-sidebar")
    expect(sidebar).to_be_visible()
    lab.run("jupyter-mlops:toggle-sidebar")
    expect(sidebar).to_be_hidden()
