"""A file or folder as DVC knows it: its hash, its objects, and the `.dvc` file that stands for it."""

from __future__ import annotations

import hashlib
import json
import posixpath
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jupyter_mlops.changes.effects.dvc_objects import CACHE, md5_of


@dataclass(frozen=True)
class Tracked:
    """Something that goes under DVC.

    Attributes:
        path: from the root.
        md5: what DVC calls it by; ends in ".dir" for a folder.
        size: bytes in all.
        files: path and MD5 of every file of it.
        listing: content of the object that lists a folder's files; None for a file.
    """

    path: str
    md5: str
    size: int
    files: tuple[tuple[str, str], ...]
    listing: str | None = None

    @property
    def dvc_file(self) -> str:
        """Path of the file that stands for it."""
        return f"{self.path}.dvc"

    @property
    def text(self) -> str:
        """That file, as `dvc add` writes it."""
        lines = ["outs:", f"- md5: {self.md5}", f"  size: {self.size}"]
        if self.listing is not None:
            lines.append(f"  nfiles: {len(self.files)}")
        lines += ["  hash: md5", f"  path: {_scalar(posixpath.basename(self.path))}"]
        return "\n".join(lines) + "\n"


def tracked_of(root: Path, path: str, tell: Callable[[str], None]) -> Tracked:
    """Hash a file or a folder.

    Args:
        root: the project's folder.
        path: from it.
        tell: called with each file's path before it is read.
    """
    place = root / path
    if place.is_file():
        tell(path)
        md5 = md5_of(place)
        return Tracked(path, md5, place.stat().st_size, ((path, md5),))
    files = []
    size = 0
    for file in sorted(place.rglob("*")):
        if file.is_file():
            name = file.relative_to(root).as_posix()
            tell(name)
            files.append((name, md5_of(file)))
            size += file.stat().st_size
    entries = [{"md5": md5, "relpath": posixpath.relpath(name, path)} for name, md5 in files]
    listing = json.dumps(sorted(entries, key=lambda entry: entry["relpath"]), sort_keys=True)
    md5 = hashlib.md5(listing.encode(), usedforsecurity=False).hexdigest() + ".dir"
    return Tracked(path, md5, size, tuple(files), listing)


def is_cached(root: Path, folder: str, md5: str) -> bool:
    """Whether DVC's cache has an object.

    Args:
        root: the project's folder.
        folder: that holds `.dvc`, from the root.
        md5: name of the object.
    """
    return (root / folder / CACHE / md5[:2] / md5[2:]).is_file()


def _scalar(name: str) -> str:
    """A name as YAML writes it."""
    from io import StringIO

    from ruamel.yaml import YAML

    stream = StringIO()
    yaml = YAML()
    yaml.width = 4096
    yaml.dump({"path": name}, stream)
    return stream.getvalue().removeprefix("path: ").rstrip("\n")
