"""Probes, criteria and reports of other packages, found by their entry points.

A project names the plug-ins that its assessment takes in (``plugins = ["acme"]`` in its settings), so that the answer
follows from the files alone and not from what happens to be installed. What a plug-in brings:

=================================  =================================================
entry point group                  object
=================================  =================================================
``jupyter_mlops.probes``           a `Probe`, or several
``jupyter_mlops.criteria``         a `Criterion`, or several (recommended ones only)
``jupyter_mlops.reports``          a `Report`; its name is the format
=================================  =================================================
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jupyter_mlops.assessment.criterion import CHECKLIST, Criterion
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.report import Report
from jupyter_mlops.errors import MissingDependencyError, MlopsError

PROBES = "jupyter_mlops.probes"
CRITERIA = "jupyter_mlops.criteria"
REPORTS = "jupyter_mlops.reports"


def plugin_probes(names: Iterable[str]) -> tuple[Probe, ...]:
    """The probes of the named plug-ins.

    Raises:
        MissingDependencyError: a plug-in is not installed.
        MlopsError: ``invalid-plugin``.
    """
    from jupyter_mlops.assessment.probes import all_probes

    found = [each for name in names for each in _loaded(PROBES, name, Probe)]
    _distinct([probe.id for probe in (*all_probes(), *found)], "probe")
    return tuple(found)


def plugin_criteria(names: Iterable[str]) -> tuple[Criterion, ...]:
    """The criteria of the named plug-ins. They give advice and progress; the gates are the model's own.

    Raises:
        MissingDependencyError: a plug-in is not installed.
        MlopsError: ``invalid-plugin``.
    """
    from jupyter_mlops.assessment.criteria import built_in

    found = [each for name in names for each in _loaded(CRITERIA, name, Criterion)]
    _distinct([criterion.id for criterion in (*built_in(), *found)], "criterion")
    for criterion in found:
        if criterion.required or criterion.level not in range(1, 5) or criterion.checklist not in CHECKLIST:
            raise MlopsError(
                "invalid-plugin",
                f"The criterion {criterion.id!r} of a plug-in must be a recommended one of Level 1 to 4 that belongs to "
                f"one of the questions {', '.join(CHECKLIST)}.",
            )
    return tuple(found)


def plugin_report(name: str) -> Report | None:
    """The report of that format, from any package that is installed; None without one.

    Raises:
        MlopsError: ``invalid-plugin``.
    """
    return next(iter(_objects(REPORTS, name, Report)), None)


def plugins_here() -> tuple[str, ...]:
    """The plug-ins that the project around the working directory names; none where its settings cannot be read."""
    from jupyter_mlops.assessment.config import read_config
    from jupyter_mlops.project import open_project

    try:
        return read_config(open_project(".")).plugins
    except MlopsError:
        return ()


def report_formats() -> tuple[str, ...]:
    """Names of the formats that installed packages add."""
    from importlib.metadata import entry_points

    return tuple(sorted(entry_points(group=REPORTS).names))


def _loaded(group: str, name: str, kind: type) -> list[Any]:
    found = _objects(group, name, kind)
    if not found and not any(_objects(other, name, object) for other in (PROBES, CRITERIA) if other != group):
        raise MissingDependencyError(
            f"the plug-in {name!r}", "pip install PACKAGE, with the package that brings it", "Assessing this project"
        )
    return found


def _objects(group: str, name: str, kind: type) -> list[Any]:
    from importlib.metadata import entry_points

    found: list[Any] = []
    for entry in sorted(entry_points(group=group, name=name), key=lambda entry: entry.value):
        try:
            loaded = entry.load()
        except Exception as error:
            raise MlopsError(
                "invalid-plugin", f"The plug-in {entry.value} cannot be loaded: {type(error).__name__}: {error}."
            ) from error
        # Probes, criteria and reports are named tuples, so "is it a tuple" does not tell one from several.
        found += [loaded] if isinstance(loaded, kind) or not isinstance(loaded, tuple | list) else list(loaded)
    for each in found:
        if not isinstance(each, kind):
            raise MlopsError(
                "invalid-plugin", f"The plug-in {name!r} gives a {type(each).__name__} as {kind.__name__}."
            )
    return found


def _distinct(names: list[str], what: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise MlopsError(
            "invalid-plugin", f"There are two of the {what} {twice[0]!r}; a plug-in must use ids of its own."
        )
