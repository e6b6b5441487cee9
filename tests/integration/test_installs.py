"""What a notebook installs is never installed by a conversion that was not told to: shown with real pip and real wheels."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path

import pytest
from notebooks import write_notebook

from jupyter_mlops import convert
from jupyter_mlops.errors import MlopsError

REST = ["values = [len(name) for name in ('a', 'bc')]", "total = sum(values)\ntotal", "print(total, tiny_own.VERSION)"]


def wheel(folder: Path, version: str) -> Path:
    """The smallest package that pip installs."""
    folder.mkdir(exist_ok=True)
    path = folder / f"tiny_own-{version}-py3-none-any.whl"
    info = f"tiny_own-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tiny_own/__init__.py", f"VERSION = '{version}'\n")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: tiny-own\nVersion: {version}\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where pip, in this process's children, installs to; they import from there, and there are two wheels to be had."""
    target = tmp_path / "packages"
    target.mkdir()
    for version in ("1.0", "2.0"):
        wheel(tmp_path / "wheels", version)
    monkeypatch.setenv("PIP_TARGET", str(target))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    monkeypatch.setenv("PIP_DISABLE_PIP_VERSION_CHECK", "1")
    monkeypatch.setenv("PYTHONPATH", str(target))
    return target


def there(place: Path) -> list[str]:
    return sorted(path.name for path in place.glob("*.dist-info"))


def put(place: Path, version: str) -> None:
    with zipfile.ZipFile(place.parent / "wheels" / f"tiny_own-{version}-py3-none-any.whl") as archive:
        archive.extractall(place)


def test_an_install_of_what_is_there_changes_nothing(tmp_path: Path, place: Path) -> None:
    put(place, "1.0")
    install = f"!{sys.executable} -m pip install --upgrade --force-reinstall tiny-own"
    guarded = "try:\n    import tiny_own\nexcept ImportError:\n    !pip install tiny-own==9"
    notebook = write_notebook(tmp_path / "project" / "n.ipynb", [f"{install}\nprint('installed')", guarded, *REST])
    done = convert(notebook, targets=("papermill",))
    assert there(place) == ["tiny_own-1.0.dist-info"]
    verification = done.document["verification"]
    assert verification["verdict"] == "equivalent-within-tolerance"
    assert {cell["source_cell"]: cell["verdict"] for cell in verification["cells"]} == {
        0: "not-deterministic",
        1: "not-deterministic",
        2: "identical",
        3: "identical",
        4: "identical",
    }
    assert [(f["code"], f["source_cell"]) for f in done.document["findings"] if f["code"] == "install-in-notebook"] == [
        ("install-in-notebook", 0),
        ("install-in-notebook", 1),
    ]
    assert "tiny-own==1.0" in (done.path / "requirements.txt").read_text("utf-8").splitlines()
    stages = [json.loads(path.read_text("utf-8")) for path in (done.path / "stages").glob("*.ipynb")]
    lines = [line for stage in stages for cell in stage["cells"] for line in "".join(cell["source"]).splitlines()]
    # In stages, installs are comments.
    assert f"# {install}" in lines
    assert not [line for line in lines if "pip install" in line.partition("#")[0]]


def test_what_is_not_there_is_installed_only_when_allowed(tmp_path: Path, place: Path) -> None:
    notebook = write_notebook(tmp_path / "project" / "n.ipynb", ["%pip install tiny-own", "import tiny_own", *REST])
    with pytest.raises(MlopsError) as caught:
        convert(notebook, targets=("papermill",))
    assert (caught.value.code, caught.value.cell, caught.value.line) == ("install-needed", 1, 1)
    assert caught.value.exit_status == 3
    assert "`tiny-own`, which is not there" in caught.value.message
    assert there(place) == []
    assert [path.name for path in notebook.parent.iterdir()] == ["n.ipynb"]
    done = convert(notebook, targets=("papermill",), allow_install=True, write=False)
    assert there(place) == ["tiny_own-2.0.dist-info"]
    assert done.good
    shown = {cell.source_cell: cell.outputs for cell in done.compiled.proof.cells}
    assert shown[4][0]["text"] == "3 2.0\n"


def test_a_notebook_that_runs_with_another_version_converts_and_says_so(tmp_path: Path, place: Path) -> None:
    put(place, "1.0")
    cells = ["!pip install tiny-own==2.0 never-imported", "import tiny_own", *REST]
    done = convert(write_notebook(tmp_path / "project" / "n.ipynb", cells), targets=("papermill",), write=False)
    assert done.good
    assert there(place) == ["tiny_own-1.0.dist-info"]
    (finding,) = (f for f in done.document["findings"] if f["code"] == "install-in-notebook")
    assert "run with what is there instead: tiny-own 1.0" in finding["message"]


def test_a_notebook_that_fails_with_another_version_says_which_it_installs(tmp_path: Path, place: Path) -> None:
    put(place, "1.0")
    cells = ["!pip install tiny-own==2.0", "import tiny_own", "assert tiny_own.VERSION == '2.0'", *REST]
    with pytest.raises(MlopsError) as caught:
        convert(write_notebook(tmp_path / "project" / "n.ipynb", cells), targets=("papermill",))
    assert (caught.value.code, caught.value.cell) == ("install-needed", 2)
    assert "`tiny-own==2.0`, and 1.0 is there" in caught.value.message


def test_what_pip_cannot_install_is_told_with_what_it_said(tmp_path: Path, place: Path) -> None:
    notebook = write_notebook(tmp_path / "n.ipynb", ["!pip install tiny-own==7", *REST])
    with pytest.raises(MlopsError) as caught:
        convert(notebook, allow_install=True)
    assert caught.value.code == "install-needed"
    assert "No matching distribution found for tiny-own==7" in (caught.value.detail or "")
    assert there(place) == []
