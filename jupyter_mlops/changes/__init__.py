"""The change set: the one way in which the product writes into a user's project.

A `ChangeSet` is built from the wanted files, previewed as a unified diff or as data, applied all or nothing, and taken
back by `undo`. What was applied is kept in `.mlops/journal/` until it is undone.
"""

from __future__ import annotations

from jupyter_mlops.changes.changeset import Change, ChangeSet, File, Link, Move, Wanted
from jupyter_mlops.changes.transaction import JOURNAL, Applied, history, recover, undo
from jupyter_mlops.changes.uncovered import is_committed, uncovered, untracked
from jupyter_mlops.changes.writable import refuse_read_only

__all__ = [
    "JOURNAL",
    "Applied",
    "Change",
    "ChangeSet",
    "File",
    "Link",
    "Move",
    "Wanted",
    "history",
    "is_committed",
    "recover",
    "refuse_read_only",
    "uncovered",
    "undo",
    "untracked",
]
