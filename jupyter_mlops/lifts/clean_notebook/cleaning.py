"""A notebook, cleaned: each kind of repair in turn."""

from __future__ import annotations

from jupyter_mlops.lifts.clean_notebook.edits import Draft
from jupyter_mlops.lifts.clean_notebook.mending import Table, all_changes, mend
from jupyter_mlops.lifts.clean_notebook.paths import mend_paths
from jupyter_mlops.lifts.environment.installed import Environment, environment
from jupyter_mlops.lifts.scene import Scene
from jupyter_mlops.project.notebook import Notebook


def cleaned(scene: Scene, path: str, notebook: Notebook) -> Draft:
    """What a notebook becomes.

    Args:
        scene: the project.
        path: of the notebook.
        notebook: as it is.
    """
    draft = Draft(notebook)
    mend_paths(draft, scene, path)
    mend(draft, table(environment(scene)))
    return draft


def table(installed: Environment) -> Table:
    """The changes that count in an environment: those of libraries that are not there in an older version.

    Args:
        installed: the environment.
    """
    from packaging.version import InvalidVersion, Version

    def counts(library: str, gone: str) -> bool:
        there = installed.version if library == "Python" else installed.version_of(library.lower())
        if there is None or not gone:
            return True
        try:
            return Version(there) >= Version(gone)
        except InvalidVersion:
            return True

    return Table(tuple(change for change in all_changes() if counts(change.library, change.gone)))
