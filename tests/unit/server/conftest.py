"""A real Jupyter server with only this extension."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_jupyter.jupyter_core import *  # noqa: F403 - fixtures
from pytest_jupyter.jupyter_server import *  # noqa: F403 - fixtures

sys.path.insert(0, str(Path(__file__).parent))

from described import problems

from jupyter_mlops.server.extension import Services
from jupyter_mlops.server.handler import SERVICES, MlopsHandler
from jupyter_mlops.server.jobs import Job


@pytest.fixture
def jp_server_config():
    return {"ServerApp": {"jpserver_extensions": {"jupyter_mlops": True}, "allow_unauthenticated_access": False}}


@pytest.fixture(autouse=True)
def answers_are_as_described(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every answer in these tests fits the OpenAPI description."""
    wrong: list[str] = []
    send = MlopsHandler.finish

    def finish(self: MlopsHandler, answer: str) -> object:
        wrong.extend(problems(self, answer))
        return send(self, answer)

    monkeypatch.setattr(MlopsHandler, "finish", finish)
    yield
    assert wrong == []


@pytest.fixture
def services(jp_serverapp) -> Services:
    services = jp_serverapp.web_app.settings[SERVICES]
    yield services
    services.close()


@pytest.fixture
def script_job(tmp_path: Path):
    """Makes a job of a Python script that speaks the commands' protocol."""

    def make(script: str, kind: str = "convert", path: str = "a.ipynb") -> Job:
        return Job(
            kind=kind,
            path=path,
            command=[sys.executable, "-c", script],
            folder=tmp_path,
            translate=lambda document: document,
        )

    return make
