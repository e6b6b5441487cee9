"""The sidebar, lifts and conversions in Notebook 7, in an environment of its own: Ploomber keeps this one's below 7.

`make e2e` runs this; it is no test of `make ui`, since it installs that environment, into `build/notebook7`.
"""

from __future__ import annotations

import pytest
from environments import make
from playwright.sync_api import expect
from projects import snapshot, write_untracked

TOKEN = "browser-tests"
#: Milliseconds: a lift reads the project twice, a conversion runs the notebook and its pipeline for real.
DONE = 90_000
CONVERTED = 240_000


@pytest.fixture(scope="session")
def python() -> str:
    """The interpreter of an environment with Notebook 7, and what a conversion needs."""
    return make("notebook7", "notebook>=7.4", "pandas", extras="[dvc,mlflow]")


@pytest.fixture(scope="session")
def server(serve, python):
    return serve("notebook", python)


def test_the_journey_beside_the_notebook(lab, project, server):
    lab.expect_error_of_others("reading 'schema'")  # Notebook 7.6's own, also without this extension
    write_untracked(project)
    before = snapshot(project)
    notebook = project / "notebooks" / "churn.ipynb"
    path = notebook.relative_to(lab.root).as_posix()
    lab.page.goto(f"{server.url}notebooks/{path}?token={TOKEN}", wait_until="domcontentloaded")
    lab.page.wait_for_function("() => window.jupyterapp?.restored.then(() => true)")
    expect(lab.page.locator(".jp-Notebook .jp-Cell").first).to_be_visible()

    sidebar = lab.page.locator("#jupyter-mlops-sidebar")
    lab.run("jupyter-mlops:toggle-sidebar")
    expect(sidebar.locator(".jp-Mlops-unit")).to_have_text("churn")
    expect(sidebar.locator(".jp-Mlops-level")).to_have_text("Level 0")
    lab.screenshot("notebook7-sidebar")

    sidebar.get_by_role("button", name="Roadmap").click()
    roadmap = lab.page.locator(".jp-Mlops-roadmap:visible")
    expect(roadmap.get_by_test_id("timeline")).to_be_visible(timeout=DONE)
    lab.screenshot("notebook7-roadmap")

    lab.run("jupyter-mlops:lift", lift="mlflow-tracking")
    lift = lab.page.locator(".jp-Mlops-lift:visible")
    lift.get_by_role("button", name="Make these changes").click(timeout=DONE)
    expect(lift.get_by_test_id("outcome")).to_contain_text("Level 1", timeout=DONE)
    lab.screenshot("notebook7-lift")
    lift.get_by_role("button", name="Undo").click()
    expect(lift).to_contain_text("All files are as they were.", timeout=DONE)
    assert {name: data for name, data in snapshot(project).items() if not name.startswith(".mlops/")} == before

    lab.run("jupyter-mlops:edit-plan", path=path)
    panel = lab.conversion()
    editor = panel.get_by_test_id("plan-editor")
    expect(editor.get_by_test_id("plan-state")).to_contain_text("proposed plan", timeout=DONE)
    lab.screenshot("notebook7-plan")
    panel.get_by_role("button", name="Close the plan").click()

    lab.page.locator(".jp-Toolbar-item[data-jp-item-name='jupyter-mlops-convert'] *").first.click()
    expect(panel.locator("[role=status] h3")).to_have_text("Proven equal", timeout=CONVERTED)
    lab.screenshot("notebook7-converted")
    panel.get_by_role("button", name="Run", exact=True).click()
    expect(panel.get_by_test_id("run")).to_contain_text("The pipeline ran in", timeout=CONVERTED)
    assert notebook.read_bytes() == before["notebooks/churn.ipynb"]

    # Panels and the sidebar share the area on the right: the first call brings it to the front, the next one closes it.
    lab.run("jupyter-mlops:toggle-sidebar")
    expect(sidebar).to_be_visible()
    lab.run("jupyter-mlops:toggle-sidebar")
    expect(sidebar).to_be_hidden()
