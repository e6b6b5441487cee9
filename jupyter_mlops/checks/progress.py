"""What was reached in a tutorial: kept in the folder of the tutorial, where a person can read it.

A tutorial's sandbox has `.mlops/tutorial/progress.json`; the folder is ignored by git. Anywhere else nothing is written.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_mlops.checks.check import Check

PROGRESS = ".mlops/tutorial/progress.json"


def keep(folder: Path, answer: Check) -> None:
    """Note a check that passed, where the folder is a tutorial's sandbox.

    Args:
        folder: the project that was checked.
        answer: the check.
    """
    document = read(folder)
    if document is None or not answer.passed or answer.name in document["passed"]:
        return
    document["passed"].append(answer.name)
    with contextlib.suppress(OSError):  # a sandbox that cannot be written to can still be learnt in
        write(folder, document)


def read(folder: Path) -> dict[str, Any] | None:
    """The progress of the tutorial whose sandbox this is: its `"tutorial"` and the checks `"passed"`; None elsewhere.

    Args:
        folder: a project's folder.
    """
    try:
        document = json.loads((folder / PROGRESS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    known = isinstance(document, dict) and isinstance(document.get("passed"), list) and "tutorial" in document
    return document if known else None


def write(folder: Path, document: dict[str, Any]) -> None:
    """Write the progress, all of it or nothing.

    Args:
        folder: of the sandbox.
        document: its content.
    """
    path = folder / PROGRESS
    path.parent.mkdir(parents=True, exist_ok=True)
    (path.parent / ".gitignore").write_text("*\n", encoding="utf-8", newline="\n")
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8", newline="\n")
    temporary.replace(path)
