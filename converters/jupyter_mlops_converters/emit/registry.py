"""Finds the targets and puts their parts together.

A target is a module with ``TARGET: str`` and ``emit(pipeline) -> Part``; one that adds stages also has
``extend(pipeline) -> Pipeline``. Modules of this package and entry points of the group
``jupyter_mlops.emit_targets`` are found.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from typing import Any

from jupyter_mlops_converters.emit import project, sample, seed, versions
from jupyter_mlops_converters.emit.emission import Content, Emission, Part
from jupyter_mlops_converters.errors import MlopsError
from jupyter_mlops_converters.plan.pipeline import Pipeline

ENTRY_POINTS = "jupyter_mlops.emit_targets"
#: What a conversion emits unless told otherwise.
TARGETS = ("papermill", "ploomber", "dvc", "mlflow", "prefect")


@lru_cache(maxsize=1)
def targets() -> dict[str, Any]:
    """The modules of all targets by name, sorted."""
    package = __name__.rpartition(".")[0]
    folder = import_module(package).__path__
    modules = [import_module(f"{package}.{info.name}") for info in iter_modules(folder)]
    modules += [entry.load() for entry in entry_points(group=ENTRY_POINTS)]
    found = {module.TARGET: module for module in modules if hasattr(module, "TARGET")}
    return dict(sorted(found.items()))


def emit(pipeline: Pipeline, targets: Iterable[str] = TARGETS) -> Emission:
    """All files of a pipeline. Writes nothing; the same pipeline gives the same bytes.

    Args:
        pipeline: the plan.
        targets: names of the targets; "papermill", which the others run on, is always among them.

    Returns:
        The files.

    Raises:
        MlopsError: ``unknown-target`` when no such target is installed.
    """
    known = _known()
    wanted = sorted({"papermill", *targets})
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise MlopsError(
            "unknown-target", f"There is no target {', '.join(unknown)}. Choose among: {', '.join(known)}."
        )
    pipeline = seed.extend(sample.extend(versions.extend(pipeline)))
    for name in wanted:
        if hasattr(known[name], "extend"):
            pipeline = known[name].extend(pipeline)
    parts: dict[str, Part] = {name: known[name].emit(pipeline) for name in wanted}
    files: dict[str, Content] = {}
    project_files: dict[str, bytes] = {}
    for part in (*parts.values(), project.emit(pipeline, parts)):
        files.update(part.files)
        project_files.update(part.project_files)
    return Emission(
        pipeline=pipeline,
        files=dict(sorted(files.items())),
        project_files=dict(sorted(project_files.items())),
        ignore=tuple(dict.fromkeys(line for part in parts.values() for line in part.ignore)),
        findings=tuple(finding for part in parts.values() for finding in part.findings),
    )


# The parameter `targets` of `emit` hides the function of that name.
_known = targets
