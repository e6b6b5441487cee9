"""What a person looks at before a conversion: the cells as they begin, and the files as they would become."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jupyter_mlops.lifts.notebook_changes import changes_as_data

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jupyter_mlops_converters.source.notebook import SourceCell

    from jupyter_mlops.changes import ChangeSet

#: Lines of a cell that are shown, and characters of each.
_LINES, _WIDTH = 3, 160
#: Characters of a file's diff.
_LONGEST_DIFF = 40_000
#: Files of a pipeline that are data for programs: what to show instead.
_DATA = {
    ".generated.json": "what was generated, to tell your edits from it later",
    "conversion.json": "the plan, the cells of every stage, and the proof",
}


def outline(cells: Iterable[SourceCell]) -> list[dict[str, Any]]:
    """The beginning of every cell.

    Args:
        cells: of a notebook, in the order in which they run; secrets are taken out of their text.

    Returns:
        For each cell its index as `cell`, its `kind` ("code", "markdown" or "raw"), the number of its `lines`, and as
        `text` the first ones that are not empty. Code cells without text are in no stage; their text is empty.
    """
    return [
        {
            "cell": cell.index,
            "kind": cell.kind,
            "lines": len(cell.source.splitlines()),
            "text": "\n".join(
                line.rstrip()[:_WIDTH] for line in [line for line in cell.source.splitlines() if line.strip()][:_LINES]
            ),
        }
        for cell in cells
    ]


def files(changes: ChangeSet) -> list[dict[str, Any]]:
    """What would be written.

    Args:
        changes: of a conversion.

    Returns:
        For each change what `changes_as_data` gives, with a `diff` only where the file is there, and not endless.
    """
    return [{**data, "diff": _diff(data)} for data in changes_as_data(changes)]


def _diff(change: dict[str, Any]) -> str:
    if change["kind"] == "create":
        return ""
    diff = str(change["diff"])
    if len(diff) <= _LONGEST_DIFF:
        return diff
    return diff[:_LONGEST_DIFF].rpartition("\n")[0] + "\n…\n"


def shown(changes: ChangeSet, folder: str) -> dict[str, str]:
    """New files of a pipeline as a person reads them, where that is not their text.

    Args:
        changes: of a conversion.
        folder: the pipeline's, from the root.

    Returns:
        Path → what to show: of notebooks the cells' code, of data what it is.
    """
    found = {f"{folder}/{name}": f"@@ {what} @@\n" for name, what in _DATA.items()}
    for step in changes.steps:
        if step.action != "write" or step.before.kind == "file" or not step.path.endswith(".ipynb"):
            continue
        if step.path.startswith(f"{folder}/tests/expected/"):
            stage = step.path.rpartition("/")[2]
            found[step.path] = f"@@ stages/{stage} with the outputs that it had when it was proven @@\n"
        else:
            found[step.path] = _cells(json.loads(step.data))
    return found


def _cells(notebook: dict[str, Any]) -> str:
    lines = []
    for index, cell in enumerate(notebook["cells"]):
        lines.append(f"@@ cell {index}, {cell['cell_type']} @@")
        lines += [f"+{line}" for line in "".join(cell["source"]).splitlines()]
    return "\n".join(lines) + "\n"
