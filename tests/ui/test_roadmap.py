"""The roadmap in the main area."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"], ids=["light", "dark"])
def test_the_roadmap_is_drawn_and_given_away(lab, project, ask, theme, request):
    lab.open(project / "train.py")
    lab.use_theme(theme)
    sidebar = lab.open_sidebar()
    sidebar.get_by_label("Target").select_option("3")
    sidebar.get_by_role("button", name="Roadmap").click()
    panel = lab.page.locator(".jp-Mlops-roadmap:visible")
    timeline = panel.get_by_test_id("timeline")
    expect(timeline).to_be_visible()
    path = project.relative_to(project.parents[1]).as_posix()
    truth = ask(f"roadmap?path={path}&target=3&months=3")
    planned = [step for step in truth["steps"] if step["start"]]
    expect(timeline.locator("[data-step]")).to_have_count(len(planned))
    expect(panel.get_by_label("Level to reach")).to_have_value("3")

    row = timeline.locator("[data-step='ci']")
    row.get_by_role("button").first.click()
    expect(row).to_contain_text("To raise it:")
    lab.screenshot(f"roadmap-{theme.split()[-1].lower()}")
    with lab.page.expect_download() as given:
        panel.get_by_label("Export").select_option("ics")
    assert given.value.suggested_filename == "roadmap.ics"
    panel.get_by_label("Level to reach").select_option("2")
    expect(timeline.locator("[data-step='model-served']")).to_have_count(0)
    row.get_by_role("button", name="Lift ").click()
    expect(lab.page.locator(".jp-Mlops-lift:visible")).to_be_visible()
    lab.page.wait_for_timeout(1500)  # the layout is saved a second after it has changed
    lab.reload()
    lab.page.locator(".lm-TabBar-tab", has_text="Roadmap").click()
    expect(timeline.locator("[data-step]").first).to_be_visible()


@pytest.mark.parametrize("width", [1440, 900, 700])
def test_the_bars_are_in_sight_however_narrow_the_panel_is(lab, project, width):
    lab.open(project / "train.py")
    sidebar = lab.open_sidebar()
    sidebar.get_by_label("Target").select_option("3")
    sidebar.get_by_role("button", name="Roadmap").click()
    panel = lab.page.locator(".jp-Mlops-roadmap:visible")
    timeline = panel.get_by_test_id("timeline")
    expect(timeline).to_be_visible()
    lab.run("application:toggle-left-area")
    expect(lab.page.locator("#filebrowser")).to_be_hidden()
    lab.page.set_viewport_size({"width": width, "height": 900})
    seen = panel.bounding_box()
    for step in timeline.locator("[data-step]").all():
        track = step.locator(".jp-Mlops-timeline-track").bounding_box()
        bar = step.locator(".jp-Mlops-timeline-track > span").bounding_box()
        assert track["x"] - 1 <= bar["x"] < bar["x"] + bar["width"] <= track["x"] + track["width"] + 5
        assert seen["x"] <= track["x"] < track["x"] + track["width"] <= seen["x"] + seen["width"]
        assert track["width"] >= 150
        assert track["height"] >= 18
    lab.screenshot(f"roadmap-{width}")
