"""What a person looks at before a conversion: the cells as they begin, and the files as they would become."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jupyter_mlops_converters.source.notebook import SourceCell

    from jupyter_mlops.changes.changeset import Change

#: Lines of a cell that are shown, and characters of each.
_LINES, _WIDTH = 3, 160
#: Characters of a file's diff.
_LONGEST_DIFF = 40_000


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


def files(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """What would be written.

    Args:
        changes: of a change set.

    Returns:
        For each change what `Change.as_dict` gives, with a `diff` only where the file is there, and not endless.
    """
    return [{**change.as_dict(), "diff": _diff(change)} for change in changes]


def _diff(change: Change) -> str:
    if change.kind == "create":
        return ""
    if len(change.diff) <= _LONGEST_DIFF:
        return change.diff
    return change.diff[:_LONGEST_DIFF].rpartition("\n")[0] + "\n…\n"
