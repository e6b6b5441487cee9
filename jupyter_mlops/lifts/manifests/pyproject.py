"""pyproject.toml with a `[project]` table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_mlops.lifts.manifests.requirements import _edited

if TYPE_CHECKING:
    from jupyter_mlops.lifts.manifests import Edits

TOOL = "pyproject"
RANK = 1
LOCKS: tuple[str, ...] = ("uv.lock", "pdm.lock", "poetry.lock")


def edit(text: str, edits: Edits) -> str:
    """The file with packages added to `project.dependencies`.

    Args:
        text: the file.
        edits: what to change.
    """
    import tomlkit

    document: Any = tomlkit.parse(text)
    listed = document["project"].setdefault("dependencies", tomlkit.array())
    for position, item in enumerate(list(listed)):
        changed = _edited(str(item), edits)
        if changed != str(item):
            listed[position] = changed
    several = "\n" in listed.as_string() or len(listed) + len(edits.add) > 3
    for name in sorted(edits.add):
        listed.append(edits.requirement(name))
    if several and "#" not in listed.as_string():
        listed.multiline(multiline=True)
    return tomlkit.dumps(document)
