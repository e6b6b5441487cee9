"""Scratch copies of a project, so that running a notebook never touches the user's files."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

_LEFT_OUT = frozenset(
    {".git", ".venv", "venv", "node_modules", "__pycache__", ".ipynb_checkpoints", ".mypy_cache", ".ruff_cache",
     ".pytest_cache", ".tox", ".nox", ".mlops", "mlruns", "mlartifacts"}
)  # fmt: skip
#: Files up to this size are copied; larger ones are linked.
COPY_LIMIT = 64 * 1024**2
#: When this much has been copied, further files are linked too.
TOTAL_LIMIT = 2 * 1024**3


def make_mirror(project: Path, target: Path, *, keep: Path | None = None) -> list[Path]:
    """Copy a project.

    Args:
        project: its root.
        target: folder to create.
        keep: a folder that is copied in any case, even when a rule leaves its kind out.

    Returns:
        The large files (in the project) that were linked instead of copied; to be checked after the run.
    """
    linked: list[Path] = []
    total = 0
    for folder, subfolders, names in os.walk(project):
        here = Path(folder)
        subfolders[:] = sorted(
            name
            for name in subfolders
            if (name not in _LEFT_OUT and not (here / name / "pyvenv.cfg").exists())
            or (keep is not None and keep.is_relative_to(here / name))
        )
        # DVC's cache and temporary files may be huge, and nothing in a notebook reads them.
        if here.name == ".dvc":
            subfolders[:] = [name for name in subfolders if name not in {"cache", "tmp"}]
        destination = target / here.relative_to(project)
        destination.mkdir(parents=True, exist_ok=True)
        for name in [*subfolders, *names]:
            source = here / name
            if source.is_symlink():
                _copy_link(source, destination / name, project)
        for name in names:
            source = here / name
            if source.is_symlink() or not source.is_file():
                continue
            size = source.stat().st_size
            if size > COPY_LIMIT or total + size > TOTAL_LIMIT:
                (destination / name).symlink_to(source)
                linked.append(source)
            else:
                try:
                    shutil.copy2(source, destination / name)
                except PermissionError:
                    continue
                total += size
    return linked


def _copy_link(source: Path, destination: Path, project: Path) -> None:
    """A link within the project stays one; any other points to where it pointed."""
    pointed = source.readlink()
    target = pointed if pointed.is_absolute() else source.parent / pointed
    inside = target.resolve().is_relative_to(project.resolve())
    if not destination.is_symlink() and not destination.exists():
        destination.symlink_to(pointed if inside and not pointed.is_absolute() else target.resolve())


def snapshot(root: Path) -> dict[str, tuple[int, int]]:
    """What is in a folder.

    Args:
        root: the folder.

    Returns:
        Relative posix path → (size in bytes, modification time in ns), links not followed.
    """
    found: dict[str, tuple[int, int]] = {}
    stack = [root]
    while stack:
        try:
            with os.scandir(stack.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        if entry.name not in _LEFT_OUT:
                            stack.append(Path(entry.path))
                    else:
                        status = entry.stat(follow_symlinks=False)
                        found[Path(entry.path).relative_to(root).as_posix()] = (status.st_size, status.st_mtime_ns)
        except (PermissionError, FileNotFoundError):  # noqa: PERF203 - a folder that is gone is no reason to stop
            continue
    return found
