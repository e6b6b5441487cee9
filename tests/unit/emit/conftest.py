"""A pipeline built by hand, with one of everything that emitters must write."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from jupyter_mlops_converters.emit import Emission, emit
from jupyter_mlops_converters.plan.pipeline import (
    FileUse,
    HandOver,
    Parameter,
    Pipeline,
    Stage,
    StageCell,
    TrackedModel,
)

TABLE = HandOver("df", ("df",), "load", "products/load/df.parquet", "parquet", "train reads it")
STATE = HandOver("draws", ("draws",), "load", "products/load/draws.pkl", "numpy-random-state", "train draws on")
SPLIT = HandOver("split", ("X_test", "y_test"), "train", "products/train/split.joblib", "joblib", "they share memory")
MODEL = HandOver("nb", ("nb",), "train", "products/train/nb.joblib", "joblib", "evaluate uses it")

LOAD = Stage(
    name="load",
    title="Load the data",
    why="It reads the file.",
    cells=(
        StageCell("markdown", "# Wine\n\n![glass](attachment:a.png)", 0, attachments={"a.png": {"image/png": "aGk="}}),
        StageCell("code", "np.random.seed(seed)", 1, {"tags": ["parameters", "kept"], "collapsed": True}),
        StageCell("code", "df = pd.read_csv('data/x.csv')\n\ndf.head()  # é\u2028", 2),
    ),
    outputs=(TABLE, STATE),
    parameters=("seed",),
    context="import numpy as np\nimport pandas as pd",
    reads=(FileUse("work/data/x.csv", git_tracked=True),),
)
TRAIN = Stage(
    name="train",
    title="Train",
    why="It fits.",
    cells=(
        StageCell("code", "from itertools import product\njson = 'mine'", 3),
        StageCell("code", "nb = fit(df, shape, rate)", 4),
    ),
    inputs=(STATE, TABLE),
    outputs=(SPLIT, MODEL),
    parameters=("shape", "rate"),
    context="from wine_lib import fit",
    definitions="def closure():\n    return df",
)
EVALUATE = Stage(
    name="evaluate",
    title="Evaluate",
    why="It scores.",
    cells=(
        StageCell("code", "raise ValueError('on purpose')", 5, {"tags": ["raises-exception"]}),
        StageCell("code", "%matplotlib inline\njson = {}\naccuracy = nb.score(X_test, y_test)", 7),
    ),
    inputs=(MODEL, SPLIT),
    metrics=("accuracy",),
    writes=(FileUse("work/plot.png"), FileUse("work/report.txt", git_tracked=True)),
)


@pytest.fixture
def pipeline() -> Pipeline:
    return Pipeline(
        name="wine",
        title="Wine quality",
        notebook="work/wine notes.ipynb",
        notebook_sha256="0" * 64,
        folder="work/pipelines/wine",
        workdir="work",
        stages=(LOAD, TRAIN, EVALUATE),
        parameters=(
            Parameter("rate", 1e-05, "float", 4, ("train",)),
            Parameter("seed", 42, "int", 1, ("load",)),
            Parameter("shape", [80, 20], "tuple", 4, ("train",)),
        ),
        library="def fit(df, shape, rate):\n    return None",
        requirements=("pandas==2.2.0", "scikit-learn==1.5.0"),
        models=(TrackedModel("nb", MODEL, "sklearn", SPLIT, "X_test"),),
        metric_values={"accuracy": 0.9},
    )


@pytest.fixture
def emission(pipeline: Pipeline) -> Emission:
    return emit(pipeline)


@pytest.fixture
def cells(emission: Emission) -> Callable[[str], list[dict[str, Any]]]:
    """The cells of a stage, their text in one piece."""

    def of_stage(stage: str) -> list[dict[str, Any]]:
        found = json.loads(emission.files[f"stages/{stage}.ipynb"])["cells"]
        return [{**cell, "source": "".join(cell["source"])} for cell in found]

    return of_stage
