"""A server that tells all that it can tell, and secrets everywhere that a person may have them: none is in what it tells.

They are in cells, in what cells print and raise, in the environment, in a parameter, in the token of the server itself.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from notebooks import commit, git, write_notebook

#: Seconds that a conversion may take where other work is under way.
LONGEST = 300


def secret() -> str:
    """Something that looks made up, another one every time."""
    return f"k4{uuid.uuid4().hex}Z"


@dataclass
class Secrets:
    """What must not be told.

    Attributes:
        token: of the server.
        key: in a cell, which prints it.
        bearer: in the head of a request.
        raised: in what a cell raises.
        unsaved: in a cell that is not saved.
        environment: in a variable of the server's environment.
        parameter: a password in a parameter's value, as a run is given it.
    """

    token: str = field(default_factory=secret)
    key: str = field(default_factory=secret)
    bearer: str = field(default_factory=secret)
    raised: str = field(default_factory=secret)
    unsaved: str = field(default_factory=secret)
    environment: str = field(default_factory=secret)
    parameter: str = field(default_factory=secret)

    def in_text(self, text: str) -> list[str]:
        """The names of those that are in a text."""
        return [name for name, value in vars(self).items() if value in text]

    def in_files(self, folder: Path) -> list[str]:
        """The names of those that are in a file of a folder, with its name."""
        found = []
        for path in folder.rglob("*"):
            if path.is_file() and not path.is_symlink():
                text = path.read_bytes().decode("utf-8", "replace")
                found += [f"{name} in {path.relative_to(folder)}" for name in self.in_text(text)]
        return found


@dataclass
class Server:
    """A server that logs all that it does."""

    url: str
    root: Path
    log: Path
    temporary: Path
    secrets: Secrets
    process: subprocess.Popen[bytes]

    def ask(self, route: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """Ask with the token in the header, or in the address where nothing is sent, as a browser does at first."""
        data = None if body is None else json.dumps(body).encode()
        address = f"{self.url}jupyter-mlops/{route}"
        headers = {"Content-Type": "application/json"}
        if data is None:
            address += f"{'&' if '?' in address else '?'}token={self.secrets.token}"
        else:
            headers["Authorization"] = f"token {self.secrets.token}"
        try:
            with urllib.request.urlopen(urllib.request.Request(address, data, headers), timeout=120) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def job(self, kind: str, path: str, options: dict[str, Any] | None = None) -> tuple[dict[str, Any], str]:
        """Have a job done; gives it with all that it told."""
        status, job = self.ask("jobs", {"kind": kind, "path": path, "options": options or {}})
        assert status == 201, job
        told, following, deadline = "", 0, time.monotonic() + LONGEST
        while time.monotonic() < deadline:
            _, news = self.ask(f"jobs/{job['id']}/events?since={following}&wait=20")
            told += "".join(json.dumps(event) + "\n" for event in news["events"])
            following = news["next"]
            if news["state"] in ("done", "failed"):
                return self.ask(f"jobs/{job['id']}")[1], told
        raise AssertionError(f"{kind} of {path} took too long:\n{told}")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("told")
    secrets = Secrets()
    root, log, temporary = home / "work", home / "server.log", home / "tmp"
    for folder in (root, temporary, home / "config"):
        folder.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {
        "ServerApp": {
            "port": port,
            "port_retries": 0,
            "open_browser": False,
            "allow_root": True,
            "root_dir": str(root),
            "jpserver_extensions": {"jupyter_mlops": True},
        },
        "IdentityProvider": {"token": secrets.token},
    }
    (home / "config" / "jupyter_server_config.json").write_text(json.dumps(settings), encoding="utf-8")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")},
        "JUPYTER_MLOPS_KEEP_WARM": "0",
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "IPYTHONDIR": str(home / "ipython"),
        "TMPDIR": str(temporary),
        "CLOUD_SESSION": secrets.environment,
    }
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyter_server", "--debug"], cwd=root, env=environment, stdout=out, stderr=out
        )
    server = Server(f"http://127.0.0.1:{port}/", root, log, temporary, secrets, process)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                assert server.ask("version")[0] == 200
                break
            except urllib.error.URLError:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.1)
        yield server
    finally:
        process.terminate()
        process.wait(30)


def write_project(folder: Path, secrets: Secrets) -> None:
    (folder / "notebooks").mkdir(parents=True)
    write_notebook(
        folder / "notebooks" / "billing.ipynb",
        [
            ("markdown", "# Billing\n\n## Load"),
            ("code", "import os\n\nDATABASE = 'sqlite:///billing.db'\nSHARE = 0.25"),
            ("code", f"API_KEY = '{secrets.key}'\nheaders = {{'Authorization': 'Bearer {secrets.bearer}'}}"),
            ("code", "print('asking with', API_KEY, headers, DATABASE)"),
            ("code", "rows = [len(os.environ['CLOUD_SESSION']), len(API_KEY)]"),
            ("markdown", "## Sum up"),
            ("code", "total = sum(rows) * SHARE\nprint(total)"),
        ],
    )
    write_notebook(
        folder / "notebooks" / "broken.ipynb",
        [("code", f"password = '{secrets.raised}'"), ("code", "raise RuntimeError('no entry for ' + password)")],
    )
    (folder / "requirements.txt").write_text("pandas\n", encoding="utf-8")
    git(folder, "init", "-q")
    commit(folder, "first")


def test_nothing_secret_is_told_or_kept(server: Server) -> None:
    project, secrets = server.root / "billing", server.secrets
    write_project(project, secrets)
    told = []

    for route in (
        "assess?path=billing",
        "scorecard?path=billing&format=html",
        "roadmap?path=billing",
        "lifts?path=billing",
    ):
        status, answer = server.ask(route)
        assert status == 200
        told.append(json.dumps(answer))
    unsaved = json.loads((project / "notebooks" / "billing.ipynb").read_text("utf-8"))
    unsaved["cells"][2]["source"] = f"API_KEY = '{secrets.unsaved}'\nthis is no Python ="
    held = {"billing/notebooks/billing.ipynb": json.dumps(unsaved)}
    status, answer = server.ask("assess", {"path": "billing", "unsaved": held})
    assert status == 200
    told.append(json.dumps(answer))
    # Nor in what is said of a request that cannot be understood.
    wrong = (
        {"path": "billing", "unsaved": {"billing/x.ipynb": secrets.unsaved}},
        {"path": ["billing"], "unsaved": held},
    )
    told += [json.dumps(server.ask("assess", body)[1]) for body in wrong]
    _, answer = server.ask("jobs", {"kind": "run", "path": "billing", "options": {"parameters": secrets.parameter}})
    told.append(json.dumps(answer))

    job, events = server.job("convert", "billing/notebooks/broken.ipynb")
    assert (job["state"], job["error"]["cell"]) == ("failed", 1)
    assert "no entry for ****" in json.dumps(job["error"])
    told += [events, json.dumps(job)]

    job, events = server.job("convert", "billing/notebooks/billing.ipynb")
    assert job["state"] == "done", job["error"]
    assert job["result"]["verification"]["verdict"] in ("equal", "equivalent")
    assert '"phase": "observe"' in events
    told += [events, json.dumps(job), server.ask(f"jobs/{job['id']}/report")[1]["page"]]
    assert "asking with" in told[-1]
    assert secrets.in_files(project / "pipelines") == []

    # A run is given the parameters that a person wants it to have, and the keys that the pipeline asks for in its environment.
    address = f"postgresql://ada:{secrets.parameter}@db.internal/billing"
    job, events = server.job("run", "billing/pipelines/billing", {"parameters": {"DATABASE": address}})
    assert '"phase": "run"' in events
    told += [events]
    told.append(json.dumps(server.ask("jobs")[1]["jobs"][0]))
    assert server.ask("history", {"path": "billing"})[0] == 200
    decision = {"kind": "waiver", "criterion": "tests", "reason": "they follow with the next release", "owner": "@ada"}
    told.append(json.dumps(server.ask("decisions", {"path": "billing", "decision": decision})[1]))

    assert [secrets.in_text(text) for text in told if secrets.in_text(text)] == []
    assert secrets.in_files(project / ".mlops") == []
    assert (project / ".mlops" / "journal").is_dir()
    assert (project / ".mlops" / "history.jsonl").is_file()


def test_neither_the_log_nor_what_is_left_has_a_secret(server: Server) -> None:
    server.process.terminate()
    server.process.wait(30)
    log = server.log.read_text("utf-8", "replace")
    assert "GET /jupyter-mlops/assess" in log
    assert "DEBUG" in log or "[D " in log
    assert server.secrets.in_text(log) == []
    assert server.secrets.in_files(server.temporary) == []
