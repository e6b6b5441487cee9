"""A copy in which the pipeline's tests run it has the folders that its stages write into."""

from __future__ import annotations

from jupyter_mlops_converters.emit import emit
from jupyter_mlops_converters.plan.pipeline import FileUse, Pipeline, Stage, StageCell


def test_a_folder_that_is_only_written_into_is_there() -> None:
    cell = StageCell("code", "open('data/output/a.csv', 'w').close()", 0)
    stage = Stage("save", "Save", "", (cell,), writes=(FileUse("data/output/a.csv", git_tracked=True),))
    pipeline = Pipeline("small", "Small", "small.ipynb", "0" * 64, "pipelines/small", ".", (stage,))
    text = emit(pipeline, ("dvc",)).files["tests/test_small_run.py"]
    assert isinstance(text, bytes)
    assert "../../data/output" in text.decode()
