"""Run a pipeline: what is stale, quickly, and so that DVC finds everything as if it had run it."""

from jupyter_mlops_converters.run.result import PipelineRun, Progress, StageRun
from jupyter_mlops_converters.run.runner import PipelineRunner, run_pipeline

__all__ = ["PipelineRun", "PipelineRunner", "Progress", "StageRun", "run_pipeline"]
