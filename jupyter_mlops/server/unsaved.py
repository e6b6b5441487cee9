"""What an editor holds and has not saved, as it stands in for files while a project is assessed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_mlops.project.marks import mapping, sequence
from jupyter_mlops.server.errors import RequestError

if TYPE_CHECKING:
    from jupyter_mlops.server.paths import ServerFiles


def unsaved_files(body: dict[str, Any], files: ServerFiles, project: Path) -> dict[str, str]:
    """The unsaved files of a request, which is trusted in nothing.

    Args:
        body: `{"unsaved": {path: text}}`, paths relative to the server root.
        files: the files that are served.
        project: its folder; what is elsewhere is left out.

    Returns:
        Absolute path → text.

    Raises:
        RequestError: 400 `invalid-request`, and what `ServerFiles.place` raises.
    """
    unsaved = body.get("unsaved", {})
    if not isinstance(unsaved, dict) or not all(isinstance(text, str) for text in unsaved.values()):
        raise RequestError(400, "invalid-request", "What is unsaved is an object: path → text.")
    places = {files.place(path): text for path, text in unsaved.items()}
    return {str(place): text for place, text in places.items() if place.is_relative_to(project)}


def with_outputs(unsaved: dict[str, str]) -> dict[str, str]:
    """The same, where cells of notebooks have the outputs that are saved: those are large, and not sent.

    Args:
        unsaved: absolute path → text.
    """
    return {path: _joined(path, text) if path.endswith(".ipynb") else text for path, text in unsaved.items()}


def _joined(path: str, text: str) -> str:
    try:
        held, saved = mapping(json.loads(text)), mapping(json.loads(Path(path).read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError):
        return text
    cells = [mapping(cell) for cell in sequence(saved.get("cells"))]
    outputs = {cell["id"]: cell.get("outputs") for cell in cells if isinstance(cell.get("id"), str)}
    for cell in map(mapping, sequence(held.get("cells"))):
        if cell.get("cell_type") == "code":
            cell["outputs"] = outputs.get(cell.get("id")) or []
    return json.dumps(held)
