"""What is to be written: built from the wanted files, shown as a diff, applied in one piece."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, Literal

from jupyter_mlops.changes.effects import Effect
from jupyter_mlops.changes.files import ABSENT, State
from jupyter_mlops.changes.transaction import Applied, Step, apply, recover
from jupyter_mlops.errors import MlopsError

#: Folders that tools own; a file in there is not the project's.
_RESERVED = (".git", ".mlops/journal")


@dataclass(frozen=True)
class File:
    """A wanted file.

    Attributes:
        data: its bytes; None keeps those that it has.
        executable: whether it may be run; None keeps what it is (a new file may not).
    """

    data: bytes | None = None
    executable: bool | None = None


@dataclass(frozen=True)
class Link:
    """A wanted symbolic link; a copy of the target stands in for it where links do not exist.

    Attributes:
        target: posix path relative to the link's own folder.
    """

    target: str


@dataclass(frozen=True)
class Move:
    """A file that is to move here, with its bytes and mode.

    Attributes:
        source: where it is now, relative to the root.
    """

    source: str


#: What is wanted at a path: text (written as UTF-8), bytes, one of the forms above, or None for no file.
Wanted = str | bytes | File | Link | Move | None

Kind = Literal["create", "modify", "remove", "move", "link", "mode"]


@dataclass(frozen=True)
class Change:
    """One file's change, as a person is shown it.

    Attributes:
        path: posix, relative to the root.
        kind: what happens to it.
        source: where a moved file comes from, or what a link points to.
        executable: whether the file becomes executable or ceases to be (of a removed one, whether it was); None
            when that stays.
        diff: unified diff; empty where there is none to show (binary files, moves, modes).
        binary: whether its bytes are not UTF-8 text; a diff is then for reading only (text in UTF-16).
        size: bytes it will have.
        before: bytes that a changed notebook had, to be compared cell by cell; None of any other file.
    """

    path: str
    kind: Kind
    source: str | None = None
    executable: bool | None = None
    diff: str = ""
    binary: bool = False
    size: int = 0
    before: bytes | None = field(default=None, repr=False)

    def as_dict(self) -> dict[str, Any]:
        """The change as JSON-like data."""
        return {
            "path": self.path,
            "kind": self.kind,
            "source": self.source,
            "executable": self.executable,
            "diff": self.diff,
            "binary": self.binary,
            "size": self.size,
        }


@dataclass(frozen=True)
class ChangeSet:
    """Changes to a project's files that are made all together or not at all.

    Attributes:
        root: the project's folder; nothing outside it is touched.
        title: what it is for, in the imperative: "Convert notebooks/churn.ipynb".
        changes: for people, sorted by path; empty when everything is as wanted already.
        steps: for the machine, with the state that each path had when the set was built.
        effects: what is done beside the project's files: to git's index, to DVC's cache.
    """

    root: Path
    title: str
    changes: tuple[Change, ...]
    steps: tuple[Step, ...]
    effects: tuple[Effect, ...] = ()

    @classmethod
    def build(
        cls,
        root: str | Path,
        files: Mapping[str, Wanted],
        *,
        title: str = "Change files",
        effects: Sequence[Effect] = (),
    ) -> ChangeSet:
        """Compare what is wanted with what is there. Writes nothing, save that it settles a change set that a crash cut.

        Args:
            root: the project's folder.
            files: posix path relative to the root → what is wanted there.
            title: what the changes are for, in the imperative.
            effects: what is to be done beside the files, in order; only what is not done yet.

        Returns:
            The changes that are needed; none when everything is as wanted.

        Raises:
            MlopsError: `unsafe-path` for a path that would leave the project, `change-conflict` where something is in
                the way.
        """
        folder = Path(root).resolve()
        if not folder.is_dir():
            raise MlopsError("not-a-folder", "There is no folder here to change files in.", path=str(root))
        recover(folder)
        builder = _Builder(folder, files)
        for name in sorted(files):
            builder.add(name, files[name])
        return cls(folder, title, tuple(builder.changes), tuple(builder.steps), tuple(effects))

    @property
    def id(self) -> str:
        """Digest of the changes and of what they start from: equal ids mean the same preview."""
        data: list[Any] = [[step.path, step.before.as_dict(), step.fingerprint()] for step in self.steps]
        data += [effect.as_dict() for effect in self.effects]
        return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:16]

    def __bool__(self) -> bool:
        return bool(self.steps or self.effects)

    def preview(self) -> str:
        """The changes as one unified diff with git's extended headers, which `git apply` and editors understand."""
        return "".join(_shown(change) for change in self.changes)

    def as_dict(self) -> dict[str, Any]:
        """The preview as JSON-like data."""
        return {
            "id": self.id,
            "title": self.title,
            "changes": [change.as_dict() for change in self.changes],
            "effects": [{"kind": effect.kind, "text": effect.text} for effect in self.effects],
        }

    def apply(self) -> Applied:
        """Make the changes, all or none. An empty set writes nothing.

        Returns:
            What was written, with the number that `undo` knows it by.

        Raises:
            MlopsError: `changed-since-preview` when a file is not as it was when the set was built;
                `cannot-write` when the system refuses. Nothing has changed then.
        """
        return apply(self.root, self.title, self.steps, self.effects)


class _Builder:
    """Collects the changes of one set."""

    def __init__(self, root: Path, files: Mapping[str, Wanted]) -> None:
        self.root = root
        self.files = files
        self.changes: list[Change] = []
        self.steps: list[Step] = []

    def add(self, name: str, wanted: Wanted) -> None:
        path = self._checked(name)
        before = State.of(path)
        if before.kind == "other":
            raise MlopsError("change-conflict", "A folder is where a file should go; move it away.", path=name)
        if isinstance(wanted, str):
            wanted = File(wanted.encode())
        elif isinstance(wanted, bytes):
            wanted = File(wanted)
        if wanted is None:
            self._remove(name, path, before)
        elif isinstance(wanted, Link):
            self._link(name, path, before, wanted.target)
        elif isinstance(wanted, Move):
            self._move(name, before, wanted.source)
        else:
            self._write(name, path, before, wanted)

    def _remove(self, name: str, path: Path, before: State) -> None:
        if before == ABSENT:
            return
        old = path.read_bytes() if before.kind == "file" else f"{before.target}\n".encode()
        change = Change(name, "remove", executable=bool((before.mode or 0) & 0o100))
        self._record(Step(name, before, "remove"), change, old)

    def _link(self, name: str, path: Path, before: State, target: str) -> None:
        aim = _joined(PurePosixPath(name).parent, target)
        if aim is None or PurePosixPath(target).is_absolute():
            raise MlopsError("unsafe-path", f"A link may only point into the project, not to {target!r}.", path=name)
        if before == State("link", target=target):
            return
        content = self.files.get(aim)
        if before.kind == "file" and (content is None or isinstance(content, (str, bytes, File))):
            data = content.encode() if isinstance(content, str) else content
            data = data.data if isinstance(data, File) else data
            if data is None and (self.root / aim).is_file():
                data = (self.root / aim).read_bytes()
            if data == path.read_bytes():
                return  # the copy that stands in for the link
        self._record(Step(name, before, "link", target=target, aim=aim), Change(name, "link", source=target))

    def _move(self, name: str, before: State, source: str) -> None:
        origin = self._checked(source)
        origin_state = State.of(origin)
        if origin_state == ABSENT and before.kind == "file":
            return  # moved already
        if origin_state.kind != "file":
            raise MlopsError("change-conflict", "Only a file that is there can be moved.", path=source)
        if before != ABSENT or source in self.files:
            raise MlopsError("change-conflict", f"{source} cannot move here: a file is in the way.", path=name)
        self.steps.append(Step(name, before, "move", source=source))
        self.steps.append(Step(source, origin_state, "remove"))
        self.changes.append(Change(name, "move", source=source, size=origin.stat().st_size))

    def _write(self, name: str, path: Path, before: State, wanted: File) -> None:
        old = path.read_bytes() if before.kind == "file" else b""
        if wanted.data is None and before.kind != "file":
            raise MlopsError("change-conflict", "There is no file here whose mode could be changed.", path=name)
        data = old if wanted.data is None else wanted.data
        mode = before.mode
        if mode is not None and wanted.executable is not None:
            # Whoever may read it may run it, as chmod +x does; or nobody may.
            mode = mode | (mode & 0o444) >> 2 if wanted.executable else mode & ~0o111
        if before.kind == "file" and data == old and mode == before.mode:
            return
        becomes = wanted.executable if mode != before.mode or before.kind != "file" else None
        kind: Kind = "create" if before.kind != "file" else "mode" if data == old else "modify"
        step = Step(name, before, "write", data=data, mode=mode, executable=bool(wanted.executable))
        change = Change(name, kind, executable=becomes or None if kind == "create" else becomes, size=len(data))
        self._record(step, change, old, data)

    def _record(self, step: Step, change: Change, old: bytes = b"", new: bytes = b"") -> None:
        if change.kind == "modify" and step.path.endswith(".ipynb"):
            change = replace(change, before=old)
        if old != new:
            diff = _unified(step.path, old, new, created=step.before == ABSENT, removed=step.action == "remove")
            if diff is None:
                read = _utf16(old), _utf16(new)
                shown = _unified(step.path, *read, created=False, removed=False) if read != (old, new) else None
                change = replace(change, diff=shown or "", binary=True)
            else:
                change = replace(change, diff=diff)
        self.steps.append(step)
        self.changes.append(change)

    def _checked(self, name: str) -> Path:
        """The path on disk, once it is sure that it is in the project and that no link leads there."""
        pure = PurePosixPath(name)
        windows = PureWindowsPath(name)
        if not pure.parts or "\\" in name or "\0" in name or windows.drive or pure.is_absolute() or ".." in pure.parts:
            raise MlopsError("unsafe-path", f"{name!r} is not a path inside the project.", path=name)
        if pure.as_posix() != name or any(name == folder or name.startswith(f"{folder}/") for folder in _RESERVED):
            raise MlopsError("unsafe-path", f"{name!r} is not a path that change sets may write.", path=name)
        for parent in reversed(pure.parents[:-1]):
            place = self.root / parent
            if place.is_symlink():
                message = f"{parent} is a link; files are written only in folders that are really in the project."
                raise MlopsError("unsafe-path", message, path=name)
            if parent.as_posix() in self.files or (place.exists() and not place.is_dir()):
                raise MlopsError("change-conflict", f"{parent} is a file, so nothing can be written in it.", path=name)
        return self.root / pure


def _joined(folder: PurePosixPath, target: str) -> str | None:
    """`target` as seen from `folder`, relative to the root; None when that is outside."""
    parts: list[str] = list(folder.parts)
    for part in PurePosixPath(target).parts:
        if part == "..":
            if not parts:
                return None
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def _unified(name: str, old: bytes, new: bytes, *, created: bool, removed: bool) -> str | None:
    """A unified diff, or None when the bytes are not text."""
    try:
        before, after = old.decode(), new.decode()
    except UnicodeDecodeError:
        return None
    if "\0" in before or "\0" in after:
        return None
    # A name with a space ends in a tab, so that readers know where it ends.
    shown = f"{name}\t" if " " in name else name
    return "".join(
        difflib.unified_diff(
            _lines(before),
            _lines(after),
            "/dev/null" if created else f"a/{shown}",
            "/dev/null" if removed else f"b/{shown}",
        )
    )


def _utf16(data: bytes) -> bytes:
    """Text that is marked as UTF-16, as PowerShell writes it, in UTF-8; anything else as it is."""
    try:
        return data.decode("utf-16").encode() if data[:2] in (b"\xff\xfe", b"\xfe\xff") else data
    except UnicodeDecodeError:
        return data


def _lines(text: str) -> list[str]:
    """The lines with their ends; only a line feed ends one, as in git."""
    *lines, last = text.split("\n")
    ended = [f"{line}\n" for line in lines]
    return [*ended, f"{last}\n\\ No newline at end of file\n"] if last else ended


def _shown(change: Change) -> str:
    old, new = change.source if change.kind == "move" else change.path, change.path
    head = [f"diff --git a/{old} b/{new}"]
    if change.kind == "create":
        head.append(f"new file mode {'100755' if change.executable else '100644'}")
    elif change.kind == "link":
        # A link is shown as git shows it: a file of mode 120000 that holds the target.
        head += ["new file mode 120000", "--- /dev/null", f"+++ b/{new}", "@@ -0,0 +1 @@", f"+{change.source}"]
        head.append("\\ No newline at end of file")
    elif change.kind == "move":
        head += ["similarity index 100%", f"rename from {old}", f"rename to {new}"]
    elif change.kind == "remove":
        head.append(f"deleted file mode {'100755' if change.executable else '100644'}")
    elif change.executable is not None:
        modes = ("100644", "100755") if change.executable else ("100755", "100644")
        head += [f"old mode {modes[0]}", f"new mode {modes[1]}"]
    if change.binary:
        head.append(f"Binary file {new} ({change.size:,} bytes)")
    return "\n".join(head) + "\n" + ("" if change.binary else change.diff)
