"""Modules of the project through which others get a package: `tracking.py` with `log = mlflow.log_metric`."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from jupyter_mlops.assessment.sites import sources_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.python_source import PythonSource


def sources_with(unit: Unit, *packages: str) -> Iterator[tuple[str, PythonSource]]:
    """Sources that mention packages, and those that get them from another module of the project.

    Args:
        unit: the unit.
        packages: names of packages, or of what is in them.
    """
    named = dict(sources_of(unit, *packages))
    yield from named.items()
    givers = {
        path: source
        for path, source in named.items()
        if path.endswith(".py") and any(value.partition(".")[0] in packages for value in source.module.bound.values())
    }
    stems = {_stem(path) for path in givers}
    for path, source in sources_of(unit, *stems) if stems else ():
        if path not in named and any(_takes(unit, path, item.dotted, givers) for item in source.imports):
            yield path, source


def _stem(path: str) -> str:
    stem = posixpath.basename(path).removesuffix(".py")
    return posixpath.basename(posixpath.dirname(path)) if stem == "__init__" else stem


def _takes(unit: Unit, path: str, dotted: str, givers: dict[str, PythonSource]) -> bool:
    found = unit.reach.modules.resolve(dotted.removesuffix(".*"), path)
    return found is not None and found[0] in givers
