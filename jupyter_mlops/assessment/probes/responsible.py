"""Fairness and explanation: fairlearn, aif360, SHAP, LIME, Captum, Alibi; checked where the pipeline or CI runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from jupyter_mlops.assessment.consumed import uses_of
from jupyter_mlops.assessment.findings import CALL, Finding, Rung
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.probes.ci import below, ci_runs, places_of
from jupyter_mlops.assessment.sites import Site, sites, sources_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.patterns import lazy

_WORDS = (
    "fairlearn",
    "aif360",
    "shap",
    "lime",
    "captum",
    "alibi",
    "interpret",
    "dalex",
    "eli5",
    "responsibleai",
    "fairness",
)
_FAIR = lazy(
    r"^(fairlearn\.metrics\.\w+|aif360\.(sklearn\.)?metrics[\w.]*\w+|responsibleai[\w.]*|sklego\.metrics\.\w+)$"
)
_EXPLAINS = lazy(
    r"^(shap\.(\w*Explainer|Explainer)|lime[\w.]*Explainer|captum\.attr\.\w+|alibi\.explainers[\w.]*|interpret[\w.]*\.\w*Explain\w*|dalex\.Explainer|eli5\.(show|explain)_\w+)$"
)
#: Metrics whose values are shares, or differences and ratios of shares.
_SHARES = lazy(r"parity|odds|opportunity|impact|selection_rate")
_ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq)
#: Kinds of launches that are part of the pipeline or of CI, as opposed to somebody starting a script.
_AUTOMATIC = frozenset({"ci", "stage", "schedule"})


def _findings(unit: Unit) -> Iterator[Finding]:
    for path, source in sources_of(unit, *_WORDS, tests=True):
        calls = [call for call in source.calls if _FAIR.match(call.name) or _EXPLAINS.match(call.name)]
        for site in sites(unit, path, calls[:5]):
            yield _judged(unit, site)


def _judged(unit: Unit, site: Site) -> Finding:
    fair = bool(_FAIR.match(site.call.name))
    what = site.call.name
    found = Finding(
        "responsible",
        "governed",
        Rung.E3,
        "",
        part="responsible",
        confidence=CALL,
        path=site.path,
        line=site.line,
        cell=site.cell,
        chain=unit.reach.chain(site.path, site.scope),
    )
    used = list(uses_of(unit, site))
    counts = _asserts(unit, site) if unit.is_test(site.path) else any(use.counts for use in used)
    enough = counts or (not fair and bool(used))
    automatic = _automatic(unit, site)
    if not enough:
        return _with(
            found,
            Rung.E2,
            f"`{what}` is computed, and nothing depends on it.",
            "Assert a threshold on it, or keep the explanation with the run.",
        )
    if not automatic:
        return _with(
            found,
            Rung.E2,
            f"`{what}` is used, but neither CI nor the pipeline runs it.",
            "Run it in the pipeline or in CI.",
        )
    return _with(found, Rung.E3, f"`{what}` is checked where {automatic} runs.", None)


def _with(found: Finding, rung: Rung, message: str, raise_by: str | None) -> Finding:
    return replace(found, rung=rung, message=message, raise_by=raise_by)


def _asserts(unit: Unit, site: Site) -> bool:
    source = unit.project.python(site.path)
    scope = site.call.scope
    return (
        source is not None
        and scope.node is not None
        and any(_limits(node, of_shares=bool(_SHARES.search(site.call.name))) for node in ast.walk(scope.node))
    )


def _limits(node: ast.AST, *, of_shares: bool) -> bool:
    """Whether a statement holds a figure to a limit: that there is one says nothing. Of shares, the limit must be one that they can miss."""
    if isinstance(node, ast.Assert):
        return any(
            isinstance(inner, ast.Compare)
            and any(isinstance(operator, _ORDERS) for operator in inner.ops)
            and not (of_shares and _always_holds(inner))
            for inner in ast.walk(node.test)
        )
    name = getattr(node.func, "attr", "") if isinstance(node, ast.Call) else ""
    return name.startswith(("assertLess", "assertGreater", "assertAlmostEqual", "assert_allclose", "assert_array_less"))


def _always_holds(compare: ast.Compare) -> bool:
    """Whether no share or difference of shares can miss a limit: `difference <= 1`, `ratio >= 0`."""
    limit = compare.comparators[-1]
    if not isinstance(limit, ast.Constant) or not isinstance(limit.value, (int, float)):
        return False
    above, below = isinstance(compare.ops[-1], (ast.Lt, ast.LtE)), isinstance(compare.ops[-1], (ast.Gt, ast.GtE))
    return (above and limit.value >= 1) or (below and limit.value <= 0)


def _automatic(unit: Unit, site: Site) -> str:
    """What runs a call by itself: CI, a stage, a schedule; "" when people do."""
    if unit.is_test(site.path):
        runs = (run for run in ci_runs(unit) if run.kind == "tests" and run.problem is None and _by_itself(run.launch))
        collected = (run for run in runs if below(site.path, places_of(unit, run.target) or ["."]))
        return next((run.launch.path for run in collected), "")
    for launch in unit.launches:
        if (
            launch.kind in _AUTOMATIC
            and launch.neutralised is None
            and _by_itself(launch)
            and (launch.group or launch.id) in unit.reach.groups(site.path, site.scope)
        ):
            return launch.path
    for pipeline in unit.pipelines:
        if pipeline.started_by and any(
            stage.node is not None and (site.path, site.scope) in unit.reach.behind(stage.node)
            for stage in pipeline.stages
        ):
            return pipeline.path
    return ""


def _by_itself(launch: Launch) -> bool:
    """Whether something other than a person starts it."""
    return launch.kind != "ci" or bool(launch.triggers - {"manual"})


PROBE = Probe(
    id="responsible",
    title="fairlearn, aif360, SHAP, LIME, Captum, Alibi, InterpretML",
    reads="Python code and tests; what runs them",
    credits="configured: computed, and nothing depends on it, or run by hand · wired: a threshold asserted, or an explanation kept, in CI or in the pipeline",
    findings=_findings,
)
