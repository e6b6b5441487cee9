"""Whole projects get the level that a sceptical engineer would give them."""

from __future__ import annotations

import pytest


def states(assessment):
    return {result.criterion.id: result.state for result in assessment.headline.results}


def test_an_honest_level_2_project_passes_every_gate_below(level_2):
    assessment = level_2.assess()
    assert assessment.notes == ()
    required = {
        result.criterion.id: (result.state, result.message)
        for result in assessment.headline.results
        if result.criterion.required and result.criterion.level <= 2
    }
    assert {name: state for name, (state, _message) in required.items()} == dict.fromkeys(required, "pass"), required
    assert assessment.level == 2


@pytest.mark.parametrize(
    ("path", "old", "new", "dropped"),
    [
        ("src/train.py", 'mlflow.log_param("c", c)\n', "\n", None),
        ("src/train.py", "mlflow.log_", "print", "experiments-tracked"),
        (
            "src/train.py",
            "def train(data, output, c):",
            "def record(c, model, frame):\n    mlflow.log_param('c', c)\n\n\ndef train(data, output, c):\n    mlflow = NoTracker()",
            "experiments-tracked",
        ),
        ("tests/test_features.py", 'assert len(clean(pd.DataFrame({"a": [1, None]}))) == 1', "assert True", "tests"),
        ("tests/test_features.py", "def test_clean", "def check_clean", "tests"),
        ("tests/test_features.py", "def test_clean", "import pytest\n\n@pytest.mark.skip\ndef test_clean", "tests"),
        (".github/workflows/ci.yml", "PYTHONPATH=src pytest", "PYTHONPATH=src pytest || true", "ci"),
        (".github/workflows/ci.yml", "PYTHONPATH=src pytest", "echo hi", "ci"),
        (".github/workflows/ci.yml", "name: Tests", "name: Tests\n        continue-on-error: true", "ci"),
        (".github/workflows/ci.yml", "name: Tests", "name: Tests\n        if: false", "ci"),
        (".github/workflows/ci.yml", "on: [push, pull_request]", "on: workflow_dispatch", "ci"),
        (".github/workflows/ci.yml", "on: [push, pull_request]", "on:\n  push:\n    paths: ['other/**']", "ci"),
        ("requirements.txt", "pandas==3.0.0", "pandas>=3", "pipeline-reproducible"),
        ("params.yaml", "0.5", "0.7", "pipeline-reproducible"),
        ("dvc.yaml", "      - data/clean.csv\n    params", "    params", "pipeline-automated"),
    ],
)
def test_one_broken_link_drops_exactly_one_criterion(level_2, path, old, new, dropped):
    before = states(level_2.assess())
    level_2.edit(path, old, new)
    if path == "dvc.yaml":
        level_2.lock()
    if path == "src/train.py":
        level_2.lock()
    level_2.commit()
    after = states(level_2.assess())
    required = {result.criterion.id for result in level_2.assess().headline.results if result.criterion.required}
    changed = {name for name in required if before[name] != after[name]}
    if dropped == "tests":
        changed -= {"ci"}  # vacuous tests cap CI as well
    assert changed == ({dropped} if dropped else set())
