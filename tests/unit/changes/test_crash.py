"""A process that dies at any point of an apply or an undo leaves all or nothing, also if it dies again recovering."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_mlops.changes import ChangeSet, history, recover, undo

DRIVER = Path(__file__).with_name("crash_driver.py")

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the driver forks")


def kills(verb: str, folder: Path, *more: str) -> list[dict[str, object]]:
    done = subprocess.run(
        [sys.executable, str(DRIVER), verb, str(folder), *more],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_apply_is_all_or_nothing_wherever_it_dies(tmp_path: Path) -> None:
    facts = kills("apply", tmp_path)
    assert len(facts) > 30
    states = [fact["state"] for fact in facts]
    assert set(states) == {"old", "new"}
    # Once the new files are durable, the change set is finished; before that it is discarded: there is one turn.
    assert states == sorted(states, reverse=True)
    assert [fact["applied"] for fact in facts] == [1 if state == "old" else 2 for state in states]


def test_undo_is_all_or_nothing_wherever_it_dies(tmp_path: Path) -> None:
    facts = kills("undo", tmp_path)
    assert len(facts) > 10
    states = [fact["state"] for fact in facts]
    assert set(states) == {"old", "new"}
    assert states == sorted(states)
    # The change set applied earlier is never taken back along with it.
    assert [fact["applied"] for fact in facts] == [1 if state == "old" else 2 for state in states]


@pytest.mark.parametrize("verb", ["apply", "undo"])
def test_what_is_done_beside_the_files_comes_and_goes_with_them_wherever_it_dies(tmp_path: Path, verb: str) -> None:
    facts = kills(verb, tmp_path, "effects")
    states = [fact["state"] for fact in facts]
    assert set(states) == {"old", "new"}
    assert states == sorted(states, reverse=verb == "apply")
    assert [fact["applied"] for fact in facts] == [1 if state == "old" else 2 for state in states]


def cut_in_applying(root: Path) -> None:
    """Apply two files and put the disk back to the moment between the two renames."""
    ChangeSet.build(root, {"a.txt": "new a\n", "b.txt": "new b\n"}, title="Two files").apply()
    journal = root / ".mlops/journal/000001/journal.json"
    data = json.loads(journal.read_text())
    data["phase"] = "applying"
    journal.write_text(json.dumps(data))
    (root / "b.txt").replace(root / ".mlops-000001-1")
    shutil.copy2(root / ".mlops/journal/000001/before/1", root / "b.txt")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text("old a\n")
    (tmp_path / "b.txt").write_text("old b\n")
    cut_in_applying(tmp_path)
    return tmp_path


def test_the_next_preview_finishes_what_a_crash_cut(root: Path) -> None:
    assert not ChangeSet.build(root, {"a.txt": "new a\n", "b.txt": "new b\n"})
    assert (root / "b.txt").read_text() == "new b\n"
    assert len(history(root)) == 1


def test_an_edit_between_crash_and_recovery_stays_and_the_rest_goes_back(root: Path) -> None:
    (root / "b.txt").write_text("edited by hand\n")
    recover(root)
    assert (root / "a.txt").read_text() == "old a\n"
    assert (root / "b.txt").read_text() == "edited by hand\n"
    assert history(root) == []
    assert [path.name for path in root.iterdir() if path.name.startswith(".mlops-")] == []


def test_a_lost_new_file_takes_the_rest_back(root: Path) -> None:
    (root / ".mlops-000001-1").unlink()
    recover(root)
    assert (root / "a.txt").read_text() == "old a\n"
    assert (root / "b.txt").read_text() == "old b\n"


def test_undo_after_a_cut_apply_takes_back_that_one(root: Path) -> None:
    assert undo(root).title == "Two files"
    assert (root / "a.txt").read_text() == "old a\n"
    assert (root / "b.txt").read_text() == "old b\n"
