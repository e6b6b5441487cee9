"""Recording where a project stands: a row of the history, the levels that are new, and the certificate of one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_mlops.assessment.api import Assessment
from jupyter_mlops.assessment.celebration import Reached, newly_reached
from jupyter_mlops.assessment.history import read_history, record
from jupyter_mlops.errors import MlopsError


@dataclass(frozen=True)
class Recorded:
    """What was recorded.

    Attributes:
        row: of the history.
        reached: levels that no row before had.
        certificate: path of the certificate that was written, relative to the project; None when none was.
        commit: that it is for.
        why_not: why there is none yet, where the level deserves one.
    """

    row: dict[str, Any]
    reached: tuple[Reached, ...]
    certificate: str | None = None
    commit: str | None = None
    why_not: str | None = None


def record_level(folder: Path, assessment: Assessment) -> Recorded:
    """Add a row to the history, and write the certificate of its level, unless there is one.

    Args:
        folder: the assessed folder.
        assessment: what to record.

    Raises:
        MlopsError: ``invalid-history``; ``cannot-write`` where the folder is read-only, for one.
    """
    from jupyter_mlops.assessment.certificate import FOLDER, make_certificate

    rows = read_history(folder)
    try:
        row = record(folder, assessment)
    except OSError as error:
        message = f"The history could not be written ({error.strerror}); nothing has changed."
        raise MlopsError("cannot-write", message, path=".mlops") from error
    reached = tuple(newly_reached(rows, row))
    level = row["level"]
    name = f"{FOLDER}/level-{level}.md"
    file = folder / name
    if level == 0 or file.exists():
        return Recorded(row, reached)
    try:
        certificate = make_certificate(folder, date=row["date"])
    except MlopsError as error:
        return Recorded(row, reached, why_not=f"No certificate: {error.message}")
    if certificate.level < level:
        said = f"No certificate yet: commit {certificate.commit[:8]} by itself has Level {certificate.level}."
        return Recorded(row, reached, why_not=f"{said} Commit what is missing, and record again.")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(certificate.text, encoding="utf-8", newline="\n")
    except OSError as error:
        return Recorded(row, reached, why_not=f"No certificate: it could not be written ({error.strerror}).")
    return Recorded(row, reached, name, certificate.commit)
