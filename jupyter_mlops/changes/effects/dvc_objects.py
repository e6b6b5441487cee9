"""Data laid into DVC's cache, file by file, each checked against its hash while it is copied."""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

from jupyter_mlops.errors import MlopsError

#: Where DVC 3 keeps its objects, below the folder that holds `.dvc`.
CACHE = ".dvc/cache/files/md5"
_CHUNK = 1 << 20


@dataclass(frozen=True)
class DvcObjects:
    """Files of the project as objects of DVC's cache; the files themselves stay where they are.

    Attributes:
        folder: that holds `.dvc`, from the root; "." for the root.
        entries: path from the root and MD5 of each file whose object is not in the cache yet.
        size: bytes of all.
        listings: MD5 (with ".dir") and content of the objects that list a folder's files.
    """

    kind: ClassVar[str] = "dvc-objects"
    folder: str
    entries: tuple[tuple[str, str], ...]
    size: int
    listings: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """What it does."""
        files = "1 file" if len(self.entries) == 1 else f"{len(self.entries)} files"
        return (
            f"Copies {files} ({size_text(self.size)}) into DVC's cache, as `dvc add` does, and checks every copy "
            "by its hash. The files stay where they are."
        )

    def as_dict(self) -> dict[str, Any]:
        """Data for the journal."""
        return {
            "kind": self.kind,
            "folder": self.folder,
            "entries": [list(entry) for entry in self.entries],
            "size": self.size,
            "listings": [list(entry) for entry in self.listings],
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> DvcObjects:
        """Made again from the journal."""
        return cls(
            str(data["folder"]),
            tuple((str(path), str(md5)) for path, md5 in data["entries"]),
            int(data["size"]),
            tuple((str(md5), str(content)) for md5, content in data["listings"]),
        )

    def do(self, root: Path) -> None:
        """Lay the objects that are not there.

        Raises:
            MlopsError: `changed-since-preview` when a file is no longer what it was.
        """
        for path, md5 in self.entries:
            target = self._object(root, md5)
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                _copy(root / PurePosixPath(path), target, path, md5)
        for md5, content in self.listings:
            target = self._object(root, md5)
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                _put(target, content.encode())

    def objection(self, root: Path) -> str | None:
        """Nothing: objects whose file has changed since stay in the cache, where they are the only copy."""
        del root
        return None

    def undo(self, root: Path) -> None:
        """Remove the objects whose file is still there with the same bytes; the others stay."""
        kept = False
        for path, md5 in self.entries:
            target = self._object(root, md5)
            _new(target).unlink(missing_ok=True)  # of a crash while it was copied
            if not target.is_file():
                continue
            file = root / PurePosixPath(path)
            if file.is_file() and not file.is_symlink() and md5_of(file) == md5:
                _remove(target)
            else:
                kept = True
        for md5, _content in self.listings:
            target = self._object(root, md5)
            _new(target).unlink(missing_ok=True)
            if target.is_file() and not kept:
                _remove(target)
        places = {self._object(root, md5).parent for md5 in (*dict(self.entries).values(), *dict(self.listings))}
        above = [root / self.folder / folder for folder in (CACHE, ".dvc/cache/files", ".dvc/cache", ".dvc")]
        for folder in (*sorted(places), *above):
            with suppress(OSError):  # what is not empty stays
                folder.rmdir()

    def _object(self, root: Path, md5: str) -> Path:
        if not all(character in "0123456789abcdef.dir" for character in md5) or "/" in md5 or ".." in md5:
            raise MlopsError("journal-damaged", f"{md5!r} is not the name of an object of DVC.")
        return root / self.folder / CACHE / md5[:2] / md5[2:]


def size_text(size: int) -> str:
    """Bytes for people: "14.0 MB"."""
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.1f} kB"


def md5_of(path: Path) -> str:
    """MD5 of a file's bytes, which is what DVC calls it by."""
    value = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            value.update(chunk)
    return value.hexdigest()


def _new(target: Path) -> Path:
    """An object that is not whole yet."""
    return target.with_name(f".{target.name}.mlops")


def _copy(source: Path, target: Path, name: str, md5: str) -> None:
    """Copy and hash what was written in one pass, then read the copy once more."""
    new = _new(target)
    new.unlink(missing_ok=True)
    value = hashlib.md5(usedforsecurity=False)
    try:
        with source.open("rb") as stream, new.open("wb") as copy:
            while chunk := stream.read(_CHUNK):
                value.update(chunk)
                copy.write(chunk)
            copy.flush()
            os.fsync(copy.fileno())
        if value.hexdigest() != md5 or md5_of(new) != md5:
            message = f"{name} changed while it was read. Nothing was written; look at a new preview."
            raise MlopsError("changed-since-preview", message, path=name)
        _finish(new, target)
    finally:
        new.unlink(missing_ok=True)


def _put(target: Path, data: bytes) -> None:
    new = _new(target)
    new.write_bytes(data)
    _finish(new, target)


def _finish(new: Path, target: Path) -> None:
    # DVC's objects are read-only: their name is their content.
    new.chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
    new.replace(target)


def _remove(target: Path) -> None:
    target.chmod(stat.S_IRUSR | stat.S_IWUSR)
    target.unlink()


EFFECT = DvcObjects
