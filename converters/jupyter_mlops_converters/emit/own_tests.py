"""The tests that a pipeline brings along: its parts fit, it runs, its data, metrics and outputs are as they were."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from ruamel.yaml.comments import CommentedMap

from jupyter_mlops_converters.emit import contracts, layout, papermill, sample, yaml_text
from jupyter_mlops_converters.emit.emission import Content
from jupyter_mlops_converters.emit.templating import render
from jupyter_mlops_converters.plan.pipeline import Pipeline

EXPECTED = "tests/expected"
REQUIREMENTS = ("pytest>=8,<10", "pyyaml>=6,<7", "nbval>=0.11,<0.12")
#: Seconds that a pipeline may take where its tests cannot run it on a sample.
_QUICK = 60.0


def files(pipeline: Pipeline, targets: Iterable[str]) -> dict[str, Content]:
    """The files of `tests/`.

    Args:
        pipeline: the pipeline with all its stages.
        targets: whose files are there to be compared.
    """
    expected = {
        f"{EXPECTED}/{stage.name}.ipynb": papermill.stage_notebook(pipeline, stage, with_outputs=True)
        for stage in pipeline.stages
        if any(cell.outputs for cell in stage.cells)
    }
    found: dict[str, Content] = dict(expected)
    if expected:
        # Filters that strip outputs would take away what these files are for.
        found[f"{EXPECTED}/.gitattributes"] = b"*.ipynb -filter\n"
    if pipeline.metric_values:
        found["tests/metric_bounds.yaml"] = _bounds(pipeline)
    text = render(
        "test_pipeline.py.j2",
        targets=sorted(targets),
        metrics={stage.metrics_file: layout.metrics_prefix(stage) for stage in pipeline.stages if stage.metrics},
        has_parameters=bool(pipeline.parameters),
        bounded=bool(pipeline.metric_values),
        expected=bool(expected),
        library=f"{pipeline.name}_lib.py" if pipeline.library else "",
    )
    found[f"tests/test_{pipeline.name}.py"] = text.encode("utf-8")
    if is_sampled(pipeline) or sum(stage.seconds or 0 for stage in pipeline.stages) <= _QUICK:
        found |= _run(pipeline)
    return found


def is_sampled(pipeline: Pipeline) -> bool:
    """Whether the pipeline can run on a sample of its data."""
    return any(parameter.name == sample.NAME for parameter in pipeline.parameters)


def _run(pipeline: Pipeline) -> dict[str, Content]:
    """The test that runs the pipeline, and those of the tables that it has then."""
    rules = contracts.contracts(pipeline)
    formats = {h.format for stage in pipeline.stages for h in stage.outputs if h.tables} if rules else set()
    text = render(
        "test_run.py.j2",
        sampled=is_sampled(pipeline),
        folder=pipeline.folder,
        stages=[stage.name for stage in pipeline.stages if not stage.tracks],
        needed=_needed(pipeline),
        folders=_folders(pipeline),
        options=list(papermill.OPTIONS),
        contracts=rules is not None,
        parquet="parquet" in formats,
        joblib="joblib" in formats,
    )
    found: dict[str, Content] = {f"tests/test_{pipeline.name}_run.py": text.encode("utf-8")}
    if rules is not None:
        found[contracts.FILE] = rules
    return found


def _folders(pipeline: Pipeline) -> list[str]:
    """The folders that a copy of the pipeline needs: where the notebooks run, and those that they write into."""
    found = {layout.relative(pipeline, pipeline.workdir_of(stage)) for stage in pipeline.stages}
    written = {layout.relative(pipeline, use.path) for stage in pipeline.stages for use in stage.writes}
    return sorted(found | {posixpath.dirname(path) for path in written if not layout.is_absolute(path)})


def _needed(pipeline: Pipeline) -> list[str]:
    """What a copy of the pipeline needs in order to run: relative to its folder."""
    paths = ["params.yaml", layout.STAGES]
    written: set[str] = set()
    for stage in pipeline.stages:
        paths += layout.own_modules(pipeline, stage)
        paths += [layout.relative(pipeline, use.path) for use in stage.reads if use.path not in written]
        written |= {use.path for use in stage.writes}
    return [path for path in dict.fromkeys(map(posixpath.normpath, paths)) if not layout.is_absolute(path)]


def _bounds(pipeline: Pipeline) -> bytes:
    bounds = CommentedMap()
    for key, value in sorted(pipeline.metric_values.items()):
        room = max(abs(value) * 0.1, 0.01)
        bounds[key] = yaml_text.plain([round(value - room, 6), round(value + room, 6)])
        bounds.yaml_add_eol_comment(f"{value:.6g} in the notebook", key, 0)
    header = "What the tests allow each metric to be: [lowest, highest]. Narrow or widen as the project needs."
    return yaml_text.dump(bounds, header=header)
