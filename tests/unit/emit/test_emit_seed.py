"""`random_seed`: where a stage draws without a seed, and nowhere else."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from jupyter_mlops_converters.emit import emit, seed
from jupyter_mlops_converters.plan.pipeline import Pipeline, Stage, StageCell

LOAD = Stage("load", "Load", "", (StageCell("code", "import numpy as np", 0),))
DRAW = Stage("draw", "Draw", "", (StageCell("code", "x = np.random.random()", 1),), free_draws=("<numpy.random>",))
PIPELINE = Pipeline("small", "Small", "small.ipynb", "0" * 64, "pipelines/small", ".", (LOAD, DRAW))


def code(pipeline: Pipeline, stage: str) -> list[tuple[str, str]]:
    content = emit(pipeline, ("dvc",)).files[f"stages/{stage}.ipynb"]
    assert isinstance(content, bytes)
    cells = [cell for cell in json.loads(content)["cells"] if cell["cell_type"] == "code"]
    return [(cell["metadata"].get("jupyter_mlops", {}).get("role", ""), "".join(cell["source"])) for cell in cells]


def test_a_stage_that_draws_is_seeded_before_its_first_cell_if_a_person_says_so() -> None:
    roles = [role for role, _ in code(PIPELINE, "draw")]
    assert "seed" not in [role for role, _ in code(PIPELINE, "load")]
    text = dict(code(PIPELINE, "draw"))["seed"]
    assert roles.index("seed") == len(roles) - 2, "right before the notebook's own cell"
    drawn = []
    for value in (3, 3, None):
        exec(text, {"random_seed": value})
        drawn.append(np.random.random())  # noqa: NPY002 - that one is meant
    assert drawn[0] == drawn[1] != drawn[2]


@pytest.mark.parametrize(
    "source", ["random_seed = 3", "for name in dir():\n    print(name)"], ids=["the name is taken", "lists names"]
)
def test_a_name_that_the_notebook_has_or_would_find_is_left_to_it(source: str) -> None:
    pipeline = replace(PIPELINE, stages=(LOAD, replace(DRAW, cells=(*DRAW.cells, StageCell("code", source, 2)))))
    assert seed.extend(pipeline) == pipeline
