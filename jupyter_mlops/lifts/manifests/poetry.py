"""pyproject.toml of Poetry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_mlops.project.requirements import normalise

if TYPE_CHECKING:
    from jupyter_mlops.lifts.manifests import Edits

TOOL = "poetry"
RANK = 0
LOCKS: tuple[str, ...] = ("poetry.lock",)


def edit(text: str, edits: Edits) -> str:
    """The file with packages added to `tool.poetry.dependencies`.

    Args:
        text: the file.
        edits: what to change.
    """
    import tomlkit

    document: Any = tomlkit.parse(text)
    table = document["tool"]["poetry"]["dependencies"]
    for written in list(table):
        name = normalise(written)
        if table[written] == "*" and name in edits.pin:
            table[written] = edits.pin[name]
    for name, version in sorted(edits.add.items()):
        table.append(name, "*" if version is None else f">={version}" if edits.least else version)
    return tomlkit.dumps(document)
