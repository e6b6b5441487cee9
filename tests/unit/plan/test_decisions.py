"""Every decision can be asked why."""

from __future__ import annotations

from pathlib import Path

import pytest
from jupyter_mlops_converters.compile import compile_notebook
from jupyter_mlops_converters.plan.pipeline import Decision, Pipeline
from notebooks import write_notebook

CELLS = [
    "import math\nimport warnings\nwarnings.filterwarnings('ignore')\nSIZE = 3\nkept = 4\nkept = 5",
    "values = [math.sqrt(n) for n in range(SIZE)]",
    "def double(x=values):\n    return [2 * v for v in x]",
    "values = values + [1]",
    "print(double(), math.pi)",
]


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    (tmp_path / "requirements.txt").touch()
    stages = [{"name": name, "cells": [n]} for n, name in enumerate(["set", "make", "define", "change", "use"])]
    notebook = write_notebook(tmp_path / "n.ipynb", CELLS)
    return compile_notebook(notebook, run=False, edited={"stages": stages}, targets=("papermill",)).pipeline


def of_kind(pipeline: Pipeline, kind: str) -> dict[tuple[str | None, str], Decision]:
    return {(d.stage, d.subject): d for d in pipeline.decisions if d.kind == kind}


def test_every_stage_and_every_hand_over_has_a_reason(pipeline: Pipeline) -> None:
    assert [d.subject for d in pipeline.decisions if d.kind == "stage"] == [s.name for s in pipeline.stages]
    told = of_kind(pipeline, "hand-over")
    assert set(told) == {(s.name, ", ".join(h.variables)) for s in pipeline.stages for h in s.outputs}
    assert all(d.why.startswith("Needed by ") for d in told.values())


def test_what_a_stage_runs_again_is_told_with_who_needs_it(pipeline: Pipeline) -> None:
    told = of_kind(pipeline, "context")
    assert told["make", "math"].why == "`math` is imported again, since cell 1 needs it."
    assert told["make", "math"].source_cell == 0
    assert told["make", "warnings"].why == "`warnings` is imported again, since the configuration needs it."
    assert "configures warnings" in told["make", "warnings.filterwarnings('ignore')"].why


def test_what_was_kept_together_is_told_with_its_reason(pipeline: Pipeline) -> None:
    whys = [d.why for d in of_kind(pipeline, "merge").values()]
    assert any("`double` was made with the value that `values` had then" in why for why in whys)


def test_constants_are_told_to_be_parameters_or_why_not(pipeline: Pipeline) -> None:
    told = of_kind(pipeline, "parameter")
    assert told[None, "SIZE"].why == "It is assigned once and never changed; used by make."
    assert told[None, "kept"].why == "No parameter. It is bound again in cell 0."
