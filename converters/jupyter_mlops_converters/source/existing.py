"""Which pipeline of the project was made from a notebook, or from several, so that converting again finds it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_mlops_converters.errors import MlopsError

CONVERSION = "conversion.json"
#: Besides hidden folders and environments.
_NOT_LOOKED_INTO = frozenset({"node_modules", "__pycache__", "mlruns", "mlartifacts", "products"})


@dataclass(frozen=True)
class Existing:
    """A pipeline that is there.

    Attributes:
        folder: absolute path.
        name: what it is called, which its folder need not be.
        document: the content of its `conversion.json`.
    """

    folder: Path
    name: str
    document: Mapping[str, Any]


def find_existing(root: Path, notebooks: Mapping[str, str], expected: Path, *, named: bool) -> Existing | None:
    """The pipeline that was made from these notebooks.

    Args:
        root: of the project.
        notebooks: path relative to the root → SHA-256 of the file.
        expected: where the pipeline goes when there is none yet.
        named: whether the user named that place. Then no other one is looked for, and a pipeline there is theirs also if
            its notebook was moved and changed since.

    Returns:
        It, or None.

    Raises:
        MlopsError: ``several-pipelines`` when there is more than one, none of them at the expected place.
    """
    there = read_existing(expected)
    if there is not None and _is_of(there, root, notebooks, moved=named):
        return there
    if named:
        return None
    found = [each for each in _all(root) if _is_of(each, root, notebooks, moved=False)]
    if len(found) > 1:
        folders = ", ".join(each.folder.relative_to(root).as_posix() for each in found)
        raise MlopsError(
            "several-pipelines",
            f"There are several pipelines of this notebook: {folders}. Name one of them with --output.",
            path=next(iter(notebooks)),
        )
    return found[0] if found else None


def read_existing(folder: Path) -> Existing | None:
    """The pipeline in a folder; None where there is none."""
    try:
        document = json.loads((folder / CONVERSION).read_text("utf-8"))
        return Existing(folder, str(document["name"]), document) if document["notebook"] else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is_of(existing: Existing, root: Path, notebooks: Mapping[str, str], *, moved: bool) -> bool:
    document = existing.document
    try:
        made_from = {each["path"]: each["sha256"] for each in document.get("notebooks", ())}
    except (TypeError, KeyError):
        return False
    made_from = made_from or {str(document["notebook"]): document.get("notebook_sha256")}
    if made_from.keys() == notebooks.keys():
        return True
    # A notebook that is not there any more was moved to where there is the same one, or one that is said to be it.
    gone = [path for path in made_from if not (root / path).is_file()]
    same = sorted(map(str, made_from.values())) == sorted(notebooks.values())
    return len(gone) == len(made_from) == len(notebooks) and (same or moved)


def pruned(subfolders: list[str], names: list[str]) -> list[str]:
    """The folders to look for pipelines in, of those that are in a folder.

    Args:
        subfolders: of the folder.
        names: of its files.
    """
    if "pyvenv.cfg" in names:
        return []
    return sorted(name for name in subfolders if name not in _NOT_LOOKED_INTO and not name.startswith("."))


def _all(root: Path) -> Iterator[Existing]:
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = pruned(subfolders, names)
        if CONVERSION in names and (found := read_existing(Path(folder))) is not None:
            subfolders.clear()
            yield found
