"""What change sets do beside the files: all or nothing with them, and taken back with them."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from pathlib import Path

import pytest
from lift_projects import WHO, run

from jupyter_mlops.changes import ChangeSet, history, recover, undo
from jupyter_mlops.changes.effects.dvc_objects import CACHE, DvcObjects
from jupyter_mlops.changes.effects.git_repository import GitRepository
from jupyter_mlops.changes.effects.git_settings import GitSettings
from jupyter_mlops.changes.effects.git_untracked import GitUntracked
from jupyter_mlops.errors import MlopsError


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in WHO.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "data.csv").write_text("a\n1\n")
    return tmp_path


def md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes()).hexdigest()


def objects(root: Path) -> DvcObjects:
    return DvcObjects(".", (("data.csv", md5(root / "data.csv")),), 4)


def stored(root: Path) -> Path:
    name = md5(root / "data.csv")
    return root / CACHE / name[:2] / name[2:]


def test_effects_and_files_come_and_go_together(root: Path) -> None:
    effects = [GitRepository(), GitSettings((("filter.nbstripout.clean", "x"),)), objects(root)]
    changes = ChangeSet.build(root, {"new.txt": "new\n"}, title="All", effects=effects)
    assert [effect["kind"] for effect in changes.as_dict()["effects"]] == [
        "git-repository",
        "git-settings",
        "dvc-objects",
    ]
    assert not (root / ".git").exists()
    changes.apply()
    assert (root / ".git").is_dir()
    assert run(root, "git", "config", "filter.nbstripout.clean") == "x\n"
    assert stored(root).read_bytes() == (root / "data.csv").read_bytes()
    assert stored(root).stat().st_mode & 0o222 == 0
    undo(root)
    assert sorted(path.name for path in root.iterdir()) == [".mlops", "data.csv"]


def test_an_effect_that_fails_takes_everything_back(root: Path) -> None:
    wrong = DvcObjects(".", (("data.csv", "0" * 32),), 4)
    changes = ChangeSet.build(root, {"new.txt": "new\n"}, effects=[GitRepository(), wrong])
    with pytest.raises(MlopsError) as raised:
        changes.apply()
    assert raised.value.code == "changed-since-preview"
    assert sorted(path.name for path in root.iterdir()) == [".mlops", "data.csv"]
    assert history(root) == []


def test_a_crash_between_effects_is_taken_back_at_the_next_call(root: Path) -> None:
    pid = os.fork() if hasattr(os, "fork") else -1
    if pid == -1:
        pytest.skip("needs fork")
    if pid == 0:

        class Dies(GitRepository):
            def do(self, _root: Path) -> None:
                os._exit(77)

        ChangeSet.build(root, {"new.txt": "new\n"}, effects=[GitRepository(), objects(root), Dies()]).apply()
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 77
    assert (root / ".git").is_dir()
    assert stored(root).is_file()
    recover(root.resolve())
    assert sorted(path.name for path in root.iterdir()) == [".mlops", "data.csv"]
    assert history(root) == []


def test_an_undo_refuses_to_lose_commits(root: Path) -> None:
    ChangeSet.build(root, {"new.txt": "new\n"}, effects=[GitRepository()]).apply()
    run(root, "git", "add", "new.txt")
    with pytest.raises(MlopsError, match="files were added"):
        undo(root)
    run(root, "git", "commit", "-q", "-m", "one")
    with pytest.raises(MlopsError, match="has commits since"):
        undo(root)
    assert (root / "new.txt").exists()
    assert (root / ".git").is_dir()


def test_a_repository_of_which_a_crash_left_half_goes_though_another_is_around_it(root: Path) -> None:
    run(root, "git", "init", "-q")
    run(root, "git", "add", "data.csv")
    run(root, "git", "commit", "-qm", "The repository around it")
    inner = root / "inner"
    inner.mkdir()
    ChangeSet.build(inner, {}, effects=[GitRepository()]).apply()
    (inner / ".git/HEAD").unlink()
    undo(inner)
    assert not (inner / ".git").exists()
    assert (root / ".git").is_dir()


def test_files_that_git_let_go_come_back_as_they_were_in_the_index(root: Path) -> None:
    run(root, "git", "init", "-q")
    run(root, "git", "add", "-A")
    run(root, "git", "commit", "-q", "-m", "one")
    before = run(root, "git", "ls-files", "--stage")
    mode, oid, rest = before.split(" ", 2)
    del rest
    effect = GitUntracked((("data.csv", mode, oid),))
    ChangeSet.build(root, {}, title="Let go", effects=[effect]).apply()
    assert run(root, "git", "ls-files") == ""
    assert (root / "data.csv").exists()
    (root / "data.csv").write_text("edited since\n")
    undo(root)
    assert run(root, "git", "ls-files", "--stage") == before
    assert (root / "data.csv").read_text() == "edited since\n"


def test_an_object_whose_file_changed_stays_the_only_copy(root: Path) -> None:
    ChangeSet.build(root, {}, effects=[objects(root)]).apply()
    place = stored(root)
    (root / "data.csv").write_text("other\n")
    undo(root)
    assert place.read_text() == "a\n1\n"


def test_settings_that_a_person_changed_since_stay(root: Path) -> None:
    run(root, "git", "init", "-q")
    ChangeSet.build(root, {}, effects=[GitSettings((("diff.x.command", "a"), ("diff.x.b", "c")))]).apply()
    run(root, "git", "config", "diff.x.command", "mine")
    undo(root)
    assert run(root, "git", "config", "--get-regexp", "^diff").split() == ["diff.x.command", "mine"]


def test_a_journal_cannot_name_effects_that_are_not_here(root: Path) -> None:
    ChangeSet.build(root, {"new.txt": "new\n"}, effects=[objects(root)]).apply()
    (journal,) = root.glob(".mlops/journal/*/journal.json")
    data = json.loads(journal.read_text())
    for effect in ({"kind": "os.system"}, {**data["effects"][0], "entries": [["data.csv", "../../../etc/passwd"]]}):
        data["effects"] = [effect]
        journal.write_text(json.dumps(data))
        with pytest.raises(MlopsError) as raised:
            undo(root)
        assert raised.value.code == "journal-damaged"


def test_git_is_not_led_astray_by_the_environment(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = root / "other"
    other.mkdir()
    subprocess.run(["git", "init", "-q", str(other)], check=True)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    ChangeSet.build(root, {}, effects=[GitRepository()]).apply()
    assert (root / ".git/HEAD").read_text() == "ref: refs/heads/main\n"
