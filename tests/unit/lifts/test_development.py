"""Packages for development and pytest's settings go where a project keeps such things, and what is there stays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from lift_projects import write

from jupyter_mlops.lifts.development import development
from jupyter_mlops.lifts.scene import Scene
from jupyter_mlops.lifts.testing.settings import test_paths as paths_of
from jupyter_mlops.lifts.testing.settings import with_settings

PYPROJECT = "[project]  # ours\nname = 'x'\nversion = '1'\ndependencies = ['pandas']\n"
POETRY = "[tool.poetry]\nname = 'x'  # ours\n\n[tool.poetry.dependencies]\npython = '^3.11'\npandas = '2'\n"


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Makes the scene of a project with these files, in an environment with nothing in it."""
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    monkeypatch.delenv("CONDA_PREFIX", raising=False)

    def made(files: dict[str, str]) -> Scene:
        write(tmp_path, {"a.py": "import pandas\n", **files})
        (tmp_path / ".venv/lib/python3.12/site-packages").mkdir(parents=True)
        write(tmp_path, {".venv/pyvenv.cfg": "home = /\n"})
        return replace(Scene.open(tmp_path), options={})

    return made


@pytest.mark.parametrize(
    ("files", "path", "line", "command"),
    [
        ({}, "requirements-dev.txt", "acme", "-r requirements-dev.txt"),
        ({"requirements.txt": "pandas==2\n"}, "requirements-dev.txt", "-r requirements.txt", "-r requirements-dev.txt"),
        ({"requirements.txt": "pandas==2\n", "requirements-test.txt": "# ours\ntox\n"}, "requirements-test.txt", "acme", "-r requirements-test.txt"),
        ({"pyproject.toml": PYPROJECT}, "pyproject.toml", '[dependency-groups]\ndev = [\n    "acme",\n]', "--group dev"),
        ({"pyproject.toml": PYPROJECT + "[project.optional-dependencies]\ntest = ['tox']\n"}, "pyproject.toml", "tox", "'.[test]'"),
        ({"pyproject.toml": PYPROJECT + "[dependency-groups]\ntest = ['tox']\n"}, "pyproject.toml", "tox", "--group test"),
        ({"pyproject.toml": POETRY}, "pyproject.toml", '[tool.poetry.group.dev.dependencies]\nacme = "*"', "poetry install"),
        ({"Pipfile": "[packages]  # ours\npandas = '*'\n"}, "Pipfile", '[dev-packages]\nacme = "*"', "pipenv install --dev"),
        ({"environment.yml": "# ours\ndependencies:\n  - pandas=2\n  - pip\n"}, "environment.yml", "- acme", "conda env update"),
        ({"pyproject.toml": PYPROJECT, "uv.lock": "version = 1\n"}, "pyproject.toml", "acme", "uv sync --all-groups"),
    ],
)  # fmt: skip
def test_a_package_for_development_is_declared_where_such_packages_are(
    files: dict[str, str], path: str, line: str, command: str, scene
) -> None:
    found = development(scene(files), ["acme", "pandas"] if files else ["acme"])
    assert list(found.files) == [path]
    text = found.files[path]
    assert line in text
    assert text.count("pandas") == files.get(path, "").count("pandas")
    if "# ours" in files.get(path, ""):
        assert "# ours" in text
    assert command in str(found.left[-1].command)
    if "uv.lock" in files:
        assert found.left[0].command == "uv lock"


def test_what_is_declared_already_is_left_alone(scene) -> None:
    assert development(scene({"requirements.txt": "acme\npandas\n"}), ["acme"]).files == {}


@pytest.mark.parametrize(
    ("files", "path", "expected"),
    [
        ({}, "pytest.ini", "[pytest]\n# Folders in which tests find the project's modules.\npythonpath = . src tests\n"),
        ({"pytest.ini": "# ours\r\n[pytest]\r\naddopts = -ra\r\n"}, "pytest.ini", "pythonpath = . src tests\r\naddopts = -ra\r\n"),
        ({"pytest.ini": "[pytest]\npythonpath = src\n    lib\naddopts = -ra\n"}, "pytest.ini", "pythonpath = src\n    lib . tests\naddopts = -ra\n"),
        ({"setup.cfg": "[metadata]\nname = x\n\n[tool:pytest]\naddopts = -ra\n"}, "setup.cfg", "pythonpath = . src tests\naddopts = -ra\n"),
        ({"pyproject.toml": "[tool.ruff]  # ours\nline-length = 99\n"}, "pyproject.toml", 'pythonpath = [".", "src", "tests"]'),
        ({"pyproject.toml": "[tool.pytest.ini_options]\npythonpath = ['src']  # ours\n"}, "pyproject.toml", "pythonpath = ['src', \".\", \"tests\"]  # ours"),
        ({"pyproject.toml": "[tool.ruff]\n", "tox.ini": "[pytest]\naddopts = -ra\n"}, "tox.ini", "pythonpath = . src tests"),
    ],
)  # fmt: skip
def test_settings_of_pytest_are_merged_into_what_is_there(
    files: dict[str, str], path: str, expected: str, scene, tmp_path: Path
) -> None:
    write(tmp_path, {"src/a.py": "", "tests/test_a.py": ""})
    for name, text in files.items():
        (tmp_path / name).write_bytes(text.encode())
    seen = scene({})
    found = with_settings(seen, "tests", [".", "src"])
    assert list(found) == [path]
    assert expected in found[path]
    if "# ours" in files.get(path, ""):
        assert "# ours" in found[path]
    (tmp_path / path).write_bytes(found[path].encode())
    again = replace(Scene.open(tmp_path), options={})
    assert with_settings(again, "tests", [".", "src"]) == {}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, []),
        ({"pytest.ini": "[pytest]\ntestpaths = checks\n    more\n"}, ["checks", "more"]),
        ({"pyproject.toml": "[tool.pytest.ini_options]\ntestpaths = ['checks']\n"}, ["checks"]),
    ],
)
def test_tests_go_where_pytest_looks_for_them(files: dict[str, str], expected: list[str], scene) -> None:
    assert paths_of(scene(files)) == expected
