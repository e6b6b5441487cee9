"""Files that several stages write: each version is handed over as a copy, so that a stage finds the one it is to change."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath

from jupyter_mlops_converters.emit import layout
from jupyter_mlops_converters.plan.pipeline import Finding, HandOver, Pipeline, Stage
from jupyter_mlops_converters.values import FILE


def extend(pipeline: Pipeline) -> Pipeline:
    """The pipeline with a hand-over for each version of a file that another stage goes on with.

    Without, a stage that runs again on its own would find the file as the last stage has left it.
    """
    owners = {use.path: use.owner for stage in pipeline.stages for use in stage.writes if use.owner}
    changing = {
        path: names
        for path, names in layout.writers(pipeline).items()
        if not layout.is_absolute(path)
        and (len(names) > 1 or path in owners or layout.is_overwritten_input(pipeline, path))
    }
    latest: dict[str, HandOver] = {}
    stages = []
    for stage in pipeline.stages:
        used = [path for path in dict.fromkeys(use.path for use in (*stage.reads, *stage.writes)) if path in changing]
        # As a result, it is a file that DVC keeps; as a copy, it can be put back.
        final = {use.path for use in layout.files(pipeline, stage).results_read}
        loads = [latest[path] for path in used if path in latest and path not in final]
        saves = []
        for use in stage.writes:
            if use.path in changing:
                latest.pop(use.path, None)
                if use.kept and _goes_on(pipeline, stage, use.path):
                    latest[use.path] = _version(pipeline, stage, use.path)
                    saves.append(latest[use.path])
        stages.append(replace(stage, inputs=(*stage.inputs, *loads), outputs=(*stage.outputs, *saves)))
    inputs = [path for path in sorted(changing) if layout.is_overwritten_input(pipeline, path)]
    findings = [*map(_overwritten, inputs), *(_made_elsewhere(path, owners[path]) for path in sorted(owners))]
    return replace(pipeline, stages=tuple(stages), findings=(*pipeline.findings, *findings))


def _goes_on(pipeline: Pipeline, stage: Stage, path: str) -> bool:
    """Whether a later stage needs the version that this one leaves, and cannot have it as a result."""
    names = [other.name for other in pipeline.stages]
    return any(
        any(use.path == path for use in (*other.reads, *other.writes))
        and not any(use.path == path for use in layout.files(pipeline, other).results_read)
        for other in pipeline.stages[names.index(stage.name) + 1 :]
    )


def _version(pipeline: Pipeline, stage: Stage, path: str) -> HandOver:
    name = re.sub(r"\W", "_", PurePosixPath(path).name)
    taken = {hand_over.name for hand_over in stage.outputs}
    return HandOver(
        name=name if name not in taken else re.sub(r"\W", "_", path),
        variables=(layout.relative(pipeline, path),),
        producer=stage.name,
        path=f"{layout.PRODUCTS}/{stage.name}/files/{path.replace('../', '')}",
        format=FILE,
        why="a later stage changes this file, or needs it as it is here",
    )


def _made_elsewhere(path: str, owner: str) -> Finding:
    return Finding(
        "made-elsewhere",
        "warning",
        f"The notebook writes {path}, which {owner} has among its results, too. DVC keeps it for that one alone, and what "
        "runs last stays. Let each write a file of its own, or convert the notebooks of both together.",
    )


def _overwritten(path: str) -> Finding:
    return Finding(
        "overwritten-input",
        "warning",
        f"The notebook reads {path} and overwrites it. Put it back as it was before the first stage that uses it runs again: "
        "no engine can tell what it was.",
    )
