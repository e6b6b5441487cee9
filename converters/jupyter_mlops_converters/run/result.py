"""What came of running a pipeline."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

#: Takes progress events: "phase", "message", "fraction", and of a stage "stage" and its "state", which is "queued",
#: "running", "failed", or what `StageRun.status` says.
Progress = Callable[[dict[str, Any]], None]

Status = Literal["run", "skipped", "restored", "pending"]


@dataclass(frozen=True)
class StageRun:
    """What became of a stage.

    Attributes:
        name: the stage.
        status: "run", "skipped" since nothing changed, "restored" from an earlier run with the same inputs, or "pending":
            it runs after the result is there.
        seconds: wall time.
        memory: the most that its kernel had in memory, in bytes; None where that is not known.
    """

    name: str
    status: Status
    seconds: float
    memory: int | None = None


@dataclass(frozen=True)
class PipelineRun:
    """What came of running a pipeline.

    Attributes:
        path: the pipeline's folder.
        stages: in the pipeline's order.
        seconds: wall time, without the tracking.
        metrics: the content of `metrics.json`.
        parameters: the values it ran with.
    """

    path: str
    stages: tuple[StageRun, ...]
    seconds: float
    metrics: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """As the JSON document of `jupyter mlops run`."""
        return {**asdict(self), "stages": [asdict(stage) for stage in self.stages]}
