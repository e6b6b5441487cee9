"""Every view under the eyes of axe, in every theme of JupyterLab: nothing serious."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect
from projects import write_aged, write_untracked

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"

THEMES = ["JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast"]

#: What is wrong with a part of the page: of each rule that is broken seriously, its name and the elements. JupyterLab's body
#: has no height of its own and hides what is outside of it; axe takes all texts for invisible then, and judges no contrast.
CHECK = """async selector => {
  document.body.style.height = '100vh';
  const { passes, violations } = await axe.run(selector);
  if (![...passes, ...violations].some(({ id }) => id === 'color-contrast')) return [`no text was judged in ${selector}`];
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`));
}"""


@pytest.mark.skipif(not AXE.exists(), reason="axe comes with the packages of the front end")
@pytest.mark.parametrize("theme", THEMES, ids=THEMES)
def test_nothing_serious(lab, project, theme):
    lab.open(project / "train.py")
    lab.use_theme(theme)
    lab.page.evaluate(AXE.read_text(encoding="utf-8"))
    sidebar = lab.open_sidebar()

    def check(selector: str) -> None:
        assert lab.page.evaluate(CHECK, selector) == []

    for question in sidebar.locator(".jp-Mlops-question > button").all():
        question.click()
    sidebar.locator("[data-criterion='tests']").first.get_by_role("button").first.click()
    sidebar.get_by_role("checkbox").first.check()
    expect(sidebar.get_by_test_id("what-if").last).to_contain_text("With 1 step done")
    check("#jupyter-mlops-sidebar")

    sidebar.locator("[data-criterion='tests']").first.get_by_role("button", name="Waive, attest").click()
    dialog = lab.page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("they follow with the move to modules")
    dialog.get_by_label("Who answers for it").fill("@ada")
    expect(dialog.get_by_test_id("changes")).to_be_visible()
    check(".jp-Dialog")
    dialog.get_by_role("button", name="Cancel").click()

    sidebar.get_by_role("button", name="Roadmap").click()
    expect(lab.page.locator(".jp-Mlops-roadmap:visible").get_by_test_id("timeline")).to_be_visible()
    check(".jp-Mlops-roadmap")

    write_untracked(project)
    lab.run("jupyter-mlops:lift", lift="mlflow-tracking")
    panel = lab.page.locator(".jp-Mlops-lift:visible")
    panel.get_by_role("button", name="Choices").click(timeout=60_000)
    check(".jp-Mlops-lift")

    aged = project / "notebooks" / "aged.ipynb"
    write_aged(aged)
    lab.run("jupyter-mlops:lift", lift="clean-notebook", path=aged.relative_to(lab.root).as_posix())
    panel = lab.page.locator(".jp-Mlops-lift:visible")
    expect(panel.get_by_role("textbox", name="After")).to_have_count(3, timeout=60_000)
    lab.page.set_viewport_size({"width": 1440, "height": 2400})
    check(".jp-Mlops-lift:not(.lm-mod-hidden *)")
    aged.unlink()

    lab.run("jupyter-mlops:edit-plan", path=(project / "notebooks/churn.ipynb").relative_to(lab.root).as_posix())
    expect(lab.page.locator(".jp-Mlops-conversion:visible .jp-Mlops-stage").first).to_be_visible(timeout=60_000)
    # All of it is in sight: axe gives up on the contrast of all texts where one in the graph is below the fold.
    lab.page.set_viewport_size({"width": 1440, "height": 2400})
    check(".jp-Mlops-conversion")
