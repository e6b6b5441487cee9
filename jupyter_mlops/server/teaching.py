"""The tutorials for the browser: their sandboxes lie below the server root."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_mlops.server.errors import RequestError


def listed(root: Path) -> dict[str, Any]:
    """All tutorials, and how far each has come.

    Args:
        root: the server root.

    Returns:
        `tutorials`; the `notebook` of each is relative to the server root, and is there once the tutorial was begun.
    """
    from jupyter_mlops.tutorials import FOLDER, entry, tutorials

    return {"tutorials": [_served(entry(each, root / FOLDER), root) for each in tutorials()]}


def begun(root: Path, number: object) -> dict[str, Any]:
    """Lay the sandbox of a tutorial, or find the one that is there.

    Args:
        root: the server root.
        number: of the tutorial.

    Returns:
        The tutorial as in `listed`.

    Raises:
        RequestError: 400 `invalid-request` for what is no number.
        MlopsError: what `lay` raises, and `unknown-tutorial`.
    """
    from jupyter_mlops.tutorials import FOLDER, entry, lay, tutorial_numbered

    if type(number) is not int:
        raise RequestError(400, "invalid-request", "A tutorial is begun by its number.")
    tutorial = tutorial_numbered(number)
    lay(tutorial, root / FOLDER)
    return _served(entry(tutorial, root / FOLDER), root)


def _served(document: dict[str, Any], root: Path) -> dict[str, Any]:
    return {**document, "notebook": Path(document["notebook"]).relative_to(root).as_posix()}
