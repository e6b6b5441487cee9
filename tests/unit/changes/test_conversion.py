"""A conversion is one change set: taken back whole, and the project is byte for byte what it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_mlops import convert
from jupyter_mlops.changes import history, undo
from jupyter_mlops.demo import sample

from .crash_driver import snapshot

pytest.importorskip("sklearn")


def test_a_conversion_is_taken_back_whole(tmp_path: Path) -> None:
    root = tmp_path / "project"
    sample.lay(root)
    before = snapshot(root)
    previewed = convert(root / sample.NOTEBOOK, run=False, write=False)
    assert snapshot(root) == before
    assert not (root / ".mlops").exists()

    conversion = convert(root / sample.NOTEBOOK, run=False)
    assert conversion.changes.id == previewed.changes.id
    assert [entry.title for entry in history(root)] == [f"Convert {sample.NOTEBOOK}"]
    assert ".mlops" not in sample.git(root, "status", "--porcelain", "--untracked-files=all")
    written = {name for name in snapshot(root) if name not in before}
    assert {"pipelines/diagnosis_final/params.yaml", "pipelines/diagnosis_final/dvc.yaml"} <= written

    undo(root)
    assert snapshot(root) == before
    assert sample.git(root, "status", "--porcelain") == ""
