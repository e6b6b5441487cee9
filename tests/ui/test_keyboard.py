"""The whole journey with the keyboard alone: no mouse, and no command but those that have keys or buttons."""

from __future__ import annotations

from playwright.sync_api import expect
from projects import write_untracked

#: Milliseconds: a lift reads the project twice, a conversion runs the notebook and its pipeline for real.
DONE = 90_000
CONVERTED = 240_000
#: Presses of the tab key from one place to the next one in a page.
FAR = 120


def reach(lab, target, key="Tab"):
    """Press a key until something has the focus."""
    expect(target).to_be_visible(timeout=DONE)
    passed = []
    for _ in range(FAR):
        if target.evaluate("node => node === document.activeElement"):
            return
        passed.append(lab.page.evaluate("() => document.activeElement.outerHTML.slice(0, 90)"))
        lab.page.keyboard.press(key)
    raise AssertionError(f"{target} is not reached from:\n" + "\n".join(passed))


def press(lab, target, key="Enter"):
    """Reach something and press a key there."""
    reach(lab, target)
    lab.page.keyboard.press(key)


def focused_in(lab, selector):
    """Whether the focus is in a part of the page."""
    return lab.page.evaluate("selector => !!document.activeElement.closest(selector)", selector)


def test_from_the_level_to_a_proven_pipeline_without_a_mouse(lab, project):
    write_untracked(project)
    lab.open(project / "notebooks" / "churn.ipynb")
    lab.page.locator(".jp-Notebook:visible .jp-Cell").first.wait_for()
    # While its kernel starts, a notebook takes the focus back.
    expect(lab.page.locator("#jp-main-statusbar")).to_contain_text("Idle", timeout=60_000)
    keyboard = lab.page.keyboard

    # The level, and why.
    keyboard.press("Alt+Shift+M")
    sidebar = lab.page.locator("#jupyter-mlops-sidebar")
    expect(sidebar.locator(".jp-Mlops-level")).to_have_text("Level 0")
    assert focused_in(lab, "#jupyter-mlops-sidebar")
    press(lab, sidebar.get_by_role("button", name="Do you version data and models?"))
    tracked = sidebar.locator("[data-criterion='experiments-tracked']").first
    press(lab, tracked.get_by_role("button").first)
    expect(tracked).to_contain_text("no parameters or metrics are recorded")
    press(lab, sidebar.get_by_role("checkbox").first, "Space")
    expect(sidebar.get_by_test_id("what-if").last).to_contain_text("With 1 step done: Level 1")

    # The cheapest thing.
    press(lab, sidebar.locator(".jp-Mlops-steps").get_by_role("button", name="Lift ").first)
    lift = lab.page.locator(".jp-Mlops-lift:visible")
    expect(lift).to_contain_text("Nothing is changed yet", timeout=DONE)
    assert focused_in(lab, ".jp-Mlops-lift")
    press(lab, lift.get_by_role("button", name="Make these changes"))
    expect(lift.get_by_test_id("outcome")).to_contain_text("→ Level 1 ·", timeout=DONE)
    expect(sidebar.locator(".jp-Mlops-level")).to_have_text("Level 1", timeout=DONE)
    lab.screenshot("keyboard-level-risen")

    # The notebook, converted and run.
    press(lab, sidebar.get_by_role("button", name="Convert notebooks/churn.ipynb to a pipeline"))
    panel = lab.conversion()
    assert focused_in(lab, ".jp-Mlops-conversion")
    expect(panel.locator("[aria-live=polite]")).to_contain_text("Running cell", timeout=CONVERTED)
    expect(panel.locator("[role=status] h3")).to_have_text("Proven equal", timeout=CONVERTED)
    expect(panel.locator(".jp-Mlops-levels")).to_be_visible()
    press(lab, panel.get_by_role("button", name="Run", exact=True))
    expect(panel.get_by_test_id("run")).to_contain_text("The pipeline ran in", timeout=CONVERTED)
    # The graph is one stop; from there keys go through stages and hand-overs.
    reach(lab, panel.locator(".jp-Mlops-graph [data-item][tabindex='0']"))
    for _ in range(4):
        keyboard.press("ArrowRight")
        if lab.page.evaluate("() => document.activeElement.dataset.item") == "clean":
            break
    keyboard.press("Enter")
    expect(panel.locator(".jp-Mlops-stage[data-item=clean]")).to_have_attribute("aria-pressed", "true")
    expect(panel.locator(".jp-Mlops-stageDetails")).to_contain_text("needed by train")
    lab.screenshot("keyboard-converted")

    # And taken back.
    press(lab, panel.get_by_role("button", name="Undo", exact=True))
    dialog = lab.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Convert notebooks/churn.ipynb")
    press(lab, dialog.get_by_role("button", name="Take back"))
    expect(panel).to_contain_text("The notebook itself is never changed.")
    assert not (project / "pipelines" / "churn" / "dvc.yaml").exists()
