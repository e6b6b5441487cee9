"""Editing the plan of a conversion before anything runs, as a person does it."""

from __future__ import annotations

import json
import subprocess
import sys

from playwright.sync_api import expect
from projects import snapshot, write_hostile_sections, write_installing, write_long

#: Milliseconds: a plan is made by a process of its own, and other work may be under way.
PLANNED = 90_000
#: A conversion runs the notebook and its pipeline for real.
CONVERTED = 240_000


def open_editor(lab, notebook):
    """Open the notebook's plan from its panel's button or the palette's command; gives the editor once it is there."""
    lab.open(notebook.parent)
    path = notebook.relative_to(lab.root).as_posix()
    lab.run("jupyter-mlops:edit-plan", path=path)
    editor = lab.conversion().get_by_test_id("plan-editor")
    expect(editor.get_by_test_id("plan-state")).to_contain_text("proposed plan", timeout=PLANNED)
    return editor


def row(editor, *, stage=None, cell=None):
    """A row of the list: the head of a stage, or a cell counted from 0."""
    if stage is not None:
        return editor.locator(f"[role=row][data-kind=stage][data-stage='{stage}']")
    return editor.locator(f"[role=row][data-kind=cell][data-cell='{cell}']")


def stages(editor):
    return editor.locator("[role=row][data-kind=stage] .jp-Mlops-row-stage").all_inner_texts()


def expect_checked(editor, text="Your plan"):
    expect(editor.get_by_test_id("plan-state")).to_contain_text(text, timeout=PLANNED)


def on_disk(project):
    document = json.loads((project / "pipelines" / "churn" / "conversion.json").read_text())
    return document, {stage["name"]: stage["cells"] for stage in document["plan"]["stages"]}


def test_a_plan_is_drawn_with_the_mouse_and_converted(lab, project):
    before = snapshot(project)
    editor = open_editor(lab, project / "notebooks" / "churn.ipynb")
    assert stages(editor) == ["load", "clean", "train", "evaluate"]
    lab.screenshot("plan")
    grip = row(editor, stage="clean").locator(".jp-Mlops-grip")
    target = row(editor, cell=3).bounding_box()
    grip.hover()
    lab.page.mouse.down()
    lab.page.mouse.move(target["x"] + 8, target["y"] + 4, steps=4)
    expect(row(editor, cell=3)).to_have_attribute("data-stage", "clean")
    lab.page.keyboard.press("Escape")
    expect(row(editor, cell=3)).to_have_attribute("data-stage", "load")
    lab.page.mouse.up()
    grip.hover()
    lab.page.mouse.down()
    lab.page.mouse.move(target["x"] + 8, target["y"] + 4, steps=4)
    lab.page.mouse.up()
    expect(editor.get_by_test_id("plan-said")).to_have_text("Cell 4 belongs to clean.")
    expect_checked(editor)
    lab.screenshot("plan-edited")

    row(editor, cell=9).click()
    editor.get_by_role("button", name="New stage here").click(force=True)  # it says why it cannot be
    expect(editor.get_by_test_id("plan-said")).to_have_text("A stage begins here already.")
    row(editor, cell=5).click()
    editor.get_by_role("button", name="New stage here").click()
    expect(row(editor, stage="clean_2")).to_be_visible()
    row(editor, stage="clean_2").get_by_role("button", name="Rename clean_2").click()
    field = editor.get_by_label("Name of the stage")
    field.fill("two words")
    expect(editor.get_by_role("alert")).to_contain_text("Use letters")
    field.fill("tidy")
    field.press("Enter")
    expect(row(editor, stage="tidy")).to_be_focused()
    editor.get_by_role("button", name="Undo").click()
    expect(row(editor, stage="clean_2")).to_be_visible()
    editor.get_by_role("button", name="Redo").click()
    assert stages(editor) == ["load", "clean", "tidy", "train", "evaluate"]

    parameter = editor.locator("[data-parameter=TEST_SHARE]")
    parameter.get_by_role("button", name="Rename TEST_SHARE").click()
    parameter.get_by_role("textbox").fill("holdout")
    parameter.get_by_role("textbox").press("Enter")
    editor.get_by_label("Ploomber").uncheck()
    expect_checked(editor)
    expect(editor.locator(".jp-Mlops-stage")).to_have_count(6)
    editor.locator("[data-item='clean tidy']").focus()
    lab.page.keyboard.press("Enter")
    expect(editor.locator(".jp-Mlops-stageDetails")).to_contain_text("Needed by tidy")
    assert snapshot(project) == before

    lab.page.wait_for_timeout(1500)  # the layout and what is worked on are saved a second after they have changed
    lab.reload()
    editor = lab.conversion().get_by_test_id("plan-editor")
    expect_checked(editor)
    assert stages(editor) == ["load", "clean", "tidy", "train", "evaluate"]
    lab.screenshot("plan-restored")
    panel = lab.conversion()
    panel.get_by_role("button", name="Convert with your plan").click()
    expect(panel.locator("[role=status] h3")).to_have_text("Proven equal", timeout=CONVERTED)
    document, made = on_disk(project)
    assert made == {"load": [1], "clean": [3], "tidy": [5], "train": [7], "evaluate": [9]}
    assert {parameter["name"] for parameter in document["parameters"]} == {"holdout", "sample_rows"}
    assert not (project / "pipelines" / "churn" / "pipeline.yaml").exists()
    assert (project / "pipelines" / "churn" / "stages" / "tidy.ipynb").exists()

    panel.get_by_role("button", name="Edit plan…").click()
    editor = panel.get_by_test_id("plan-editor")
    expect_checked(editor, "The proposed plan: 5 stages")
    expect(editor.get_by_label("Ploomber")).not_to_be_checked()
    editor.get_by_label("Ploomber").check()
    expect_checked(editor)
    editor.get_by_role("button", name="files are written").click()
    there = editor.locator("[data-path='pipelines/churn/tests/test_churn.py']")
    there.get_by_role("button").first.click()
    expect(there.locator("tr[data-line=added]").first).to_be_visible()
    expect(editor.locator("[data-path='pipelines/churn/pipeline.yaml']")).to_contain_text("new")
    there.scroll_into_view_if_needed()
    lab.screenshot("plan-files")


def test_a_plan_is_drawn_with_the_keyboard_and_judged_before_it_runs(lab, project):
    notebook = project / "notebooks" / "<b>hostile.ipynb"
    write_hostile_sections(notebook)
    before = snapshot(project)
    editor = open_editor(lab, notebook)
    lab.use_theme("JupyterLab Dark")
    expect(editor).to_contain_text("<img src=x onerror=")
    keys = lab.page.keyboard

    editor.get_by_role("button", name="Undo").focus()
    keys.press("Tab")  # from the toolbar into the list
    expect(editor.locator("[role=row]").first).to_be_focused()
    keys.press("End")
    expect(row(editor, cell=7)).to_be_focused()
    for _ in range(10):  # all of it one stage
        keys.press("m")
        if len(stages(editor)) == 1:
            break
    keys.press("Home")
    keys.press("F2")
    keys.type("only")
    keys.press("Enter")
    expect(row(editor, stage="only")).to_be_focused()
    said = editor.get_by_test_id("plan-said")
    expect(said).to_contain_text("is called only.")
    keys.press("ArrowDown")
    keys.press("x")
    expect(said).to_have_text("Only code cells can be left out.")
    for _ in range(3):
        keys.press("ArrowDown")
    expect(row(editor, cell=3)).to_be_focused()
    keys.press("x")
    expect(said).to_have_text("Cell 4 is left out.")
    expect(row(editor, cell=3)).to_contain_text("left out")

    problem = editor.get_by_test_id("plan-problem")
    expect(problem).to_contain_text("only cell 4 defines", timeout=PLANNED)
    expect(editor.locator("[role=row][data-kind=note][data-cell='5']")).to_contain_text("only cell 4 defines")
    expect(lab.conversion().get_by_role("button", name="Convert with your plan")).to_be_disabled()
    lab.screenshot("plan-problem-dark")
    assert snapshot(project) == before

    keys.press("Control+z")
    expect(problem).to_have_count(0, timeout=PLANNED)
    for _ in range(2):
        keys.press("ArrowDown")
    keys.press("s")
    expect(said).to_contain_text("begins at cell 6")
    keys.press("Alt+ArrowDown")
    expect(said).to_have_text("There is no stage below.")
    expect_checked(editor, "Your plan: 2 stages")
    lab.screenshot("plan-keyboard-dark")
    made = stages(editor)
    lab.conversion().get_by_role("button", name="Convert with your plan").focus()
    keys.press("Enter")
    expect(lab.conversion().locator("[role=status] h3")).to_have_text("Proven equal", timeout=CONVERTED)
    folder = next((project / "pipelines").iterdir())
    document = json.loads((folder / "conversion.json").read_text())
    assert document["plan"]["stages"] == [{"name": made[0], "cells": [1, 3]}, {"name": made[1], "cells": [5, 7]}]
    assert lab.page.evaluate("() => window.hacked") is None
    # The browser itself reports the plan that was refused.
    assert [error for error in lab.errors if "status of 422" not in error] == []
    lab.errors.clear()


def test_many_cells_stay_few_rows(lab, project):
    notebook = project / "notebooks" / "long.ipynb"
    write_long(notebook, 500)
    editor = open_editor(lab, notebook)
    rows = editor.locator("[role=row]")
    grid = editor.get_by_role("grid", name="Cells and stages")
    assert int(grid.get_attribute("aria-rowcount")) > 500
    assert 10 < rows.count() < 60
    row(editor, cell=1).click()
    lab.page.evaluate(
        """() => {
            window.drawn = new Set();
            new MutationObserver(changes => changes.forEach(change => {
                const row = (change.target.closest ? change.target : change.target.parentElement).closest('[role=row]');
                if (row) { window.drawn.add(row.dataset.cell ?? row.dataset.stage); }
            })).observe(document.querySelector('.jp-Mlops-cellList'), {
                subtree: true, attributes: true, childList: true, characterData: true });
        }"""
    )
    lab.page.keyboard.press("ArrowDown")
    expect(row(editor, cell=2)).to_be_focused()
    assert lab.page.evaluate("() => window.drawn.size") <= 4
    lab.page.keyboard.press("End")
    expect(row(editor, cell=499)).to_be_focused()
    assert rows.count() < 60
    lab.page.keyboard.press("s")
    expect(editor.get_by_test_id("plan-said")).to_contain_text("begins at cell 500")
    expect_checked(editor)
    assert rows.count() < 60
    lab.screenshot("plan-long")


def test_installing_is_asked_for(lab, project):
    notebook = project / "notebooks" / "installs.ipynb"
    write_installing(notebook)
    editor = open_editor(lab, notebook)
    switch = editor.get_by_role("switch")
    expect(switch).not_to_be_checked()
    expect(editor.locator("[role=row][data-kind=note]")).to_contain_text("pip install rich")
    switch.check()
    editor.get_by_role("button", name="files are written").click()
    lab.page.set_viewport_size({"width": 900, "height": 1400})
    lab.screenshot("plan-installs")
    with lab.page.expect_request(
        lambda request: "jupyter-mlops/jobs" in request.url and request.method == "POST"
    ) as asked:
        lab.conversion().get_by_role("button", name="Convert with your plan").click()
    assert asked.value.post_data_json["options"]["allow_install"] is True
    assert "plan" not in asked.value.post_data_json["options"]
    lab.conversion().get_by_role("button", name="Cancel", exact=True).click()
    expect(lab.conversion().locator("[role=status] h3")).to_have_text("Cancelled")


def test_both_sides_of_a_conflict_are_shown(lab, project):
    notebook = project / "notebooks" / "churn.ipynb"
    command = [sys.executable, "-m", "jupyter_mlops", "convert", str(notebook), "--no-run"]
    subprocess.run(command, check=True, capture_output=True)
    parameters = project / "pipelines" / "churn" / "params.yaml"
    parameters.write_text(parameters.read_text().replace("0.25", "0.4"))
    notebook.write_text(notebook.read_text().replace("TEST_SHARE = 0.25", "TEST_SHARE = 0.2"))

    editor = open_editor(lab, notebook)
    expect(editor.get_by_test_id("plan-conflicts")).to_contain_text("params.yaml TEST_SHARE")
    editor.get_by_test_id("plan-conflicts").scroll_into_view_if_needed()
    lab.screenshot("plan-again")
    panel = lab.conversion()
    panel.get_by_role("button", name="Convert", exact=True).click()
    conflict = panel.get_by_test_id("conflicts")
    expect(conflict.get_by_role("group", name="params.yaml")).to_contain_text("0.4", timeout=CONVERTED)
    expect(conflict).to_contain_text("0.25")
    lab.screenshot("conversion-conflict")
    lab.use_theme("JupyterLab Dark")
    lab.screenshot("conversion-conflict-dark")
    assert "0.4" in parameters.read_text()
    conflict.get_by_role("button", name="Convert, keeping mine").click()
    expect(panel.locator("[role=status] h3")).to_contain_text("Proven equal", timeout=CONVERTED)
    assert "0.4" in parameters.read_text()
