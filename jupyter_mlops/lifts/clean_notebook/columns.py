"""Whether the tables that a notebook reads have columns of text: told from the head of the files, without running anything."""

from __future__ import annotations

import csv
import posixpath
from itertools import islice

from jupyter_mlops.assessment.data_reads import reads
from jupyter_mlops.lifts.scene import Scene

_ROWS = 200
_HEAD = 200_000


def read_text_columns(scene: Scene, path: str) -> bool:
    """Whether a table that a notebook reads has a column of text; also where that cannot be told.

    Args:
        scene: the project.
        path: of the notebook.
    """
    tables = [source.where for source in reads(scene.unit) if source.site.path == path]
    answers = [_has_text(scene, where) for where in tables]
    return any(answer is not False for answer in answers) or not answers


def _has_text(scene: Scene, where: str) -> bool | None:
    if posixpath.splitext(where)[1].lower() not in (".csv", ".tsv", ".txt") or scene.project.kind(where) != "file":
        return None
    try:
        with (scene.root / where).open("rb") as stream:
            head = stream.read(_HEAD).decode("utf-8", "replace")
    except OSError:
        return None
    lines = [line for line in head.splitlines() if line.strip()][: _ROWS + 1]
    if len(lines) < 2:
        return None
    try:
        dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff("\n".join(lines[:20]), ",;\t|")
    except csv.Error:
        dialect = csv.excel
    rows = list(islice(csv.reader(lines, dialect), 1, None))
    return any(value.strip() and not _is_number(value) for row in rows for value in row)


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return value.strip().lower() in ("", "na", "nan", "n/a", "null", "true", "false")
    return True
