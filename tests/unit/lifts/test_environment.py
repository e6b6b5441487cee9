"""Which packages are declared, from what is installed; and how the files that declare them are edited."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from lift_projects import notebook, write

from jupyter_mlops.errors import MlopsError
from jupyter_mlops.lifts.api import Lifted, lift
from jupyter_mlops.lifts.environment.resolving import resolve
from jupyter_mlops.lifts.manifests import Edits, conda, pipfile, poetry, pyproject, requirements


def package(site: Path, name: str, version: str, files: list[str], *needs: str) -> None:
    """A distribution as an installer leaves it: its modules and its metadata."""
    for file in files:
        (site / file).parent.mkdir(parents=True, exist_ok=True)
        (site / file).write_text("")
    info = site / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    requires = "".join(f"Requires-Dist: {need}\n" for need in needs)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{requires}")
    (info / "RECORD").write_text("".join(f"{file},,\n" for file in files))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with an environment of its own."""
    site = tmp_path / ".venv/lib/python3.12/site-packages"
    site.mkdir(parents=True)
    (tmp_path / ".venv/pyvenv.cfg").write_text("version = 3.12.1\n")
    package(site, "scikit-learn", "1.9", ["sklearn/__init__.py"])
    package(site, "pandas", "3.0", ["pandas/__init__.py"])
    package(site, "pyarrow", "21", ["pyarrow/__init__.py"])
    package(site, "tracker", "2.0", ["tracker/__init__.py"], "tracker-core")
    package(site, "tracker-core", "2.0", ["tracker/__init__.py", "tracker/core.py"])
    package(site, "cloud-storage", "5", ["cloud/storage/__init__.py"])
    package(site, "cloud-queue", "6", ["cloud/queue/__init__.py"])
    return tmp_path


def planned(root: Path, **options: str) -> Lifted:
    return lift("environment", root, options={"resolve": "no", **options}, write=False)


def declared(root: Path, **options: str) -> list[str]:
    planned_ = lift("environment", root, options={"resolve": "no", **options})
    assert planned_.applied is not None
    return (root / "requirements.txt").read_text().splitlines()


def test_distributions_are_found_by_what_they_install(root: Path) -> None:
    write(
        root,
        {
            "a.py": "import sklearn.svm\nimport tracker\nfrom cloud import queue\nimport os\nimport helper\n",
            "helper.py": "",
            "b.ipynb": notebook("import pandas as pd", 'pd.read_parquet("x.parquet")'),
        },
    )
    assert declared(root) == ["cloud-queue==6", "pandas==3.0", "pyarrow==21", "scikit-learn==1.9", "tracker==2.0"]


def test_what_is_imported_and_not_installed_is_named_with_its_place(root: Path) -> None:
    write(
        root,
        {"b.ipynb": notebook("import pandas", "!pip install -q catboost==1.2\nimport catboost\nimport azureml.core")},
    )
    plan = planned(root).plan
    assert [(refusal.what, refusal.path, refusal.cell, refusal.line) for refusal in plan.cannot] == [
        ("`azureml`", "b.ipynb", 1, 3),
        ("`catboost`", "b.ipynb", 1, 2),
    ]
    assert plan.left[0].command == "pip install catboost"
    assert declared(root, missing="add") == ["catboost==1.2", "pandas==3.0"]


def test_a_file_as_people_have_it_is_edited_and_not_rewritten(root: Path) -> None:
    text = "# tables\r\nPandas  # 3 or so\r\n-r more.txt\r\nnumpy @ file:///croot/numpy ; python_version > '3'\r\nsklearn[x]\r\n"
    write(root, {"a.py": "import pandas, sklearn, tracker\n", "requirements.txt": text.encode(), "more.txt": "x\n"})
    lift("environment", root, options={"resolve": "no"})
    assert (root / "requirements.txt").read_bytes().decode() == (
        "# tables\r\nPandas==3.0  # 3 or so\r\n-r more.txt\r\nnumpy @ file:///croot/numpy ; python_version > '3'\r\n"
        "scikit-learn[x]==1.9\r\ntracker==2.0\r\n"
    )


def test_a_file_of_powershell_becomes_utf_8_and_is_shown(root: Path) -> None:
    write(root, {"a.py": "import pandas\nimport tracker\n", "requirements.txt": "pandas==3.0\r\n".encode("utf-16")})
    plan = planned(root).plan
    (change,) = plan.changes.changes
    assert "+tracker==2.0" in change.diff
    assert "GIT binary" not in plan.changes.preview()
    lift("environment", root, options={"resolve": "no"})
    assert (root / "requirements.txt").read_bytes() == b"pandas==3.0\r\ntracker==2.0\r\n"


def test_a_lock_keeps_the_versions_and_has_to_be_made_again(root: Path) -> None:
    write(
        root,
        {
            "a.py": "import pandas, tracker\n",
            "pyproject.toml": '[project]\nname = "a"\nversion = "1"\ndependencies = ["pandas"]\n',
            "uv.lock": 'version = 1\n[[package]]\nname = "tracker"\nversion = "1.5"\n',
        },
    )
    plan = lift("environment", root, options={"resolve": "no"}).plan
    assert '["pandas", "tracker>=1.5"]' in (root / "pyproject.toml").read_text()
    assert plan.left[0].command == "uv lock"


def test_setup_py_is_code_and_is_not_edited(root: Path) -> None:
    write(
        root,
        {
            "a.py": "import pandas, tracker\n",
            "setup.py": "from setuptools import setup\nsetup(install_requires=['pandas'])\n",
        },
    )
    plan = planned(root).plan
    assert plan.state == "not-here"
    assert '"tracker==2.0"' in plan.left[0].what


def test_a_folder_that_is_no_environment(root: Path) -> None:
    write(root, {"a.py": "import pandas\n"})
    with pytest.raises(MlopsError) as raised:
        planned(root, python="nowhere")
    assert raised.value.code == "no-environment"


EDITS = Edits(add={"tracker": "2.0", "open": None}, pin={"pandas": "3.0"}, by_conda=frozenset())


def test_pyproject_keeps_its_comments() -> None:
    text = '[project]\nname = "a" # me\ndependencies = [\n    "pandas",  # tables\n    "numpy>=1",\n]\n'
    assert pyproject.edit(text, EDITS) == (
        '[project]\nname = "a" # me\ndependencies = [\n    "pandas==3.0",  # tables\n    "numpy>=1",\n'
        '    "open",\n    "tracker==2.0",\n]\n'
    )


def test_poetry_and_pipenv_keep_theirs() -> None:
    text = '[tool.poetry.dependencies]\npython = "^3.10" # or so\nPandas = "*"\n\n[tool.ruff]\n'
    assert poetry.edit(text, EDITS) == (
        '[tool.poetry.dependencies]\npython = "^3.10" # or so\nPandas = "3.0"\nopen = "*"\ntracker = "2.0"\n\n[tool.ruff]\n'
    )
    assert pipfile.edit('[packages]\npandas = "*" # tables\n', EDITS) == (
        '[packages]\npandas = "==3.0" # tables\nopen = "*"\ntracker = "==2.0"\n'
    )


def test_conda_keeps_every_line_and_its_two_ways_to_indent() -> None:
    text = "name: a\ndependencies:\n  - python=3.12 # why\n  - conda-forge::pandas\n  - pip\n  - pip:\n    - 'numpy>=1'\nprefix: /x\n"
    edits = Edits(add={"tracker": "2.0", "from-conda": "1"}, pin={"pandas": "3.0"}, by_conda=frozenset({"from-conda"}))
    assert conda.edit(text, edits) == (
        "name: a\ndependencies:\n  - python=3.12 # why\n  - conda-forge::pandas=3.0\n  - pip\n  - from-conda=1\n  - pip:\n"
        "    - 'numpy>=1'\n    - tracker==2.0\nprefix: /x\n"
    )
    assert conda.edit("dependencies:\n- pandas\n", Edits(add={"tracker": "2.0"})) == (
        "dependencies:\n- pandas\n- pip\n- pip:\n    - tracker==2.0\n"
    )


def test_requirements_without_a_last_line_end() -> None:
    assert requirements.edit("pandas", EDITS) == "pandas==3.0\nopen\ntracker==2.0\n"
    assert requirements.edit("", Edits(add={"a": "1"})) == "a==1\n"


def test_another_python_than_the_installed_one_gets_no_versions_of_it(root: Path, monkeypatch) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_NO_INDEX", "1")
    write(root, {"a.py": "import tracker\n", ".python-version": "3.10\n"})
    plan = lift("environment", root, write=False).plan
    assert "+tracker\n" in plan.changes.preview()
    assert any("3.10" in refusal.why for refusal in plan.cannot)
    assert json.dumps(plan.as_dict())
    assert sys.version_info


def test_folders_with_packages_of_their_own_are_told_and_left_alone(root: Path) -> None:
    write(root, {"a.py": "import pandas\n", "api/app.py": "import tracker\n", "api/requirements.txt": "flask\n"})
    first = lift("environment", root, options={"resolve": "no"})
    assert (root / "requirements.txt").read_text() == "pandas==3.0\n"
    assert [(refusal.what, refusal.path) for refusal in first.plan.cannot] == [("`tracker`", "api/app.py")]
    assert planned(root).plan.state == "done"


def test_imports_that_nothing_needs_are_no_packages(root: Path) -> None:
    code = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import tracker\ntry:\n    import nowhere\nexcept ImportError:\n    pass\n"
    write(root, {"a.py": f"import pandas\n{code}"})
    assert declared(root) == ["pandas==3.0"]


def test_a_version_of_pip_is_no_list() -> None:
    text = "dependencies:\n  - pandas\n  - pip: 21\n"
    assert conda.edit(text, Edits(add={"tracker": "2.0"})) == (
        "dependencies:\n  - pandas\n  - pip\n  - pip:\n      - tracker==2.0\n  - pip: 21\n"
    )


def test_modules_of_the_project_do_not_stand_in_for_those_of_pip(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: None)
    for name in ("pip", "logging", "yaml", "typing_extensions"):
        write(tmp_path, {f"{name}.py": f"open('{name} was imported', 'w')\n"})
    answer = resolve("# nothing\n", "3.11", tmp_path)
    assert (answer.fits, answer.by) == (True, "pip")
    assert sorted(tmp_path.glob("* was imported")) == []
