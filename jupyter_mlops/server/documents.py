"""The Python API's documents as the REST interface shows them: places on disk become paths below the server root."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_mlops.server.paths import ServerFiles


def scan_project(root: Path) -> dict[str, Any]:
    """The assessment of a project.

    Args:
        root: the project's folder.

    Returns:
        The document of `assess --format json`.
    """
    from jupyter_mlops.assessment.api import assess

    return assess(root).to_dict()


def translate_paths(document: dict[str, Any], files: ServerFiles, folder: Path) -> dict[str, Any]:
    """A command's answer with the places it is about as paths below the server root.

    Args:
        document: the answer of `convert`, `verify` or `run`, or `{"error": …}`.
        files: the files that are served.
        folder: the command's working directory.

    Returns:
        A copy whose `path` and `notebook`, and those of its `error`, a browser can ask for.
    """
    translated = dict(document)
    for name in ("path", "notebook"):
        if isinstance(translated.get(name), str):
            translated[name] = _served(translated[name], files, folder)
    if isinstance(translated.get("error"), dict):
        translated["error"] = translate_paths(translated["error"], files, folder)
    return translated


def _served(place: str, files: ServerFiles, folder: Path) -> str:
    served = files.served(folder / place)
    return place if served is None else served
