"""Projects to lift, in a place where nothing of the person's own settings reaches."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from lift_projects import PROJECTS, WHO


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Projects that were made once, to be copied."""
    return {name: tmp_path_factory.mktemp("templates") / name for name in PROJECTS}


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, templates: dict[str, Path]) -> Callable[[str], Path]:
    """Makes a project of a name, in a folder of that name."""
    for name, value in WHO.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    monkeypatch.delenv("CONDA_PREFIX", raising=False)
    assert os.environ["GIT_CONFIG_GLOBAL"] == os.devnull

    def made(name: str) -> Path:
        root = tmp_path / f"{name} project"
        if not templates[name].exists():
            templates[name].mkdir()
            PROJECTS[name](templates[name])
        shutil.copytree(templates[name], root, symlinks=True)
        return root

    return made
