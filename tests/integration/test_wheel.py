"""The wheel: built from the tracked files alone, installed where there is no Node and no engine."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
EXTENSION = "data/share/jupyter/labextensions/jupyter-mlops/"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="builds with a POSIX PATH")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean copy of the tracked files, with the front end's packages beside them where they are installed."""
    copy = tmp_path_factory.mktemp("source") / "jupyter-mlops"
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    if (ROOT / "node_modules").is_dir():
        shutil.copytree(ROOT / "node_modules", copy / "node_modules", symlinks=True, copy_function=link_or_copy)
    return copy


def link_or_copy(source: str, target: str) -> None:
    """Half a gigabyte in small files: linked where possible, but for the one that npm writes to."""
    if Path(source).name == ".package-lock.json":
        shutil.copy2(source, target)
        return
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


@pytest.fixture(scope="module")
def wheel(source: Path) -> Path:
    out = source.parent / "dist"
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    environment.pop("SKIP_JUPYTER_BUILDER", None)
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(source)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of executables of a fresh environment that holds the wheel and JupyterLab, and nothing else."""
    folder = tmp_path_factory.mktemp("fresh") / "venv"
    wanted = f"{wheel}[lab]"
    uv = shutil.which("uv", path=f"{BIN}{os.pathsep}{os.environ['PATH']}")
    python = folder / "bin" / "python"
    venv.create(folder, with_pip=uv is None)
    installer = [uv, "pip", "install", "--python", str(python)] if uv else [str(python), "-m", "pip", "install"]
    done = subprocess.run([*installer, "--quiet", wanted], capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stderr[-4000:]
    tools = folder.parent / "tools"
    tools.mkdir()
    for name in ("git", "sh", "uname"):
        found = shutil.which(name)
        assert found, name
        (tools / name).symlink_to(found)
    return folder / "bin"


def run(installed: Path, *command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    tools = installed.parents[1] / "tools"
    environment = {
        "PATH": f"{installed}{os.pathsep}{tools}",
        "HOME": str(installed.parents[1]),
        "JUPYTER_PLATFORM_DIRS": "1",
        "LANG": os.environ.get("LANG", "C.UTF-8"),
    }
    assert shutil.which("node", path=environment["PATH"]) is None
    return subprocess.run(
        [str(installed / command[0]), *command[1:]],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_holds_what_it_should(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    data = f"jupyter_mlops-{version()}.data/"
    for expected in (
        "jupyter_mlops/py.typed",
        "jupyter_mlops_converters/py.typed",
        "jupyter_mlops/demo/project/notebooks/diagnosis_final.ipynb",
        "jupyter_mlops/demo/project/requirements.txt",
        "jupyter_mlops/widgets/scorecard.js",
        "jupyter_mlops/widgets/scorecard.css",
        data + EXTENSION + "package.json",
        data + EXTENSION + "install.json",
        data + "data/etc/jupyter/jupyter_server_config.d/jupyter_mlops.json",
    ):
        assert expected in names
    assert any(name.startswith(data + EXTENSION + "static/remoteEntry") for name in names)
    assert any(name.startswith(data + EXTENSION + "schemas/") for name in names)
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, check=True, text=True).stdout.split()
    for name in tracked:
        shipped = name.removeprefix("converters/")
        if shipped.startswith("tutorials/"):
            shipped = f"jupyter_mlops/tutorials/lessons/{shipped.removeprefix('tutorials/')}"
        if shipped.startswith(("jupyter_mlops/", "jupyter_mlops_converters/")) and (ROOT / name).is_file():
            assert shipped in names


def test_holds_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {
        "jupyter_mlops",
        "jupyter_mlops_converters",
        f"jupyter_mlops-{version()}.data",
        f"jupyter_mlops-{version()}.dist-info",
    }
    unwanted = [
        name
        for name in names
        if name.endswith((".map", ".pyc", ".tsbuildinfo", ".ts", ".tsx", "build_log.json"))
        or {"tests", "__tests__", "__pycache__", "node_modules", ".ipynb_checkpoints"} & set(name.split("/"))
    ]
    assert unwanted == []


def test_holds_no_paths_of_the_machine_that_built_it(wheel: Path, source: Path) -> None:
    places = [str(source).encode(), str(ROOT).encode(), f"{Path.home()}/".encode()]
    archive = zipfile.ZipFile(wheel)
    found = [name for name in archive.namelist() if any(place in archive.read(name) for place in places)]
    assert found == []


def test_jupyter_finds_both_extensions(installed: Path, tmp_path: Path) -> None:
    lab = run(installed, "jupyter", "labextension", "list", cwd=tmp_path)
    listed = lab.stdout + lab.stderr
    (line,) = [line for line in listed.splitlines() if "jupyter-mlops" in line]
    assert f"v{version()}" in line
    assert "enabled" in line
    assert "OK" in line
    server = run(installed, "jupyter", "server", "extension", "list", cwd=tmp_path)
    listed = re.sub(r"\x1b\[\d*m", "", server.stdout + server.stderr)
    assert re.search(r"jupyter_mlops\s+enabled", listed)
    assert re.search(rf"jupyter_mlops\s+{version()}\s+OK", listed)


def test_the_command_says_its_version(installed: Path, tmp_path: Path) -> None:
    for command in (("jupyter", "mlops"), ("jupyter-mlops",), ("python", "-m", "jupyter_mlops")):
        done = run(installed, *command, "--version", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert done.stdout == f"jupyter-mlops {version()}\n"


def test_works_without_engines_and_says_what_to_install(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("a,b\n1,2\n3,4\n")
    notebook = tmp_path / "sums.ipynb"
    notebook.write_text(json.dumps(small_notebook()))
    before = notebook.read_bytes()

    assessed = run(installed, "jupyter", "mlops", "assess", "--format", "json", str(tmp_path), cwd=tmp_path)
    assert assessed.returncode == 0, assessed.stderr
    assert json.loads(assessed.stdout)["level"] == 0

    converted = run(installed, "jupyter", "mlops", "convert", "--format", "json", "sums.ipynb", cwd=tmp_path)
    assert converted.returncode == 0, converted.stderr
    document = json.loads(converted.stdout)
    assert document["verification"]["verdict"] == "equivalent"
    assert notebook.read_bytes() == before

    ran = run(installed, "jupyter", "mlops", "run", document["path"], cwd=tmp_path)
    assert ran.returncode == 3
    assert "[missing-dependency]" in ran.stderr
    assert "pip install" in ran.stderr
    assert "dvc" in ran.stderr
    assert "Traceback" not in ran.stderr

    demo = run(installed, "jupyter", "mlops", "demo", str(tmp_path / "demo"), cwd=tmp_path)
    assert demo.returncode == 3
    assert 'pip install "jupyter-mlops[demo]"' in demo.stderr
    assert not (tmp_path / "demo").exists()


def test_tutorials_are_laid_and_say_what_they_need(installed: Path, tmp_path: Path) -> None:
    laid = run(installed, "jupyter", "mlops", "tutorial", "0", cwd=tmp_path)
    assert laid.returncode == 0, laid.stderr
    (notebook,) = tmp_path.glob("mlops-tutorials/*/*.ipynb")
    assert (notebook.parent / "project" / ".git").is_dir()
    first = "from jupyter_mlops import Scorecard; from jupyter_mlops.tutorials import start; print(start(0), Scorecard('.'))"
    begun = run(installed, "python", "-c", first, cwd=notebook.parent)
    assert "0 of 2 checks passed" in begun.stdout, begun.stderr
    assert "Level 0" in begun.stdout
    refused = run(installed, "python", "-c", "from jupyter_mlops.tutorials import start; start(1)", cwd=tmp_path)
    assert 'pip install "jupyter-mlops[tutorials]"' in refused.stderr
    assert "dvc, mlflow, pandas, scikit-learn" in refused.stderr


def small_notebook() -> dict[str, object]:
    sources = [
        "import csv\n\nwith open('data.csv') as file:\n    rows = list(csv.DictReader(file))\nlen(rows)",
        "totals = {}\nfor row in rows:\n    for name, value in row.items():\n        totals[name] = totals.get(name, 0) + int(value)",
        "print(totals)",
    ]
    cells = [
        {"cell_type": "code", "id": f"c{i}", "metadata": {}, "execution_count": None, "outputs": [], "source": source}
        for i, source in enumerate(sources)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": cells}


def version() -> str:
    found: str = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["version"]
    return found
