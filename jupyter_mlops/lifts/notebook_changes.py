"""Changes of notebooks as data for nbdime's view: cell by cell, both sides, instead of lines of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from jupyter_mlops.assessment.secrets import MASK, mask

if TYPE_CHECKING:
    from jupyter_mlops.changes import Change, ChangeSet

#: Bytes of a notebook's cells beyond which only its text is compared.
_LONGEST = 2_000_000
#: What cells of each kind have besides, without having been run.
_KINDS: dict[str, dict[str, Any]] = {"code": {"outputs": [], "execution_count": None}, "markdown": {}, "raw": {}}


def changes_as_data(
    changes: ChangeSet, copies: Mapping[str, str] | None = None, secrets: Iterable[str] = ()
) -> list[dict[str, Any]]:
    """The changes of a set as JSON-like data, those of notebooks cell by cell as well.

    Args:
        changes: what is shown.
        copies: path of a new notebook → the notebook that it is a changed copy of; paths are relative to the root.
        secrets: texts that are shown masked; what looks like a secret is, anyway.

    Returns:
        For each change what `Change.as_dict` gives. That of a notebook which is there, or is a copy of one, has a
        `notebook` besides: its `base`, as in nbformat 4 but without outputs, and the `diff` in nbdime's format
        (https://nbdime.readthedocs.io/en/latest/diffing.html). It is absent where nbdime is not installed, and where
        one of the sides is no notebook.
    """
    hidden = tuple(secrets)
    wanted = {step.path: step.data for step in changes.steps if step.action == "write"}
    found = []
    for change in changes.changes:
        data = change.as_dict()
        if change.path.endswith(".ipynb") and (new := wanted.get(change.path)):
            view = _compared(_base(changes, change, copies or {}), new, hidden)
            data |= {"notebook": view} if view else {}
        found.append(data)
    return found


def _base(changes: ChangeSet, change: Change, copies: Mapping[str, str]) -> bytes | None:
    """What the notebook is compared with."""
    if change.kind != "create":
        return change.before
    original = changes.root / copies[change.path] if change.path in copies else None
    return original.read_bytes() if original is not None and original.is_file() else None


def _compared(old: bytes | None, new: bytes, secrets: tuple[str, ...]) -> dict[str, Any] | None:
    if old is None or find_spec("nbdime") is None:
        return None
    base, remote = _readable(old, secrets), _readable(new, secrets)
    if base is None or remote is None:
        return None
    from nbdime import diff_notebooks

    return {"base": base, "diff": diff_notebooks(base, remote)}


def _readable(data: bytes, secrets: tuple[str, ...]) -> dict[str, Any] | None:
    """A notebook's cells without what running them gave; None where it is none, or is too long to look at."""
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
        cells = [_cell(cell, secrets) for cell in notebook["cells"]]
        mimetype = str(notebook.get("metadata", {}).get("language_info", {}).get("mimetype", "text/x-python"))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    if sum(len(cell["source"]) for cell in cells) > _LONGEST:
        return None
    metadata = {"language_info": {"name": "", "mimetype": mimetype}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}


def _cell(cell: dict[str, Any], secrets: tuple[str, ...]) -> dict[str, Any]:
    source, kind = "".join(cell["source"]), _KINDS[cell["cell_type"]]
    for secret in secrets:
        source = source.replace(secret, MASK)
    # Tags are what a pipeline's tools act on; the rest is how an editor shows the cell.
    tags = [str(tag) for tag in cell.get("metadata", {}).get("tags", [])]
    return {
        "cell_type": cell["cell_type"],
        "metadata": {"tags": tags} if tags else {},
        "source": "\n".join(mask(line) for line in source.split("\n")),
        **kind,
    }
