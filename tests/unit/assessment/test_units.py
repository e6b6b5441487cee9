"""Several projects in one repository, what covers them, and what an editor holds unsaved."""

from __future__ import annotations

import json

from jupyter_mlops.assessment.api import assess

from .conftest import LEVEL_2, results

NOTEBOOK = json.dumps(
    {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
        "cells": [
            {
                "cell_type": "code",
                "metadata": {},
                "execution_count": 1,
                "outputs": [],
                "source": "from sklearn.svm import SVC\nSVC().fit([[0], [1]], [0, 1])",
            }
        ],
    }
)


def collection(project):
    for name in ("churn", "fraud"):
        project.files(
            {
                f"{name}/README.md": f"# {name}\n",
                f"{name}/requirements.txt": "scikit-learn==1.9.0\n",
                f"{name}/work.ipynb": NOTEBOOK,
                f"{name}/{name}_lib.py": "def double(x):\n    return 2 * x\n",
                f"{name}/tests/test_{name}.py": f"from {name}_lib import double\n\n\ndef test_double():\n    assert double(1) == 2\n",
            }
        )
    return project.files(
        {
            ".github/workflows/churn.yml": """
            on:
              push:
                paths: ["churn/**"]
            defaults:
              run:
                working-directory: churn
            jobs:
              test:
                runs-on: ubuntu-latest
                steps:
                  - run: pytest
            """
        }
    ).commit()


def test_projects_side_by_side_are_units_and_the_least_sets_the_headline(project):
    assessment = collection(project).assess()
    assert [unit.unit.path for unit in assessment.units] == ["churn", "fraud"]
    found = {unit.unit.path: {result.criterion.id: result for result in unit.results} for unit in assessment.units}
    assert found["churn"]["ci"].state == "pass"
    assert found["fraud"]["ci"].state in ("fail", "partial")
    assert found["churn"]["tests"].evidence[0].path == "churn/tests/test_churn.py"
    evidence = next(item for item in assessment.to_dict()["units"][0]["criteria"] if item["id"] == "ci")["evidence"][0]
    assert (evidence["path"], evidence["inherited"]) == (".github/workflows/churn.yml", True)


def test_a_folder_is_assessed_with_what_covers_it_from_above(project):
    collection(project)
    document = assess(project.root / "churn").to_dict()
    ci = next(item for item in document["units"][0]["criteria"] if item["id"] == "ci")
    assert ci["state"] == "pass"
    assert ci["evidence"][0]["path"] == "../.github/workflows/churn.yml"
    assert ci["evidence"][0]["chain"][0] == "../.github/workflows/churn.yml:11"


def test_a_service_with_requirements_of_its_own_is_part_of_the_project(level_2):
    level_2.files(
        {"api/requirements.txt": "fastapi==0.110.0\n", "api/main.py": "model.fit(x, y)\n", "api/README.md": "# API\n"}
    ).commit()
    assert [unit.unit.path for unit in level_2.assess().units] == ["."]


def test_a_converted_pipeline_belongs_to_the_project_around_it(level_2):
    level_2.files(
        {
            "pipelines/churn/conversion.json": "{}\n",
            "pipelines/churn/requirements.txt": "pandas==3.0.0\n",
            "pipelines/churn/README.md": "# churn\n",
            "pipelines/churn/stages/train.ipynb": NOTEBOOK,
            "pipelines/churn/dvc.yaml": "stages: {}\n",
        }
    ).commit()
    assert [unit.unit.path for unit in level_2.assess().units] == ["."]


def test_another_repository_inside_is_named_and_not_entered(level_2):
    inner = level_2.root / "vendored"
    inner.mkdir()
    level_2.git("init", "-q", str(inner))
    (inner / "train.py").write_text("SVC().fit(x)\n")
    assessment = level_2.assess()
    assert [(note.path, note.message) for note in assessment.notes] == [("vendored", "a repository of its own")]
    assert not any(file.path.startswith("vendored") for file in assessment.project.walk.files)


def test_unsaved_text_is_assessed_in_place_of_the_file(level_2):
    path = level_2.root / "src/train.py"
    unsaved = path.read_text(encoding="utf-8").replace("mlflow.log_", "print")
    assert results(level_2.assess())["experiments-tracked"].state == "pass"
    assert results(level_2.assess(overrides={str(path): unsaved}))["experiments-tracked"].state == "fail"
    assert results(level_2.assess())["experiments-tracked"].state == "pass"


def test_a_file_that_changed_is_read_again(level_2):
    assert results(level_2.assess())["experiments-tracked"].state == "pass"
    level_2.edit("src/train.py", "mlflow.log_", "print     #")
    assert results(level_2.assess())["experiments-tracked"].state != "pass"


def test_a_project_within_an_ignored_folder_has_no_history(level_2, project):
    level_2.edit(".gitignore", "/models/", "/models/\n/scratch/").commit()
    (level_2.root / "scratch").mkdir()
    (level_2.root / "scratch/a.py").write_text("SVC().fit(x, y)\n")
    found = {result.criterion.id: result.state for result in assess(level_2.root / "scratch").headline.results}
    assert found["code-versioned"] == "fail"


def test_level_2_files_are_what_the_level_2_fixture_commits(level_2):
    assert {name for name in LEVEL_2 if not name.startswith(("models/", "data/clean"))} <= set(
        level_2.git("ls-files").split()
    )


def services(project, folder):
    for name in ("trainer", "scorer"):
        project.files(
            {
                f"{folder}/{name}/pyproject.toml": f'[project]\nname = "{name}"\n',
                f"{folder}/{name}/main.py": "from sklearn.svm import SVC\n\nSVC().fit([[0], [1]], [0, 1])\n",
            }
        )
    compose = "".join(f"  {name}:\n    build: ./{folder}/{name}\n" for name in ("trainer", "scorer"))
    return project.files({"docker-compose.yml": f"services:\n{compose}"})


def test_services_that_one_file_puts_together_are_one_project(project):
    assert len(services(project, "services").commit().assess().units) == 1
    project.edit("docker-compose.yml", "./services/scorer", "./elsewhere").commit()
    assert len(project.assess().units) == 2


def test_projects_that_one_file_puts_together_are_projects_still(project):
    assert len(services(project, "projects").commit().assess().units) == 2


def test_what_is_beside_the_parts_of_a_system_is_one_of_them(project):
    services(project, "system").files({"system/api/main.py": "", "system/monitoring/main.py": ""})
    assert len(project.commit().assess().units) == 1


def test_of_a_file_the_unit_that_holds_it_is_assessed(level_2):
    assert level_2.assess().level == 2
    assert assess(level_2.root / "src" / "train.py", date="2026-11-23").to_dict() == level_2.assess().to_dict()


def test_of_a_file_in_one_of_two_units_that_one_is_assessed(project):
    units = {f"{name}/{path}": text for name in ("a", "b") for path, text in LEVEL_2.items()}
    project.files(units).lock("a").lock("b").commit()
    assert assess(project.root / "b" / "src" / "train.py").project.folder == "b"
    assert assess(project.root / "b").project.folder == "b"
