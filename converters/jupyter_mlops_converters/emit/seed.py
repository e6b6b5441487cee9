"""Making a notebook repeatable that draws without a seed: the parameter `random_seed`, null unless a person sets it."""

from __future__ import annotations

from jupyter_mlops_converters.emit import layout, sample
from jupyter_mlops_converters.plan.pipeline import Parameter, Pipeline

NAME = "random_seed"
#: Generator → its module, and the function that seeds it.
SEEDS = {
    "<numpy.random>": ("numpy.random", "seed"),
    "<random>": ("random", "seed"),
    "<torch>": ("torch", "manual_seed"),
}


def extend(pipeline: Pipeline) -> Pipeline:
    """The pipeline with that parameter for the stages that draw without a seed; as it is where none does."""
    drawing = tuple(s.name for s in pipeline.stages if s.free_draws and not sample.lists_names_in(s))
    taken = {each.name for each in pipeline.parameters}
    texts = (text for stage in pipeline.stages for text in sample.texts_of(stage))
    if not drawing or NAME in taken or any(layout.names(text, NAME) for text in texts):
        return pipeline
    return pipeline.with_parameter(Parameter(NAME, None, "int", None, drawing))
