"""The scorecard widget in a notebook in JupyterLab."""

from __future__ import annotations

import nbformat
from playwright.sync_api import expect

QUESTION = "details[data-key='versioning']"
TRACKED = "details[data-key='versioning/experiments-tracked']"


def write_notebook(path, *sources):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)


def test_the_card_lives_is_used_by_keyboard_and_rests_while_nobody_looks(lab, project):
    notebook = project.parent / "card.ipynb"
    write_notebook(
        notebook, "from jupyter_mlops import Scorecard, check\n\nScorecard('churn')", "check('dvc', 'churn')"
    )
    looks = []
    lab.page.on("websocket", lambda socket: socket.on("framesent", lambda frame: heed(looks, frame)))
    lab.open(notebook)
    lab.page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    expect(lab.page.get_by_role("button", name="Python 3 (ipykernel) | Idle")).to_be_visible()
    lab.run("notebook:run-all-cells")

    card = lab.page.get_by_role("region", name="MLOps scorecard")
    expect(card).to_be_visible()
    expect(lab.page.locator(".mlops-card:visible")).to_have_count(1)  # the static one has made room
    expect(card.locator(".mlops-level")).to_contain_text("Level ")
    expect(card.get_by_role("list", name="Maturity levels").get_by_role("listitem")).to_have_count(5)
    expect(card.locator("[aria-current=step]")).to_have_count(1)
    expect(lab.page.get_by_role("group", name="Check dvc")).to_be_visible()

    # By keyboard: a question, and a criterion in it, with its evidence.
    card.locator(f"{QUESTION} > summary").focus()
    lab.page.keyboard.press("Enter")
    tracked = card.locator(TRACKED)
    expect(tracked).to_be_visible()
    tracked.locator("> summary").focus()
    lab.page.keyboard.press("Enter")
    expect(tracked).to_contain_text("train.py:")
    lab.screenshot("widget-light")

    # A file changes: the card follows, what was opened stays open, and the focus stays where it was.
    train = project / "train.py"
    train.write_text("print('nothing is tracked')\n", encoding="utf-8")
    expect(tracked.locator("> summary")).to_contain_text("not met")
    expect(tracked).not_to_contain_text("train.py:13")
    expect(card.get_by_role("status")).to_contain_text("Updated")
    assert tracked.evaluate("details => details.open && details.querySelector('summary') === document.activeElement")

    lab.use_theme("JupyterLab Dark")
    lab.screenshot("widget-dark")

    # Out of sight, the kernel is left alone; back again, it is asked at once.
    lab.run("launcher:create")
    expect(card).to_be_hidden()
    lab.page.wait_for_timeout(1000)  # one that was on its way
    before = len(looks)
    assert before
    lab.page.wait_for_timeout(7000)  # more than two rounds
    assert len(looks) == before
    lab.page.get_by_role("tab", name="card.ipynb").click()
    expect(card).to_be_visible()
    card.get_by_role("button", name="Check again").click()
    expect(card.get_by_role("button", name="Check again")).not_to_have_attribute("aria-busy", "true")
    assert len(looks) > before


def heed(looks, frame):
    data = frame if isinstance(frame, bytes) else frame.encode()
    if b'"kind":"look"' in data.replace(b'": "', b'":"'):
        looks.append(data)
