"""Data that comes with a package: what a project works on, or what stands in where the real data is missing."""

from __future__ import annotations

import ast
import re

from jupyter_mlops.assessment.flows import own_function
from jupyter_mlops.assessment.located_data import Source
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call

_STANDS_IN = lazy(r"synth|demo|sample|fallback|mock|dummy|fake|test|example", re.IGNORECASE)


def is_the_data(unit: Unit, source: Source, unknown: list[Source]) -> bool:
    """Whether data that comes with a package is what the project works on.

    It is not where the same function reads something else as well, where another run reads something else, where it is asked
    for in a branch only, where it comes from the network, and where the function says that it makes an example.

    Args:
        unit: the unit.
        source: the data.
        unknown: data from places that only a run can tell.
    """
    site = source.site
    if source.kind != "bundled" or "fetch" in site.name or _STANDS_IN.search(site.scope.rpartition(".")[2]):
        return False
    runs = unit.reach.groups(site.path, site.scope)
    if not all(runs & unit.reach.groups(other.site.path, other.site.scope) for other in unknown):
        return False
    if any((other.site.path, other.site.scope) == (site.path, site.scope) for other in unknown):
        return False
    if _in_branch(site.call):
        return False
    name = site.scope.rpartition(".")[2]
    calls = [
        call
        for path in (unit.mentioning(name) if name else ())
        if not unit.is_test(path) and (found := unit.project.python(path)) is not None
        for call in found.calls
        if name in call.name and own_function(unit, path, call) == (site.path, site.scope)
    ]
    return not calls or any(not _in_branch(call) for call in calls)


def _in_branch(call: Call) -> bool:
    """Whether a call stands in a branch of its function, or in what handles an error."""
    branches = (
        node
        for statement in call.scope.body
        for node in ast.walk(statement)
        if isinstance(node, (ast.If, ast.IfExp, ast.ExceptHandler))
    )
    return any(inner is call.node for branch in branches for inner in ast.walk(branch))
