"""`flow.py`: the same stages as tasks of a Prefect flow."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from typing import Any

from jupyter_mlops_converters.emit import layout, literals, papermill
from jupyter_mlops_converters.emit.emission import Part
from jupyter_mlops_converters.emit.templating import render
from jupyter_mlops_converters.plan.pipeline import Pipeline, Stage

TARGET = "prefect"

USAGE = """\
In this folder:

```sh
python flow.py                           # runs the stages whose inputs changed, independent ones side by side
{example}python flow.py --serve                   # waits for runs from Prefect's interface, and for SCHEDULE
```

A single run needs no server; `--serve` needs `prefect server start`, and `PREFECT_API_URL` as that says it. Retries and
the schedule are at the top of [flow.py](flow.py). After a run with the values of params.yaml, DVC's lock is up to date
too. Values given with `-y` leave params.yaml and the lock alone: the products and `metrics.json` are of those values
until the next run, and `dvc status` says so.
"""
_EXAMPLE = 'python flow.py -y "{name}: …"           # with other parameters\n'

_TYPES = {"int": "int", "float": "float", "bool": "bool", "str": "str", "list": "list", "tuple": "list", "dict": "dict"}
#: Names that Prefect, or the flow itself, gives a meaning of its own.
_RESERVED = frozenset({"return_state", "run_stage", "update_dvc_lock", "wait_for"})


def emit(pipeline: Pipeline) -> Part:
    """`flow.py`."""
    parameters = [
        (each.name, _TYPES.get(each.type, "object")) for each in pipeline.parameters if each.name not in _RESERVED
    ]
    taken = {name for name, _ in parameters} | _RESERVED
    futures = {stage.name: literals.Code(_free(stage.name, taken)) for stage in pipeline.stages}
    text = render(
        "flow.py.j2",
        name=pipeline.name,
        example=parameters[0][0] if parameters else "",
        stages=[(stage, _inputs(pipeline, stage), _products(pipeline, stage)) for stage in pipeline.stages],
        submits=[_submit(pipeline, stage, futures) for stage in pipeline.stages],
        results=literals.loop("for stage in ", list(futures.values()), indent=4),
        parameters=parameters,
        options=papermill.OPTIONS,
    )
    return Part(
        files={"flow.py": text.encode("utf-8")},
        requirements=("prefect>=3", "pyyaml"),
        usage=USAGE.format(example=_EXAMPLE.format(name=parameters[0][0]) if parameters else ""),
    )


def _submit(pipeline: Pipeline, stage: Stage, futures: Mapping[str, literals.Code]) -> str:
    arguments: dict[str, Any] = {"0": stage.name, "1": literals.Code("given")}
    if upstream := [futures[name] for name in layout.upstream(pipeline, stage)]:
        arguments["wait_for"] = upstream
    return literals.call(f"{futures[stage.name]} = run_stage.submit", arguments, indent=4)


def _free(name: str, taken: set[str]) -> str:
    return f"{name}_" if name in taken or keyword.iskeyword(name) else name


def _inputs(pipeline: Pipeline, stage: Stage) -> list[str]:
    """What the stage reads besides its own notebook."""
    read = layout.files(pipeline, stage).results_read
    paths = [
        *layout.watched(pipeline, stage),
        *(layout.relative(pipeline, use.path) for use in read),
        *(path for files in layout.upstream(pipeline, stage).values() for path in files.values()),
    ]
    return list(dict.fromkeys(paths))


def _products(pipeline: Pipeline, stage: Stage) -> list[str]:
    """What the stage leaves besides its executed notebook."""
    own = [path for key, path in layout.products(stage).items() if key != layout.NOTEBOOK_KEY]
    return own + [layout.relative(pipeline, use.path) for use in layout.files(pipeline, stage).results]
