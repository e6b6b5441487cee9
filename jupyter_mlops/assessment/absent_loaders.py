"""Data that training gets from a module of the project that is not in the repository."""

from __future__ import annotations

from typing import NamedTuple

from jupyter_mlops.assessment.dataflow import bound_to
from jupyter_mlops.assessment.sites import Site, sites, sources_of
from jupyter_mlops.assessment.trainings import relevant, trainings
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.modules import ModuleIndex
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Import, PythonSource

_LOADS = lazy(
    r"(^|_)(load|read|fetch|download|get|prepare|make|build|create)(_|$).*|(^|_)data(set|module|loader)?s?(_|$)"
)
_DATA = lazy(r"(^|[_.])(data(set|module|loader|frame)?s?|df|rows|features?|samples?|splits?|train|test|x|y)(_|$|\.)", 2)


class Absent(NamedTuple):
    """A call of a function that the repository does not have.

    Attributes:
        site: the call.
        function: what is called.
        module: where it would be.
    """

    site: Site
    function: str
    module: str


def absent_loaders(unit: Unit) -> list[Absent]:
    """Calls by which the code that trains gets its data from modules of the project that are not there.

    A line such as `data/` in `.gitignore` often hides a folder of code as well.

    Args:
        unit: the unit.
    """
    groups = relevant(unit) if trainings(unit) else frozenset()
    found: list[Absent] = []
    for path, source in sources_of(unit, "import") if groups else ():
        absent = _absent(unit, path, source)
        calls = [call for call in source.calls if call.name in absent]
        for site in sites(unit, path, calls):
            function, module = absent[site.call.name]
            held = bound_to(site.call)
            if (
                held
                and _LOADS.search(function)
                and _DATA.search(f"{module}.{function}.{held}".replace(" ", "."))
                and unit.reach.groups(site.path, site.scope) & groups
            ):
                found.append(Absent(site, function, module))
    return found


def _absent(unit: Unit, path: str, source: PythonSource) -> dict[str, tuple[str, str]]:
    """Dotted names of functions that come from modules which are not there → the function and its module."""
    return {
        f"{item.module}.{item.name}": (item.name, item.module)
        for item in source.imports
        if item.name not in ("", "*") and "." in item.module and _is_absent(unit.reach.modules, item, path)
    }


def _is_absent(modules: ModuleIndex, item: Import, path: str) -> bool:
    if not modules.is_own(item.module, path) or modules.find(item.module, path) is not None:
        return False
    found = modules.resolve(f"{item.module}.{item.name}", path)
    # What is found is a package around it.
    return found is None or found[1].endswith(f".{item.name}")
