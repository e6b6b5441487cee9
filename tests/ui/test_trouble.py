"""What goes wrong on the server's side is told, and leaves nothing half-written."""

from __future__ import annotations

import signal
from pathlib import Path

import psutil
from playwright.sync_api import expect
from projects import snapshot, write_slow

#: Milliseconds: a conversion runs the notebook for real.
CONVERTED = 240_000

#: A browser that is busy: what waits for its idle time is kept waiting until `window.rest()`.
_BUSY = """
window.requestIdleCallback = callback => waiting.push(callback);
const waiting = [];
window.rest = () => waiting.splice(0).forEach(callback => callback({ didTimeout: false, timeRemaining: () => 50 }));
"""


def start(lab, notebook: Path):
    lab.open(notebook.parent)
    lab.run("jupyter-mlops:convert", path=notebook.relative_to(lab.root).as_posix())
    panel = lab.conversion()
    expect(panel.locator("[aria-live=polite]")).to_contain_text("Running cell 4", timeout=CONVERTED)
    return panel


def test_a_killed_kernel_is_told_with_its_cell(lab, project, server):
    notebook = project / "notebooks" / "slow.ipynb"
    write_slow(notebook)
    before = snapshot(project)
    panel = start(lab, notebook)
    kernels = [
        process
        for process in psutil.Process(server.process.pid).children(recursive=True)
        if "ipykernel" in " ".join(process.cmdline()) or "sys.stdin.readline" in " ".join(process.cmdline())
    ]
    assert kernels
    for kernel in kernels:
        kernel.send_signal(signal.SIGKILL)
    alert = panel.get_by_role("alert")
    expect(alert).to_contain_text("The notebook was not converted", timeout=CONVERTED)
    expect(alert.get_by_role("button", name="Go to cell 4")).to_be_visible()
    expect(panel).to_contain_text("kernel-died")
    lab.screenshot("conversion-kernel-died")
    assert snapshot(project) == before


def test_a_server_that_was_restarted_is_told(lab, project, server):
    notebook = project / "notebooks" / "slow.ipynb"
    write_slow(notebook)
    before = snapshot(project)
    panel = start(lab, notebook)
    lab.expect_server_to_be_away()
    server.stop()
    server.start()
    expect(panel.get_by_role("alert")).to_contain_text("may have been restarted", timeout=60_000)
    # JupyterLab's own word on it, which comes with its next look at the kernels, if it comes.
    lab.page.add_locator_handler(
        lab.page.get_by_role("dialog"), lambda dialog: dialog.get_by_role("button", name="Close").click()
    )
    lab.screenshot("conversion-server-restarted")
    assert snapshot(project) == before
    panel.get_by_role("button", name="Convert").click()
    expect(panel.locator("[aria-live=polite]")).to_contain_text("Running cell", timeout=CONVERTED)
    panel.get_by_role("button", name="Cancel", exact=True).click()
    expect(panel).to_contain_text("Cancelled", timeout=60_000)
    assert snapshot(project) == before


def test_another_version_and_another_drive_are_told(lab, project):
    newer = {"version": "9.0.0", "api": 99, "local_files": True}
    lab.page.route("**/jupyter-mlops/version*", lambda route: route.fulfill(json=newer))
    lab.open(project / "train.py")
    lab.page.locator("li[data-id='jupyter-mlops-sidebar']").click()
    sidebar = lab.page.locator("#jupyter-mlops-sidebar")
    expect(sidebar.get_by_role("alert")).to_contain_text("9.0.0, which is newer than this page. Reload the page.")
    lab.screenshot("sidebar-other-version")
    lab.page.unroute("**/jupyter-mlops/version*")
    lab.run("jupyter-mlops:rescore")
    expect(sidebar.locator(".jp-Mlops-level")).to_have_text("Level 1")

    # A drive of another extension, whose files are somewhere else.
    lab.page.evaluate(
        """() => {
          const { contents } = window.jupyterapp.serviceManager;
          contents.addDrive(Object.create(contents._defaultDrive, { name: { value: 'cloud' } }));
        }"""
    )
    elsewhere = f"cloud:{(project / 'notebooks' / 'churn.ipynb').relative_to(lab.root).as_posix()}"
    lab.run("docmanager:open", path=elsewhere)
    expect(sidebar.get_by_role("alert")).to_contain_text("the drive cloud, which is not the local disk of the server")
    lab.run("jupyter-mlops:convert", path=elsewhere)
    expect(lab.page.locator(".Toastify")).to_contain_text("Copy it there to convert it.")
    expect(lab.page.locator(".jp-Mlops-conversion")).to_have_count(0)
    lab.screenshot("sidebar-other-drive")


def test_a_busy_browser_loses_no_keystroke(lab, project):
    lab.open(project)
    sidebar = lab.open_sidebar()
    sidebar.get_by_role("button", name="Is every pipeline automated").click()
    criterion = sidebar.locator("[data-criterion='tests']").first
    criterion.get_by_role("button").first.click()
    lab.page.evaluate(_BUSY)
    criterion.get_by_role("button", name="Waive, attest or exempt").click()
    dialog = lab.page.get_by_role("dialog")
    expect(dialog.get_by_label("Reason")).to_be_focused()
    dialog.get_by_label("Who answers for it").click()
    lab.page.keyboard.type("@a")
    lab.page.evaluate("() => window.rest()")
    lab.page.keyboard.type("da")
    expect(dialog.get_by_label("Who answers for it")).to_have_value("@ada")
    expect(dialog.get_by_label("Reason")).to_have_value("")
