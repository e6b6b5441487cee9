"""The Python interface: the public functions, what they answer with, and the types that plug-ins use."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterator

#: Modules whose types plug-ins are written with.
_FOR_PLUGINS = (
    "jupyter_mlops.assessment.criterion",
    "jupyter_mlops.assessment.findings",
    "jupyter_mlops.assessment.probe",
    "jupyter_mlops.assessment.report",
    "jupyter_mlops.lifts.lift",
    "jupyter_mlops.lifts.scene",
    "jupyter_mlops.changes.changeset",
)


def page() -> str:
    """The page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    import jupyter_mlops

    yield "# Python\n"
    yield "All that `jupyter_mlops` offers is loaded when it is first used, so importing it costs nothing. Failures are"
    yield "`jupyter_mlops.errors.MlopsError`, with a code that [errors](../errors.md) explains.\n"
    names = [name for name in jupyter_mlops.__all__ if not name.startswith("_")]
    yield "## Functions\n"
    answers: dict[str, type] = {}
    for name in names:
        public = getattr(jupyter_mlops, name)
        if not inspect.isclass(public):
            yield _directive("autofunction", f"jupyter_mlops.{name}")
            answers |= _answers(public)
    yield "## In notebooks\n"
    for name in names:
        if inspect.isclass(getattr(jupyter_mlops, name)):
            yield _directive("autoclass", f"jupyter_mlops.{name}", members=True)
    yield "## What they answer with\n"
    for place in sorted(answers, key=lambda place: answers[place].__name__):
        yield _directive("autoclass", place, members=True)
    yield "## Failures\n"
    yield _directive("autoclass", "jupyter_mlops.errors.MlopsError", members=True)
    yield _directive("autoclass", "jupyter_mlops.errors.MissingDependencyError", members=True)
    yield "## For plug-ins\n"
    for module in _FOR_PLUGINS:
        yield _directive("automodule", module, members=True)


def _answers(function: typing.Any) -> dict[str, type]:
    """The package's classes in what a function returns."""
    annotation = typing.get_type_hints(function).get("return")
    found = [annotation, *typing.get_args(annotation)]
    ours = ("jupyter_mlops.", "jupyter_mlops_converters.")
    return {
        f"{one.__module__}.{one.__qualname__}": one
        for one in found
        if inspect.isclass(one) and one.__module__.startswith(ours) and one.__module__ not in _FOR_PLUGINS
    }


def _directive(name: str, argument: str, *, members: bool = False) -> str:
    options = "\n   :members:" if members else ""
    return f"```{{eval-rst}}\n.. {name}:: {argument}{options}\n```\n"
