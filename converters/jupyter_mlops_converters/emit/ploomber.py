"""`pipeline.yaml` and `env.yaml`: the same graph for Ploomber."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from jupyter_mlops_converters.emit import layout, yaml_text
from jupyter_mlops_converters.emit.emission import Content, Link, Part
from jupyter_mlops_converters.plan.pipeline import Finding, Parameter, Pipeline, Stage

TARGET = "ploomber"
PRODUCTS = f"{layout.PRODUCTS}/ploomber"

USAGE = """\
In this folder, with Ploomber installed (`pip install "ploomber>=0.23" "networkx<3.4"`; it needs Notebook 6):

```sh
ploomber build{example}
ploomber status
```

Its products are under `products/ploomber/`, apart from those of the other engines.
"""


def emit(pipeline: Pipeline) -> Part:
    """`pipeline.yaml`, and `env.yaml` as a link to `params.yaml`."""
    document = {
        "meta": {"extract_upstream": False, "extract_product": False},
        "tasks": [_task(pipeline, stage) for stage in pipeline.stages],
    }
    passed = [parameter.name for parameter in pipeline.parameters if survives(parameter)]
    header = f"The stages of {pipeline.name}: `ploomber build` runs them."
    files: dict[str, Content] = {"pipeline.yaml": yaml_text.dump(document, header=header)}
    if pipeline.parameters:
        # Ploomber refuses an env.yaml that is empty.
        files["env.yaml"] = Link("params.yaml")
    return Part(
        files=files,
        usage=USAGE.format(example=f"      # other parameters: --env--{passed[0]} …" if passed else ""),
        findings=tuple(_finding(parameter) for parameter in pipeline.parameters if not survives(parameter)),
    )


def product(path: str) -> str:
    """Where Ploomber puts a product that the other engines put at `path`."""
    return f"{PRODUCTS}/{path.removeprefix(layout.PRODUCTS + '/')}"


def _task(pipeline: Pipeline, stage: Stage) -> dict[str, Any]:
    task: dict[str, Any] = {
        "name": stage.name,
        "source": layout.source_notebook(stage),
        "product": {key: product(path) for key, path in layout.products(stage).items()},
    }
    if upstream := list(layout.upstream(pipeline, stage)):
        task["upstream"] = upstream
    params: dict[str, Any] = {
        name: f"{{{{{name}}}}}" for name in stage.parameters if survives(pipeline.parameter(name))
    }
    if resources := _resources(pipeline, stage):
        params["resources_"] = resources
    if params:
        task["params"] = params
    task.update(kernelspec_name=pipeline.kernel_name, local_execution=True, static_analysis="disable")
    return task


def _resources(pipeline: Pipeline, stage: Stage) -> dict[str, str]:
    """Files whose change makes the task stale; Ploomber takes them by name."""
    named: dict[str, str] = {}
    for path in layout.watched(pipeline, stage):
        stem = "".join(letter if letter.isalnum() else "_" for letter in PurePosixPath(path).stem)
        name, number = stem, 1
        while name in named:
            number += 1
            name = f"{stem}_{number}"
        named[name] = path
    return named


def survives(parameter: Parameter) -> bool:
    """Whether Ploomber gives the stage the value that stands in `params.yaml`.

    It renders every value as text and reads that as a literal, so the string "10" arrives as a number.
    """
    value = list(parameter.value) if isinstance(parameter.value, tuple) else parameter.value
    if parameter.name == "path":
        # Ploomber's own: the value becomes a Path.
        return isinstance(value, str) and str(Path(value)) == value and not value.startswith("~")
    return _same(_cast(_rendered(_cast_inside(value))), value)


def _cast_inside(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _cast_inside(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_cast_inside(item) for item in value]
    return _cast(value)


def _rendered(value: Any) -> str:
    text = str(value)
    return "" if re.search(r"\{[{%#]", text) else text


def _cast(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    words = {"false": False, "true": True, "none": None, "null": None}
    if value.lower() in words:
        return words[value.lower()]
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return value


def _same(left: Any, right: Any) -> bool:
    if isinstance(right, float) and not math.isfinite(right):
        return False
    return type(left) is type(right) and bool(left == right) and repr(left) == repr(right)


def _finding(parameter: Parameter) -> Finding:
    return Finding(
        "ploomber-parameter",
        "warning",
        f"Ploomber changes the type of values such as {parameter.name} = {parameter.value!r}, so `ploomber build` keeps "
        "the default in the stage notebooks for it. DVC and papermill take it from params.yaml.",
        source_cell=parameter.source_cell,
    )
