"""Data validation: pandera, Great Expectations, Soda, TFDV, pydantic on rows."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_mlops.assessment.data_checks import data_checks
from jupyter_mlops.assessment.findings import CALL, Finding, Rung
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.sites import sources_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call

_WORDS = ("pandera", "great_expectations", "tensorflow_data_validation", "soda", "deepchecks", "patito", "dataframely")
_CHECKS = lazy(
    r"pandera[\w.]*\.DataFrameSchema\(\)\.validate$|^:\w+\.validate$|great_expectations[\w.()]*\.(run_checkpoint|validate|run|expect_\w+)$"
    r"|tensorflow_data_validation\.validate_\w+$|soda\.scan\.Scan\(\)\.(execute|assert_\w+)$|deepchecks[\w.()]*\.run$|\.get_checkpoint\(\)\.run$"
)


def _findings(unit: Unit) -> Iterator[Finding]:
    for path, source in sources_of(unit, *_WORDS):
        line = next((item.line for item in source.imports if item.module.partition(".")[0] in _WORDS), None)
        if line is None:
            continue
        decorated = any(
            "check_types" in decorator or "check_io" in decorator or "check_input" in decorator
            for scope in source.scopes
            for decorator in scope.decorators
        )
        found = list(_checked(unit, path, [call for call in source.calls if _CHECKS.search(call.name)]))
        yield from found
        if not found:
            scope = next(
                (scope for scope in source.scopes if any("check_" in decorator for decorator in scope.decorators)), None
            )
            if decorated and scope is not None and unit.reach.reached(path, scope.name):
                yield Finding(
                    "validation",
                    "data-validated",
                    Rung.E3,
                    f"`{scope.name}` checks its frames.",
                    confidence=CALL,
                    path=path,
                    line=scope.line,
                    chain=unit.reach.chain(path, scope.name),
                )
            else:
                notebook = unit.project.notebook(path) if path.endswith(".ipynb") else None
                cell, line = (None, line) if notebook is None else notebook.place(line)
                yield Finding(
                    "validation",
                    "data-validated",
                    Rung.E1,
                    f"{path} imports a validation library and checks nothing.",
                    confidence=CALL,
                    path=path,
                    line=line,
                    cell=cell,
                    raise_by="Call `.validate` on the data.",
                )
    yield from _by_schemas_elsewhere(unit)


def _by_schemas_elsewhere(unit: Unit) -> Iterator[Finding]:
    """Checks by a schema that another module defines, wherever that is: contracts of tests can be used by stages."""
    schemas = {
        path
        for path, source in sources_of(unit, *_WORDS, tests=True)
        if any(item.module.partition(".")[0] in _WORDS for item in source.imports)
    }
    for path, source in sources_of(unit, ".validate") if schemas else ():
        calls = []
        for call in source.calls:
            means = unit.reach.modules.resolve(call.name, path) if call.name.endswith(".validate") else None
            if means is not None and means[0] in schemas - {path} and means[1].count(".") == 1:
                calls.append(call)
        yield from _checked(unit, path, calls)


def _checked(unit: Unit, path: str, calls: list[Call]) -> Iterator[Finding]:
    return data_checks(unit, path, calls, "validation", "", (Rung.E2, Rung.E3), CALL)


PROBE = Probe(
    id="validation",
    title="pandera, Great Expectations, Soda, TFDV, Deepchecks",
    reads="Python code and notebooks",
    credits="declared: imported · configured: checks that nothing runs · wired: checks in code that runs",
    findings=_findings,
)
