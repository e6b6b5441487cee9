"""Pipfile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_mlops.project.requirements import normalise

if TYPE_CHECKING:
    from jupyter_mlops.lifts.manifests import Edits

TOOL = "pipfile"
RANK = 3
LOCKS: tuple[str, ...] = ("Pipfile.lock",)


def edit(text: str, edits: Edits) -> str:
    """The file with packages added to `packages`.

    Args:
        text: the file.
        edits: what to change.
    """
    import tomlkit

    document: Any = tomlkit.parse(text)
    table = document["packages"]
    for written in list(table):
        name = normalise(written)
        if table[written] == "*" and name in edits.pin:
            table[written] = f"=={edits.pin[name]}"
    for name, version in sorted(edits.add.items()):
        table.append(name, "*" if version is None else f"{'>=' if edits.least else '=='}{version}")
    return tomlkit.dumps(document)
