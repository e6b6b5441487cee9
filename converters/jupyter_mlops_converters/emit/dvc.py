"""`dvc.yaml`, and DVC's own files where the project has none yet."""

from __future__ import annotations

import re
from typing import Any

from jupyter_mlops_converters.emit import layout, papermill, reproducible, yaml_text
from jupyter_mlops_converters.emit.emission import Part
from jupyter_mlops_converters.plan.pipeline import FileUse, Pipeline, Stage

TARGET = "dvc"

USAGE = """\
In this folder:

```sh
dvc repro                                # runs the stages whose inputs changed
dvc metrics diff                         # the metrics against the last commit
dvc exp run{example}# tries other parameters, and keeps both results
```
"""

_DVCIGNORE = """\
# Patterns of files that DVC should ignore, as in .gitignore:
# https://dvc.org/doc/user-guide/project-structure/dvcignore-files
"""


def emit(pipeline: Pipeline) -> Part:
    """`dvc.yaml`; `.dvc/` for the project when it has none."""
    document: dict[str, Any] = {"stages": {stage.name: _stage(pipeline, stage) for stage in pipeline.stages}}
    if plots := _plots(pipeline):
        document["plots"] = plots
    example = next((f" -S {parameter.name}=…" for parameter in pipeline.parameters), "")
    return Part(
        files={
            "dvc.yaml": yaml_text.dump(document, header=f"The stages of {pipeline.name}: `dvc repro` runs them."),
            **reproducible.files(pipeline),
        },
        project_files={} if pipeline.has_dvc else _initial_files(pipeline),
        ignore=_ignored(pipeline),
        requirements=("dvc>=3.50,<4",),
        usage=USAGE.format(example=example.ljust(30)),
    )


def _stage(pipeline: Pipeline, stage: Stage) -> dict[str, Any]:
    files = layout.files(pipeline, stage)
    deps = [
        layout.source_notebook(stage),
        *layout.watched(pipeline, stage),
        *(layout.relative(pipeline, use.path) for use in files.results_read),
        *_upstream(pipeline, stage, files.results_read),
    ]
    outs: list[Any] = [layout.executed_notebook(stage), *(hand_over.path for hand_over in stage.outputs)]
    outs += [_result(pipeline, use) for use in files.results]
    entry: dict[str, Any] = {"desc": stage.title, "cmd": _commands(stage), "deps": _escaped(deps)}
    if stage.parameters:
        entry["params"] = list(stage.parameters)
    entry["outs"] = outs
    if stage.metrics:
        entry["metrics"] = [{stage.metrics_file: {"cache": False}}]
    return entry


def _commands(stage: Stage) -> list[str]:
    # The lock holds what a stage leaves by its content, and a notebook as papermill leaves it has times in it.
    return [papermill.command(stage), reproducible.command(stage)]


def _upstream(pipeline: Pipeline, stage: Stage, results_read: tuple[FileUse, ...]) -> list[str]:
    paths: list[str] = []
    for name, read in layout.upstream(pipeline, stage).items():
        other = pipeline.stage(name)
        paths += read.values()
        through_files = {use.path for use in layout.files(pipeline, other).results} & {use.path for use in results_read}
        if not read and not through_files:
            # DVC knows no order without a file: one that says the other stage has run.
            paths.append(other.outputs[0].path if other.outputs else layout.executed_notebook(other))
    return paths


def _result(pipeline: Pipeline, use: FileUse) -> Any:
    path = layout.relative(pipeline, use.path).replace("${", "\\${")
    # Git owns the file already: DVC leaves it in place and does not cache it.
    return {path: {"cache": False, "persist": True}} if use.git_tracked else path


def _ignored(pipeline: Pipeline) -> tuple[str, ...]:
    """Lines for the project's `.gitignore`: what is ignored already, DVC does not ignore in a file of its own.

    Such a file would appear in the user's folders, and in what `os.listdir` says of them in the notebook.
    """
    results = [use for stage in pipeline.stages for use in layout.files(pipeline, stage).results]
    inside = [use.path for use in results if not use.git_tracked and not layout.is_absolute(use.path)]
    return tuple("/" + re.sub(r"([\\*?\[\]!# ])", r"\\\1", path) for path in inside if not path.startswith("../"))


def _plots(pipeline: Pipeline) -> list[str]:
    results = [use.path for stage in pipeline.stages for use in layout.files(pipeline, stage).results]
    return _escaped([layout.relative(pipeline, path) for path in results if layout.is_image(path)])


def _escaped(paths: list[str]) -> list[str]:
    # dvc.yaml is a template: `${` would be an interpolation.
    return [path.replace("${", "\\${") for path in dict.fromkeys(paths)]


def _initial_files(pipeline: Pipeline) -> dict[str, bytes]:
    files = {
        ".dvc/config": b"" if pipeline.has_git else b"[core]\n    no_scm = True\n",
        ".dvcignore": _DVCIGNORE.encode("utf-8"),
    }
    if pipeline.has_git:
        files[".dvc/.gitignore"] = b"/config.local\n/tmp\n/cache\n"
    return files
