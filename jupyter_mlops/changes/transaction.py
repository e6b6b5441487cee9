"""Applying a change set all or nothing, finishing one that a crash cut, and taking one back.

The journal `.mlops/journal/<number>/` holds `journal.json` and `before/`, the files as they were. Its `phase` says what
is true on disk, and so what is left to do after a crash:

=============  ========================================================  =====================
phase          what is true                                              after a crash
=============  ========================================================  =====================
``staging``    the targets are as they were; new files are being laid    discarded
               beside them
``applying``   every new file is staged and durable; some are in place   finished, or taken
                                                                         back where a target
                                                                         was edited since
``applied``    done                                                      nothing to do
``undoing``    some targets are back as they were                        undone to the end
=============  ========================================================  =====================

Effects beside the files (`changes/effects/`) are done while staging, each noted before it begins; discarding and undoing
take them back, the last one first.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from jupyter_mlops.changes import files
from jupyter_mlops.changes.effects import Effect, effect_from
from jupyter_mlops.changes.files import ABSENT, State
from jupyter_mlops.changes.writable import cannot_write, refuse_read_only
from jupyter_mlops.errors import MlopsError

#: Change sets that can be taken back; older ones are forgotten.
KEPT = 50

#: Where what was changed is kept, relative to the project.
JOURNAL = ".mlops/journal"

Phase = Literal["staging", "applying", "applied", "undoing"]


@dataclass(frozen=True)
class Step:
    """One path, from the state it had to what it shall be.

    Attributes:
        path: posix, relative to the root.
        before: its state when the change set was built.
        action: what to put there.
        data: bytes to write.
        mode: permission bits to write with; None leaves them to the user's umask.
        executable: whether a new file may be run.
        target: text of a link.
        aim: what a link points to, relative to the root.
        source: file to move here.
    """

    path: str
    before: State
    action: Literal["write", "link", "move", "remove"]
    data: bytes = b""
    mode: int | None = None
    executable: bool = False
    target: str = ""
    aim: str = ""
    source: str = ""

    def fingerprint(self) -> list[Any]:
        """What is wanted, as JSON-like data."""
        content = hashlib.sha256(self.data).hexdigest()
        return [self.action, content, self.mode, self.executable, self.target, self.source]


@dataclass(frozen=True)
class Applied:
    """A change set that was applied.

    Attributes:
        number: what it is called in the journal; None when there was nothing to do.
        title: what it was for.
        time: when, in ISO 8601, UTC.
        paths: posix paths relative to the root that were created, changed or removed.
        effects: what was done beside the files, one sentence each.
    """

    number: int | None
    title: str
    time: str
    paths: tuple[str, ...]
    effects: tuple[str, ...] = ()


@dataclass
class _Entry:
    """One path in the journal; `after` is known once its new file is staged."""

    path: str
    before: State
    after: State = ABSENT


@dataclass
class _Journal:
    """A change set on disk."""

    root: Path
    number: int
    title: str
    time: str
    phase: Phase
    entries: list[_Entry] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    effects: list[dict[str, Any]] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.root / JOURNAL / f"{self.number:06d}"

    def backup(self, index: int) -> Path:
        return self.folder / "before" / str(index)

    def staged(self, index: int) -> Path:
        """The new file, beside the target so that putting it in place is one rename."""
        return self.target(index).parent / f".mlops-{self.number:06d}-{index}"

    def target(self, index: int) -> Path:
        return self.root / PurePosixPath(self.entries[index].path)

    def save(self) -> None:
        data = asdict(self)
        del data["root"]
        new = self.folder / "journal.json.new"
        new.unlink(missing_ok=True)  # of a crash in the middle of this
        files.create(new, json.dumps(data, indent=1).encode())
        new.replace(self.folder / "journal.json")
        files.sync_folder(self.folder)

    @classmethod
    def load(cls, root: Path, folder: Path) -> _Journal | None:
        """The journal in `folder`; None when the crash came before there was one, so nothing was touched."""
        try:
            data = json.loads((folder / "journal.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        entries = [_Entry(e["path"], State(**e["before"]), State(**e["after"])) for e in data.pop("entries")]
        return cls(root, entries=entries, **data)

    def as_applied(self) -> Applied:
        paths = tuple(entry.path for entry in self.entries)
        effects = tuple(effect_from(data).text for data in self.effects)
        return Applied(self.number, self.title, self.time, paths, effects)


def apply(root: Path, title: str, steps: Sequence[Step], effects: Sequence[Effect] = ()) -> Applied:
    """Make the changes, all or none.

    Args:
        root: the project's folder, resolved.
        title: what they are for.
        steps: at most one a path.
        effects: what is done beside the files, in order, before they are put in place.

    Returns:
        What was done.

    Raises:
        MlopsError: `changed-since-preview`, or `cannot-write`; nothing has changed then.
    """
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    if not steps and not effects:
        return Applied(None, title, now, ())
    refuse_read_only(root, [JOURNAL, *(step.path for step in steps)])
    with _locked(root), _uninterrupted():
        _recover(root)
        changed = [s.path for s in steps if State.of(root / s.path) != s.before or _through_link(root, s.path)]
        if changed:
            message = f"Changed since the preview: {', '.join(changed)}. Nothing was written; look at a new preview."
            raise MlopsError("changed-since-preview", message, path=changed[0])
        journal = _Journal(root, _next_number(root), title, now, "staging", [_Entry(s.path, s.before) for s in steps])
        journal.folders = _missing_folders(root, steps)
        try:
            _stage(journal, steps)
            for effect in effects:
                journal.effects.append(effect.as_dict())
                journal.save()
                effect.do(root)
            journal.phase = "applying"
            journal.save()
            _settle(journal, forward=True)
            journal.phase = "applied"
            journal.save()
        except MlopsError:
            _discard(journal)
            raise
        except OSError as error:
            _settle(journal, forward=False)
            _discard(journal)
            raise cannot_write(root, error) from error
        for old in _numbered(root)[:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)
        return journal.as_applied()


def recover(root: Path) -> None:
    """Finish or take back what a crash cut. Costs a look at a folder and a small file when there is nothing to do.

    Args:
        root: the project's folder, resolved.
    """
    if _unfinished(root) is not None:
        with _locked(root):
            _recover(root)


def history(root: str | Path) -> list[Applied]:
    """Change sets that can be taken back, the newest last.

    Args:
        root: the project's folder.
    """
    folder = Path(root).resolve()
    recover(folder)
    return [journal.as_applied() for number in _numbered(folder) if (journal := _Journal.load(folder, number))]


def undo(root: str | Path) -> Applied:
    """Take back the change set that was applied last: exact bytes and modes, whatever happened to other files.

    Args:
        root: the project's folder.

    Returns:
        What was taken back.

    Raises:
        MlopsError: `nothing-to-undo`; `edited-since` when one of its files is not as it was left; `cannot-write`.
    """
    folder = Path(root).resolve()
    refuse_read_only(folder, [JOURNAL])
    with _locked(folder), _uninterrupted():
        recovered = _recover(folder)
        if recovered is not None:
            return recovered  # the crash cut this very undo, or an apply of which nothing is left
        numbered = _numbered(folder)
        journal = _Journal.load(folder, numbered[-1]) if numbered else None
        if journal is None:
            raise MlopsError("nothing-to-undo", "There is no change here that this tool made and could take back.")
        _refuse_edited(journal)
        try:
            journal.phase = "undoing"
            journal.save()
            _settle(journal, forward=False)
            _discard(journal)
        except OSError as error:
            message = f"The undo stopped half-way ({error.strerror or error}). Mend that and undo again: it goes on."
            raise MlopsError("cannot-write", message, path=str(folder)) from error
        return journal.as_applied()


# -- the parts --------------------------------------------------------------------------------------------------------


def _stage(journal: _Journal, steps: Sequence[Step]) -> None:
    """Lay the old files into the journal and the new ones beside their targets; no target is touched."""
    journals = journal.folder.parent
    (journal.folder / "before").mkdir(parents=True)
    ignore = journals / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8", newline="\n")
    journal.save()
    for folder in (journals, journals.parent, journal.root):
        files.sync_folder(folder)
    for name in journal.folders:
        (journal.root / name).mkdir()
    for index, step in enumerate(steps):
        if step.before != ABSENT:
            files.copy(journal.target(index), journal.backup(index))
    # Links come last: where a copy has to stand in for one, the file it points to may be new itself.
    for index in sorted(range(len(steps)), key=lambda i: steps[i].action == "link"):
        _lay(journal, index, steps)
    touched = {journal.staged(index).parent for index in range(len(steps))} | {journal.folder / "before"}
    for folder in touched | {(journal.root / name).parent for name in journal.folders}:
        if folder.is_dir():
            files.sync_folder(folder)


def _lay(journal: _Journal, index: int, steps: Sequence[Step]) -> None:
    step, staged = steps[index], journal.staged(index)
    if step.action == "remove":
        return
    if step.action == "write":
        files.create(staged, step.data, executable=step.executable, mode=step.mode)
    elif step.action == "move":
        files.copy(journal.root / step.source, staged)
    else:
        try:
            staged.symlink_to(step.target)
        except (OSError, NotImplementedError):
            new = next((journal.staged(i) for i, other in enumerate(steps) if other.path == step.aim), None)
            files.create(staged, (new or journal.root / step.aim).read_bytes())
    journal.entries[index].after = State.of(staged)


def _settle(journal: _Journal, *, forward: bool) -> None:
    """Bring every target to its new state, or those that have it back to their old one. May be called again."""
    for index, entry in enumerate(journal.entries):
        target = journal.target(index)
        origin, wanted = (entry.before, entry.after) if forward else (entry.after, entry.before)
        if origin == wanted or State.of(target) != origin:
            continue
        if wanted == ABSENT:
            target.unlink()
        else:
            files.move(journal.staged(index) if forward else journal.backup(index), target)
    for folder in {journal.target(index).parent for index in range(len(journal.entries))}:
        if folder.is_dir():
            files.sync_folder(folder)


def _discard(journal: _Journal) -> None:
    """Take back the effects, remove what staging laid and the folders it made, then the journal."""
    for data in reversed(journal.effects):
        effect_from(data).undo(journal.root)
    for index in range(len(journal.entries)):
        journal.staged(index).unlink(missing_ok=True)
    for name in reversed(journal.folders):
        path = journal.root / name
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
    (journal.folder / "journal.json").unlink(missing_ok=True)  # first: a journal that is half gone counts as none
    shutil.rmtree(journal.folder, ignore_errors=True)


def _recover(root: Path) -> Applied | None:
    """Settle the change set that a crash cut; what was taken back, if that was the way."""
    folder = _unfinished(root)
    if folder is None:
        return None
    journal = _Journal.load(root, folder)
    if journal is None:
        shutil.rmtree(folder, ignore_errors=True)
        return None
    if journal.phase == "applying" and _can_finish(journal):
        _settle(journal, forward=True)
        journal.phase = "applied"
        journal.save()
        return None
    if journal.phase != "staging":
        _settle(journal, forward=False)
    _discard(journal)
    return journal.as_applied()


def _can_finish(journal: _Journal) -> bool:
    """Whether no target was edited since the crash and every new file is still there."""
    for index, entry in enumerate(journal.entries):
        state = State.of(journal.target(index))
        ready = entry.after == ABSENT or os.path.lexists(journal.staged(index))
        if state != entry.after and not (state == entry.before and ready):
            return False
    return True


def _refuse_edited(journal: _Journal) -> None:
    edited: list[str] = []
    created: list[str] = []
    for index, entry in enumerate(journal.entries):
        state = State.of(journal.target(index))
        if state not in (entry.before, entry.after) or _through_link(journal.root, entry.path):
            edited.append(entry.path)
            created += [entry.path] if entry.before == ABSENT else []
        elif entry.before not in (state, ABSENT) and State.of(journal.backup(index)) != entry.before:
            message = "The journal no longer holds this file as it was, so the change cannot be taken back."
            raise MlopsError("journal-damaged", message, path=entry.path)
    if edited:
        message = (
            f'"{journal.title}" cannot be taken back, because these files were edited since: {", ".join(edited)}. '
            "Undoing would lose those edits. Keep a copy elsewhere, then bring back what the change had written "
            "(`git restore FILE`, if that is committed)"
        )
        message += f", or remove what it had created: {', '.join(created)}." if created else "."
        raise MlopsError("edited-since", message, path=edited[0])
    for data in journal.effects:
        why = effect_from(data).objection(journal.root)
        if why is not None:
            raise MlopsError("edited-since", f'"{journal.title}" cannot be taken back: {why}.')


def _through_link(root: Path, name: str) -> bool:
    return any((root / parent).is_symlink() for parent in PurePosixPath(name).parents)


def _missing_folders(root: Path, steps: Sequence[Step]) -> list[str]:
    """Folders that the new files need and that are not there, outer ones first."""
    needed = {p for step in steps if step.action != "remove" for p in PurePosixPath(step.path).parents}
    # The journal makes its own before anything else.
    needed -= {PurePosixPath(JOURNAL), *PurePosixPath(JOURNAL).parents}
    return sorted(p.as_posix() for p in needed if not (root / p).exists())


def _numbered(root: Path) -> list[Path]:
    """Folders of the journal, the newest last."""
    folder = root / JOURNAL
    return sorted(entry for entry in folder.iterdir() if entry.name.isdigit()) if folder.is_dir() else []


def _next_number(root: Path) -> int:
    numbered = _numbered(root)
    return int(numbered[-1].name) + 1 if numbered else 1


def _unfinished(root: Path) -> Path | None:
    """The folder of a change set that a crash cut: only the newest can be one, as each call settles what it finds."""
    numbered = _numbered(root)
    if not numbered:
        return None
    journal = _Journal.load(root, numbered[-1])
    return None if journal is not None and journal.phase == "applied" else numbered[-1]


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C and a request to terminate wait until the files are in their places, which is soon."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked: list[int] = []
    before = {
        number: signal.signal(number, lambda number, _frame: asked.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, signal.SIG_DFL if handler is None else handler)
        for number in dict.fromkeys(asked):
            signal.raise_signal(number)


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    """One writer a project: waits for another process or thread that is applying or undoing."""
    if sys.platform == "win32":
        import msvcrt

        name = hashlib.sha256(str(root).encode()).hexdigest()[:16]
        descriptor = os.open(Path(tempfile.gettempdir()) / f"jupyter-mlops-{name}.lock", os.O_RDWR | os.O_CREAT)
        lock = partial(msvcrt.locking, descriptor, msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        descriptor = os.open(root, os.O_RDONLY)
        lock = partial(fcntl.flock, descriptor, fcntl.LOCK_EX)
    try:
        with suppress(OSError):  # some network file systems lock nothing; the checks before writing still hold
            lock()
        yield
    finally:
        os.close(descriptor)
