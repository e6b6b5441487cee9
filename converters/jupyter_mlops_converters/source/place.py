"""Where a notebook lives: its project, what git and DVC know of it, and where its pipeline goes."""

from __future__ import annotations

import keyword
import os
import re
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from jupyter_mlops_converters.errors import MlopsError

_MARKERS = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "environment.yml", "environment.yaml", "dvc.yaml", "MLproject", ".mlops", ".dvc")  # fmt: skip


@dataclass(frozen=True)
class Project:
    """The project around a notebook.

    Attributes:
        root: absolute path.
        unit: the folder in it that the notebook belongs to; pipelines go there.
        tracked: what git tracks, relative to the root, posix.
        has_git: whether the root is in a git work tree.
        has_dvc: whether DVC is initialised at the root.
    """

    root: Path
    unit: Path
    tracked: frozenset[str]
    has_git: bool
    has_dvc: bool


def find_project(notebook: Path, references: Iterable[str] = ()) -> Project:
    """The project of a notebook: the git top level, else the nearest folder up with a project file, else its folder.

    Args:
        notebook: an existing file.
        references: paths that its code names, relative to its folder; without git or a project file, the project
            reaches up to where they all lie in it.

    Returns:
        The project.
    """
    folder = notebook.resolve().parent
    top = _git(folder, "rev-parse", "--show-toplevel")
    if top:
        return project_at(Path(top.strip()).resolve(), notebook)
    home = Path.home().resolve()
    candidates = [parent for parent in (folder, *folder.parents) if parent not in {home, *home.parents}]
    root = next((p for p in candidates if any((p / marker).exists() for marker in _MARKERS)), None)
    if root is None:
        root = folder
        for reference in references:
            named = (folder / reference).resolve()
            while named.exists() and not named.is_relative_to(root) and root.parent in candidates:
                root = root.parent
    return project_at(root, notebook)


def common_project(projects: Sequence[Project], notebooks: Sequence[Path]) -> Project:
    """The one project that several notebooks belong to.

    Args:
        projects: of each notebook.
        notebooks: their files.

    Returns:
        The project; its unit is the innermost folder that holds all their units.

    Raises:
        MlopsError: ``different-projects`` when they belong to different repositories, or to no common folder.
    """
    roots = {project.root for project in projects}
    try:
        outer = Path(os.path.commonpath(roots))
    except ValueError:  # on several drives
        outer = Path.home()
    home = Path.home().resolve()
    if len(roots) > 1 and (any(project.has_git for project in projects) or outer in {home, *home.parents}):
        raise MlopsError(
            "different-projects",
            f"These notebooks belong to different projects ({', '.join(sorted(map(str, roots)))}). Put them into one "
            "repository or folder, or convert them apart.",
            path=str(notebooks[-1]),
        )
    return replace(project_at(outer, notebooks[0]), unit=Path(os.path.commonpath([one.unit for one in projects])))


def project_at(root: Path, notebook: Path) -> Project:
    """The project with a known root.

    Args:
        root: its folder.
        notebook: a file in it.

    Returns:
        The project.
    """
    folder = notebook.resolve().parent
    listed = _git(root, "ls-files", "-z")
    inner = [parent for parent in (folder, *folder.parents) if parent.is_relative_to(root)]
    unit = next((p for p in inner if any((p / marker).is_file() for marker in _MARKERS)), root)
    tracked = frozenset(name for name in (listed or "").split("\0") if name)
    return Project(root, unit, tracked, listed is not None, (root / ".dvc").is_dir())


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            encoding="utf-8",
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def pipeline_name(notebook: Path, wanted: str | None = None) -> str:
    """The pipeline's name.

    Args:
        notebook: its file.
        wanted: the user's choice.

    Returns:
        A valid identifier.

    Raises:
        MlopsError: ``invalid-name`` when the user's choice is none.
    """
    if wanted is not None:
        if not wanted.isidentifier() or keyword.iskeyword(wanted) or not wanted.isascii():
            raise MlopsError(
                "invalid-name", f"{wanted!r} cannot be a name: use letters, digits and underscores, like `churn_model`."
            )
        return wanted
    slug = re.sub(r"[^a-z0-9]+", "_", notebook.stem.lower()).strip("_")
    slug = re.sub(r"^[\d_]+", "", slug) or f"notebook_{slug}".rstrip("_")
    return f"{slug}_pipeline" if keyword.iskeyword(slug) else slug[:50].rstrip("_")
