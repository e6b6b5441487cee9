"""The files on the pages of Levels 3 and 4 pass what the pages say that they pass."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .conftest import results

ROOT = Path(__file__).parents[3]
LAYERS = ("rentals", "rentals-stages", "rentals-pipeline")


def files_on(page: str) -> dict[str, str | bytes]:
    text = (ROOT / "docs" / "how-to" / page).read_text(encoding="utf-8")
    return dict(re.findall(r"^`([^`\n]+)`\n\n```\w+\n(.*?)^```", text, re.MULTILINE | re.DOTALL))


@pytest.fixture
def rentals(project):
    """The project of the tutorials, as its pipeline leaves it."""
    for layer in LAYERS:
        folder = ROOT / "tutorials" / "projects" / layer
        project.files(
            {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        )
    made = {
        "data/clean.csv": "temperature,rain,wind\n1,0,2\n",
        "data/live.csv": "temperature,rain,wind\n1,0,2\n",
        "models/forest.joblib": b"\x80\x04model",
        "metrics.json": '{"mean_error": 21.74}\n',
        "production/metrics.json": '{"mean_error": 27.2}\n',
    }
    ci = {
        ".github/workflows/ci.yml": "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: python -m pytest\n"
    }
    return project.files(made | ci).lock()


def test_the_files_of_level_3_pass_it(rentals):
    files = files_on("level-3.md")
    assert len(files) == 8
    assert unmet(rentals.files(files).commit(), 3) == (
        {},
        {"rollback-path", "dashboards", "structured-logs", "load-tested"},
    )


def test_the_files_of_level_4_pass_it_on_top(rentals):
    files = files_on("level-4.md")
    assert len(files) == 9
    project = rentals.files(files_on("level-3.md")).files(files).commit()
    assert unmet(project, 3) == ({}, {"dashboards", "structured-logs", "load-tested"})
    assert unmet(project, 4) == ({}, {"datasheet", "bill-of-materials", "models-signed"})


def unmet(project, level):
    """What of a level does not pass: required criteria with the reason, and the names of recommended ones, which the page tells."""
    found = {name: each for name, each in results(project.assess()).items() if each.criterion.level == level}
    assert found
    lacking = {name: each for name, each in found.items() if each.state != "pass"}
    needed = {name: (each.state, each.message) for name, each in lacking.items() if each.criterion.required}
    return needed, lacking.keys() - needed.keys()
