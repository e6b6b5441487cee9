"""A notebook, cleaned: each kind of repair in turn."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.metadata import distributions

from jupyter_mlops.assessment.notebook_health import unseeded
from jupyter_mlops.lifts.clean_notebook.columns import TextColumns, read_text_columns, text_columns
from jupyter_mlops.lifts.clean_notebook.edits import Draft
from jupyter_mlops.lifts.clean_notebook.imports import mend_imports, need_import
from jupyter_mlops.lifts.clean_notebook.mending import Table, all_changes, mend
from jupyter_mlops.lifts.clean_notebook.order import mend_order
from jupyter_mlops.lifts.clean_notebook.paths import mend_paths
from jupyter_mlops.lifts.clean_notebook.python_2 import mend_python_2
from jupyter_mlops.lifts.clean_notebook.secrets import mend_secrets
from jupyter_mlops.lifts.clean_notebook.seeds import mend_seeds
from jupyter_mlops.lifts.environment.installed import Environment, environment
from jupyter_mlops.lifts.scene import Scene
from jupyter_mlops.project.converted import is_proven
from jupyter_mlops.project.notebook import Notebook


def cleaned(scene: Scene, path: str, notebook: Notebook) -> Draft:
    """What a notebook becomes.

    Args:
        scene: the project.
        path: of the notebook.
        notebook: as it is.
    """
    draft = Draft(notebook)
    draft.secrets = mend_secrets(draft, scene, path)
    if draft.secrets:
        need_import(draft, "os")
    mend_python_2(draft)
    mend_paths(draft, scene, path)
    mend(draft, cleaning_table(scene, path))
    mend_imports(draft)
    if unseeded(notebook) is not None:
        mend_seeds(draft)
    mend_order(draft)
    return draft


def cleaning_table(scene: Scene, path: str) -> Table:
    """The changes that count for a notebook.

    Args:
        scene: the project.
        path: of the notebook.
    """
    return table(environment(scene), lambda: _may_have_texts(scene, path), cache(lambda: _texts(scene, path)))


def _may_have_texts(scene: Scene, path: str) -> bool:
    """Whether text in a table may stop a method: not where the notebook ran to its end as it is."""
    return not is_proven(scene.project, path) and read_text_columns(scene, path)


def _texts(scene: Scene, path: str) -> TextColumns:
    return TextColumns() if is_proven(scene.project, path) else text_columns(scene, path)


def table(
    installed: Environment,
    texts: Callable[[], bool] = lambda: True,
    named_texts: Callable[[], TextColumns] = TextColumns,
) -> Table:
    """The changes that count in an environment: those of libraries that are not there in an older version.

    Args:
        installed: the environment.
        texts: whether tables that the notebook reads have columns of text.
        named_texts: which of their columns surely are.
    """
    from packaging.version import InvalidVersion, Version

    # Asked one by one, which is much quicker than to read what all distributions are.
    names = {change.library for change in all_changes()} - {"Python"}
    there = {name: each.version for name in names for each in distributions(name=name, path=list(installed.folders))}
    there["Python"] = installed.version

    def counts(library: str, gone: str) -> bool:
        if library not in there or not gone:
            return True
        try:
            return Version(there[library]) >= Version(gone)
        except InvalidVersion:
            return True

    return Table(tuple(change for change in all_changes() if counts(change.library, change.gone)), texts, named_texts)
