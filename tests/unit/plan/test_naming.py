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
        ("Notebook 5: Finding the zero", "finding_zero"),
        ("Over- and underfitting of forests", "over_underfitting_forests"),
        ("Import Data & Initial Exploration", "import_data"),
        ("K-Means with each x-axis", "k_means_x_axis"),
        ("Überprüfung nach Poincaré", "uberprufung_nach_poincare"),
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


def test_a_stage_is_called_after_what_others_go_on_with(tmp_path: Path) -> None:
    cells = ["low = q(df)", "high = q(df)", "data = df[low:high]", "# Use it", "b = data + 1", "b += 1"]
    assert names(tmp_path, "# A", *cells) == ["prepare_data", "prepare_b"]


def test_a_heading_names_the_stage_that_is_mostly_about_it(tmp_path: Path) -> None:
    program = build_program(
        analyse(
            read_notebook(
                write_notebook(
                    tmp_path / "n.ipynb",
                    [("code", "x = 1"), ("markdown", "## Wald tests"), *[("code", f"t{n} = test({n})") for n in range(8)],
                     ("markdown", "## Prediction"), ("code", "model.predict(x)"), ("code", "model.predict(t1)")],
                )
            )
        ),
        None,
    )  # fmt: skip
    assert named(program, [(0,), tuple(range(1, 11))]).names[1] == "wald_tests"


def test_who_wrote_the_notebook_names_no_stage(tmp_path: Path) -> None:
    title = ("markdown", "# Profiling code\n## Dr. Ada Example")
    cells = [title, ("code", "a = 1"), ("code", "b = a + 1"), ("markdown", "## More"), ("code", "c = b + 1")]
    program = build_program(analyse(read_notebook(write_notebook(tmp_path / "n.ipynb", cells))), None)
    assert named(program, [(0, 1), (2,)]).names == ("prepare_b", "more")


def test_imports_above_the_title_do_not_make_it_a_section(tmp_path: Path) -> None:
    cells = [("code", "import math"), ("markdown", "# Solver"), ("code", "a = math.pi"), ("code", "b = a + 1"),
             ("markdown", "## Tokens"), ("code", "c = b + 1")]  # fmt: skip
    program = build_program(analyse(read_notebook(write_notebook(tmp_path / "n.ipynb", cells))), None)
    assert named(program, [(0, 1, 2), (3,)]).names == ("prepare_b", "tokens")


def test_drawings_and_taken_names_come_last(tmp_path: Path) -> None:
    draw = "fig, ax = plt.subplots()\nax.plot({0})\n{0} = smooth({0})\nmore = {0}"
    cells = [
        "import matplotlib.pyplot as plt",
        *[draw.format(name) for name in ("sales", "costs")],
        "print(sales, costs, more)",
    ]
    program = build_program(analyse(read_notebook(write_notebook(tmp_path / "n.ipynb", cells))), None)
    assert named(program, [(0, 1), (2,), (3,)]).names[:2] == ("explore_sales", "explore_costs")
