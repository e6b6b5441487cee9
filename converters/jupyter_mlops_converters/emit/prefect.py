"""`flow.py`: the same stages as tasks of a Prefect flow."""

from __future__ import annotations

import keyword
from collections.abc import Mapping

from jupyter_mlops_converters.emit import layout, papermill, reproducible
from jupyter_mlops_converters.emit.emission import Part
from jupyter_mlops_converters.emit.literals import Code, literal
from jupyter_mlops_converters.emit.templating import render
from jupyter_mlops_converters.plan.pipeline import Pipeline, Stage

TARGET = "prefect"

USAGE = """\
In this folder:

```sh
python flow.py                          # runs the stages whose inputs changed, independent ones side by side
{example}python flow.py --serve                  # waits for runs from Prefect's interface, and for SCHEDULE
```

A single run needs no server; `--serve` needs `prefect server start`, and `PREFECT_API_URL` as that says it. Retries and
the schedule are at the top of [flow.py](flow.py). After a run with the values of params.yaml, DVC's lock is up to date
too. Values given with `-y` leave params.yaml and the lock alone: the products and `metrics.json` are of those values
until the next run, and `dvc status` says so.
"""

_TYPES = {"int": "int", "float": "float", "bool": "bool", "str": "str", "list": "list", "tuple": "list", "dict": "dict"}
#: Names that Prefect, or the flow itself, gives a meaning of its own.
_RESERVED = frozenset({"return_state", "run_stage", "update_dvc_lock", "wait_for"})


def emit(pipeline: Pipeline) -> Part:
    """`flow.py`."""
    parameters = [
        (each.name, _TYPES.get(each.type, "object")) for each in pipeline.parameters if each.name not in _RESERVED
    ]
    taken = {name for name, _ in parameters} | _RESERVED
    futures = {stage.name: Code(_free(stage.name, taken)) for stage in pipeline.stages}
    text = render(
        "flow.py.j2",
        name=pipeline.name,
        example=parameters[0][0] if parameters else "",
        stages=[_entry(pipeline, stage) for stage in pipeline.stages],
        submits=[_submit(pipeline, stage, futures) for stage in pipeline.stages],
        futures=list(futures.values()),
        parameters=parameters,
        options=papermill.OPTIONS,
    )
    return Part(
        files={"flow.py": text.encode("utf-8"), **reproducible.files(pipeline)},
        requirements=("prefect>=3,<4", "pyyaml>=6,<7"),
        usage=USAGE.format(example=_example(parameters[0][0]) if parameters else ""),
    )


def _example(parameter: str) -> str:
    command = f'python flow.py -y "{parameter}: …"'
    return f"{command:<40}# with other parameters\n"


def _entry(pipeline: Pipeline, stage: Stage) -> tuple[str, dict[str, list[str]]]:
    """What the table of stages says of one."""
    entry = {
        "parameters": list(stage.parameters),
        "inputs": _inputs(pipeline, stage),
        "products": _products(pipeline, stage),
    }
    return stage.name, entry


def _submit(pipeline: Pipeline, stage: Stage, futures: Mapping[str, Code]) -> str:
    upstream = [futures[name] for name in layout.upstream(pipeline, stage)]
    waits = f", wait_for={literal(upstream)}" if upstream else ""
    return f"{futures[stage.name]} = run_stage.submit({literal(stage.name)}, given{waits})"


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
