"""The Python API's documents as the REST interface shows them: places on disk become paths below the server root."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_mlops.server.paths import ServerFiles

if TYPE_CHECKING:
    from jupyter_mlops.project import Project


#: Notebooks that the sidebar lists; of more only the number is said.
_NOTEBOOKS_LISTED = 200


def scan_project(root: Path) -> dict[str, Any]:
    """The assessment of a project, and the notebooks that could be converted.

    Args:
        root: the project's folder.

    Returns:
        The document of `assess --format json`, with `notebooks` (each its `path`, and the folder of its `pipeline` or
        None) and `notebooks_left_out`, how many more there are.
    """
    from jupyter_mlops.assessment.api import assess

    assessment = assess(root)
    notebooks = _notebooks(assessment.project)
    return {
        **assessment.to_dict(),
        "notebooks": notebooks[:_NOTEBOOKS_LISTED],
        "notebooks_left_out": max(0, len(notebooks) - _NOTEBOOKS_LISTED),
    }


def plan_project(root: Path, target: int | None, months: int | None) -> dict[str, Any]:
    """The roadmap of a project, as the document of `roadmap --format json`.

    Args:
        root: the project's folder.
        target: level to reach; None leaves it to the project's settings.
        months: to plan ahead, likewise.
    """
    from jupyter_mlops.roadmap.api import make_roadmap
    from jupyter_mlops.roadmap.exports.json_export import as_dict

    return as_dict(make_roadmap(root, target=target, months=months))


def history_of(root: Path) -> dict[str, Any]:
    """The history of a project.

    Args:
        root: the project's folder.

    Returns:
        `rows`, oldest first, each with its `changes` since the one before.
    """
    from jupyter_mlops.assessment.history import changes, read_history

    rows = read_history(root)
    before = [None, *rows]
    return {
        "rows": [
            {**row, "changes": [one._asdict() | {"worse": one.worse} for one in (changes(old, row) if old else [])]}
            for old, row in zip(before, rows, strict=False)
        ]
    }


def _notebooks(project: Project) -> list[dict[str, str | None]]:
    files = [file for file in project.walk.files if file.special is None]
    pipelines = {file.folder: project.json(file.path) for file in files if file.name == "conversion.json"}
    made_of = {
        conversion["notebook"]: folder
        for folder, conversion in pipelines.items()
        if isinstance(conversion, dict) and isinstance(conversion.get("notebook"), str)
    }
    inside = tuple(f"{folder}/" for folder in pipelines)
    return [
        {
            "path": posixpath.relpath(file.path, project.folder),
            "pipeline": posixpath.relpath(made_of[file.path], project.folder) if file.path in made_of else None,
        }
        for file in files
        if file.suffix == ".ipynb" and not file.path.startswith(inside)
    ]


def translate_paths(document: dict[str, Any], files: ServerFiles, folder: Path) -> dict[str, Any]:
    """A command's answer with the places it is about as paths below the server root.

    Args:
        document: the answer of `convert`, `verify` or `run`, or `{"error": …}`.
        files: the files that are served.
        folder: the command's working directory.

    Returns:
        A copy whose `path`, and that of its `error`, a browser can ask for.
    """
    translated = dict(document)
    if isinstance(translated.get("path"), str):
        translated["path"] = _served(translated["path"], files, folder)
    if isinstance(translated.get("error"), dict):
        translated["error"] = translate_paths(translated["error"], files, folder)
    return translated


def _served(place: str, files: ServerFiles, folder: Path) -> str:
    served = files.served(folder / place)
    return place if served is None else served
