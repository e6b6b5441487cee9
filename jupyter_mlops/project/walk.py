"""Which files there are. One walk, bounded, that never follows a link and never enters another repository.

A server walks the same folders again and again: what was found is kept, and looked for again only where a folder changed.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from jupyter_mlops.project.files import MAX_FILES, File, Files
from jupyter_mlops.project.git import Git
from jupyter_mlops.project.stamp import Stamp, settled_stamp_of, stamp_of

#: Folders that hold nothing a person wrote: environments, caches, products of tools.
EXCLUDED = (
    *(".git", ".hg", ".svn", ".venv", "venv", ".virtualenv", "virtualenv", "env.bak", "site-packages"),
    *("node_modules", "__pycache__", ".ipynb_checkpoints", ".tox", ".nox", ".eggs", ".cache"),
    *(".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".terraform", ".Rproj.user"),
)
#: A folder that is asked for no more names than this is not listed as a whole.
_FEW = 8
#: Where more files came or went than these, all are listed anew.
_FEW_CHANGES = 1_000
_NOT_THERE = "not there"


class Walk(NamedTuple):
    """The files found and what was left out.

    Attributes:
        files: sorted by path.
        left_out: things named but not entered: (path, why).
        truncated: the limit on the number of files was met.
    """

    files: Files
    left_out: tuple[tuple[str, str], ...] = ()
    truncated: bool = False


#: Name → what it stands for: what `File.special` says, or "folder", "closed", "repository", "unreadable".
_Kinds = dict[str, str | None]
_Look = Callable[[str, _Kinds], _Kinds]


@dataclass
class _Folder:
    """What names in a folder stood for, and the state that it was in; None where that cannot be relied on."""

    stamp: Stamp | None
    kinds: _Kinds

    @cached_property
    def doors(self) -> tuple[tuple[str, str], ...]:
        """Folders that may be entered or not, by what they hold themselves."""
        return tuple(
            (name, kind)
            for name, kind in self.kinds.items()
            if kind in ("folder", "repository") or (kind == "closed" and name not in EXCLUDED)
        )


@dataclass
class _Found:
    """A walk, and what it follows from besides the folders."""

    git: Git | None
    others: tuple[str, ...]
    folders: dict[str, _Folder]
    walk: Walk


#: Walks of this process: (base, folder) → what was found.
_KEPT: OrderedDict[tuple[str, str], _Found] = OrderedDict()
_MOST_KEPT = 8


def walk_repository(git: Git, under: str) -> Walk:
    """The files of a git work tree: tracked ones, and untracked ones that git does not ignore.

    Args:
        git: the repository.
        under: folder to list, relative to its top; "." for all. Paths in the answer are relative to the top.
    """
    others = tuple(git.untracked(under, EXCLUDED))
    base = str(git.top)
    kept = _KEPT.get((base, under))
    if kept is not None and kept.git is git and (again := _gone_on(git, kept, others)) is not None:
        return again if again is kept.walk else _keep((base, under), replace(kept, others=others, walk=again))
    prefix = "" if under == "." else f"{under}/"
    names = {path: path in git.committed for path in git.index if path.startswith(prefix)}
    left_out = [(path, "a submodule: a repository of its own") for path in git.submodules if path.startswith(prefix)]
    for path in others:
        if path.endswith("/"):
            left_out.append((path.rstrip("/"), "a repository of its own"))
        else:
            names.setdefault(path, False)
    paths = sorted(path for path in names if not _excluded(path))
    wanted: dict[str, list[str]] = {}
    for path in paths[:MAX_FILES]:
        folder, _, name = path.rpartition("/")
        wanted.setdefault(folder, []).append(name)
    before = kept.folders if kept is not None else {}
    folders = {
        folder: _unchanged(f"{base}/{folder}", before.get(folder), inside)
        or _look(f"{base}/{folder}", dict.fromkeys(inside), _kinds_among)
        for folder, inside in wanted.items()
    }
    kinds = {
        f"{folder}/{name}" if folder else name: kind
        for folder, at in folders.items()
        for name, kind in at.kinds.items()
    }
    files = Files(File(path, names[path], kinds[path], base) for path in paths[:MAX_FILES])
    walk = Walk(files, tuple(sorted(left_out)), truncated=len(paths) > MAX_FILES)
    return _keep((base, under), _Found(git, others, folders, walk))


def _gone_on(git: Git, kept: _Found, others: tuple[str, ...]) -> Walk | None:
    """The walk of a repository whose commit and index are what they were, looking only at what has changed.

    Args:
        git: the repository.
        kept: what was found.
        others: what git does not track now.

    Returns:
        None where it is better to begin anew.
    """
    before, now = set(kept.others), set(others)
    changed = {path for path in before ^ now if not _excluded(path)}
    if kept.walk.truncated or len(changed) > _FEW_CHANGES or any(path.endswith("/") for path in changed):
        return None
    wanted: dict[str, _Kinds] = {}
    for path in changed:
        folder, _, name = path.rpartition("/")
        if folder not in wanted:
            wanted[folder] = dict(kept.folders[folder].kinds) if folder in kept.folders else {}
        if path in now:
            wanted[folder][name] = None
        else:
            wanted[folder].pop(name, None)
    gone, came = [], []
    for folder in [*kept.folders, *(folder for folder in wanted if folder not in kept.folders)]:
        place, was = f"{git.top}/{folder}", kept.folders.get(folder) or _Folder(None, {})
        if folder not in wanted and was.stamp is not None and stamp_of(place) == was.stamp:
            continue
        looked = kept.folders[folder] = _look(place, wanted.get(folder, was.kinds), _kinds_among)
        for name in was.kinds.keys() | looked.kinds.keys():
            path = f"{folder}/{name}" if folder else name
            if was.kinds.get(name, _NOT_THERE) == looked.kinds.get(name, _NOT_THERE):
                continue
            if name in was.kinds:
                gone.append(kept.walk.files.by_path[path])
            if name in looked.kinds:
                tracked = path in git.index and path in git.committed
                came.append(File(path, tracked, looked.kinds[name], str(git.top)))
    if not gone and not came:
        return kept.walk
    files = kept.walk.files.after(gone, came)
    return None if len(files) > MAX_FILES else kept.walk._replace(files=files)


def walk_folder(base: Path) -> Walk:
    """The files of a folder without git. Links are named, not followed.

    Args:
        base: the folder; paths in the answer are relative to it.
    """
    top = str(base)
    kept = _KEPT.get((top, ""))
    if kept is not None and _same(top, kept.folders):
        return kept.walk
    files: list[File] = []
    left_out: list[tuple[str, str]] = []
    folders: dict[str, _Folder] = {}
    pending = [""]
    while pending and len(files) < MAX_FILES:
        folder = pending.pop()
        folders[folder] = _look(f"{top}/{folder}", {}, _kinds_in)
        for name, kind in folders[folder].kinds.items():
            path = f"{folder}/{name}" if folder else name
            if kind == "unreadable":
                left_out.append((folder or ".", "cannot be read"))
            elif kind == "folder":
                pending.append(path)
            elif kind == "repository":
                left_out.append((path, "a repository of its own"))
            elif kind != "closed":
                files.append(File(path, False, kind, top))
    files.sort(key=lambda file: file.path)
    walk = Walk(Files(files[:MAX_FILES]), tuple(sorted(left_out)), truncated=len(files) >= MAX_FILES)
    return _keep((top, ""), _Found(None, (), folders, walk))


def _keep(key: tuple[str, str], found: _Found) -> Walk:
    _KEPT[key] = found
    _KEPT.move_to_end(key)
    while len(_KEPT) > _MOST_KEPT:
        _KEPT.popitem(last=False)
    return found.walk


def _look(folder: str, names: _Kinds, kinds_of: _Look) -> _Folder:
    stamp = settled_stamp_of(folder)  # first: what changes while the folder is read shows next time
    return _Folder(stamp, kinds_of(folder, names))


def _unchanged(place: str, before: _Folder | None, names: list[str]) -> _Folder | None:
    """What was found in a folder, where the folder and the names that are asked for are what they were."""
    if before is None or before.stamp is None or before.kinds.keys() != set(names) or stamp_of(place) != before.stamp:
        return None
    return before


def _same(base: str, folders: dict[str, _Folder]) -> bool:
    """Whether all names in the folders stand for what they did. Folders that changed otherwise are looked at only once."""
    for path, folder in folders.items():
        place = f"{base}/{path}"
        if folder.stamp is None or stamp_of(place) != folder.stamp:
            now = _look(place, folder.kinds, _kinds_in)
            if now.kinds != folder.kinds:
                return False
            folder.stamp = now.stamp
        if any(_door(f"{place}/{name}") != kind for name, kind in folder.doors):
            return False
    return True


def _kinds_among(folder: str, names: _Kinds) -> _Kinds:
    """What these names in a folder stand for."""
    found: _Kinds = {}
    if len(names) > _FEW:
        with contextlib.suppress(OSError), os.scandir(folder) as listing:
            found = {entry.name: _kind(entry) for entry in listing if entry.name in names}
    # What is not listed under this very name may be there: file systems treat case and accents in their ways.
    return {name: found[name] if name in found else _kind_at(f"{folder}/{name}") for name in names}


def _kinds_in(folder: str, _names: _Kinds) -> _Kinds:
    """What is in a folder, by name; folders that are not entered are "closed", or "repository"."""
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError:
        return {"": "unreadable"}
    return {
        entry.name: _kind(entry)
        if not entry.is_dir(follow_symlinks=False)
        else "closed"
        if entry.name in EXCLUDED
        else _door(entry.path)
        for entry in entries
    }


def _kind(entry: os.DirEntry[str]) -> str | None:
    return "link" if entry.is_symlink() else None if entry.is_file(follow_symlinks=False) else "special"


def _kind_at(path: str) -> str | None:
    try:
        mode = os.lstat(path).st_mode
    except (OSError, ValueError):
        return "missing"
    return "link" if stat.S_ISLNK(mode) else None if stat.S_ISREG(mode) else "special"


def _door(folder: str) -> str:
    if os.path.lexists(f"{folder}/pyvenv.cfg") or os.path.lexists(f"{folder}/conda-meta"):
        return "closed"
    return "repository" if os.path.lexists(f"{folder}/.git") else "folder"


def _excluded(path: str) -> bool:
    return _excluded_folder(path.rpartition("/")[0])


@lru_cache(maxsize=MAX_FILES)
def _excluded_folder(folder: str) -> bool:
    return any(part in EXCLUDED for part in folder.split("/"))
