"""`why`: what one file is evidence of, who reads it, and why it does not count."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from jupyter_mlops import why
from jupyter_mlops.errors import MlopsError

from .conftest import LEVEL_2


def said(answer):
    return {(one.criterion, one.rung, one.line, one.probe) for one in answer.evidence if not one.link}


def line_of(project, path, text):
    lines = (project.root / path).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def test_a_file_that_counts_says_for_what_where_and_how_it_is_reached(level_2):
    answer = why(level_2.root / "src/train.py", level_2.root)
    line = line_of(level_2, "src/train.py", "mlflow.log_param")
    assert ("experiments-tracked", "E3", line, "mlflow") in {key[:4] for key in said(answer)}
    assert all(one.state == "pass" for one in answer.evidence if one.counts)
    assert answer.limits == ()
    assert answer.reached[0].startswith("dvc.yaml:")
    assert {"mlflow", "training", "data-sources"} <= set(answer.read_by)
    assert "docker" not in answer.read_by


def test_what_several_probes_share_counts_as_read_by_each(level_2):
    """The services of a project are looked for once, whoever asks first."""
    level_2.files(
        {
            "app.py": "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/health')\ndef health():\n    return 1\n"
        }
    )
    assert {"serving", "batch-scoring"} <= set(why(level_2.root / "app.py", level_2.root).read_by)


def test_a_link_on_the_way_is_told_from_what_says_it(level_2):
    answer = why(level_2.root / "dvc.yaml", level_2.root)
    links = [one for one in answer.evidence if one.link]
    assert "experiments-tracked" in {one.criterion for one in links}
    assert all(one.line is None or one.line > 0 for one in links)
    assert [start for start in answer.starts if "train" in start]
    assert ("pipeline-automated", True) in {(one.criterion, one.counts) for one in answer.evidence}


@pytest.mark.parametrize(
    ("path", "content", "limit"),
    [
        ("examples/train.py", LEVEL_2["src/train.py"], "folder of examples"),
        ("models/model.joblib", b"model", "Git ignores it"),
        (".github/workflows/other.yml", "", "is empty"),
        ("src/unused.py", "def fit(model, x, y):\n    model.fit(x, y)\n", "Nothing that runs leads to it"),
        ("tests/test_more.py", "def test_nothing():\n    pass\n", "holds tests"),
        ("old/train.py", "x = 1\n", "settings leave it out"),
        ("venv/lib/x.py", "x = 1\n", "folder that holds nothing that people write"),
        ("docker-compose.yml", "a: [1\n", "could not be read (line"),
        (
            ".github/workflows/loose.yml",
            "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    continue-on-error: true\n    steps:\n      - run: pytest\n",
            "failure would go unseen",
        ),
    ],
)
def test_why_it_does_not_count(level_2, path, content, limit):
    settings = {".mlops/config.toml": 'exclude = ["old"]\n'}
    level_2.files({path: content} | settings).commit()
    answer = why(level_2.root / path, level_2.root)
    assert any(limit in line for line in answer.limits), answer.limits
    assert not [one for one in answer.evidence if one.counts and not one.link and one.criterion != "tests"]


def test_what_is_not_committed_yet(level_2):
    level_2.files({"requirements-dev.txt": "pytest==9.0.0\n"})
    assert "not committed yet" in why(level_2.root / "requirements-dev.txt", level_2.root).limits[0]


def test_cells_of_a_notebook_have_cell_and_line(project):
    project.notebook("n.ipynb", "import mlflow", "x = 1\nmlflow.log_metric('a', 1)").commit()
    places = {(one.cell, one.line) for one in why(project.root / "n.ipynb", project.root).evidence}
    assert (1, 2) in places


def test_secrets_are_masked(project):
    key = "abcdefghijklmnopqrstuvwx"
    project.files({"settings.py": f'API_KEY = "sk_live_{key}"\n'}).commit()
    assert "abcdefghijklmnop" not in json.dumps(why(project.root / "settings.py", project.root).to_dict())


def test_the_unit_that_holds_a_file_answers_and_its_paths_are_those_of_the_folder(level_2):
    answer = why(level_2.root / "src/train.py", level_2.root / "src")
    assert (answer.path, answer.unit) == ("train.py", ".")
    assert why(level_2.root / "dvc.yaml", level_2.root / "src").path == "../dvc.yaml"


@pytest.mark.parametrize("path", ["nowhere.py", "src", "../outside.py", "x\0y"])
def test_what_is_no_file_of_the_project_is_an_error(level_2, path):
    (level_2.root.parent / "outside.py").write_text("x = 1\n")
    with pytest.raises(MlopsError) as caught:
        why(level_2.root / path, level_2.root)
    assert (caught.value.code, caught.value.exit_status) == ("path-not-found", 2)


def test_asking_changes_nothing(level_2, tree_hash):
    before = tree_hash(level_2.root)
    document = level_2.assess().to_dict()
    why(level_2.root / "src/train.py", level_2.root)
    assert level_2.assess().to_dict() == document
    assert tree_hash(level_2.root) == before


def test_the_command_finds_the_project_and_answers_as_text_and_as_a_document(level_2):
    def run(*arguments, cwd):
        command = [sys.executable, "-m", "jupyter_mlops", "why", *arguments]
        return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)

    text = run("src/train.py", cwd=level_2.root).stdout
    assert text.startswith("src/train.py\n")
    assert "experiments-tracked" in text
    assert "\nRead by " in text
    document = json.loads(run(str(level_2.root / "src/train.py"), "--format", "json", cwd=level_2.root.parent).stdout)
    assert document["path"] == "src/train.py"
    failed = run("nowhere.py", "--format", "json", cwd=level_2.root)
    assert (failed.returncode, json.loads(failed.stdout)["error"]["code"]) == (2, "path-not-found")
