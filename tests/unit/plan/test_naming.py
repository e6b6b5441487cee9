"""Names of stages."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from jupyter_mlops_converters.analysis.cells import analyse
from jupyter_mlops_converters.plan.naming import named, slug
from jupyter_mlops_converters.plan.program import build_program
from jupyter_mlops_converters.source.notebook import read_notebook
from notebooks import write_notebook


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Load the data", "load_data"),
        ("How do I use the MultiIndex in pandas?", "multiindex_pandas"),
        ("Merging DataFrames with MultiIndexes", "merging_dataframes"),
        ("Step 2: 3D plots", "step_3d_plots"),
        ("Exercise 4", ""),
        ("Überprüfung", "berpr_fung"),
        ("Pneumonoultramicroscopicsilicovolcanoconiosis", "pneumonoultramicroscopicsilico"),
    ],
)
def test_identifiers_of_whole_words(text: str, expected: str) -> None:
    assert slug(text) == expected


def names(folder: Path, *cells: str) -> list[str]:
    """Names of stages that begin at every heading."""
    written = [("markdown", c) if c.startswith("#") else ("code", c) for c in cells]
    program = build_program(analyse(read_notebook(write_notebook(folder / "n.ipynb", written))), None)
    starts = [p for p, step in enumerate(program.steps) if step.role.headings] + [len(program.steps)]
    stages = [tuple(range(start, end)) for start, end in pairwise(starts)]
    return list(named(program, stages).names)


def test_a_heading_of_its_own_says_more_than_one_cell_in_many(tmp_path: Path) -> None:
    other = ["x = 1", "x += 1", "x -= 1", "x *= 2", "print(x)"]
    assert names(tmp_path, "# Sampling distribution", *other, "x = str(x).strip()", "# Evaluate", "model.score(x)") == [
        "sampling_distribution",
        "evaluate",
    ]


def test_imports_do_not_name_a_stage_that_does_more(tmp_path: Path) -> None:
    cells = ["import pandas as pd", "df = pd.read_csv('x.csv')", "# More data", "df2 = pd.read_csv('y.csv')"]
    assert names(tmp_path, "## Step 1. Import the necessary libraries", *cells) == ["load", "more_data"]
