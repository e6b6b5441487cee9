"""The pictures of the README and the documentation, taken of the real JupyterLab on the demo project.

`make screenshots` runs this; it is no test, since its name does not say so.
"""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from jupyter_mlops.demo.sample import NOTEBOOK, lay

IMAGES = Path(__file__).parents[2] / "docs" / "images"
#: Bytes that a picture may take in the repository.
_LARGEST = 150_000
#: Milliseconds: a conversion runs the notebook and its pipeline for real.
_CONVERTED = 240_000


@pytest.fixture
def notebook(server) -> Path:
    """The demo's notebook, in a project of its own."""
    folder = server.root / "biopsies"
    shutil.rmtree(folder, ignore_errors=True)
    lay(folder)
    return folder / NOTEBOOK


def open_notebook(lab, notebook: Path) -> None:
    """Open it, with all the room for it that there is."""
    lab.page.set_viewport_size({"width": 1280, "height": 800})
    lab.open(notebook)
    lab.page.locator(".jp-Notebook:visible .jp-Cell").first.wait_for()
    lab.run("application:toggle-left-area")
    expect(lab.page.locator("#filebrowser")).to_be_hidden()


def take(lab, name: str) -> None:
    """Keep the page as a small picture: few colours are enough for an interface."""
    lab.page.mouse.move(640, 4)
    lab.page.wait_for_timeout(500)  # what has just opened has settled, and tooltips have gone
    picture = Image.open(io.BytesIO(lab.page.screenshot())).convert("RGB")
    IMAGES.mkdir(exist_ok=True)
    small = picture.quantize(96, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    small.save(IMAGES / f"{name}.png", optimize=True)
    assert (IMAGES / f"{name}.png").stat().st_size < _LARGEST


def test_sidebar(lab, notebook) -> None:
    open_notebook(lab, notebook)
    sidebar = lab.open_sidebar("biopsies")
    sidebar.get_by_role("button", name="Do you version data and models?").click()
    sidebar.locator("[data-criterion='experiments-tracked']").first.get_by_role("button").first.click()
    lab.set_sidebar_width(400)
    take(lab, "sidebar")


def test_plan(lab, notebook) -> None:
    open_notebook(lab, notebook)
    lab.run("jupyter-mlops:edit-plan", path=notebook.relative_to(lab.root).as_posix())
    editor = lab.conversion().get_by_test_id("plan-editor")
    expect(editor.get_by_test_id("plan-state")).to_contain_text("proposed plan", timeout=_CONVERTED)
    take(lab, "plan")


def test_proof(lab, notebook) -> None:
    open_notebook(lab, notebook)
    lab.page.locator(
        ".jp-NotebookPanel:visible .jp-Toolbar-item[data-jp-item-name='jupyter-mlops-convert'] *"
    ).first.click()
    expect(lab.conversion().locator("[role=status] h3")).to_have_text("Proven equal", timeout=_CONVERTED)
    # The project is assessed anew once the pipeline is written.
    expect(lab.conversion().locator(".jp-Mlops-levels")).to_be_visible()
    take(lab, "proof")
