"""Builds of Google's and Amazon's clouds: what a step runs, where it stands, and what counts."""

from __future__ import annotations

import pytest

from .conftest import LEVEL_2, results

CLOUD_BUILD = """
    steps:
      - name: python:3.12
        entrypoint: bash
        args:
          - -c
          - |
            pip install -r requirements.txt
            PYTHONPATH=src pytest
      - name: gcr.io/cloud-builders/docker
        args: [build, -t, churn, .]
    """
PROGRAM = """
    steps:
      - name: python:3.12
        entrypoint: python
        args: [-m, pytest]
    """
CODE_BUILD = """
    version: 0.2
    phases:
      install:
        commands:
          - pip install -r requirements.txt
      build:
        commands:
          - PYTHONPATH=src pytest
    """


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("cloudbuild.yaml", CLOUD_BUILD, 8),
        ("ci/checks.yaml", CLOUD_BUILD, 8),
        ("cloudbuild/pr.yaml", PROGRAM, 4),
        ("buildspec.yml", CODE_BUILD, 8),
    ],
)
def test_a_build_that_runs_the_tests_is_ci(project, path, text, line):
    files = {name: content for name, content in LEVEL_2.items() if name != ".github/workflows/ci.yml"}
    project.files(files | {path: text}).lock().commit()
    found = results(project.assess())["ci"]
    assert (found.state, found.evidence[0].path, found.evidence[0].line) == ("pass", path, line)
    project.edit(path, "pytest", "hello")
    assert results(project.assess())["ci"].state != "pass"


def test_a_failure_that_is_allowed_counts_for_nothing(project):
    files = {name: content for name, content in LEVEL_2.items() if name != ".github/workflows/ci.yml"}
    hidden = PROGRAM.replace("args: [-m, pytest]", "args: [-m, pytest]\n        allowFailure: true")
    project.files(files | {"cloudbuild.yaml": hidden}).lock().commit()
    assert results(project.assess())["ci"].state == "partial"
