"""The pages that are one file: the roadmap, the scorecard over time, the portfolio. Read in both themes, on a desk and on a telephone."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from projects import write_churn

from jupyter_mlops.assessment.history_page import history_page
from jupyter_mlops.assessment.portfolio.api import assess_all
from jupyter_mlops.assessment.portfolio.reports import report_named
from jupyter_mlops.roadmap.api import make_roadmap
from jupyter_mlops.roadmap.exports import export_named

ARTIFACTS = Path(__file__).parent / "artifacts"
MERMAID = Path(__file__).parents[2] / "node_modules/mermaid/dist/mermaid.min.js"
DAY = "2026-11-23"
SETTINGS = """
target = 3
[calendar]
days_off = ["2026-12-24/2027-01-01"]
[roles.data-scientist]
owner = "@ada"
[[step]]
criterion = "tests"
start = 2026-12-07
due = 2026-12-18
agreed = true
[[step]]
criterion = "model-served"
start = 2026-11-24
due = 2026-11-24
agreed = true
"""

#: Texts whose contrast with what is behind them is below 4.5 to 1.
FAINT = """() => {
  const parse = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const over = (top, below) => {
    const a = top[3] === undefined ? 1 : top[3];
    return [0, 1, 2].map(i => top[i] * a + below[i] * (1 - a));
  };
  const behind = element => {
    const chain = [];
    for (let at = element; at; at = at.parentElement) chain.push(parse(getComputedStyle(at).backgroundColor));
    const dark = matchMedia('(prefers-color-scheme: dark)').matches;
    return chain.reverse().reduce((below, top) => over(top, below), dark ? [18, 18, 18] : [255, 255, 255]);
  };
  const light = colour => {
    const [r, g, b] = colour.map(v => v / 255).map(v => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest('style, title')) continue;
    const style = getComputedStyle(element);
    const back = behind(element);
    const front = over(parse(element.closest('svg') ? style.fill : style.color), back);
    const [a, b] = [light(front), light(back)].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) found.push(`${node.data.trim()} ${front} on ${back}`);
  }
  return found;
}"""


def row(day: str, level: int, score: int) -> dict:
    units = [{"path": ".", "level": level, "progress": 0, "score": score, "rungs": {"tests": f"E{level}"}}]
    return {
        "date": day,
        "commit": "ab" * 20,
        "ruleset": "1.0.0",
        "level": level,
        "progress": 0,
        "score": score,
        "units": units,
    }


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the pages, and the roadmap as Markdown."""
    folder = tmp_path_factory.mktemp("pages")
    write_churn(folder / "churn")
    (folder / "churn/.mlops").mkdir(exist_ok=True)
    (folder / "churn/.mlops/roadmap.toml").write_text(SETTINGS, encoding="utf-8")
    rows = [row("2026-03-02", 0, 8), row("2026-05-04", 1, 31), row("2026-09-07", 0, 20), row(DAY, 2, 55)]
    (folder / "churn/.mlops/history.jsonl").write_text(
        "".join(f"{json.dumps(one)}\n" for one in rows), encoding="utf-8"
    )
    roadmap = make_roadmap(folder / "churn", date=DAY)
    texts = {
        "roadmap.html": export_named("html").render(roadmap, False),
        "roadmap.md": export_named("markdown").render(roadmap, False),
        "history.html": history_page(rows),
        "portfolio.html": report_named("html").render(
            assess_all([folder / "churn", folder, folder / "nowhere"], date=DAY), False
        ),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["roadmap", "history", "portfolio"])
def test_a_page_reads_in_both_themes_and_fits_a_telephone(pages: Path, browser: Browser, name: str, theme: str) -> None:
    page = browser.new_page(color_scheme=theme, viewport={"width": 1280, "height": 900})
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto((pages / f"{name}.html").as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate(FAINT) == []
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{width} px"
        ARTIFACTS.mkdir(exist_ok=True)
        page.screenshot(path=ARTIFACTS / f"page-{name}-{theme}-{width}.png", full_page=True)
    assert len(asked) == 1
    assert wrong == []
    page.close()


def test_the_bars_of_the_time_line_lie_in_their_weeks(pages: Path, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto((pages / "roadmap.html").as_uri())
    boxes = page.evaluate(
        """() => [...document.querySelectorAll('td.lane')].map(lane => {
          const [a, b] = [lane, lane.querySelector('.bar')].map(each => each.getBoundingClientRect());
          return [a.left, b.left, b.right, a.right, b.height];
        })"""
    )
    assert len(boxes) > 5
    for left, start, end, right, height in boxes:
        assert left - 1 <= start < end <= right + 1
        assert height > 10
    starts = [start for _, start, *_ in boxes]
    assert len(set(starts)) > 3
    assert page.locator(".bar.late").count() >= 1
    assert page.locator("td.lane .bar.agreed").count() >= 1
    page.close()


def test_the_keyboard_leads_from_the_time_line_to_a_step(pages: Path, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 600})
    page.goto((pages / "roadmap.html").as_uri())
    for _ in range(2):  # the region that scrolls, then the first step
        page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert re.search(r"#step-\d+$", page.url)
    assert page.evaluate("document.querySelector(':target').getBoundingClientRect().top < window.innerHeight")
    page.close()


@pytest.mark.skipif(not MERMAID.exists(), reason="mermaid comes with the packages of the front end")
def test_the_chart_in_markdown_is_drawn(pages: Path, browser: Browser) -> None:
    chart = re.search(r"```mermaid\n(.*?)```", (pages / "roadmap.md").read_text(encoding="utf-8"), re.DOTALL)
    assert chart
    page = browser.new_page()
    page.set_content('<pre id="chart"></pre>')
    page.add_script_tag(path=MERMAID)
    bars = drawn(page, chart[1])
    assert bars == chart[1].count(" :")
    page.close()


def drawn(page: Page, chart: str) -> int:
    """Draws a chart; how many bars and milestones it has."""
    return page.evaluate(
        """async chart => {
          mermaid.initialize({ startOnLoad: false });
          document.getElementById('chart').innerHTML = (await mermaid.render('drawn', chart)).svg;
          return document.querySelectorAll('#chart rect.task').length;
        }""",
        chart,
    )
