"""What is added to a workflow goes where it belongs, whatever the workflow looks like, and nothing else of it changes."""

from __future__ import annotations

import pytest

from jupyter_mlops.lifts.ci.extend import missing, workflow, workflow_lines
from jupyter_mlops.lifts.ci.work import Work

MINE = """on: push
jobs:
  t:
    runs-on: ubuntu-latest
    steps:
      # what it needs
      - name: Install
        run: |
          pip install a   # first
          pip install -r r.txt

      # the tests
      - run: pytest tests
        env:
          A: 1

      # the end
      - run: echo
  other:
    steps: []"""
WORK = Work("3.11", install=["pip install -r r.txt", "pip install b"], checks={"Test": "python -m pytest more tests"})


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_steps_and_installs_go_where_the_others_are(end: str) -> None:
    text = MINE.replace("\n", end)
    more = missing(WORK, workflow_lines(text))
    assert more == {"Test more": "python -m pytest more"}
    new = workflow(text, WORK, more)
    assert new is not None
    expected = MINE.replace("r.txt\n", "r.txt\n          pip install b\n")
    expected = expected.replace("A: 1\n", "A: 1\n      - name: Test more\n        run: python -m pytest more\n") + "\n"
    assert new == expected.replace("\n", end)
    assert missing(WORK, workflow_lines(new)) == {}


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        (["pytest"], {}),
        (["pytest -q ."], {}),
        (["python -m pytest --cov=a tests ./more/"], {}),
        (["coverage run -m pytest tests", "pytest more"], {}),
        (["micromamba run --name base python -m pytest tests more"], {}),
        (["pytest tests/unit"], {"Test": "python -m pytest more tests"}),
        (["pip install pytest"], {"Test": "python -m pytest more tests"}),
        (["pip install pytest && pytest tests more | tee log"], {}),
        (["make test"], {"Test": "python -m pytest more tests"}),
    ],
)
def test_what_commands_run_already(lines: list[str], left: dict[str, str]) -> None:
    assert missing(WORK, lines) == left


@pytest.mark.parametrize(
    "text", ["", "- a\n", "jobs: [\n", "jobs:\n  a:\n    steps:\n      - run: make\n", "jobs: 1\n"]
)
def test_a_workflow_that_runs_none_of_the_tests_gets_none(text: str) -> None:
    assert workflow(text, WORK, WORK.checks) is None


@pytest.mark.parametrize(("line", "left"), [("dvc repro", 0), ("uv run dvc exp run --temp", 0), ("dvc status", 1)])
def test_a_pipeline_that_a_person_has_dvc_run_is_not_run_again_on_a_sample(line: str, left: int) -> None:
    work = Work("3.11", checks={"Reproduce": "dvc exp run --temp -S p/params.yaml:sample_rows=1000 p/dvc.yaml"})
    assert len(missing(work, [line])) == left
