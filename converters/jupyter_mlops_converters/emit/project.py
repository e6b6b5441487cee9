"""The files that a pipeline has whatever runs it: parameters, library, requirements, tests, README."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePosixPath

from ruamel.yaml.comments import CommentedMap

from jupyter_mlops_converters.emit import layout, literals, own_tests, papermill, sample, seed, yaml_text
from jupyter_mlops_converters.emit.emission import Content, Part
from jupyter_mlops_converters.emit.templating import render
from jupyter_mlops_converters.plan.pipeline import Finding, HandOver, Parameter, Pipeline
from jupyter_mlops_converters.values import FILE, FORMATS

TITLES = {
    "dvc": "DVC",
    "mlflow": "MLflow",
    "papermill": "JupyterLab and papermill",
    "ploomber": "Ploomber",
    "prefect": "Prefect",
}
#: Parameters that no cell has, and what they are for.
_OWN = {
    sample.NAME: "rows to take of each file, null for all",
    seed.NAME: "a number makes every run draw the same, null draws as the notebook does",
}


def emit(pipeline: Pipeline, parts: Mapping[str, Part]) -> Part:
    """The engine-independent files.

    Args:
        pipeline: the pipeline with all its stages.
        parts: what the targets contributed, by target.
    """
    files: dict[str, Content] = {
        "params.yaml": _params(pipeline),
        ".gitignore": b"__pycache__/\n.ipynb_checkpoints/\n",
        "products/.gitignore": b"*\n!.gitignore\n",
        "requirements.txt": _requirements(pipeline, parts),
        "README.md": _readme(pipeline, parts).encode("utf-8"),
        **own_tests.files(pipeline, parts),
    }
    if pipeline.library:
        files[f"{pipeline.name}_lib.py"] = (pipeline.library.strip("\n") + "\n").encode("utf-8")
    return Part(files=files)


def _params(pipeline: Pipeline) -> bytes:
    header = f"Parameters of {pipeline.name}. Changing one re-runs the stages that use it."
    if not pipeline.parameters:
        return f"# {header}\n".encode()
    document = CommentedMap()
    for parameter in pipeline.parameters:
        document[parameter.name] = yaml_text.plain(parameter.value)
        origin = _OWN.get(parameter.name, "") if parameter.source_cell is None else _cell(parameter)
        document.yaml_add_eol_comment(f"{origin}: {', '.join(parameter.stages)}", parameter.name, 0)
    return yaml_text.dump(document, header=header)


def _cell(what: Parameter | Finding) -> str:
    """Which cell it is about; with its notebook, where there are several."""
    if what.source_cell is None:
        return "-"
    notebook = f"{PurePosixPath(what.source_notebook).name}, " if what.source_notebook else ""
    return f"{notebook}cell {what.source_cell}"


def _requirements(pipeline: Pipeline, parts: Mapping[str, Part]) -> bytes:
    own = {_name(line): line for line in pipeline.requirements}
    formats = [FORMATS[hand_over.format] for stage in pipeline.stages for hand_over in stage.outputs]
    needed = {name for each in formats for name in (*each.modules, *each.packages)} - literals.STANDARD_MODULES
    whose = "notebooks'" if pipeline.sources else "notebook's"
    lines = [f"# The {whose} packages, as the pipeline was proven with them.", *sorted(own.values(), key=str.lower)]
    lines += _section("Hand-overs between stages.", needed, own)
    for target, part in sorted(parts.items()):
        lines += _section(f"To run it with {TITLES.get(target, target)}.", part.requirements, own)
    lines += _section("Tests.", own_tests.REQUIREMENTS, own)
    return ("\n".join(lines) + "\n").encode("utf-8")


def _section(title: str, requirements: Iterable[str], own: dict[str, str]) -> list[str]:
    """Lines for requirements that no earlier section has; `own` grows by them."""
    lines = [_pinned(line) for line in sorted(requirements, key=str.lower) if _name(line) not in own]
    own.update({_name(line): line for line in lines})
    return ["", f"# {title}", *lines] if lines else []


def _name(requirement: str) -> str:
    name = requirement
    for sign in "=<>!~[; ":
        name = name.partition(sign)[0]
    return name.lower().replace("_", "-")


def _pinned(requirement: str) -> str:
    name = _name(requirement)
    try:
        return f"{name}=={version(name)}"
    except PackageNotFoundError:
        return requirement


def _readme(pipeline: Pipeline, parts: Mapping[str, Part]) -> str:
    edges = [
        (name, stage.name, ", ".join(_labels(pipeline, stage.name, name)))
        for stage in pipeline.stages
        for name in layout.upstream(pipeline, stage)
    ]
    return render(
        "README.md.j2",
        pipeline=pipeline,
        edges=edges,
        usages={TITLES.get(target, target): part.usage for target, part in sorted(parts.items()) if part.usage},
        notebooks=[
            (path, layout.relative(pipeline, path))
            for path in [source.path for source in pipeline.sources] or [pipeline.notebook]
        ],
        cell_of=_cell,
        ranges=papermill.ranges,
        metrics=sorted({stage.metrics_file for stage in pipeline.stages if stage.metrics}) or [layout.METRICS],
        executed=layout.executed_notebook,
        expected=any(cell.outputs for stage in pipeline.stages for cell in stage.cells),
        sampled=own_tests.is_sampled(pipeline),
        secrets=sorted({name for stage in pipeline.stages for name in stage.secrets}),
        source=layout.source_notebook,
        findings=[
            finding
            for finding in (*pipeline.findings, *(each for part in parts.values() for each in part.findings))
            if finding.severity != "info"
        ],
    )


def _carried(hand_over: HandOver) -> Sequence[str]:
    if hand_over.format.endswith("-random-state"):
        return ["random state"]
    return (
        [PurePosixPath(path).name for path in hand_over.variables] if hand_over.format == FILE else hand_over.variables
    )


def _labels(pipeline: Pipeline, reader: str, producer: str) -> list[str]:
    stage = pipeline.stage(reader)
    variables = [label for hand_over in stage.inputs if hand_over.producer == producer for label in _carried(hand_over)]
    results = {use.path for use in layout.files(pipeline, pipeline.stage(producer)).results}
    variables += sorted(use.path.rpartition("/")[2] for use in stage.reads if use.path in results)
    if stage.tracks and pipeline.stage(producer).metrics:
        variables.append("metrics")
    return variables if len(variables) <= 4 else [*variables[:3], f"{len(variables) - 3} more"]
