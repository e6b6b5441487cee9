"""Whether the tables that a notebook reads have columns of text: told from the head of the files, without running anything."""

from __future__ import annotations

import csv
import posixpath
from dataclasses import dataclass
from itertools import islice

from jupyter_mlops.assessment.data_reads import reads
from jupyter_mlops.lifts.scene import Scene

_ROWS = 200
_HEAD = 200_000


@dataclass(frozen=True)
class TextColumns:
    """Columns of text in the tables that are read.

    Attributes:
        names: as the first lines of the files have them.
        places: of the columns, from the left and from the right, where there is only one table.
    """

    names: frozenset[str] = frozenset()
    places: frozenset[int] = frozenset()


def text_columns(scene: Scene, path: str) -> TextColumns:
    """Which columns of the tables that a notebook reads are surely of text.

    Args:
        scene: the project.
        path: of the notebook.
    """
    tables = {source.where for source in reads(scene.unit) if source.site.path == path}
    names: set[str] = set()
    places: set[int] = set()
    for rows in filter(None, (_rows(scene, where) for where in tables)):
        header, *body = rows
        for place, name in enumerate(header):
            values = [row[place].strip() for row in body if len(row) == len(header)]
            # "?" and the like stand for what is missing, and are often read as that.
            if any(any(map(str.isalnum, value)) and not _is_number(value) for value in values):
                names.add(name.strip())
                places |= {place, place - len(header)}
    return TextColumns(frozenset(names), frozenset(places) if len(tables) == 1 else frozenset())


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
    rows = _rows(scene, where)
    return None if rows is None else any(value.strip() and not _is_number(value) for row in rows[1:] for value in row)


def _rows(scene: Scene, where: str) -> list[list[str]] | None:
    """The first rows of a table, its header among them; None where they cannot be told."""
    if (
        posixpath.splitext(where)[1].lower() not in (".csv", ".tsv", ".txt", ".data")
        or scene.project.kind(where) != "file"
    ):
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
    return list(islice(csv.reader(lines, dialect), _ROWS + 1))


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return value.strip().lower() in ("", "na", "nan", "n/a", "null", "true", "false")
    return True
