"""Scratch copies of a project, so that running a notebook never touches the user's files."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Container, Iterator
from pathlib import Path

_LEFT_OUT = frozenset(
    {".git", ".venv", "venv", "node_modules", "__pycache__", ".ipynb_checkpoints", ".mypy_cache", ".ruff_cache",
     ".pytest_cache", ".tox", ".nox", ".mlops", "mlruns", "mlartifacts"}
)  # fmt: skip
#: Files up to this size are copied; larger ones are linked.
COPY_LIMIT = 64 * 1024**2
#: When this much has been copied, further files are linked too.
TOTAL_LIMIT = 2 * 1024**3


Snapshot = dict[str, tuple[int, int]]


class Mirror:
    """A scratch copy of a project.

    Args:
        project: its root.
        root: folder of the copy.
        keep: a folder that is copied in any case, even when a rule leaves its kind out.

    Attributes:
        root: folder of the copy.
        linked: the large files (in the project) that were linked instead of copied; to be checked after a run.
        first: what was in the copy when it was complete.
    """

    def __init__(self, project: Path, root: Path, *, keep: Path | None = None) -> None:
        self.root = root
        self.linked: list[Path] = []
        self.first: Snapshot = {}
        self._folders: set[str] = set()
        self._project = project
        self._keep = keep

    def copy(self) -> None:
        """Copy the project."""
        for _ in self.copying():
            pass

    def copying(self) -> Iterator[None]:
        """Copy the project file by file; the caller may do other things in between, or stop."""
        total = 0
        for folder, subfolders, names in os.walk(self._project):
            here = Path(folder)
            subfolders[:] = self._wanted(here, subfolders)
            destination = self.root / here.relative_to(self._project)
            destination.mkdir(parents=True, exist_ok=True)
            for name in [*subfolders, *names]:
                source = here / name
                if source.is_symlink():
                    _copy_link(source, destination / name, self._project)
            for name in names:
                yield
                file = here / name
                status = file.lstat()
                if not stat.S_ISREG(status.st_mode):
                    continue
                if status.st_size > COPY_LIMIT or total + status.st_size > TOTAL_LIMIT:
                    (destination / name).symlink_to(file)
                    self.linked.append(file)
                elif _copy_file(file, destination / name, status):
                    total += status.st_size
        self.first = snapshot(self.root, everything=True)
        self._folders = {folder for folder, _, _ in os.walk(self.root)}

    def _wanted(self, here: Path, subfolders: list[str]) -> list[str]:
        wanted = [
            name
            for name in sorted(subfolders)
            if (name not in _LEFT_OUT and not (here / name / "pyvenv.cfg").exists())
            or (self._keep is not None and self._keep.is_relative_to(here / name))
        ]
        # DVC's cache and temporary files may be huge, and nothing in a notebook reads them.
        return [name for name in wanted if here.name != ".dvc" or name not in {"cache", "tmp"}]

    def reset(self, spared: Container[str]) -> None:
        """Bring the copy back to what it was when it was complete.

        Args:
            spared: files that stay as they are, relative to the root, posix.
        """
        now = snapshot(self.root, everything=True)
        for path in now.keys() - self.first.keys():
            if path not in spared:
                (self.root / path).unlink()
        for path in self.first:
            if now.get(path) != self.first[path] and path not in spared:
                source, target = self._project / path, self.root / path
                if target.is_dir() and not target.is_symlink():
                    shutil.rmtree(target)
                target.unlink(missing_ok=True)
                target.parent.mkdir(parents=True, exist_ok=True)
                if source.is_symlink():
                    _copy_link(source, target, self._project)
                elif source in self.linked:
                    target.symlink_to(source)
                else:
                    shutil.copy2(source, target)
        for folder, _, _ in os.walk(self.root, topdown=False):
            if folder not in self._folders:
                with contextlib.suppress(OSError):  # it is not empty
                    Path(folder).rmdir()


def _copy_file(source: Path, target: Path, status: os.stat_result) -> bool:
    """Content, mode and times; `shutil.copy2` also asks for what scratch copies do not need, and takes twice as long."""
    try:
        shutil.copyfile(source, target)
    except PermissionError:
        return False
    os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
    if status.st_mode & 0o111:
        target.chmod(stat.S_IMODE(status.st_mode) | stat.S_IWUSR)
    return True


def _copy_link(source: Path, destination: Path, project: Path) -> None:
    """A link within the project stays one; any other points to where it pointed."""
    pointed = source.readlink()
    target = pointed if pointed.is_absolute() else source.parent / pointed
    inside = target.resolve().is_relative_to(project.resolve())
    if not destination.is_symlink() and not destination.exists():
        destination.symlink_to(pointed if inside and not pointed.is_absolute() else target.resolve())


def snapshot(root: Path, *, everything: bool = False) -> Snapshot:
    """What is in a folder.

    Args:
        root: the folder.
        everything: whether to look into folders of tools and caches as well.

    Returns:
        Relative posix path → (size in bytes, modification time in ns), links not followed.
    """
    # Called after every cell, on whole projects: plain strings are several times as fast as paths here.
    found: Snapshot = {}
    start = len(str(root)) + 1
    stack = [str(root)]
    while stack:
        try:
            with os.scandir(stack.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        if everything or entry.name not in _LEFT_OUT:
                            stack.append(entry.path)
                    else:
                        found[entry.path[start:]] = _state(entry.stat(follow_symlinks=False))
        except (PermissionError, FileNotFoundError):  # noqa: PERF203 - a folder that is gone is no reason to stop
            continue
    return found if os.sep == "/" else {path.replace(os.sep, "/"): state for path, state in found.items()}


def state_of(file: Path) -> tuple[int, int]:
    """Size in bytes and modification time in ns of a file, as in a snapshot. Raises OSError when it is not there."""
    return _state(file.lstat())


def _state(status: os.stat_result) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns
