"""A real Jupyter server with only this extension."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from pytest_jupyter.jupyter_core import *  # noqa: F403 - fixtures
from pytest_jupyter.jupyter_server import *  # noqa: F403 - fixtures

from jupyter_mlops.server.extension import Services
from jupyter_mlops.server.handlers import SERVICES
from jupyter_mlops.server.jobs import Job


@pytest.fixture
def jp_server_config():
    return {"ServerApp": {"jpserver_extensions": {"jupyter_mlops": True}, "allow_unauthenticated_access": False}}


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
