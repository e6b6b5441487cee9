"""The stage `track`: a notebook like the others that leaves one MLflow run for every execution."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

from jupyter_mlops_converters.emit import layout
from jupyter_mlops_converters.emit.emission import Part
from jupyter_mlops_converters.emit.templating import render
from jupyter_mlops_converters.plan.pipeline import FileUse, Pipeline, Stage, StageCell, TrackedModel

TARGET = "mlflow"

USAGE = """\
The last stage, `{stage}`, leaves one run for every execution, in the experiment `{name}` of `mlflow.db` in the project's
root (or of the server in `MLFLOW_TRACKING_URI`). In the project's root:

```sh
mlflow ui --backend-store-uri sqlite:///mlflow.db
```
"""

#: What a model of each flavor needs where it is served, besides the packages of the notebook.
_FLAVOR_PACKAGES = {
    "sklearn": ("scikit-learn", "cloudpickle"),
    "xgboost": ("xgboost",),
    "lightgbm": ("lightgbm",),
    "statsmodels": ("statsmodels",),
    "pytorch": ("torch",),
}


def extend(pipeline: Pipeline) -> Pipeline:
    """The pipeline with the stage `track` at its end."""
    inputs = [hand_over for model in pipeline.models for hand_over in (model.hand_over, model.example) if hand_over]
    stage = Stage(
        name=_free_name(pipeline),
        title="Track the execution with MLflow",
        why="One run for every execution: parameters, metrics, figures, models, data and code version.",
        cells=(),
        inputs=tuple({hand_over.path: hand_over for hand_over in inputs}.values()),
        parameters=tuple(parameter.name for parameter in pipeline.parameters),
        reads=(*_data(pipeline), *_figures(pipeline)),
        after=tuple(stage.name for stage in pipeline.stages),
        tracks=True,
    )
    parameters = tuple(replace(each, stages=(*each.stages, stage.name)) for each in pipeline.parameters)
    extended = replace(pipeline, stages=(*pipeline.stages, stage), parameters=parameters)
    cells = tuple(StageCell("code", source) for source in _sources(extended, stage))
    return replace(extended, stages=(*pipeline.stages, replace(stage, cells=cells)))


def emit(pipeline: Pipeline) -> Part:
    """The stage itself is written with the other notebooks; this adds what running it needs."""
    stage = next(stage for stage in pipeline.stages if stage.tracks)
    flavors = {model.flavor for model in pipeline.models}
    return Part(
        ignore=("/mlflow.db", "/mlruns/"),
        requirements=("mlflow>=3.1,<3.18", *(["cloudpickle>=3,<4"] if "sklearn" in flavors else [])),
        usage=USAGE.format(stage=stage.name, name=pipeline.name),
    )


def _free_name(pipeline: Pipeline) -> str:
    taken = {stage.name for stage in pipeline.stages}
    return next(name for name in ("track", "track_run", "track_execution") if name not in taken)


def _data(pipeline: Pipeline) -> tuple[FileUse, ...]:
    data = {use.path: use for stage in pipeline.stages for use in layout.files(pipeline, stage).data}
    return tuple(data[path] for path in sorted(data))


def _figures(pipeline: Pipeline) -> tuple[FileUse, ...]:
    """Images that the notebook's code saves; those it shows are in the executed notebooks."""
    results = {use.path: use for stage in pipeline.stages for use in layout.files(pipeline, stage).results}
    return tuple(results[path] for path in sorted(results) if layout.is_image(path))


def _sources(pipeline: Pipeline, stage: Stage) -> list[str]:
    text = render(
        "track.py.j2",
        name=pipeline.name,
        folder=pipeline.folder,
        root=layout.relative(pipeline, "."),
        parameters=stage.parameters,
        metrics=[(other.name, layout.metrics_prefix(other)) for other in pipeline.stages if other.metrics],
        data=[layout.relative(pipeline, use.path) for use in _data(pipeline)],
        figures=[layout.relative(pipeline, use.path) for use in _figures(pipeline)],
        code=[*_code(pipeline)],
        models=[_model(pipeline, model) for model in pipeline.models],
        notebook=", ".join(source.path for source in pipeline.sources) or pipeline.notebook,
    )
    return [part.strip("\n") for part in text.split("# %%\n") if part.strip()]


def _code(pipeline: Pipeline) -> list[str]:
    modules = [f"{pipeline.name}_lib.py"] if pipeline.library else []
    return [*modules, *(layout.relative(pipeline, use.path) for use in pipeline.library_files)]


def _model(pipeline: Pipeline, model: TrackedModel) -> dict[str, object]:
    # MLflow puts code where Python finds it: single modules, not the inside of packages.
    folders = {PurePosixPath(pipeline.workdir_of(stage)) for stage in pipeline.stages}
    code = [f"{pipeline.name}_lib.py"] if pipeline.library else []
    code += [
        layout.relative(pipeline, use.path)
        for use in pipeline.library_files
        if PurePosixPath(use.path).parent in folders and use.path.endswith(".py")
    ]
    packages = [line.partition("==")[0].strip() for line in pipeline.requirements if "==" in line]
    return {
        "variable": model.variable,
        "flavor": model.flavor,
        "example": model.example_variable if model.example else None,
        "code": code,
        "packages": sorted({"mlflow", *_FLAVOR_PACKAGES.get(model.flavor, ()), *packages}, key=str.lower),
    }
