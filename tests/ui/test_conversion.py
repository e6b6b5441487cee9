"""Converting a notebook, as a person does it."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect
from projects import snapshot, write_broken, write_hostile, write_slow

#: Milliseconds: a conversion runs the notebook and its pipeline for real.
CONVERTED = 240_000

RESULT = "[role=status] h3"


def from_toolbar(lab, notebook):
    lab.page.locator(
        ".jp-NotebookPanel:visible .jp-Toolbar-item[data-jp-item-name='jupyter-mlops-convert'] *"
    ).first.click()


def from_context_menu(lab, notebook):
    item = lab.page.locator(f".jp-DirListing-item[data-file-type='notebook']:has-text('{notebook.name}')")
    item.click(button="right")
    lab.page.locator(".lm-Menu-itemLabel", has_text="Convert to Pipeline").click()


def from_palette(lab, notebook):
    lab.page.locator(".jp-Notebook:visible .jp-Cell").first.click()
    # While its kernel starts, a notebook takes the focus back, and the palette closes.
    expect(lab.page.locator("#jp-main-statusbar")).to_contain_text("Idle", timeout=60_000)
    lab.page.keyboard.press("Control+Shift+C")
    palette = lab.page.locator("#modal-command-palette")
    palette.locator("input").fill("convert notebook to pipeline")
    palette.locator(".lm-CommandPalette-item", has_text="Convert Notebook to Pipeline").first.click()


def from_sidebar(lab, notebook):
    sidebar = lab.open_sidebar()
    sidebar.locator(f"[data-notebook$='{notebook.name}']").get_by_role("button", name="Convert").click()


def open_notebook(lab, notebook):
    lab.open(notebook)
    lab.page.locator(".jp-Notebook:visible .jp-Cell").first.wait_for()


def test_convert_from_the_toolbar(lab, project):
    notebook = project / "notebooks" / "churn.ipynb"
    original = notebook.read_bytes()
    open_notebook(lab, notebook)
    from_toolbar(lab, notebook)
    panel = lab.conversion()
    bar = panel.get_by_role("progressbar")
    expect(bar).to_be_visible()
    expect(panel.locator("[aria-live=polite]")).to_contain_text("Running cell", timeout=CONVERTED)
    lab.screenshot("conversion-progress")
    expect(panel.locator("[aria-live=polite]")).to_contain_text("Proving stage", timeout=CONVERTED)
    assert int(bar.get_attribute("aria-valuenow")) >= 48
    expect(panel.locator(RESULT)).to_have_text("Proven equal", timeout=CONVERTED)
    expect(panel.locator(".jp-Mlops-levels")).to_be_visible()
    lab.screenshot("conversion-result")

    pipeline = project / "pipelines" / "churn"
    document = json.loads((pipeline / "conversion.json").read_text())
    assert (pipeline / "dvc.yaml").exists()
    assert notebook.read_bytes() == original
    for stage in document["stages"]:
        assert (pipeline / stage["notebook"]).exists()
        expect(panel.locator(".jp-Mlops-stage", has_text=stage["name"])).to_be_visible()
    first = panel.locator(f"[data-item='{document['stages'][0]['name']}']")
    natural = first.bounding_box()["width"]
    first.focus()
    lab.page.keyboard.press("+")
    assert first.bounding_box()["width"] == pytest.approx(natural * 1.25, rel=0.01)
    panel.get_by_role("button", name="Smaller").click()
    assert first.bounding_box()["width"] == pytest.approx(natural, rel=0.01)
    panel.get_by_role("button", name="Whole width").click()
    frame = panel.locator(".jp-Mlops-graph")
    assert frame.evaluate("node => node.scrollWidth <= node.clientWidth")
    lab.screenshot("conversion-graph-fitted")
    panel.get_by_role("button", name="%").click()
    assert first.bounding_box()["width"] == pytest.approx(natural, rel=0.01)
    proof = panel.get_by_test_id("proof")
    cells = document["verification"]["cells"]
    expect(proof.locator(".jp-Mlops-cellLink")).to_have_count(len(cells))

    proof.get_by_role("button", name=f"cell {cells[-1]['source_cell'] + 1}", exact=True).click()
    active = lab.page.locator(".jp-NotebookPanel:visible .jp-Cell.jp-mod-active")
    expect(active).to_contain_text("accuracy")
    lab.page.locator(".lm-TabBar-tab", has_text="churn → pipeline").first.click()
    proof.get_by_role("button", name="Compare the outputs of cell 4").click()
    sides = proof.locator(".jp-Mlops-compare")
    expect(sides.frame_locator("iframe").first.locator("table")).to_contain_text("tenure")
    last = proof.get_by_role("button", name=f"Compare the outputs of cell {cells[-1]['source_cell'] + 1}")
    # By key: a click right after scrolling can end up in the frame that was there before.
    last.press("Enter")
    expect(last).to_have_attribute("aria-expanded", "true")
    expect(proof).to_contain_text("accuracy 0.")
    lab.screenshot("conversion-compare")
    panel.get_by_role("button", name="Run", exact=True).click()
    expect(panel.get_by_test_id("run")).to_contain_text("The pipeline ran in", timeout=CONVERTED)
    for stage in document["stages"]:
        if stage["source_cells"]:
            expect(panel.locator(f"[data-item='{stage['name']}']")).to_contain_text("done")
    expect(panel.get_by_test_id("tracked")).to_contain_text("MLflow run", timeout=CONVERTED)
    lab.screenshot("conversion-run")
    panel.get_by_role("button", name="as it ran").click()
    expect(lab.page.get_by_role("tabpanel", name="load.ipynb")).to_contain_text("customers")
    lab.page.locator(".lm-TabBar-tab", has_text="churn → pipeline").first.click()
    panel.get_by_role("button", name="Open pipeline folder").click()
    expect(lab.page.locator(".jp-DirListing-item", has_text="dvc.yaml")).to_be_visible()
    panel.get_by_role("button", name="Open dvc.yaml").click()
    expect(lab.page.locator(".jp-FileEditor:visible")).to_contain_text("stages:")

    lab.page.locator(".lm-TabBar-tab", has_text="churn → pipeline").first.click()
    panel.get_by_role("button", name="Undo", exact=True).click()
    dialog = lab.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Convert notebooks/churn.ipynb")
    lab.expect_refusal("404")  # of the file that is open, and gone then
    dialog.get_by_role("button", name="Take back").click()
    expect(panel).to_contain_text("The notebook itself is never changed.")
    assert not (pipeline / "dvc.yaml").exists()
    assert notebook.read_bytes() == original


def test_convert_from_the_context_menu_and_reload(lab, project):
    notebook = project / "notebooks" / "churn.ipynb"
    lab.open(notebook.parent)
    from_context_menu(lab, notebook)
    panel = lab.conversion()
    expect(panel.locator("[aria-live=polite]")).to_contain_text("Running cell", timeout=CONVERTED)
    lab.page.wait_for_timeout(1500)  # the layout is saved a second after it has changed
    lab.reload()
    panel = lab.conversion()
    expect(panel.locator(RESULT)).to_have_text("Proven equal", timeout=CONVERTED)
    lab.use_theme("JupyterLab Dark")
    panel.locator(".jp-Mlops-stage", has_text="train").click()
    expect(panel.locator(".jp-Mlops-stageDetails")).to_contain_text("TEST_SHARE")
    lab.screenshot("conversion-result-dark")


def test_convert_from_the_palette_shows_the_failing_cell(lab, project):
    notebook = project / "notebooks" / "broken.ipynb"
    write_broken(notebook)
    before = snapshot(project)
    open_notebook(lab, notebook)
    from_palette(lab, notebook)
    panel = lab.conversion()
    alert = panel.get_by_role("alert")
    expect(alert).to_contain_text("no such column", timeout=CONVERTED)
    lab.screenshot("conversion-failed")
    alert.get_by_role("button", name="Go to cell 4").click()
    expect(lab.page.locator(".jp-NotebookPanel:visible .jp-Cell.jp-mod-active")).to_contain_text("no such column")
    assert snapshot(project) == before


def test_cancel_leaves_the_project_as_it_was(lab, project):
    notebook = project / "notebooks" / "slow.ipynb"
    write_slow(notebook)
    before = snapshot(project)
    lab.open(project)
    from_sidebar(lab, notebook)
    panel = lab.conversion()
    expect(panel.locator("[aria-live=polite]")).to_contain_text("Running cell 4", timeout=CONVERTED)
    panel.get_by_role("button", name="Cancel", exact=True).click()
    expect(panel.locator(RESULT)).to_have_text("Cancelled", timeout=30_000)
    lab.screenshot("conversion-cancelled")
    assert snapshot(project) == before


def test_unsaved_changes_are_asked_about(lab, project):
    notebook = project / "notebooks" / "broken.ipynb"
    write_broken(notebook)
    open_notebook(lab, notebook)
    cell = lab.page.locator(".jp-Notebook:visible .jp-CodeCell .cm-content").first
    cell.click()
    lab.page.keyboard.type("# unsaved\n")
    from_toolbar(lab, notebook)
    dialog = lab.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Save the notebook first?")
    lab.screenshot("conversion-unsaved")
    dialog.get_by_role("button", name="Cancel").click()
    expect(lab.page.locator(".jp-Mlops-conversion")).to_have_count(0)
    assert "# unsaved" not in notebook.read_text()
    from_toolbar(lab, notebook)
    dialog.get_by_role("button", name="Save and convert").click()
    lab.conversion()
    assert "# unsaved" in notebook.read_text()
    expect(lab.conversion().get_by_role("alert")).to_be_visible(timeout=CONVERTED)


@pytest.mark.parametrize("name", ["hostile.ipynb", "<img src=x onerror=alert(1)>.ipynb"], ids=["cells", "name"])
def test_text_of_notebooks_is_text(lab, project, name):
    notebook = project / "notebooks" / name
    write_hostile(notebook)
    lab.open(project)
    sidebar = lab.open_sidebar()
    expect(sidebar).to_contain_text(name)
    sidebar.get_by_role("button", name=f"Convert notebooks/{name} to a pipeline").click()
    panel = lab.conversion()
    expect(panel.get_by_role("alert")).to_contain_text("<img src=x onerror", timeout=CONVERTED)
    assert lab.page.evaluate("() => window.hacked") is None
