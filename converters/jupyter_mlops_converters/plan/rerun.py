"""What running again costs, the whole notebook against the stages that a change reaches."""

from __future__ import annotations

from typing import Any

from jupyter_mlops_converters.plan.pipeline import Pipeline


def rerun_costs(pipeline: Pipeline) -> dict[str, Any] | None:
    """How long the notebook's cells took, and those that run again after a change in a stage.

    Starting kernels and reading hand-overs is not in it: on either side it is about the same for what is small.

    Args:
        pipeline: as planned from an observed run.

    Returns:
        `seconds`, of all cells, and `stages`: name of each stage with cells of the notebook, in their order → seconds of
        its cells and of those of all that wait for it. None when nothing was run.
    """
    took = {stage.name: stage.seconds for stage in pipeline.stages if stage.source_cells}
    if not took or any(seconds is None for seconds in took.values()):
        return None
    reached: dict[str, set[str]] = {}
    for stage in reversed(pipeline.stages):
        after = [other for other in pipeline.stages if stage.name in pipeline.upstream(other)]
        reached[stage.name] = {stage.name}.union(*(reached[other.name] for other in after))
    again = {name: round(sum(took.get(other) or 0.0 for other in reached[name]), 2) for name in took}
    return {"seconds": round(sum(seconds or 0.0 for seconds in took.values()), 2), "stages": again}
