"""The sidebar, as a person sees it."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from playwright.sync_api import expect
from projects import write_churn, write_untracked


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


def test_it_follows_what_is_unsaved_and_what_git_does(lab, project):
    notebook = project / "notebooks" / "churn.ipynb"
    before = notebook.read_bytes()
    lab.open(notebook)
    sidebar = lab.open_sidebar()
    listed = sidebar.locator("[data-notebook='notebooks/churn.ipynb']")
    cell = lab.page.locator(".jp-Notebook:visible .jp-CodeCell .cm-content").first
    cell.click()
    lab.page.keyboard.type("share = = 1\n")
    listed.get_by_role("button", name="remark").click()
    expect(listed).to_contain_text("It is not valid Python 3")
    lab.page.keyboard.press("Escape")
    assert notebook.read_bytes() == before
    lab.screenshot("sidebar-unsaved")

    sidebar.get_by_role("button", name="Do you version data and models?").click()
    state = sidebar.locator("[data-criterion='experiments-tracked'] .jp-Mlops-state").first
    expect(state).not_to_have_attribute("aria-label", "not met")
    write_untracked(project)  # and commits it, as in a terminal
    expect(state).to_have_attribute("aria-label", "not met")
    assert notebook.read_bytes() == before


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
    expect(sidebar.get_by_label("Your own answer").first).to_be_focused()
    lab.page.keyboard.press("Tab")
    lab.page.keyboard.press("Space")
    expect(sidebar.locator(".jp-Mlops-criterion").first).to_have_attribute("data-open", "true")
    lab.page.wait_for_timeout(1500)  # the layout is saved a second after it has changed
    lab.reload()
    expect(sidebar.locator(".jp-Mlops-level")).to_be_visible()
    lab.page.keyboard.press("Alt+Shift+M")
    expect(sidebar).to_be_hidden()
    lab.page.keyboard.press("Alt+Shift+M")
    expect(sidebar).to_be_focused()
    lab.page.keyboard.press("Alt+Shift+M")
    expect(sidebar).to_be_hidden()
    expect(lab.page.locator(".jp-NotebookPanel:visible *:focus")).to_have_count(1)


def test_what_would_be_if_steps_were_done(lab, project):
    lab.open(project / "notebooks" / "churn.ipynb")
    sidebar = lab.open_sidebar()
    answer = sidebar.get_by_test_id("what-if").last
    steps = sidebar.locator(".jp-Mlops-steps").first.locator("li")
    expect(steps.first).to_be_visible()
    before = steps.count()
    for step in steps.all():
        step.get_by_role("checkbox").check()
    expect(answer).to_contain_text("done: Level 2 ·")
    expect(sidebar.locator(".jp-Mlops-track [data-would=true]")).to_have_count(1)

    sidebar.get_by_label("Target").select_option("3")
    expect(sidebar).to_contain_text("Next steps to Level 3")
    expect(sidebar).to_contain_text("Then to Level 3")
    expect(sidebar).to_contain_text("hours of work from here to Level 3.")
    assert sidebar.locator(".jp-Mlops-steps li").count() > before
    lab.set_sidebar_width(340)
    lab.screenshot("sidebar-what-if")
    answer.get_by_role("button", name="Clear").click()
    expect(answer).to_have_text("")
    expect(steps.first.get_by_role("checkbox")).not_to_be_checked()
    sidebar.get_by_role("button", name="Is every pipeline automated").click()
    criterion = sidebar.locator("[data-criterion='pipeline-automated']").first
    criterion.get_by_role("button").first.click()
    criterion.get_by_label("What if it were met?").check()
    expect(answer).to_contain_text("With 1 step done: Level 1")
    lab.page.wait_for_timeout(1500)  # the state is saved a moment after it has changed
    lab.reload()
    expect(sidebar.get_by_label("Target")).to_have_value("3")


def test_a_level_is_celebrated_and_recorded(lab, project):
    lab.open(project / "notebooks" / "churn.ipynb")
    sidebar = lab.open_sidebar()
    party = sidebar.get_by_test_id("celebration")
    expect(party).to_contain_text("Level 1 reached")
    expect(party).to_contain_text("Level 0 → Level 1")
    assert party.locator(".jp-Mlops-confetti").is_visible()
    lab.screenshot("sidebar-celebration")
    lab.page.emulate_media(reduced_motion="reduce")
    expect(party.locator(".jp-Mlops-confetti")).to_be_hidden()
    party.get_by_role("button", name="Record it").click()
    expect(party).to_have_count(0)
    expect(sidebar).to_contain_text("Certificate: .mlops/certificates/level-1.md")
    assert (project / ".mlops" / "history.jsonl").exists()
    sidebar.get_by_role("button", name="Progress").scroll_into_view_if_needed()
    lab.screenshot("sidebar-progress")


def test_the_menu_gives_the_scorecard_away(lab, project):
    lab.open(project / "notebooks" / "churn.ipynb")
    sidebar = lab.open_sidebar()
    more = sidebar.get_by_role("button", name="More")
    keyboard = lab.page.keyboard
    more.focus()
    keyboard.press("Enter")
    menu = lab.page.locator(".lm-Menu")
    expect(menu).to_contain_text("Take Back the Last Change…")
    expect(menu.locator(".lm-mod-active")).to_have_text("Score the Project Again")
    lab.screenshot("sidebar-menu")
    keyboard.press("Escape")
    expect(menu).to_have_count(0)
    expect(more).to_be_focused()
    keyboard.press("Enter")
    keyboard.press("ArrowDown")
    expect(menu.locator(".lm-mod-active")).to_contain_text("Download the Scorecard")
    keyboard.press("Enter")
    dialog = lab.page.get_by_role("dialog")
    dialog.get_by_role("combobox").select_option("Text for a pull request (Markdown)")
    with lab.page.expect_download() as given:
        dialog.get_by_role("button", name="Download").click()
    assert given.value.suggested_filename == "scorecard.md"
    text = given.value.path().read_text()
    assert text.startswith("# MLOps maturity")
    assert sidebar.locator(".jp-Mlops-level").inner_text() in text


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
    # JupyterLab itself keeps its sidebars at 250 pixels, unless a theme has it otherwise.
    lab.page.add_style_tag(content=".jp-Mlops-sidebar-content { max-width: 200px; }")
    content = sidebar.locator(".jp-Mlops-sidebar-content")
    assert content.bounding_box()["width"] == 200
    assert content.evaluate("node => node.scrollWidth <= node.clientWidth")
    lab.screenshot("sidebar-narrow")


def test_a_gap_is_waived_and_the_waiver_withdrawn(lab, project):
    (project / ".mlops").mkdir()
    (project / ".mlops" / "waivers.toml").write_text("# ours\n")
    lab.open(project / "notebooks" / "churn.ipynb")
    sidebar = lab.open_sidebar()
    sidebar.get_by_role("button", name="Is every pipeline automated").click()
    own = sidebar.get_by_label("Your own answer")
    own.select_option("yes")
    expect(sidebar).to_contain_text("The files say: partly")
    assert 'pipelines = "yes"' in (project / ".mlops" / "self-assessment.toml").read_text()

    criterion = sidebar.locator("[data-criterion='tests']").first
    criterion.get_by_role("button").first.click()
    criterion.get_by_role("button", name="Waive, attest or exempt").click()
    dialog = lab.page.get_by_role("dialog")
    write = dialog.get_by_role("button", name="Write it")
    expect(write).to_be_disabled()
    dialog.get_by_label("Attest it").check()
    dialog.get_by_label("Evidence: a link").fill("https://example.com/minutes of the review in May")
    dialog.get_by_label("Who answers for it").fill("@ada")
    expect(dialog.locator("tr[data-line=added]", has_text="attest")).to_be_visible()
    dialog.get_by_label("Evidence: a link").fill("")
    dialog.get_by_label("Waive it").check()
    dialog.get_by_label("Reason").fill("later")
    dialog.get_by_label("Who answers for it").fill("@ada")
    lab.expect_refusal("422")
    expect(dialog.get_by_role("alert")).to_contain_text("too short")
    dialog.get_by_label("Reason").fill("they follow with the move to modules")
    expect(dialog.locator("tr[data-line=added]", has_text='owner = "@ada"')).to_be_visible()
    expect(dialog).to_contain_text("The project stays at Level 1")
    lab.screenshot("decision-waiver")
    write.click()
    expect(dialog).to_have_count(0)
    expect(criterion.locator(".jp-Mlops-state").first).to_have_attribute("aria-label", "waived")
    expect(criterion).to_contain_text("Waived by @ada until")
    assert (project / ".mlops" / "waivers.toml").read_text().startswith("# ours\n")

    lab.use_theme("JupyterLab Dark")
    criterion.get_by_role("button", name="Withdraw the decision").click()
    expect(dialog.locator("tr[data-line=removed]", has_text='owner = "@ada"')).to_be_visible()
    lab.screenshot("decision-withdraw-dark")
    dialog.get_by_role("button", name="Withdraw it").click()
    expect(criterion.locator(".jp-Mlops-state").first).to_have_attribute("aria-label", "not met")


def test_one_of_several_units_is_picked(lab, project, server):
    folder = project.parent
    second = folder / "second"
    write_churn(second)
    for each in (project, second):
        shutil.rmtree(each / ".git")
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    lab.open(second / "notebooks" / "churn.ipynb")
    lab.page.locator("li[data-id='jupyter-mlops-sidebar']").click()
    sidebar = lab.page.locator("#jupyter-mlops-sidebar")
    picker = sidebar.get_by_label("Project that is scored")
    expect(picker).to_have_value("second")
    sidebar.get_by_role("button", name="Lift ").first.click()
    expect(lab.page.locator(".jp-Mlops-lift:visible")).to_contain_text("Nothing", timeout=60_000)
    picker.select_option("churn")
    expect(sidebar.locator("[data-notebook^='churn/']")).to_have_count(1)
    lab.set_sidebar_width(200)
    lab.screenshot("sidebar-units")


def test_a_tutorial_is_begun_from_the_sidebar_which_follows_it(lab, project):
    lab.open(project)
    expect(lab.page.locator(".jp-LauncherCard", has_text="MLOps tutorials")).to_be_visible()
    sidebar = lab.open_sidebar()
    sidebar.get_by_role("button", name="Tutorials (0 of ").click()
    sidebar.get_by_role("button", name="Open the tutorial Where are you?").scroll_into_view_if_needed()
    lab.screenshot("sidebar-tutorials")
    sidebar.get_by_role("button", name="Open the tutorial Where are you?").click()
    expect(lab.page.locator(".jp-NotebookPanel:visible .jp-Cell").first).to_be_visible()
    sandbox = lab.root / "mlops-tutorials" / "0-where-are-you" / "project"
    expect(sidebar.locator(".jp-Mlops-unit")).to_have_text("project")

    # One exercise done, the other skipped; nothing is saved.
    (sandbox / "requirements.txt").write_text("joblib\npandas\nscikit-learn\n", encoding="utf-8")
    expect(lab.page.get_by_role("button", name="Python 3 (ipykernel) | Idle")).to_be_visible()
    lab.run("notebook:run-all-cells")
    expect(sidebar.locator(".jp-Mlops-tutorials")).to_contain_text("1 of 2 checks passed", timeout=60_000)
    lab.screenshot("sidebar-tutorial-followed")


def test_the_code_of_a_view_is_loaded_when_it_is_opened(lab, project):
    def scripts() -> set[str]:
        names = lab.page.evaluate("() => performance.getEntriesByType('resource').map(({ name }) => name)")
        return {name for name in names if "/jupyter-mlops/static/" in name}

    lab.open(project / "train.py")
    start = scripts()
    assert 0 < len(start) <= 4
    lab.open_sidebar()
    sidebar = scripts()
    assert sidebar > start
    lab.run("jupyter-mlops:lift", lift="mlflow-tracking")
    expect(lab.page.locator(".jp-Mlops-lift:visible")).to_be_visible()
    assert scripts() > sidebar
