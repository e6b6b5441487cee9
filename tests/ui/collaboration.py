"""Documents that are shared: jupyter-collaboration in an environment of its own, two people in one document.

`make e2e` runs this; it is no test of `make ui`, since it installs that environment, into `build/collaboration`.
"""

from __future__ import annotations

import pytest
from conftest import Lab
from environments import make
from playwright.sync_api import expect
from projects import write_untracked

#: Milliseconds: a lift reads the project twice, a conversion runs the notebook and its pipeline for real.
DONE = 90_000
CONVERTED = 240_000


@pytest.fixture(scope="session")
def server(serve):
    """JupyterLab whose documents are shared, and what a conversion needs."""
    return serve("jupyterlab", make("collaboration", "jupyter-collaboration", "pandas", extras="[lab,dvc,mlflow]"))


@pytest.fixture
def other(lab, browser, server):
    """Somebody else's page on the same server."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(60_000)
    other = Lab(context.new_page(), server, "somebody-else")
    yield other
    context.close()
    assert other.errors == []


def type_at_the_end(lab, editor, text):
    editor.click()
    lab.page.keyboard.press("Control+End")
    lab.page.keyboard.type(text)


def test_a_lift_changes_a_file_that_two_people_have_open(lab, other, project):
    write_untracked(project)
    editors = []
    for each in (lab, other):
        each.open(project / "train.py")
        editors.append(each.page.locator(".jp-FileEditor .cm-content"))
        expect(editors[-1]).to_contain_text("LogisticRegression")
    type_at_the_end(other, editors[1], "# from the other one")
    expect(editors[0]).to_contain_text("# from the other one")

    lab.run("jupyter-mlops:lift", lift="mlflow-tracking", path=project.relative_to(lab.root).as_posix())
    panel = lab.page.locator(".jp-Mlops-lift:visible")
    panel.get_by_role("button", name="Make these changes").click(timeout=DONE)
    expect(panel.get_by_test_id("outcome")).to_contain_text("not met → ", timeout=DONE)
    lab.screenshot("collaboration-lift")
    lab.page.locator(".lm-TabBar-tab", has_text="train.py").first.click()
    for editor in editors:
        expect(editor).to_contain_text("mlflow.log_params")
        expect(editor).to_contain_text("# from the other one")
    type_at_the_end(other, editors[1], " and more")
    expect(editors[0]).to_contain_text("# from the other one and more")
    text = (project / "train.py").read_text()
    assert "mlflow.log_params" in text


def test_a_notebook_is_converted_while_two_people_work_on_it(lab, other, project):
    notebook = project / "notebooks" / "churn.ipynb"
    cells = []
    for each in (lab, other):
        each.open(notebook)
        cells.append(each.page.locator(".jp-Notebook:visible .jp-CodeCell .cm-content"))
        expect(cells[-1].first).to_contain_text("import pandas")
        # While its kernel starts, a notebook takes the focus back.
        expect(each.page.locator("#jp-main-statusbar")).to_contain_text("Idle", timeout=60_000)
    type_at_the_end(other, cells[1].first, "\nprint('shared', TEST_SHARE)")
    expect(cells[0].first).to_contain_text("'shared', TEST_SHARE")
    # At once, and unsaved it may be: what is shared is saved without a question.
    lab.run("jupyter-mlops:convert", path=notebook.relative_to(lab.root).as_posix())
    panel = lab.conversion()
    expect(panel.locator("[aria-live=polite]")).to_contain_text("Running cell", timeout=CONVERTED)
    type_at_the_end(other, cells[1].first, "\n# meanwhile")
    expect(panel.locator("[role=status] h3")).to_have_text("Proven equal", timeout=CONVERTED)
    lab.screenshot("collaboration-converted")
    stages = (project / "pipelines" / "churn" / "stages").glob("*.ipynb")
    assert any("'shared', TEST_SHARE" in stage.read_text() for stage in stages)
    for each in cells:
        expect(each.first).to_contain_text("# meanwhile")
        expect(each.first).to_contain_text("'shared', TEST_SHARE")
