"""A check that expects nothing is none, however well it is scheduled and however much its result is used."""

from __future__ import annotations

import json

import pytest

from .conftest import results
from .test_catalogue import FIT

SUITE = "gx/expectations/rows.json"
FILES = {
    "train.py": FIT,
    "watch.py": """
        import sys

        import great_expectations as gx

        if __name__ == "__main__":
            result = gx.get_context().run_checkpoint(checkpoint_name="live_rows")
            if not result.success:
                sys.exit(1)
        """,
    ".github/workflows/nightly.yml": """
        on:
          schedule:
            - cron: "0 1 * * *"
        jobs:
          a:
            runs-on: ubuntu-latest
            steps:
              - run: python watch.py
        """,
}


@pytest.mark.parametrize(
    ("expectations", "state"),
    [([{"expectation_type": "expect_column_to_exist", "kwargs": {"column": "a"}}], "pass"), ([], "fail"), (5, "fail")],
)
def test_a_suite_without_expectations_checks_nothing(project, expectations, state):
    project.files(
        FILES | {SUITE: json.dumps({"expectation_suite_name": "rows", "expectations": expectations})}
    ).commit()
    assert results(project.assess())["drift-detected"].state == state
