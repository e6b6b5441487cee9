"""The bundled project is what it says: Level 0, messy, with a history, and laid only where there is room."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from jupyter_mlops.demo import sample
from jupyter_mlops.errors import MlopsError

pytest.importorskip("sklearn")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "demo"


def test_has_a_history_that_grows(folder: Path) -> None:
    sample.lay(folder)
    commits = sample.git(folder, "log", "--reverse", "--format=%h").split()
    sizes = [len(json.loads(sample.git(folder, "show", f"{commit}:{sample.NOTEBOOK}"))["cells"]) for commit in commits]
    assert len(sizes) == 3
    assert sizes == sorted(set(sizes))
    assert sample.git(folder, "status", "--porcelain") == ""


def test_the_history_is_the_same_every_time(folder: Path, tmp_path: Path) -> None:
    sample.lay(folder)
    sample.lay(tmp_path / "other")
    assert sample.git(folder, "rev-parse", "HEAD") == sample.git(tmp_path / "other", "rev-parse", "HEAD")


def test_the_notebook_is_as_messy_as_real_ones(folder: Path) -> None:
    sample.lay(folder)
    cells = json.loads((folder / sample.NOTEBOOK).read_text(encoding="utf-8"))["cells"]
    assert 20 <= len(cells) <= 35
    counts = [cell["execution_count"] for cell in cells if cell["cell_type"] == "code"]
    assert None in counts
    numbers = [count for count in counts if count is not None]
    assert numbers != sorted(numbers)
    text = "".join("".join(cell["source"]) for cell in cells)
    for habit in ("%matplotlib inline", "!ls", "%time", "np.random.seed", "np.random.choice", "../data/"):
        assert habit in text


def test_the_data_is_the_real_one(folder: Path) -> None:
    sample.lay(folder)
    lines = (folder / "data" / "biopsies.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 570
    assert lines[0].startswith("mean radius,")
    assert lines[1].endswith(",malignant")


def test_the_user_is_not_asked_for_and_not_changed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "gitconfig"
    settings.write_text("[user]\n\tname = Somebody\n[commit]\n\tgpgsign = true\n[core]\n\thooksPath = /nowhere\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".gitconfig").write_text(settings.read_text())
    sample.lay(folder)
    assert set(sample.git(folder, "log", "--format=%an").split("\n")) == {"jupyter-mlops demo", ""}
    assert (tmp_path / ".gitconfig").read_text() == settings.read_text()


def test_refuses_a_folder_of_something_else(folder: Path) -> None:
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    with pytest.raises(MlopsError) as caught:
        sample.lay(folder)
    assert caught.value.code == "demo-folder-in-use"
    assert (folder / "thesis.txt").read_text() == "years of work"


def test_refuses_a_file(folder: Path) -> None:
    folder.write_text("a file")
    with pytest.raises(MlopsError, match="file here"):
        sample.lay(folder)


def test_replaces_a_former_demo(folder: Path) -> None:
    sample.lay(folder)
    (folder / "left-over-of-a-demo-that-was-stopped.txt").write_text("x")
    sample.lay(folder)
    assert not (folder / "left-over-of-a-demo-that-was-stopped.txt").exists()
    sample.finish(folder)
    sample.lay(folder)
    assert len(sample.git(folder, "log", "--format=%h").split()) == 3


def test_keeps_a_former_demo_that_was_worked_in(folder: Path) -> None:
    sample.lay(folder)
    sample.finish(folder)
    (folder / "mine.txt").write_text("mine")
    with pytest.raises(MlopsError, match="worked in since"):
        sample.lay(folder)
    sample.commit(folder, "my work")
    with pytest.raises(MlopsError, match="worked in since"):
        sample.lay(folder)
    assert (folder / "mine.txt").read_text() == "mine"
