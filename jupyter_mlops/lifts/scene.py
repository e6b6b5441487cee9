"""The project as lifts see it: how it stands, its files, and what a person chose."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from jupyter_mlops.assessment.api import Assessment, UnitAssessment, assess
from jupyter_mlops.assessment.scoring import Result
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.changes import ChangeSet, Wanted
from jupyter_mlops.changes.effects import Effect
from jupyter_mlops.errors import MlopsError
from jupyter_mlops.project import Project
from jupyter_mlops.project.git import Git

Progress = Callable[[dict[str, Any]], None]


#: A folder with one of these is a project, or one of several in a repository.
_MARKERS = (
    *(".git", "pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "environment.yml", "environment.yaml"),
    *("Pipfile", "dvc.yaml", "MLproject", ".mlops", ".dvc"),
)


def project_folder(path: str | Path) -> Path:
    """The folder of the project that a path is in: the nearest one up that looks like one; its own where none does.

    Args:
        path: a folder, or a file in it; it need not exist, and is then given back for `assess` to refuse.
    """
    given = Path(path)
    if not given.exists():
        return given
    folder = given.resolve() if given.is_dir() else given.resolve().parent
    home = Path.home().resolve()
    around = [each for each in (folder, *folder.parents) if each not in (home, *home.parents)]
    return next((each for each in around if any((each / name).exists() for name in _MARKERS)), folder)


@dataclass(frozen=True)
class Scene:
    """A project that is to be lifted.

    All paths are posix and relative to `root`.

    Attributes:
        assessment: how it stands.
        path: what was named: a folder, or a file in it.
        options: what a person chose, defaults included.
        thorough: the plan is to be applied: what takes longer, such as resolving packages, is worth it.
        progress: called with events.
    """

    assessment: Assessment
    path: Path
    options: Mapping[str, str] = field(default_factory=dict)
    thorough: bool = True
    progress: Progress | None = None

    @classmethod
    def open(cls, path: str | Path, *, thorough: bool = True, progress: Progress | None = None) -> Scene:
        """The project at a path: the nearest folder up with a project's file, or the git top level.

        Args:
            path: a folder, or a file in it.
            thorough: whether the plan is to be applied.
            progress: called with events.

        Raises:
            MlopsError: what `assess` raises.
        """
        return cls(assess(project_folder(path)), Path(path).resolve(), thorough=thorough, progress=progress)

    @property
    def project(self) -> Project:
        """Its files."""
        return self.assessment.project

    @cached_property
    def chosen(self) -> UnitAssessment:
        """How the unit stands that is lifted: the folder's own, or the only one.

        Raises:
            MlopsError: `several-units` where the folder only holds units, and one has to be named.
        """
        units = self.assessment.units
        own = next((unit for unit in units if unit.unit.path == self.project.folder), None)
        if own is None and len(units) > 1:
            paths = [posixpath.relpath(unit.unit.path, self.project.folder) for unit in units]
            listed = ", ".join(paths[:8]) + (" …" if len(paths) > 8 else "")
            raise MlopsError("several-units", f"There are several projects here; name one of them: {listed}.")
        return own or units[0]

    @property
    def unit(self) -> Unit:
        """The unit that is lifted."""
        return self.chosen.unit

    @property
    def root(self) -> Path:
        """The git top level, or the folder itself without git: where change sets are made."""
        return self.project.base

    @property
    def git(self) -> Git | None:
        """The repository; None without one."""
        return self.project.git

    @cached_property
    def name(self) -> str:
        """What the project is called: its folder's name."""
        return posixpath.basename(self.unit.path) if self.unit.path != "." else self.root.name

    def below(self, name: str) -> str:
        """A path of the unit's folder, from the root."""
        return self.unit.below(name)

    def result(self, criterion: str) -> Result:
        """How a criterion stands in the unit."""
        return next(result for result in self.chosen.results if result.criterion.id == criterion)

    def result_of_repository(self, criterion: str) -> Result:
        """How a criterion stands in the unit that sets the level: of lifts that are about the whole repository."""
        return next(result for result in self.assessment.headline.results if result.criterion.id == criterion)

    def changes(self, files: Mapping[str, Wanted], title: str, effects: Sequence[Effect] = ()) -> ChangeSet:
        """The change set of these files and effects.

        Args:
            files: path → what is wanted there.
            title: in the imperative.
            effects: beside the files.
        """
        return ChangeSet.build(self.root, files, title=title, effects=effects)

    def tell(self, message: str, fraction: float | None = None) -> None:
        """Say what is going on.

        Args:
            message: one line.
            fraction: how much is done, 0 to 1.
        """
        if self.progress is not None:
            self.progress({"phase": "plan", "message": message, "fraction": fraction})
