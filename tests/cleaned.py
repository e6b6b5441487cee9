"""Cells as the lift `clean-notebook` leaves them."""

from __future__ import annotations

import json
from textwrap import dedent

from lift_projects import notebook

from jupyter_mlops.lifts.clean_notebook.edits import Draft
from jupyter_mlops.lifts.clean_notebook.mending import Table, all_changes, mend
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
