"""Several planned pipelines, one a notebook, put together into one: the files that one writes and the other reads join them.

Every notebook keeps its own names: stages of different notebooks share nothing but files, the library module and those
parameters that have the same name and value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from jupyter_mlops_converters.plan.libraries import merge_libraries
from jupyter_mlops_converters.plan.pipeline import (
    FileUse,
    HandOver,
    Parameter,
    Pipeline,
    Source,
    Stage,
    TrackedModel,
)


def join(
    pipelines: Sequence[Pipeline],
    labels: Sequence[str],
    taken: frozenset[str],
    waits: Sequence[frozenset[int]] = (),
) -> Pipeline:
    """Put pipelines together.

    Args:
        pipelines: of the notebooks, in an order in which each reads only what those before it wrote. Their stages have
            different names, and their libraries do not clash.
        labels: a short identifier for each notebook.
        taken: names that the code of any of the notebooks uses.
        waits: for each notebook, numbers of those it must wait for whether or not it reads their files.

    Returns:
        One pipeline.
    """
    first = pipelines[0]
    parameters, renamed = _parameters(pipelines, labels, taken)
    scored = sum(any(stage.metrics for stage in pipeline.stages) for pipeline in pipelines) > 1
    stages: list[Stage] = []
    for number, (pipeline, label, names) in enumerate(zip(pipelines, labels, renamed, strict=True)):
        awaited = tuple(name for n in sorted(waits[number] if waits else ()) for name in _ends(pipelines[n]))
        metrics_file = f"metrics/{label}.json" if scored else "metrics.json"
        for stage in pipeline.stages:
            own = replace(
                stage,
                source_notebook=pipeline.notebook,
                library_files=pipeline.library_files,
                parameters=tuple(sorted(names.get(name, name) for name in stage.parameters)),
                metrics_file=metrics_file if stage.metrics else stage.metrics_file,
            )
            begins = awaited if not pipeline.upstream(stage) else ()
            stages.append(replace(own, after=tuple(dict.fromkeys([*begins, *_after(own, stages)]))))
    return replace(
        first,
        stages=tuple(stages),
        parameters=parameters,
        library=merge_libraries([pipeline.library for pipeline in pipelines], first.name).source,
        library_files=_unique([use for pipeline in pipelines for use in pipeline.library_files]),
        requirements=tuple(sorted({line for pipeline in pipelines for line in pipeline.requirements}, key=str.lower)),
        models=_models(pipelines, labels, taken),
        metric_values={
            f"{label}.{name}" if scored else name: value
            for pipeline, label in zip(pipelines, labels, strict=True)
            for name, value in pipeline.metric_values.items()
        },
        findings=tuple(
            replace(finding, source_notebook=pipeline.notebook)
            for pipeline in pipelines
            for finding in pipeline.findings
        ),
        sources=tuple(
            Source(pipeline.notebook, pipeline.notebook_sha256, label, pipeline.skipped, pipeline.offered)
            for pipeline, label in zip(pipelines, labels, strict=True)
        ),
    )


def _after(stage: Stage, earlier: Sequence[Stage]) -> tuple[str, ...]:
    """The stages it waits for because of files: of its own notebook as planned, of others where they share a file."""
    reads, writes = _paths(stage.reads), _paths(stage.writes)
    waits = [
        other.name
        for other in earlier
        if other.source_notebook != stage.source_notebook
        and (_paths(other.writes) & (reads | writes) or _paths(other.reads) & writes)
    ]
    return tuple(dict.fromkeys([*waits, *stage.after]))


def _ends(pipeline: Pipeline) -> list[str]:
    """The stages that no other one waits for."""
    awaited = {name for stage in pipeline.stages for name in pipeline.upstream(stage)}
    return [stage.name for stage in pipeline.stages if stage.name not in awaited]


def _paths(uses: Sequence[FileUse]) -> set[str]:
    return {use.path for use in uses}


def _unique(uses: Sequence[FileUse]) -> tuple[FileUse, ...]:
    return tuple({use.path: use for use in sorted(uses, key=lambda use: use.path)}.values())


def _parameters(
    pipelines: Sequence[Pipeline], labels: Sequence[str], taken: frozenset[str]
) -> tuple[tuple[Parameter, ...], list[Mapping[str, str]]]:
    """All parameters, and for each notebook its names that became others."""
    owners: dict[str, list[tuple[int, Parameter]]] = {}
    for number, pipeline in enumerate(pipelines):
        for parameter in pipeline.parameters:
            owners.setdefault(parameter.name, []).append((number, parameter))
    used = set(taken) | set(owners)
    found: list[Parameter] = []
    renamed: list[dict[str, str]] = [{} for _ in pipelines]
    for name, uses in sorted(owners.items()):
        origin, first = uses[0]
        # `repr` tells 1 from 1.0 and True, and knows nan.
        if len({(use.type, repr(use.value)) for _, use in uses}) == 1:
            stages = tuple(stage for _, use in uses for stage in use.stages)
            found.append(replace(first, stages=stages, source_notebook=pipelines[origin].notebook))
            continue
        for number, use in uses:
            label = labels[number].upper() if name.isupper() else labels[number]
            renamed[number][name] = new = _free(f"{label}_{name}", used)
            used.add(new)
            variable = use.variable or name
            found.append(replace(use, name=new, variable=variable, source_notebook=pipelines[number].notebook))
    return tuple(sorted(found, key=lambda parameter: parameter.name)), list(renamed)


def _models(pipelines: Sequence[Pipeline], labels: Sequence[str], taken: frozenset[str]) -> tuple[TrackedModel, ...]:
    """The models of all, with names under which the stage that tracks can load them side by side."""
    files: dict[str, set[str]] = {}
    for pipeline in pipelines:
        for variable, hand_over in _tracked(pipeline):
            files.setdefault(variable, set()).add(hand_over.path)
    used = set(taken) | set(files)
    found = []
    for pipeline, label in zip(pipelines, labels, strict=True):
        names: dict[str, str] = {}
        for variable, _ in _tracked(pipeline):
            if len(files[variable]) > 1 and variable not in names:
                names[variable] = _free(f"{label}_{variable}", used)
                used.add(names[variable])
        found += [_renamed(model, names) for model in pipeline.models]
    return tuple(found)


def _tracked(pipeline: Pipeline) -> list[tuple[str, HandOver]]:
    """What the stage that tracks loads: variable and file."""
    return [
        (variable, hand_over)
        for model in pipeline.models
        for hand_over in (model.hand_over, model.example)
        if hand_over is not None
        for variable in hand_over.variables
    ]


def _renamed(model: TrackedModel, names: Mapping[str, str]) -> TrackedModel:
    # A hand-over of one variable holds the bare value, so that it can be loaded under any name.
    def loaded(hand_over: HandOver) -> HandOver:
        return replace(hand_over, variables=tuple(names.get(name, name) for name in hand_over.variables))

    example = model.example_variable
    return replace(
        model,
        variable=names.get(model.variable, model.variable),
        hand_over=loaded(model.hand_over),
        example=loaded(model.example) if model.example is not None else None,
        example_variable=names.get(example, example) if example is not None else None,
    )


def _free(name: str, used: set[str]) -> str:
    base, number = name, 2
    while name in used:
        name, number = f"{base}_{number}", number + 1
    return name
