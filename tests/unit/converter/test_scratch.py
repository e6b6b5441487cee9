"""The folder of temporary files that the stages of a proof share."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from jupyter_mlops_converters.scratch import Scratch
from jupyter_mlops_converters.source.place import Project


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    root, work = tmp_path / "project", tmp_path / "work"
    root.mkdir()
    work.mkdir()
    project = Project(root, root, frozenset(), has_git=False, has_dvc=False)
    return Scratch(project, "pipelines/n", "python3", work=work, keep=root, environment={})


def test_what_a_starting_kernel_has_put_there_stays(scratch: Scratch) -> None:
    mine = scratch.temp(scratch.proof) / "ipython"
    mine.mkdir(parents=True)
    scratch.lay_out([])
    assert mine.is_dir()


def test_no_plan_sees_what_the_stages_of_another_left_there(scratch: Scratch) -> None:
    scratch.lay_out([])
    (scratch.temp(scratch.proof) / "left").write_text("1")
    scratch.lay_out([])
    assert list(scratch.temp(scratch.proof).iterdir()) == []


def test_who_still_writes_there_does_not_end_the_conversion(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch.lay_out([])

    def written_meanwhile(folder: Path, **_options: object) -> None:
        (folder / "late").write_text("1")

    monkeypatch.setattr(shutil, "rmtree", written_meanwhile)
    scratch.lay_out([])
    assert scratch.temp(scratch.proof).is_dir()
