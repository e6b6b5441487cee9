"""Checks of tables by hand count where something runs them; what compares results does not."""

from __future__ import annotations

import pytest

from .conftest import results

READ = 'clean(pd.read_csv("data/raw.csv"))'


def after_reading(project, code):
    project.edit("src/prepare.py", f"    {READ}.to_csv", f"    frame = {READ}\n    {code}\n    frame.to_csv")
    return results(project.commit().assess())["data-validated"]


@pytest.mark.parametrize(
    "code",
    [
        'assert frame["a"].between(0, 10).all()',
        'assert (frame["a"] >= 0).all()',
        'if frame["b"].isna().any():\n        raise ValueError("gaps")',
        'if not frame["y"].isin([0, 1]).all(): raise SystemExit("labels")',
    ],
)
def test_a_check_that_stops_counts(level_2, code):
    assert after_reading(level_2, code).state == "pass"


@pytest.mark.parametrize(
    "code",
    [
        'print(frame["a"].between(0, 10).all())',
        'if frame["b"].isna().any():\n        print("gaps")',
        "assert (frame == frame).all()",
        'frame = frame[(frame["a"] >= 0)]',
    ],
)
def test_what_stops_nothing_or_checks_no_rows_does_not(level_2, code):
    assert after_reading(level_2, code).state == "fail"
