"""Evidence points at the line that says it, in files whose scripts are put together from several items."""

from __future__ import annotations

import pytest

from .conftest import results

TRAIN = "import mlflow\nfrom sklearn.svm import SVC\n\nmlflow.log_param('c', 1)\nSVC().fit([[0], [1]], [0, 1])\n"
GITLAB = """
    retrain:
      rules:
        - if: $CI_PIPELINE_SOURCE == "schedule"
      script:
        - echo first
        - |
          python - <<'PY'
          print("one")
          print("two")
          PY
        - echo then
        - python train.py
    check:
      script:
        - |
          pytest tests
    """
TESTS = "from train import SVC\n\n\ndef test_it():\n    assert SVC() == 1\n"


@pytest.mark.parametrize(("criterion", "text"), [("retraining-automated", "python train.py"), ("ci", "pytest tests")])
def test_scripts_of_gitlab(project, criterion, text):
    project.files({"train.py": TRAIN, ".gitlab-ci.yml": GITLAB, "tests/test_train.py": TESTS}).commit()
    lines = (project.root / ".gitlab-ci.yml").read_text().splitlines()
    said = [
        lines[finding.line - 1].strip(" -")
        for finding in results(project.assess())[criterion].evidence
        if finding.path == ".gitlab-ci.yml" and finding.line
    ]
    assert text in said
    assert set(said) <= {"python train.py", "pytest tests"}


SCRIPT = """
{0}- |
{0}  echo one
{0}  echo two

{0}# the tests
{0}- pytest tests
"""
OTHERS = {
    ".travis.yml": "script:" + SCRIPT.format("  "),
    "bitbucket-pipelines.yml": "pipelines:\n  default:\n    - step:\n        script:" + SCRIPT.format("          "),
    ".drone.yml": "kind: pipeline\nsteps:\n  - name: test\n    commands:" + SCRIPT.format("      "),
}


@pytest.mark.parametrize("path", OTHERS)
def test_scripts_of_other_systems(project, path):
    project.files({"train.py": TRAIN, "tests/test_train.py": TESTS, path: OTHERS[path]}).commit()
    found = [finding for finding in results(project.assess())["ci"].evidence if finding.path == path]
    lines = (project.root / path).read_text().splitlines()
    assert [lines[finding.line - 1].strip() for finding in found] == ["- pytest tests"]


@pytest.mark.parametrize(
    ("body", "state"),
    [("mlflow.sklearn.log_model(model, name=name)", "pass"), ("self.rows.append((model, name))", "partial")],
)
def test_a_function_of_ones_own_counts_for_what_it_does(project, body, state):
    store = f"import mlflow\n\n\nclass Store:\n    rows = []\n\n    def log_model(self, model, name):\n        {body}\n"
    source = (
        "import joblib\nimport mlflow\nfrom sklearn.datasets import load_iris\nfrom sklearn.svm import SVC\n\nfrom store import Store\n\n"
        "rows = load_iris(as_frame=True).frame\nmodel = SVC().fit(rows, rows.target)\nmlflow.log_param('c', 1)\n"
        "joblib.dump(model, 'model.joblib')\nStore().log_model(model, 'svc')\n"
    )
    project.files({"store.py": store, "train.py": source, ".gitignore": "*.joblib\n"}).commit()
    assert results(project.assess())["data-versioned"].state == state


@pytest.mark.parametrize(("file", "told"), [("settings", True), ("dvc_pointer", False)])
def test_what_tells_of_data_is_no_parameter(project, file, told):
    source = f"from pathlib import Path\n\nimport yaml\n\n{file} = Path('a.yaml')\ngiven = yaml.safe_load({file}.read_text())\n{TRAIN}"
    project.files({"train.py": source}).commit()
    evidence = results(project.assess())["pipeline-reproducible"].evidence
    assert any(finding.probe == "parameters" for finding in evidence) == told
