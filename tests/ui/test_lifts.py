"""Lifts, as a person has them done: looked at, made, taken back."""

from __future__ import annotations

import psutil
from playwright.sync_api import expect
from projects import snapshot, write_aged, write_slow_and_old, write_untracked

#: Milliseconds: a lift reads the project twice.
DONE = 60_000


def open_lift(lab, criterion="experiments-tracked"):
    sidebar = lab.open_sidebar()
    step = sidebar.locator(f".jp-Mlops-steps [data-criterion='{criterion}']")
    step.get_by_role("button", name="Lift ").click()
    panel = lab.page.locator(".jp-Mlops-lift:visible")
    expect(panel).to_have_count(1)
    return sidebar, panel


def test_a_lift_is_shown_made_and_taken_back(lab, project):
    write_untracked(project)
    before = snapshot(project)
    lab.open(project / "train.py")
    editor = lab.page.locator(".jp-FileEditor .cm-content")
    expect(editor).to_contain_text("LogisticRegression")
    sidebar, panel = open_lift(lab)
    expect(panel).to_contain_text("Nothing is changed yet", timeout=DONE)
    change = panel.locator("[data-path='train.py']")
    expect(change.locator("tr[data-line=added]", has_text="mlflow.start_run")).to_be_visible()
    expect(panel.get_by_test_id("left")).to_contain_text("git commit")
    assert snapshot(project) == before
    lab.screenshot("lift-preview")

    panel.get_by_role("button", name="Make these changes").click()
    expect(panel.get_by_test_id("outcome")).to_contain_text("not met → ", timeout=DONE)
    expect(panel).to_contain_text("written.")
    assert "mlflow.start_run" in (project / "train.py").read_text()
    lab.screenshot("lift-done")
    expect(sidebar.locator(".jp-Mlops-level")).to_have_text("Level 1")
    lab.page.locator(".lm-TabBar-tab", has_text="train.py").first.click()
    expect(editor).to_contain_text("mlflow.start_run")

    lab.page.locator(".lm-TabBar-tab", has_text="Lift: mlflow-tracking").first.click()
    panel.get_by_role("button", name="Undo").click()
    expect(panel).to_contain_text("All files are as they were.", timeout=DONE)
    after = snapshot(project)
    assert {name: data for name, data in after.items() if not name.startswith(".mlops/")} == before
    lab.page.locator(".lm-TabBar-tab", has_text="train.py").first.click()
    expect(editor).not_to_contain_text("mlflow")


def test_a_lift_waits_for_what_is_unsaved_and_for_what_changed(lab, project):
    write_untracked(project)
    lab.open(project / "train.py")
    editor = lab.page.locator(".jp-FileEditor .cm-content")
    editor.click()
    lab.page.keyboard.press("Control+End")
    lab.page.keyboard.type("# unsaved")
    lab.use_theme("JupyterLab Dark")
    _, panel = open_lift(lab)
    apply = panel.get_by_role("button", name="Make these changes")
    apply.click(timeout=DONE)
    dialog = lab.page.get_by_role("dialog")
    expect(dialog).to_contain_text("train.py would be written and has changes that are not saved.")
    dialog.get_by_role("button", name="Save and look again").click()
    expect(panel.locator("[data-path='train.py']")).to_contain_text("# unsaved", timeout=DONE)
    assert "mlflow" not in (project / "train.py").read_text()

    with (project / "train.py").open("a") as file:
        file.write("\n# from elsewhere\n")
    lab.expect_refusal("409")
    apply.click()
    alert = panel.get_by_role("alert")
    expect(alert).to_contain_text("changed since the preview", timeout=DONE)
    lab.screenshot("lift-refused-dark")
    panel.get_by_role("button", name="Look again").click()
    expect(alert).to_have_count(0, timeout=DONE)
    apply.click(timeout=DONE)
    expect(panel.get_by_test_id("outcome")).to_be_visible(timeout=DONE)
    text = (project / "train.py").read_text()
    assert "# from elsewhere" in text
    assert "mlflow.start_run" in text
    lab.screenshot("lift-done-dark")


def test_a_notebook_is_compared_cell_by_cell(lab, project):
    notebook = project / "notebooks" / "aged.ipynb"
    write_aged(notebook)
    lab.open(project)
    lab.run("jupyter-mlops:lift", lift="clean-notebook", path=notebook.relative_to(lab.root).as_posix())
    panel = lab.page.locator(".jp-Mlops-lift:visible")
    change = panel.locator("[data-path='notebooks/aged_clean.ipynb']")
    cell = change.get_by_role("region", name="Cell 6", exact=True)
    expect(cell.get_by_role("textbox", name="Before")).to_contain_text("astype(np.int)", timeout=DONE)
    expect(cell.get_by_role("textbox", name="After")).to_contain_text("astype(int)")
    expect(cell.locator(".cm-merge-r-chunk")).not_to_have_count(0)
    expect(change).to_contain_text("2 cells stay as they are")
    expect(change).not_to_contain_text("Tr0ub4dor")
    expect(change).to_contain_text("window.hacked = 'code'")
    assert lab.page.evaluate("window.hacked") is None
    lab.page.set_viewport_size({"width": 1440, "height": 1800})
    lab.screenshot("lift-notebook")
    lab.use_theme("JupyterLab Dark")
    lab.screenshot("lift-notebook-dark")
    lab.page.set_viewport_size({"width": 800, "height": 1800})
    lab.screenshot("lift-notebook-narrow")


def test_choices_are_looked_at_first(lab, project):
    write_untracked(project)
    lab.open(project / "train.py")
    _, panel = open_lift(lab)
    panel.get_by_role("button", name="Choices").click(timeout=DONE)
    panel.get_by_label("experiment").fill("winter")
    panel.get_by_label("notebooks").select_option("no")
    panel.get_by_role("button", name="Look again with these choices").click()
    expect(panel.locator("[data-path='train.py']")).to_contain_text('"winter"', timeout=DONE)
    expect(panel.get_by_role("button", name="Choices (2 made)")).to_be_visible()
    lab.screenshot("lift-choices")


def kernels(server):
    """Kernels that run below the server, whoever started them."""
    running = psutil.Process(server.process.pid).children(recursive=True)
    return {one.pid for one in running if "ipykernel" in " ".join(one.cmdline())}


def test_a_look_that_takes_long_outlives_a_reload_and_is_cancelled(lab, project, server):
    notebook = project / "notebooks" / "slow.ipynb"
    write_slow_and_old(notebook)
    before, others = snapshot(project), kernels(server)
    lab.open(project)
    lab.run("jupyter-mlops:lift", lift="clean-notebook", path=notebook.relative_to(lab.root).as_posix())
    panel = lab.page.locator(".jp-Mlops-lift:visible")
    change = panel.locator("[data-path='notebooks/slow_clean.ipynb']")
    expect(change.get_by_role("region", name="Cell 6")).to_be_visible(timeout=DONE)
    expect(panel).to_contain_text("cell 6 line 2")
    panel.get_by_role("button", name="Choices").click()
    panel.get_by_label("run", exact=True).select_option("yes")
    panel.get_by_role("button", name="Look again with these choices").click()
    working = panel.get_by_role("status")
    expect(working).to_contain_text("slow", timeout=DONE)
    lab.screenshot("lift-looking")
    lab.page.wait_for_timeout(1500)  # the layout is saved a second after it has changed
    lab.reload()
    lab.page.locator(".lm-TabBar-tab", has_text="Lift: clean-notebook").first.click()
    expect(working).to_contain_text("slow", timeout=DONE)
    panel.get_by_role("button", name="Cancel", exact=True).click()
    expect(panel.get_by_role("button", name="Look again")).to_be_visible(timeout=DONE)
    assert kernels(server) <= others
    assert snapshot(project) == before
