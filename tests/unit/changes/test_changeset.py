"""What a change set shows, writes, refuses and takes back."""

from __future__ import annotations

import os
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jupyter_mlops.changes import ChangeSet, File, Link, Move, Wanted, history, undo
from jupyter_mlops.errors import MlopsError

posix_only = pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits")


def tree(root: Path) -> dict[str, object]:
    """All that is in a project but the journal: bytes and mode, link target, or None for a folder."""
    found: dict[str, object] = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if name.split("/")[0] == ".mlops" or ".git" in name.split("/"):
            continue
        if path.is_symlink():
            found[name] = str(path.readlink())
        elif path.is_dir():
            found[name] = None
        else:
            found[name] = (path.read_bytes(), stat.S_IMODE(path.stat().st_mode))
    return found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "keep.txt").write_bytes(b"keep\n")
    (tmp_path / "edit.py").write_bytes(b"one\ntwo\nthree\n")
    (tmp_path / "run.sh").write_bytes(b"#!/bin/sh\n")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "raw.bin").write_bytes(bytes(range(256)))
    return tmp_path


EVERYTHING: dict[str, Wanted] = {
    "a/b/new.txt": "new\n",
    "edit.py": b"one\n2\nthree\n",
    "keep.txt": None,
    "moved/raw.bin": Move("data/raw.bin"),
    "env.yaml": Link("a/b/new.txt"),
    "run.sh": File(executable=True),
    "bin/tool": File(b"#!/bin/sh\n", executable=True),
}


def test_applies_every_kind_of_change_and_takes_it_back(root: Path) -> None:
    before = tree(root)
    changes = ChangeSet.build(root, EVERYTHING, title="Try everything")
    assert tree(root) == before
    assert not (root / ".mlops").exists()
    kinds = {change.path: change.kind for change in changes.changes}
    assert kinds == {
        "a/b/new.txt": "create",
        "bin/tool": "create",
        "edit.py": "modify",
        "env.yaml": "link",
        "keep.txt": "remove",
        "moved/raw.bin": "move",
        "run.sh": "mode",
    }
    applied = changes.apply()
    assert set(applied.paths) == {*EVERYTHING, "data/raw.bin"}
    after = tree(root)
    assert (root / "env.yaml").read_text() == "new\n"
    assert (root / "moved/raw.bin").read_bytes() == bytes(range(256))
    assert "data/raw.bin" not in after
    assert "keep.txt" not in after
    assert os.access(root / "bin/tool", os.X_OK)
    assert os.access(root / "run.sh", os.X_OK)
    assert not list(root.rglob(".mlops-*"))
    assert [entry.title for entry in history(root)] == ["Try everything"]
    assert undo(root).paths == applied.paths
    assert tree(root) == before
    assert history(root) == []


def test_a_second_application_changes_nothing(root: Path) -> None:
    ChangeSet.build(root, EVERYTHING).apply()
    again = ChangeSet.build(root, EVERYTHING)
    assert not again
    assert again.preview() == ""
    assert again.apply().paths == ()
    assert len(history(root)) == 1


def test_nothing_to_do_writes_nothing(root: Path) -> None:
    ChangeSet.build(root, {"keep.txt": "keep\n", "absent.txt": None, "edit.py": File()}).apply()
    assert not (root / ".mlops").exists()


def test_a_file_beside_the_journal_is_written_where_neither_is_there_yet(root: Path) -> None:
    assert not (root / ".mlops").exists()
    ChangeSet.build(root, {".mlops/settings.toml": "a = 1\n"}).apply()
    assert (root / ".mlops/settings.toml").read_text("utf-8") == "a = 1\n"
    undo(root)
    assert not (root / ".mlops/settings.toml").exists()


def test_the_journal_is_invisible_to_git(root: Path) -> None:
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "-c", "user.name=n", "-c", "user.email=e", "commit", "-qm", "start")
    ChangeSet.build(root, {"new.txt": "new\n"}).apply()
    assert git(root, "status", "--porcelain").split() == ["??", "new.txt"]
    undo(root)
    assert git(root, "status", "--porcelain") == ""


@posix_only
def test_git_applies_the_preview_to_the_same_result(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    root.joinpath("with space.txt").write_text("no newline")
    root.joinpath("tail.txt").write_text("a\nb")
    root.joinpath("umlaut.txt").write_text("für\n", encoding="utf-8")
    wanted = {
        **EVERYTHING,
        "with space.txt": "no newline\nbut now\n",
        "tail.txt": "a\nc",
        "umlaut.txt": "für dich\n",
        "empty.txt": "",
        "form\u2028feed.txt": "x\x0cy\n",
    }
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "-c", "user.name=n", "-c", "user.email=e", "commit", "-qm", "start")
    copy = tmp_path_factory.mktemp("copy")
    git(root, "clone", "-q", ".", str(copy / "c"))
    changes = ChangeSet.build(root, wanted)
    (copy / "patch").write_text(changes.preview(), encoding="utf-8", newline="\n")
    git(copy / "c", "apply", "../patch")
    changes.apply()
    after = tree(root)
    assert {name: value for name, value in tree(copy / "c").items() if value is not None} == {
        name: value for name, value in after.items() if value is not None
    }


def test_binary_files_are_shown_by_size(root: Path) -> None:
    changes = ChangeSet.build(root, {"data/raw.bin": b"\x00\x01"})
    assert changes.changes[0].binary
    assert "Binary file data/raw.bin (2 bytes)" in changes.preview()


def test_the_preview_is_data_too(root: Path) -> None:
    changes = ChangeSet.build(root, {"edit.py": "one\n"}, title="Shorten")
    data = changes.as_dict()
    assert data["title"] == "Shorten"
    assert data["id"] == ChangeSet.build(root, {"edit.py": "one\n"}).id
    assert data["id"] != ChangeSet.build(root, {"edit.py": "two\n"}).id
    (change,) = data["changes"]
    assert change["kind"] == "modify"
    assert "-two\n-three\n" in change["diff"]


def test_refuses_what_changed_since_the_preview(root: Path) -> None:
    changes = ChangeSet.build(root, {"edit.py": "mine\n", "other.txt": "x"})
    (root / "edit.py").write_text("theirs\n")
    with pytest.raises(MlopsError) as caught:
        changes.apply()
    assert caught.value.code == "changed-since-preview"
    assert "edit.py" in caught.value.message
    assert (root / "edit.py").read_text() == "theirs\n"
    assert not (root / "other.txt").exists()
    assert not (root / ".mlops").exists()


@posix_only
def test_refuses_a_folder_that_became_a_link_since_the_preview(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    changes = ChangeSet.build(root, {"new/file.txt": "x"})
    (root / "new").symlink_to(outside)
    with pytest.raises(MlopsError, match="Changed since the preview"):
        changes.apply()
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize(
    "name",
    ["../out", "/etc/out", "a/../../out", "C:/out", "C:out", "a\\b", "", ".", "a//b", "./a", "a/", "x\0y",
     ".git/hooks/pre-commit", ".git", ".mlops/journal/x"],
)  # fmt: skip
def test_refuses_paths_that_leave_the_project(root: Path, name: str) -> None:
    for wanted in ({name: "x"}, {"fine.txt": Move(name)}):
        with pytest.raises(MlopsError) as caught:
            ChangeSet.build(root, wanted)
        assert caught.value.code == "unsafe-path"


@pytest.mark.parametrize("target", ["../../out", "/etc/passwd", "../..", "a/../../../x"])
def test_refuses_links_that_leave_the_project(root: Path, target: str) -> None:
    with pytest.raises(MlopsError) as caught:
        ChangeSet.build(root, {"data/link": Link(target)})
    assert caught.value.code == "unsafe-path"


@posix_only
def test_refuses_to_write_through_a_linked_folder(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (root / "elsewhere").symlink_to(tmp_path_factory.mktemp("outside"))
    with pytest.raises(MlopsError) as caught:
        ChangeSet.build(root, {"elsewhere/deep/x": "x"})
    assert caught.value.code == "unsafe-path"


@pytest.mark.parametrize(
    "wanted",
    [
        {"data": "a folder is there"},
        {"keep.txt/x": "a file is there"},
        {"n": "file", "n/x": "and folder"},
        {"keep.txt": Move("edit.py")},
        {"new": Move("absent")},
        {"new": Move("edit.py"), "edit.py": "x"},
        {"absent": File(executable=True)},
    ],
)
def test_refuses_what_is_in_the_way(root: Path, wanted: dict[str, Wanted]) -> None:
    with pytest.raises(MlopsError) as caught:
        ChangeSet.build(root, wanted)
    assert caught.value.code == "change-conflict"


def test_undo_refuses_when_a_file_was_edited_since(root: Path) -> None:
    ChangeSet.build(root, {"edit.py": "mine\n", "new.txt": "x"}, title="Edit").apply()
    (root / "edit.py").write_text("edited\n")
    with pytest.raises(MlopsError) as caught:
        undo(root)
    assert caught.value.code == "edited-since"
    assert '"Edit"' in caught.value.message
    assert "edit.py" in caught.value.message
    assert (root / "new.txt").exists()
    (root / "edit.py").write_text("mine\n")
    undo(root)
    assert (root / "edit.py").read_text() == "one\ntwo\nthree\n"


@posix_only
def test_undo_refuses_when_only_the_mode_was_changed(root: Path) -> None:
    ChangeSet.build(root, {"edit.py": "mine\n"}).apply()
    (root / "edit.py").chmod(0o600)
    with pytest.raises(MlopsError, match="edited since"):
        undo(root)


def test_undo_leaves_edits_elsewhere_alone(root: Path) -> None:
    ChangeSet.build(root, {"new/a.txt": "a", "edit.py": "mine\n"}).apply()
    (root / "keep.txt").write_text("edited\n")
    (root / "new" / "mine.txt").write_text("mine\n")
    undo(root)
    assert (root / "keep.txt").read_text() == "edited\n"
    assert [path.name for path in (root / "new").iterdir()] == ["mine.txt"]


def test_undo_goes_back_step_by_step(root: Path) -> None:
    states = [tree(root)]
    for text in ("first\n", "second\n", "third\n"):
        ChangeSet.build(root, {"edit.py": text, f"{text.strip()}/x": text}).apply()
        states.append(tree(root))
    for state in reversed(states[:-1]):
        undo(root)
        assert tree(root) == state
    with pytest.raises(MlopsError) as caught:
        undo(root)
    assert caught.value.code == "nothing-to-undo"


@posix_only
def test_modes_are_kept(root: Path) -> None:
    (root / "edit.py").chmod(0o640)
    ChangeSet.build(root, {"edit.py": "mine\n"}).apply()
    assert stat.S_IMODE((root / "edit.py").stat().st_mode) == 0o640
    ChangeSet.build(root, {"edit.py": File(executable=True)}).apply()
    assert stat.S_IMODE((root / "edit.py").stat().st_mode) == 0o750
    ChangeSet.build(root, {"edit.py": File(executable=False)}).apply()
    assert stat.S_IMODE((root / "edit.py").stat().st_mode) == 0o640


@posix_only
def test_where_links_do_not_exist_a_copy_stands_in(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(1, "A required privilege is not held by the client")

    before = tree(root)
    wanted: dict[str, Wanted] = {
        "env.yaml": Link("params.yaml"),
        "params.yaml": "n: 1\n",
        "sub/keep": Link("../keep.txt"),
    }
    with monkeypatch.context() as patch:
        patch.setattr(Path, "symlink_to", refuse)
        ChangeSet.build(root, wanted).apply()
    assert not (root / "env.yaml").is_symlink()
    assert (root / "env.yaml").read_text() == "n: 1\n"
    assert (root / "sub/keep").read_text() == "keep\n"
    assert not ChangeSet.build(root, wanted)
    undo(root)
    assert tree(root) == before


@posix_only
@pytest.mark.skipif(os.name != "nt" and os.geteuid() == 0, reason="root may write everywhere")
def test_a_refusal_by_the_system_changes_nothing(root: Path) -> None:
    before = tree(root)
    (root / "data").chmod(0o500)
    with pytest.raises(MlopsError) as caught:
        ChangeSet.build(root, {"a.txt": "x", "data/x": "x"}).apply()
    (root / "data").chmod(0o755)
    assert caught.value.code == "cannot-write"
    assert tree(root).keys() == before.keys()


def test_a_full_disk_changes_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree(root)
    write = os.write
    calls = iter(range(100))

    def full(descriptor: int, data: bytes) -> int:
        if next(calls) == 3:
            raise OSError(28, "No space left on device")
        return write(descriptor, data)

    changes = ChangeSet.build(root, EVERYTHING)
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(MlopsError, match="No space left on device") as caught:
            changes.apply()
    assert caught.value.code == "cannot-write"
    assert tree(root) == before
    assert history(root) == []


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def test_of_two_writers_one_wins(root: Path) -> None:
    first = ChangeSet.build(root, {"edit.py": "first\n"})
    second = ChangeSet.build(root, {"edit.py": "second\n"})

    def attempt(changes: ChangeSet) -> str:
        try:
            changes.apply()
        except MlopsError as refusal:
            return refusal.code
        return "applied"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(attempt, [first, second]))
    assert outcomes == ["applied", "changed-since-preview"]
    assert len(history(root)) == 1
