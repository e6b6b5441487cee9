"""A real JupyterLab in a real browser: one server for all tests, a page and a project of its own for each."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parent))

from find_browser import find
from language_pack import write_language_pack
from projects import write_churn

ARTIFACTS = Path(__file__).parent / "artifacts"
TOKEN = "browser-tests"
BASE_URL = "/user/ada/"
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: Not ours: extensions of other packages that may be installed beside.
_OTHERS = ("ploomber-extension", "jupyterlab-jupytext", "@jupyter-notebook/lab-extension")
_OTHER_SERVERS = ("jupyterlab_jupytext", "nbclassic", "ploomber", "ploomber_extension")
#: Lines of the server's log that are shown with a test that failed.
_LOG_SHOWN = 40

expect.set_options(timeout=30_000)


@dataclass
class Server:
    """A running JupyterLab.

    Attributes:
        url: with the prefix, ending in a slash.
        root: the folder that it serves.
        settings: the folder of the person's settings.
        environment: of its process.
        python: the interpreter that it runs with.
        application: its module.
        process: its process, once it was started.
        before: what stands before the command that starts it.
    """

    url: str
    root: Path
    settings: Path
    environment: dict[str, str]
    python: str = sys.executable
    application: str = "jupyterlab"
    process: subprocess.Popen[bytes] | None = None
    before: tuple[str, ...] = ()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with (ARTIFACTS / "jupyterlab.log").open("ab") as log:
            command = [*self.before, self.python, "-m", self.application]
            self.process = subprocess.Popen(command, cwd=self.root, env=self.environment, stdout=log, stderr=log)
        _wait_for(self.url, self.process)

    def stop(self) -> None:
        """Stop it, as a person or a hub does."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Starts a server of an application, with the extension as it was built in this checkout; ends it after all tests.

    What its folder shall hold from the start is written by `prepare`, which gives what stands before the command.
    """
    started = []
    ARTIFACTS.mkdir(exist_ok=True)
    (ARTIFACTS / "jupyterlab.log").unlink(missing_ok=True)

    def serve(
        application: str = "jupyterlab",
        python: str = sys.executable,
        prepare: Callable[[Path], Sequence[str]] = lambda _root: (),
    ) -> Server:
        home = tmp_path_factory.mktemp("jupyter")
        root = home / "work"
        root.mkdir()
        config = home / "config"
        port = _free_port()
        _write_configuration(config, root, port, _extensions(home))
        path = [str(write_language_pack(home / "languages")), os.environ.get("PYTHONPATH", "")]
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")},
            "JUPYTER_CONFIG_DIR": str(config),
            "JUPYTER_DATA_DIR": str(home / "data"),
            "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
            "IPYTHONDIR": str(home / "ipython"),
            "PYTHONPATH": os.pathsep.join(filter(None, path)),
        }
        url = f"http://127.0.0.1:{port}{BASE_URL}"
        before = tuple(prepare(root))
        server = Server(url, root, home / "settings", environment, python, application, before=before)
        started.append(server)
        server.start()
        return server

    yield serve
    for server in started:
        server.stop()


@pytest.fixture(scope="session")
def server(serve: Callable[..., Server]) -> Server:
    return serve()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = find()
    if executable is None:
        pytest.exit("No Chromium was found; see tests/ui/find_browser.py.", returncode=3)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def project(server: Server, request: pytest.FixtureRequest) -> Path:
    """A project of this test's own, below the served folder."""
    folder = server.root / _name_of(request) / "churn"
    write_churn(folder)
    return folder


class Lab:
    """A page with JupyterLab, and what a person does in it."""

    def __init__(self, page: Page, server: Server, workspace: str) -> None:
        self.page = page
        self._server = server
        self._workspace = workspace
        self.root = server.root
        self.errors: list[str] = []
        self._refusals: list[str] = []
        self._asked: dict[Request, float] = {}
        page.on("request", lambda request: self._asked.setdefault(request, time.monotonic()))
        for ended in ("requestfinished", "requestfailed"):
            page.on(ended, lambda request: self._asked.pop(request, None))
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self._note(error.stack or str(error)))

    def expect_refusal(self, status: str) -> None:
        """Say that requests will be refused with that status from here on, which the browser logs as errors."""
        self._refusals.append(f"the server responded with a status of {status}")

    def expect_error_of_others(self, text: str) -> None:
        """Say that an error with that text comes from something that is not ours."""
        self._refusals.append(text)

    def expect_server_to_be_away(self) -> None:
        """Say that the server will be stopped for a while, of which the browser and JupyterLab tell in the console."""
        self._refusals += [
            "net::ERR_",
            "WebSocket",
            "status of 404",
            "status of 403",
            "Failed to fetch",
            "NetworkError",
        ]

    def _hear(self, message) -> None:
        if message.type == "error":
            self._note(f"{message.text} ({message.location.get('url')})")

    def _note(self, error: str) -> None:
        if not any(refusal in error for refusal in self._refusals):
            self.errors.append(error)

    def pending(self) -> list[str]:
        """The requests that have no answer yet, and how long they have been waiting for one."""
        now = time.monotonic()
        return [f"{now - asked:6.1f} s  {request.method} {request.url}" for request, asked in self._asked.items()]

    def open(self, path: Path) -> None:
        """Open JupyterLab on a file or folder of the server."""
        relative = path.relative_to(self._server.root).as_posix()
        self.page.goto(
            f"{self._server.url}lab/workspaces/{self._workspace}/tree/{relative}?token={TOKEN}&reset",
            wait_until="domcontentloaded",
        )
        self.wait_until_ready()

    def reload(self) -> None:
        """Reload the page; the layout comes back."""
        self.page.goto(f"{self._server.url}lab/workspaces/{self._workspace}", wait_until="domcontentloaded")
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait until the splash has gone and the layout is there."""
        self.page.wait_for_function("() => window.jupyterapp?.restored.then(() => true)", timeout=60_000)
        self.page.wait_for_selector("#jupyterlab-splash", state="detached")

    def run(self, command: str, **arguments: object) -> None:
        """Run a command of JupyterLab."""
        self.page.evaluate(
            "([command, args]) => { void window.jupyterapp.commands.execute(command, args); }", [command, arguments]
        )

    def use_theme(self, name: str) -> None:
        """Change the theme and wait for it."""
        self.run("apputils:change-theme", theme=name)
        self.page.wait_for_selector(f"body[data-jp-theme-name='{name}']", state="attached")
        self.page.wait_for_timeout(300)  # style sheets are applied after the name

    def open_sidebar(self, unit: str = "churn"):
        """Click the sidebar's tab; gives its content once that unit's level is there."""
        self.page.locator("li[data-id='jupyter-mlops-sidebar']").click()
        sidebar = self.page.locator("#jupyter-mlops-sidebar")
        expect(sidebar.locator(".jp-Mlops-unit")).to_have_text(unit)
        expect(sidebar.locator(".jp-Mlops-age")).not_to_have_text("scoring…")
        return sidebar

    def set_sidebar_width(self, pixels: int) -> None:
        """Drag the handle between the main area and the right sidebar."""
        sidebar = self.page.locator("#jp-right-stack")
        box = sidebar.bounding_box()
        y = box["y"] + box["height"] / 2
        self.page.mouse.move(box["x"] - 1, y)
        self.page.mouse.down()
        self.page.mouse.move(box["x"] + box["width"] - pixels, y, steps=5)
        self.page.mouse.up()

    def conversion(self):
        """The conversion panel in front."""
        panel = self.page.locator(".jp-Mlops-conversion:visible")
        expect(panel).to_have_count(1)
        return panel

    def screenshot(self, name: str) -> None:
        """Keep a picture of the page."""
        self.page.screenshot(path=ARTIFACTS / f"{name}.png")


@pytest.fixture
def lab(server: Server, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Lab]:
    shutil.rmtree(server.settings, ignore_errors=True)
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    context.set_default_timeout(60_000)
    name = _name_of(request)
    lab = Lab(context.new_page(), server, name)
    yield lab
    if getattr(request.node, "failed", False):
        lab.screenshot(f"failed-{name}")
    context.close()
    assert lab.errors == []


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = (yield).get_result()
    if not report.failed:
        return
    item.failed = True
    log = ARTIFACTS / "jupyterlab.log"
    if log.is_file():
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        report.sections.append(("end of the server's log", "\n".join(lines[-_LOG_SHOWN:])))
    lab = item.funcargs.get("lab")
    if isinstance(lab, Lab):
        report.sections.append(("requests without an answer", "\n".join(lab.pending()) or "none"))


@pytest.fixture
def ask(server: Server) -> Callable[..., dict]:
    """Asks the server extension without a browser."""

    def ask(route: str) -> dict:
        request = urllib.request.Request(
            f"{server.url}jupyter-mlops/{route}", headers={"Authorization": f"token {TOKEN}"}
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)

    return ask


def _name_of(request: pytest.FixtureRequest) -> str:
    return re.sub(r"\W+", "-", request.node.name).strip("-").removeprefix("test_")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _extensions(home: Path) -> Path:
    """A folder with the extension as it was built in this checkout, whichever of them is installed."""
    folder = home / "labextensions"
    folder.mkdir()
    built = Path(__file__).parents[2] / "jupyter_mlops" / "labextension"
    if built.is_dir():
        (folder / "jupyter-mlops").symlink_to(built, target_is_directory=True)
    return folder


def _write_configuration(config: Path, root: Path, port: int, extensions: Path) -> None:
    application = {"expose_app_in_browser": True, "extra_labextensions_path": [str(extensions)]}
    settings = {
        "ServerApp": {
            "ip": "127.0.0.1",
            "port": port,
            "port_retries": 0,
            "base_url": BASE_URL,
            "open_browser": False,
            "allow_root": True,
            "root_dir": str(root),
            "jpserver_extensions": {**dict.fromkeys(_OTHER_SERVERS, False), "jupyter_mlops": True},
        },
        "IdentityProvider": {"token": TOKEN},
        "LabApp": {
            "news_url": None,
            "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
            "extension_manager": "readonly",
            **application,
        },
        "JupyterNotebookApp": application,
    }
    overrides = {
        "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    }
    lab = config / "labconfig"
    lab.mkdir(parents=True)
    (config / "jupyter_server_config.json").write_text(json.dumps(settings), encoding="utf-8")
    (lab / "default_setting_overrides.json").write_text(json.dumps(overrides), encoding="utf-8")
    (lab / "page_config.json").write_text(
        json.dumps({"disabledExtensions": dict.fromkeys(_OTHERS, True)}), encoding="utf-8"
    )


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}api/status?token={TOKEN}", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.exit(f"JupyterLab did not start; see {ARTIFACTS / 'jupyterlab.log'}.", returncode=3)
