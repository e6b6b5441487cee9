"""Another language: every text that the front end shows is one that a language pack can give."""

from __future__ import annotations

import json
import re

import pytest
from language_pack import choose_language
from playwright.sync_api import expect

#: What is shown to eyes and ears in a part of the page.
_TEXTS = """root => {
  const texts = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    texts.push(walker.currentNode.textContent);
  }
  for (const element of [root, ...root.querySelectorAll('*')]) {
    for (const name of ['title', 'aria-label', 'placeholder', 'alt']) {
      texts.push(element.getAttribute(name) ?? '');
    }
  }
  return texts.map(text => text.trim()).filter(Boolean);
}"""


#: What is no word of ours: figures, days as the browser writes them, and JupyterLab's own name of a panel.
OTHERS = re.compile(r"[^A-Za-z]*|\d+ [A-Z][a-z]{2,3}|main area content")


@pytest.fixture
def answers(lab):
    """What the server part answered to the page."""
    heard = []

    def hear(response) -> None:
        if "/jupyter-mlops/" in response.url and "/static/" not in response.url:
            heard.append(response)

    lab.page.on("response", hear)
    return heard


def test_every_text_comes_from_the_language_pack(lab, project, server, answers):
    choose_language(server.settings)
    notebook = project / "notebooks" / "churn.ipynb"
    lab.open(notebook)
    lab.page.locator("li[data-id='jupyter-mlops-sidebar']").click()
    sidebar = lab.page.locator("#jupyter-mlops-sidebar")
    expect(sidebar.locator(".jp-Mlops-levelName")).to_have_text("⟦Versioned code and basic tracking⟧")
    for question in sidebar.locator(".jp-Mlops-question > button").all():
        question.click()
    tests = sidebar.locator("[data-criterion='tests']").first
    tests.get_by_role("button").first.click()
    sidebar.get_by_role("checkbox").first.check()
    expect(sidebar.get_by_test_id("what-if").last).to_contain_text("⟦With 1 step done")

    def check(part, *theirs) -> None:
        truth = json.dumps([*theirs, *(answer.json() for answer in answers)], ensure_ascii=False)
        own = [text for text in part.evaluate(_TEXTS) if "⟦" not in text and not OTHERS.fullmatch(text)]
        assert [text for text in own if json.dumps(text, ensure_ascii=False)[1:-1] not in truth] == []

    check(sidebar)
    sidebar.get_by_role("button", name="⟦More⟧").click()
    check(lab.page.locator(".lm-Menu"), "Settings Editor")  # is JupyterLab's own command
    lab.page.keyboard.press("Escape")

    tests.get_by_role("button", name="⟦Waive, attest or exempt").click()
    dialog = lab.page.get_by_role("dialog")
    expect(dialog.get_by_label("⟦Reason⟧")).to_be_visible()
    check(dialog.locator(".jp-Mlops-decide"))
    lab.screenshot("language-pack")
    lab.page.keyboard.press("Escape")

    sidebar.get_by_role("button", name="⟦Roadmap⟧").click()
    roadmap = lab.page.locator(".jp-Mlops-roadmap:visible")
    expect(roadmap.get_by_test_id("timeline")).to_be_visible()
    check(roadmap)

    lab.run("jupyter-mlops:lift", lift="mlflow-tracking")
    lift = lab.page.locator(".jp-Mlops-lift:visible")
    expect(lift.get_by_role("button", name="⟦Choices⟧")).to_be_visible(timeout=90_000)
    check(lift)

    path = notebook.relative_to(lab.root).as_posix()
    lab.run("jupyter-mlops:edit-plan", path=path)
    plan = lab.conversion()
    expect(plan.locator(".jp-Mlops-stage").first).to_be_visible(timeout=90_000)
    check(plan, path, "Papermill", "Ploomber")
