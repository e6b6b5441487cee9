"""Comparisons of live data with a reference that a project computes itself, and those that compare nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from jupyter_mlops.assessment.flows import own_function
from jupyter_mlops.assessment.sites import Site, sites, sources_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call
from jupyter_mlops.project.reach import Node, scope_named

_LIVE = lazy(r"\b(live|current|today|yesterday|recent|production|serving|new)(_\w+)?\b", re.IGNORECASE)
_REFERENCE = lazy(r"\b(ref|reference|baseline|train|training)(_\w+)?\b", re.IGNORECASE)
_INDEX = lazy(r"(^|_)psi($|_)|population_stability")
_DISTANCE = lazy(r"drift|shift|distance|divergence|stability|_psi|psi_", re.IGNORECASE)
#: What tells two samples apart is made of.
_STATISTICS = frozenset(
    {
        *("log", "log2", "histogram", "histogram_bin_edges", "digitize", "cut", "qcut", "bincount", "searchsorted"),
        *("quantile", "percentile", "value_counts", "mean", "median", "std", "var", "cumsum", "unique", "describe"),
        *("ks_2samp", "wasserstein_distance", "jensenshannon", "entropy", "chi2_contingency"),
    }
)


def are_both(names: list[str]) -> bool:
    """Whether one name is of live data and another one of a reference."""
    return any(_LIVE.search(name) for name in names) and any(_REFERENCE.search(name) for name in names)


def own_distances(unit: Unit) -> Iterator[Site]:
    """Calls of functions of the project that compare live data with a reference by hand, such as a population stability index.

    Args:
        unit: the unit.
    """
    for path, source in sources_of(unit, "psi", "population_stability", "drift", "shift", "distance", "divergence"):
        for site in sites(unit, path, source.calls):
            last = site.call.name.replace("()", "").rpartition(".")[2].lstrip(":")
            index = bool(_INDEX.search(last)) and site.call.name[:1] == ":"
            given = [
                ast.unparse(node) for node in (*site.call.node.args, *(key.value for key in site.call.node.keywords))
            ]
            if not index and not (_DISTANCE.search(last) and are_both(given)):
                continue
            target = own_function(unit, path, site.call)
            if target is not None and _computes(unit, target):
                yield site


def _computes(unit: Unit, function: Node) -> bool:
    """Whether a function works something out of two samples: by a statistic, itself or in what it calls."""
    source = unit.project.python(function[0])
    scope = scope_named(source, function[1]) if source is not None else None
    arguments = scope.node.args if scope is not None and isinstance(scope.node, ast.FunctionDef) else None
    if arguments is None or len([*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]) < 2:
        return False
    for path, name in unit.reach.behind(function):
        inner = unit.project.python(path)
        found = scope_named(inner, name) if inner is not None else None
        if (
            found is not None
            and found.kind == "function"
            and any(call.attribute in _STATISTICS for call in found.calls)
        ):
            return True
    return False


def compares_with_itself(site: Site) -> bool:
    """Whether a call is handed one and the same data twice.

    Args:
        site: the call.
    """
    given = [*site.call.node.args, *(keyword.value for keyword in site.call.node.keywords)]
    texts = [_made_of(site.call, node) for node in given if not isinstance(node, (ast.Constant, ast.Starred))]
    return len(texts) > 1 and len(set(texts)) == 1


def _made_of(call: Call, node: ast.expr) -> str:
    """An expression as it is written, or what its name was given once before."""
    if isinstance(node, ast.Name):
        values = [
            statement.value
            for statement in call.scope.body
            if isinstance(statement, ast.Assign)
            and any(isinstance(target, ast.Name) and target.id == node.id for target in statement.targets)
        ]
        if len(values) == 1 and isinstance(values[0], (ast.Call, ast.Name)):
            return ast.unparse(values[0])
    return ast.unparse(node)
