"""What running again costs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from jupyter_mlops_converters.plan.pipeline import HandOver, Pipeline, Stage, StageCell
from jupyter_mlops_converters.plan.rerun import rerun_costs


def _stage(name: str, seconds: float | None, *, needs: tuple[str, ...] = (), after: tuple[str, ...] = ()) -> Stage:
    inputs = tuple(HandOver(one, (one,), one, f"products/{one}.pkl", "pickle", "") for one in needs)
    return Stage(name, name, "", (StageCell("code", "1", 0),), inputs=inputs, after=after, seconds=seconds)


def _pipeline(*stages: Stage) -> Pipeline:
    return Pipeline("n", "N", "n.ipynb", "0" * 64, "pipelines/n", ".", stages)


def test_a_change_reaches_what_waits_for_it() -> None:
    track = replace(_stage("track", None, after=("report",)), cells=(StageCell("code", "1"),), tracks=True)
    pipeline = _pipeline(
        _stage("load", 1.0),
        _stage("explore", 10.0, needs=("load",)),
        _stage("train", 100.0, needs=("load",)),
        _stage("report", 0.5, after=("train",)),
        track,
    )
    assert rerun_costs(pipeline) == {
        "seconds": 111.5,
        "stages": {"load": 111.5, "explore": 10.0, "train": 100.5, "report": 0.5},
    }


@pytest.mark.parametrize("stages", [(), (_stage("load", None),), (_stage("load", 1.0), _stage("train", None))])
def test_what_was_not_run_has_no_costs(stages: tuple[Stage, ...]) -> None:
    assert rerun_costs(_pipeline(*stages)) is None
