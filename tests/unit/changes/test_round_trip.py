"""Random projects, random change sets, edits elsewhere in between: undo restores every byte and mode."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_mlops.changes import ChangeSet, File, Link, Move, Wanted, history, undo
from jupyter_mlops.errors import MlopsError

from .crash_driver import snapshot

# Few names, so that change sets often meet files that are there, and folders whose name another wants for a file.
SEGMENTS = st.sampled_from(["a", "b", "c", "ü", "x y"])
NAMES = st.lists(SEGMENTS, min_size=1, max_size=3).map("/".join)
CONTENT = st.one_of(st.binary(max_size=40), st.sampled_from([b"", b"one\n", b"one\ntwo\n", b"\xff\x00"]))
MODES = st.sampled_from([0o644, 0o755, 0o600, 0o444])
TREES = st.dictionaries(NAMES, st.tuples(CONTENT, MODES), max_size=6)
FILES = st.builds(File, data=st.none() | CONTENT, executable=st.sampled_from([None, True, False]))
WANTED = st.one_of(CONTENT, FILES, st.none(), st.builds(Move, NAMES), st.builds(Link, NAMES))
SETS = st.lists(st.dictionaries(NAMES, WANTED, max_size=5), max_size=4)
#: What a person does to a file in the meantime: write it, make it another mode, or remove it.
EDITS = st.lists(st.tuples(NAMES, st.one_of(CONTENT, MODES, st.none())), max_size=4)


def lay(root: Path, files: dict[str, tuple[bytes, int]]) -> None:
    for name, (data, mode) in files.items():
        path = root / name
        blocked = any(parent.is_file() for parent in path.parents)
        if not blocked and not path.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            path.chmod(mode)


def edit(root: Path, name: str, done: bytes | int | None) -> None:
    path = root / name
    if isinstance(done, bytes):
        if not path.is_symlink() and not any(parent.is_symlink() for parent in path.parents):
            path.unlink(missing_ok=True) if path.is_file() else None
            lay(root, {name: (done, 0o644)})
    elif path.is_file() and not path.is_symlink():
        path.chmod(done) if done is not None else path.unlink()


def apply(root: Path, wanted: dict[str, Wanted]) -> bool:
    """Whether there was something to apply; a refused set must have written nothing."""
    before = snapshot(root)
    try:
        changes = ChangeSet.build(root, wanted)
        assert snapshot(root) == before
        applied = changes.apply()
    except MlopsError as refusal:
        if refusal.code not in ("change-conflict", "unsafe-path"):  # unsafe: through a link that an earlier set made
            raise
        assert snapshot(root) == before
        return False
    assert not ChangeSet.build(root, wanted), "a second application would change something"
    return applied.number is not None


@pytest.fixture(autouse=True, scope="module")
def no_waiting_for_the_disk() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _descriptor: None)
        yield


@settings(max_examples=150, deadline=None)
@given(TREES, SETS)
def test_undo_restores_every_state(files: dict[str, tuple[bytes, int]], sets: list[dict[str, Wanted]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        lay(root, files)
        states = []
        for wanted in sets:
            before = snapshot(root)
            if apply(root, wanted):
                states.append(before)
        (root / "elsewhere.txt").write_text("edited while the change sets were there\n")
        assert len(history(root)) == len(states)
        for state in reversed(states):
            undo(root)
            left = snapshot(root)
            del left["elsewhere.txt"]
            assert left == state


@settings(max_examples=150, deadline=None)
@given(TREES, st.dictionaries(NAMES, WANTED, min_size=1, max_size=5), EDITS)
def test_undo_after_random_edits_keeps_them_and_restores_the_rest_or_refuses(
    files: dict[str, tuple[bytes, int]], wanted: dict[str, Wanted], edits: list[tuple[str, bytes | int | None]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        lay(root, files)
        before = snapshot(root)
        if not apply(root, wanted):
            return
        after = snapshot(root)
        for name, done in edits:
            edit(root, name, done)
        edited = snapshot(root)
        ours = set(history(root)[-1].paths)
        touched = {name for name in after.keys() | edited.keys() if after.get(name) != edited.get(name)}
        try:
            undo(root)
        except MlopsError as refusal:
            if refusal.code != "edited-since":
                raise
            assert touched & ours
            assert snapshot(root) == edited, "a refusal changed something"
            assert len(history(root)) == 1
            return
        left = snapshot(root)
        for name in ours:
            # A person may have put back by hand what was there before: then there is nothing to take back.
            assert left.get(name) == before.get(name)
            assert edited.get(name) in (after.get(name), before.get(name))
        for name in touched - ours:
            if edited.get(name) != "folder":
                assert left.get(name) == edited.get(name), "an edit elsewhere was lost"
