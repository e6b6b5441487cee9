"""The sidebar, as a person sees it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect


def test_level_and_questions_are_the_servers(lab, project, ask):
    lab.open(project / "notebooks" / "churn.ipynb")
    sidebar = lab.open_sidebar()
    path = project.relative_to(project.parents[1]).as_posix()
    truth = ask(f"assess?path={path}&max_age=3600")
    unit = truth["units"][0]
    expect(sidebar.locator(".jp-Mlops-unit")).to_have_text("churn")
    expect(sidebar.locator(".jp-Mlops-level")).to_have_text(f"Level {truth['level']}")
    expect(sidebar.locator(".jp-Mlops-progressText")).to_contain_text(
        f"{truth['progress']} % to Level {truth['level'] + 1} · {len(unit['blockers'])} blocker"
    )
    questions = sidebar.locator(".jp-Mlops-question")
    expect(questions).to_have_count(5)
    for row, question in zip(questions.all(), truth["checklist"], strict=True):
        expect(row).to_contain_text(question["question"])
        expect(row.locator(".jp-Mlops-badge")).to_have_text(question["state"].capitalize())
    expect(sidebar.locator("[data-notebook='notebooks/churn.ipynb']")).to_be_visible()
    lab.screenshot("sidebar-light")


def test_evidence_opens_the_file_at_the_line(lab, project):
    lab.open(project / "notebooks" / "churn.ipynb")
    sidebar = lab.open_sidebar()
    sidebar.get_by_role("button", name="Do you version data and models?").click()
    tracked = sidebar.locator("[data-criterion='experiments-tracked']").first
    tracked.get_by_role("button").first.click()
    link = tracked.get_by_role("button", name="train.py, line").first
    line = int(link.inner_text().rsplit(" ", 1)[1])
    lab.set_sidebar_width(380)
    lab.screenshot("sidebar-evidence")
    link.click()
    editor = lab.page.locator(".jp-FileEditor:visible")
    expect(editor).to_be_visible()
    expect(lab.page.locator(".jp-StatusBar-Widget")).to_contain_text(f"Ln {line},")
    assert "mlflow" in editor.locator(".cm-line").nth(line - 1).inner_text()
    lab.screenshot("evidence-opened")


def test_a_save_scores_the_project_again(lab, project):
    lab.open(project / "train.py")
    lab.page.locator(".jp-FileEditor .cm-content").wait_for()
    sidebar = lab.open_sidebar()
    sidebar.get_by_role("button", name="Do you version data and models?").click()
    tracked = sidebar.locator("[data-criterion='experiments-tracked']").first
    before = tracked.locator(".jp-Mlops-state").get_attribute("aria-label")
    assert before != "not met"
    lab.page.locator(".jp-FileEditor .cm-content").click()
    lab.page.keyboard.press("Control+A")
    lab.page.keyboard.type("print('nothing is tracked')")
    lab.page.keyboard.press("Control+S")
    expect(tracked.locator(".jp-Mlops-state")).to_have_attribute("aria-label", "not met")


def test_shortcut_keyboard_and_restored_layout(lab, project):
    lab.open(project / "notebooks" / "churn.ipynb")
    lab.page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    lab.page.keyboard.press("Alt+Shift+M")
    sidebar = lab.page.locator("#jupyter-mlops-sidebar")
    question = sidebar.get_by_role("button", name="Do you version data and models?")
    expect(question).to_have_attribute("aria-expanded", "false")
    question.focus()
    lab.page.keyboard.press("Enter")
    expect(question).to_have_attribute("aria-expanded", "true")
    lab.page.keyboard.press("Tab")
    lab.page.keyboard.press("Space")
    expect(sidebar.locator(".jp-Mlops-criterion").first).to_have_attribute("data-open", "true")
    lab.page.wait_for_timeout(1500)  # the layout is saved a second after it has changed
    lab.reload()
    expect(sidebar.locator(".jp-Mlops-level")).to_be_visible()
    lab.page.keyboard.press("Alt+Shift+M")
    expect(sidebar).to_be_hidden()


def test_an_empty_folder(lab, server):
    folder = server.root / "empty"
    folder.mkdir()
    lab.open(folder)
    sidebar = lab.open_sidebar("empty")
    expect(sidebar.locator(".jp-Mlops-level")).to_have_text("Level 0")
    expect(sidebar).to_contain_text("There are no notebooks in this project yet.")
    lab.screenshot("sidebar-empty")


@pytest.mark.parametrize(
    ("theme", "name"),
    [("JupyterLab Dark", "dark"), ("JupyterLab Dark High Contrast", "high-contrast")],
)
def test_themes(lab, project, theme, name):
    lab.open(project / "notebooks" / "churn.ipynb")
    lab.use_theme(theme)
    sidebar = lab.open_sidebar()
    sidebar.get_by_role("button", name="Do you version data and models?").click()
    sidebar.locator("[data-criterion='data-versioned']").first.get_by_role("button").first.click()
    lab.set_sidebar_width(360)
    lab.screenshot(f"sidebar-{name}")


def test_a_narrow_sidebar_scrolls_one_way_only(lab, project):
    lab.open(project / "notebooks" / "churn.ipynb")
    sidebar = lab.open_sidebar()
    sidebar.get_by_role("button", name="Do you version data and models?").click()
    lab.set_sidebar_width(200)
    content = sidebar.locator(".jp-Mlops-sidebar-content")
    assert content.evaluate("node => node.scrollWidth <= node.clientWidth")
    lab.screenshot("sidebar-narrow")
