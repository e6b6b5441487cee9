"""Cells as the lift `clean-notebook` leaves them."""

from __future__ import annotations

import json
from textwrap import dedent

import pytest
from lift_projects import notebook

from jupyter_mlops.lifts.clean_notebook.edits import Draft
from jupyter_mlops.lifts.clean_notebook.mending import Table, all_changes, mend, mend_stop
from jupyter_mlops.lifts.clean_notebook.seen import Stop
from jupyter_mlops.lifts.clean_notebook.witness import frames
from jupyter_mlops.project.notebook import read_notebook

TABLE = Table(all_changes())


def draft_of(*cells: str) -> Draft:
    """The draft of a notebook with these cells, with what is gone from libraries repaired."""
    draft = Draft(read_notebook("a.ipynb", notebook(*cells)))
    mend(draft, TABLE)
    return draft


def repaired(*cells: str) -> str:
    """The code of the cells, repaired; between cells is an empty line."""
    return "\n\n".join(cell.source for cell in draft_of(*cells).notebook.cells)


def mended(*cells: str) -> str:
    """The same, of cells that are indented here for reading."""
    return repaired(*(dedent(cell).strip("\n") for cell in cells))


def raw(*sources: object) -> str:
    """A notebook's file with anything as sources of its cells."""
    cells = [{"cell_type": "code", "source": source, "metadata": {}, "outputs": []} for source in sources]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def stopped(code: str) -> tuple[Draft, Stop]:
    """The draft of a notebook with one cell, and what is known of the error that the cell ends with."""
    source = dedent(code).strip("\n")
    draft = draft_of(source)
    source = draft.notebook.cells[0].source
    try:
        exec(compile(source, "cell 0", "exec"), {"__name__": "notebook"})
    except Exception as error:  # noqa: BLE001 - whatever it is
        said = f"{type(error).__name__}: {error}".splitlines()[0]
        return draft, Stop.of(said, frames(error, {"cell 0": 0}))
    pytest.fail("the old code works")


def repaired_after_a_run(code: str) -> str:
    """The code of a cell, repaired by what was seen when it failed; the same where nothing is sure."""
    draft, stop = stopped(code)
    mend_stop(draft, TABLE, stop)
    return draft.notebook.cells[0].source
