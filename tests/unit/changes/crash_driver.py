"""Kills a process before each of its file operations in turn, and after each kill once more while it recovers.

Run by `test_crash.py` as its own process, because it forks. Prints one JSON line a kill: what was left on disk after
the next call. With `effects` the change set also makes a git repository and fills DVC's cache. POSIX only, as forking is.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from jupyter_mlops.changes import ChangeSet, File, Link, Move, Wanted, history, recover, undo
from jupyter_mlops.changes.effects import Effect
from jupyter_mlops.changes.effects.dvc_objects import DvcObjects
from jupyter_mlops.changes.effects.git_repository import GitRepository
from jupyter_mlops.changes.effects.git_settings import GitSettings

EARLIER: dict[str, Wanted] = {"earlier.txt": "earlier\n"}
WANTED: dict[str, Wanted] = {
    "edit.py": b"new\n" * 1000,
    "a/b/new.txt": "new\n",
    "a/env.yaml": Link("b/new.txt"),
    "gone.txt": None,
    "moved.bin": Move("data.bin"),
    "run.sh": File(executable=True),
}

DATA = bytes(range(256))
EFFECTS: tuple[Effect, ...] = (
    GitRepository(),
    GitSettings((("filter.outputs.clean", "x"),)),
    DvcObjects(".", (("data.bin", hashlib.md5(DATA).hexdigest()),), len(DATA)),
)

_CHANGING = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod"}
_DIED = 77


def snapshot(root: Path) -> dict[str, object]:
    """Every file, link and folder of the project but the journal, with modes."""
    found: dict[str, object] = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.is_dir():
            found[name] = "folder"
        else:
            found[name] = [path.read_bytes().hex(), path.stat().st_mode & 0o777]
    return {name: value for name, value in found.items() if name.split("/")[0] != ".mlops"}


def in_child(action: Callable[[], object], fatal: int) -> bool:
    """Whether `action`, run in a child, ended before its operation number `fatal` came, which would have killed it."""
    child = os.fork()
    if child == 0:
        _arm(fatal)
        try:
            action()
        except BaseException as error:  # noqa: BLE001 - a fork must never return into the caller
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            os._exit(1)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status not in (0, _DIED):
        raise SystemExit(f"the child ended with {status} instead of dying at operation {fatal}")
    return status == 0


def _arm(fatal: int) -> None:
    count = 0
    real_write = os.write

    def operation(cut: Callable[[], object] | None = None) -> None:
        nonlocal count
        if count == fatal:
            if cut is not None:
                cut()
            os._exit(_DIED)
        count += 1

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event in _CHANGING or event == "subprocess.Popen":
            operation()
        elif event == "open":
            flags = arguments[2]
            if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                operation()

    def write(descriptor: int, data: bytes) -> int:
        operation(lambda: real_write(descriptor, bytes(data)[: len(data) // 2]))
        return real_write(descriptor, data)

    def fsync(_descriptor: int) -> None:
        operation()  # a killed process loses nothing that it wrote, so there is no need to wait for the disk

    os.write, os.fsync = write, fsync
    sys.addaudithook(hook)


def prepare(root: Path) -> None:
    """The project as it is before the change set that crashes, with one change set applied earlier."""
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    (root / "edit.py").write_text("old\n")
    (root / "edit.py").chmod(0o640)
    (root / "gone.txt").write_text("gone\n")
    (root / "data.bin").write_bytes(DATA)
    (root / "run.sh").write_text("#!/bin/sh\n")
    ChangeSet.build(root, EARLIER).apply()


def main(verb: str, scratch: Path, *, effects: bool) -> None:
    """Kill `apply` or `undo` at every operation, recover, and print what is there."""
    root = scratch / "project"

    def changed() -> ChangeSet:
        return (
            ChangeSet.build(root, {"edit.py": "new\n"}, effects=EFFECTS) if effects else ChangeSet.build(root, WANTED)
        )

    prepare(root)
    old = snapshot(root)
    changed().apply()
    new = snapshot(root)

    def crash(fatal: int) -> bool:
        prepare(root)
        changes = changed()
        if verb == "apply":
            return in_child(changes.apply, fatal)
        changes.apply()
        return in_child(lambda: undo(root), fatal)

    def report(**facts: object) -> None:
        state = snapshot(root)
        facts["state"] = "old" if state == old else "new" if state == new else sorted(set(state) ^ set(old))
        facts["applied"] = len(history(root))
        print(json.dumps(facts), flush=True)

    fatal = 0
    while not crash(fatal):
        second = 0
        while not in_child(lambda: recover(root), second):
            second += 1
        report(fatal=fatal, second=second)
        # What comes after a recovery is an ordinary day: the change set applies, or is there, and can be undone.
        if snapshot(root) != new:
            changed().apply()
        assert snapshot(root) == new, f"{verb} {fatal}: not applicable after recovery"
        undo(root)
        assert snapshot(root) == old, f"{verb} {fatal}: not undoable after recovery"
        fatal += 1
    report(fatal=fatal, second=None)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), effects="effects" in sys.argv[3:])
