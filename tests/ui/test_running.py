"""A pipeline that is run from its panel: its stages turn, and what fails is led to. And what the settings say of both."""

from __future__ import annotations

import json

from playwright.sync_api import expect

#: Milliseconds: stages start kernels, also where other work is under way.
RUN = 120_000

#: Every state that a stage has been in, in order, by its name.
_WATCH = """() => {
  window.states = {};
  const note = () => document.querySelectorAll('.jp-Mlops-stage[data-run]').forEach(({ dataset }) => {
    const seen = (window.states[dataset.item] ??= []);
    if (seen[seen.length - 1] !== dataset.run) { seen.push(dataset.run); }
  });
  new MutationObserver(note).observe(document.body, { subtree: true, childList: true, attributes: true });
}"""


def choose(server, plugin, **settings):
    """What a person has chosen in JupyterLab's settings."""
    file = server.settings / "jupyter-mlops" / f"{plugin}.jupyterlab-settings"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(settings), encoding="utf-8")


def test_stages_turn_from_waiting_to_running_to_done_or_failed(lab, project, server):
    choose(server, "conversion", run=False, saveBeforeConverting="always")
    notebook = project / "notebooks" / "churn.ipynb"
    lab.open(notebook.parent)
    lab.run("jupyter-mlops:convert", path=notebook.relative_to(lab.root).as_posix())
    panel = lab.conversion()
    expect(panel.locator("[role=status] h3").first).to_have_text("Converted without proof", timeout=RUN)
    pipeline = project / "pipelines" / "churn"
    assert json.loads((pipeline / "conversion.json").read_text())["verification"]["verdict"] == "not-run"
    lab.screenshot("conversion-not-run")

    lab.page.evaluate(_WATCH)
    panel.get_by_role("button", name="Run", exact=True).click()
    run = panel.get_by_test_id("run")
    expect(panel.locator("[data-run=running]").first).to_be_visible(timeout=RUN)
    lab.screenshot("conversion-stages-running")
    expect(run).to_contain_text("The pipeline ran in", timeout=RUN)
    states = lab.page.evaluate("() => window.states")
    for stage in ("load", "clean", "train", "evaluate"):
        assert states[stage] == ["queued", "running", "run"], states

    # Broken by hand: the stage and those before it are told apart, and the cell is led to.
    broken = pipeline / "stages" / "train.ipynb"
    document = json.loads(broken.read_text("utf-8"))
    codes = [cell for cell in document["cells"] if cell["cell_type"] == "code"]
    cell = next(cell for cell in codes if "source_cell" in cell["metadata"].get("jupyter_mlops", {}))
    cell["source"] = "raise ValueError('<img src=x onerror=\"window.hacked = 1\">')"
    broken.write_text(json.dumps(document), encoding="utf-8")
    panel.get_by_role("button", name="Run", exact=True).click()
    expect(panel.locator("[data-item=train]")).to_have_attribute("data-run", "failed", timeout=RUN)
    expect(panel.locator("[data-item=train]")).to_contain_text("failed")
    expect(panel.locator("[data-item=load]")).to_contain_text("unchanged")
    expect(run).to_contain_text("The run stopped.")
    expect(run).to_contain_text("<img src=x onerror=")
    assert lab.page.evaluate("() => window.hacked") is None
    lab.screenshot("conversion-stage-failed")
    run.get_by_role("button", name="cell 8").click()
    expect(lab.page.locator(".jp-NotebookPanel:visible .jp-Cell.jp-mod-active")).to_contain_text("threshold")


def test_settings_of_the_sidebar(lab, project, server):
    choose(server, "sidebar", celebrate=False, rescoreOnSave=False)
    lab.open(project / "train.py")
    sidebar = lab.open_sidebar()
    expect(sidebar.locator(".jp-Mlops-level")).to_have_text("Level 1")
    expect(sidebar.get_by_test_id("celebration")).to_have_count(0)
    asked = []
    lab.page.on("request", lambda request: asked.append(request) if "/jupyter-mlops/assess" in request.url else None)
    lab.page.locator(".jp-FileEditor .cm-content").click()
    lab.page.keyboard.press("Control+A")
    lab.page.keyboard.type("print('nothing is tracked')")
    lab.page.keyboard.press("Control+S")
    expect(lab.page.locator(".lm-TabBar-tab.jp-mod-dirty")).to_have_count(0)
    lab.page.wait_for_timeout(3000)  # more than it waits for the next key
    assert asked == []
    sidebar.get_by_role("button", name="Score again").click()
    expect(sidebar.locator(".jp-Mlops-level")).to_have_text("Level 0")
