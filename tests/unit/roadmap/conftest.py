"""Projects as the assessor's tests build them, and the roadmap's settings in them."""

from __future__ import annotations

import pytest
from unit.assessment.conftest import level_2, project

from jupyter_mlops.roadmap.api import make_roadmap
from jupyter_mlops.roadmap.kept import keep

__all__ = ["level_2", "project"]

DAY = "2026-11-23"  # a Monday


@pytest.fixture
def chaos(project):
    """A notebook that trains, its data, and nothing else."""
    project.notebook(
        "work.ipynb",
        "import pandas as pd\nfrom sklearn.svm import SVC\nframe = pd.read_csv('x.csv')",
        "model = SVC().fit(frame[['a']], frame['b'])",
        "print(model.score(frame[['a']], frame['b']))",
    )
    return project.files({"x.csv": "a,b\n1,0\n2,1\n"})


@pytest.fixture
def plan():
    """Plans a project of the tests, on a Monday unless another day is given."""
    return lambda project, **options: make_roadmap(project.root, **{"date": DAY, **options})


@pytest.fixture
def save(plan):
    """Plans and keeps; gives the text of the file."""

    def saved(project, agree=(), owners=None, **options):
        (project.root / ".mlops").mkdir(exist_ok=True)
        keep(plan(project, agree=agree, owners=owners, **options)).apply()
        return (project.root / ".mlops/roadmap.toml").read_text(encoding="utf-8")

    return saved
