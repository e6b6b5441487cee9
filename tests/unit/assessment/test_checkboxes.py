"""What looks like more than it is, what to confirm, and how far each dimension would let the level go."""

from __future__ import annotations

from dataclasses import replace

import jsonschema
import pytest

from jupyter_mlops.assessment.criterion import DIMENSIONS
from jupyter_mlops.assessment.reports import report_named

from .conftest import LEVEL_2, results
from .serving_project import LEVEL_3, LEVEL_4
from .test_contract import SCHEMA

#: Tools as dependencies and files of no bytes: nothing here does anything.
GAMED = {
    **dict.fromkeys(
        (
            *(".github/workflows/ci.yml", "dvc.yaml", "dvc.lock", "uv.lock", "Dockerfile", "docker-compose.yml"),
            *("tests/test_model.py", ".pre-commit-config.yaml", "MODEL_CARD.md", "k8s/deployment.yaml", "README.md"),
        ),
        "",
    ),
    "requirements.txt": "mlflow\ndvc\nfastapi\nevidently\nwandb\n",
    "src/train.py": "import mlflow\nfrom sklearn.svm import SVC\n\nSVC().fit([[0], [1]], [0, 1])\n",
}


def boxes(project):
    return {(one.path, one.line): one.message for one in project.assess().headline.checkboxes}


def test_a_project_of_ticks_is_level_0_and_each_tick_is_named(project):
    project.files(GAMED).commit()
    assessment = project.assess()
    assert assessment.level == 0
    found = boxes(project)
    empty = {path for (path, _line), message in found.items() if message == "It is empty."}
    assert empty == {path for path, content in GAMED.items() if content == ""}
    assert found["requirements.txt", 3] == "`fastapi` is declared, and nothing here uses it."
    assert found["src/train.py", 1] == "`mlflow` is imported and not used."
    jsonschema.validate(assessment.to_dict(), SCHEMA)
    for form in ("text", "markdown", "html"):
        assert "It is empty." in report_named(form).render(assessment, False)


def test_an_honest_project_has_none(project):
    project.files(LEVEL_2 | LEVEL_3 | LEVEL_4).lock().commit()
    assert boxes(project) == {}


@pytest.mark.parametrize(
    ("path", "content", "line", "says"),
    [
        ("k8s.yaml", "# replicas: 2\n\n# kind: Deployment\n", None, "nothing but comments"),
        (
            ".github/workflows/t.yml",
            "on: push\njobs:\n  t:\n    runs-on: x\n    steps:\n      - run: pytest || true\n",
            6,
            "cannot fail: `|| true`",
        ),
        ("tests/test_a.py", "def test_a():\n    assert True\n", 1, "tests nothing"),
        ("a.py", "import os\nimport wandb as w\n\nprint(os.name)\n", 2, "`wandb` is imported and not used"),
    ],
)
def test_what_looks_like_more_than_it_is(project, path, content, line, says):
    found = boxes(project.files({path: content}).commit())
    assert says in found[path, line]


@pytest.mark.parametrize(
    "content",
    [
        {"src/__init__.py": "", "tests/conftest.py": "", ".dvc/config": "", "data/.gitkeep": ""},
        {"examples/Dockerfile": ""},
        {"tests/test_a.py": "def test_a(page):\n    assert page.title\n\n\ndef test_b(page):\n    page.opens()\n"},
        {"pkg/__init__.py": "import mlflow\n"},
        {"a.py": "import mlflow\n", "b.py": "import mlflow\n\nmlflow.autolog()\n"},
        {"requirements.txt": "dvc==3.0\n", "rows.csv.dvc": "outs:\n- md5: abc\n  path: rows.csv\n"},
        {"requirements.txt": "prefect==3.0\n", "run.sh": "prefect deploy\n", "Makefile": "all:\n\tprefect deploy\n"},
        {
            ".github/workflows/t.yml": "on: push\njobs:\n  t:\n    runs-on: x\n    steps:\n      - run: rm -rf out || true\n"
        },
    ],
)
def test_what_is_what_it_looks_like(project, content):
    assert boxes(project.files(content).commit()) == {}


def test_a_cell_that_imports_and_does_not_use_is_named(project):
    project.notebook("n.ipynb", "x = 1", "import pandas\nimport shap").commit()
    (box,) = project.assess().headline.checkboxes
    assert (box.path, box.cell, box.line) == ("n.ipynb", 1, 2)


def test_the_least_dimension_is_the_level(project):
    project.files(LEVEL_2).lock().commit()
    unit = project.assess().headline
    levels = {one.id: one.level for one in unit.dimensions}
    assert set(levels) == set(DIMENSIONS)
    assert min(levels.values()) == unit.level == 2
    assert (levels["serving"], levels["monitoring"], levels["tracking"]) == (2, 2, 4)
    document = project.assess().to_dict()["units"][0]
    assert document["weakest"] in ("serving", "monitoring")
    assert f"Weakest dimension: {document['weakest']}" in report_named("text").render(project.assess(), False)
    # One requirement less is one dimension less.
    project.remove("tests/test_features.py").commit()
    after = {one.id: one.level for one in project.assess().headline.dimensions}
    assert after == levels | {"testing": 1}
    assert project.assess().to_dict()["units"][0]["weakest"] == "testing"


def test_what_passes_on_thin_evidence_is_to_be_confirmed_first(level_2):
    assessment = level_2.assess()
    assert assessment.headline.to_confirm == ()
    unsure = tuple(
        replace(result, confidence=0.5) if result.criterion.id == "ci" else result
        for result in assessment.headline.results
    )
    headline = replace(assessment.headline, results=unsure)
    assessment = replace(assessment, headline=headline, units=(headline,))
    assert assessment.to_dict()["units"][0]["to_confirm"] == ["ci"]
    for form in ("text", "markdown", "html"):
        text = report_named(form).render(assessment, False)
        assert "Please confirm" in text
        assert form == "html" or text.index("Please confirm") < text.index("What keeps it from Level 3")


def test_evidence_keeps_its_fingerprint_while_lines_move(level_2):
    def prints():
        items = {item["id"]: item for item in level_2.assess().to_dict()["units"][0]["criteria"]}
        return [one["fingerprint"] for one in items["experiments-tracked"]["evidence"]]

    before = prints()
    level_2.edit("src/train.py", "import argparse", "# a comment\n\n\nimport argparse").lock().commit()
    assert prints() == before
    assert len(set(before)) == len(before)
    assert results(level_2.assess())["experiments-tracked"].state == "pass"
