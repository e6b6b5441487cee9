"""What is said of a cell that fails."""

from __future__ import annotations

from pathlib import Path

import pytest
from jupyter_mlops_converters.analysis.cells import analyse
from jupyter_mlops_converters.observe.failures import explained
from jupyter_mlops_converters.observe.session import CellFailedError
from jupyter_mlops_converters.source.notebook import read_notebook
from notebooks import write_notebook


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("\n`load` has been removed\nsince 1.2.\n\nAn essay about it.\n", "`load` has been removed since 1.2. Correct"),
        ("", "ImportError: Correct"),
        ("no such name", "no such name. Correct"),
    ],
)
def test_of_an_error_that_is_an_essay_the_first_paragraph_is_told(said: str, told: str, tmp_path: Path) -> None:
    analysis = analyse(read_notebook(write_notebook(tmp_path / "a.ipynb", ["load()"])))
    error = explained(
        CellFailedError("raised", "ImportError", said, f"ImportError: {said}"), analysis.cells[0], analysis, None
    )
    assert told in error.message.replace(":. ", ": ")
    assert "essay" not in error.message
    assert said in str(error.detail)
