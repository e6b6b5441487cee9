"""Prints what the extension costs JupyterLab, and how soon it shows something.

    make bench

Not a test: times depend on the machine, so what stands beside each is what JupyterLab itself takes in the same page.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect
from projects import write_churn, write_long
from rich.console import Console
from rich.table import Table

FILES = 1000
CELLS = 500

#: Milliseconds from JupyterLab's command to the first level that is seen.
_OPEN = """async () => {
  const begun = performance.now();
  void window.jupyterapp.commands.execute('jupyter-mlops:toggle-sidebar');
  while (!document.querySelector('#jupyter-mlops-sidebar .jp-Mlops-level')?.textContent) {
    await new Promise(requestAnimationFrame);
  }
  return performance.now() - begun;
}"""

#: What the plugins took, and the size of the scripts, own and all, in kB.
START = """() => {
  const own = performance.getEntriesByType('measure').filter(({ name }) => /^jupyter-mlops.*:activate$/.test(name));
  const loaded = performance.getEntriesByType('resource').filter(({ name }) => name.includes('.js'));
  const size = entries => entries.reduce((sum, { decodedBodySize }) => sum + decodedBodySize, 0) / 1024;
  return {
    plugins: own.length,
    activation: own.reduce((sum, { duration }) => sum + duration, 0),
    start: performance.now(),
    own: size(loaded.filter(({ name }) => name.includes('/jupyter-mlops/'))),
    all: size(loaded)
  };
}"""

#: Milliseconds of each frame while a list is scrolled from its top to its end.
_SCROLL = """async list => {
  const frames = [];
  let last = await new Promise(requestAnimationFrame);
  for (let step = 1; step <= 120; step++) {
    list.scrollTop = (list.scrollHeight - list.clientHeight) * step / 120;
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - last);
    last = now;
  }
  return frames.sort((a, b) => a - b);
}"""

#: The same, of frames in which nothing is to be drawn.
_REST = """async () => {
  const frames = [];
  let last = await new Promise(requestAnimationFrame);
  for (let step = 0; step < 120; step++) {
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - last);
    last = now;
  }
  return frames.sort((a, b) => a - b);
}"""


@pytest.fixture
def table():
    table = Table("what", "figure", "beside it", title="The extension in JupyterLab")
    yield table
    Console(width=140).print("", table)


def write_many(folder: Path) -> None:
    """A project of so many files: modules, small tables and notes."""
    write_churn(folder)
    for number in range(FILES - 5):
        suffix, text = [
            (".py", f"def f{number}(x):\n    return x + {number}\n"),
            (".csv", "a,b\n1,2\n"),
            (".md", "# Note\n"),
        ][number % 3]
        file = folder / f"part_{number % 40}" / f"file_{number}{suffix}"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)


def test_figures(lab, server, table):
    project = server.root / "figures" / "churn"
    write_many(project)
    lab.open(project / "train.py")
    start = lab.page.evaluate(START)
    assert start["plugins"] == 8
    table.add_row(
        "activation of its plugins", f"{start['activation']:.1f} ms", f"page ready after {start['start']:.0f} ms"
    )
    table.add_row("scripts before it is opened", f"{start['own']:.0f} kB", f"all: {start['all']:.0f} kB")
    first = lab.page.evaluate(_OPEN)
    lab.run("jupyter-mlops:toggle-sidebar")
    expect(lab.page.locator("#jupyter-mlops-sidebar")).to_be_hidden()
    lab.page.wait_for_timeout(1500)  # JupyterLab saves a layout a second after it changed
    lab.reload()
    again = lab.page.evaluate(_OPEN)
    table.add_row(f"sidebar, {FILES:,} files, first look", f"{first:.0f} ms", "")
    table.add_row("sidebar, once the server knows the project", f"{again:.0f} ms", f"{first / again:.1f} times as fast")

    notebook = project / "notebooks" / "long.ipynb"
    write_long(notebook, CELLS)
    lab.run("jupyter-mlops:edit-plan", path=notebook.relative_to(lab.root).as_posix())
    editor = lab.conversion().get_by_test_id("plan-editor")
    expect(editor.get_by_test_id("plan-state")).to_contain_text("proposed plan", timeout=90_000)
    rest = lab.page.evaluate(_REST)
    frames = editor.locator(".jp-Mlops-cellList").evaluate(_SCROLL)
    rows = editor.locator("[role=row]").count()
    for name, at in (("median", 60), ("95th of 100", 114), ("longest", 119)):
        table.add_row(
            f"frame while {CELLS} cells are scrolled, {name}", f"{frames[at]:.1f} ms", f"at rest {rest[at]:.1f} ms"
        )
    table.add_row(f"rows in the page of {CELLS} cells", str(rows), "")
