"""Model Card Toolkit: a card that code fills in and writes, with the figures of the run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from jupyter_mlops.assessment.findings import CALL, Finding, Findings, Rung
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.sites import sites, sources_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.python_source import PythonSource

_WRITES = ("update_model_card", "export_format")
#: What a card has to say → the fields of a card, of which one says it.
_TOPICS = {
    "intended use": ("use_cases", "users", "overview"),
    "data": ("data", "datasets"),
    "metrics": ("performance_metrics",),
    "limits": ("limitations", "tradeoffs", "ethical_considerations"),
}
_say = Findings(
    "model-card-toolkit", "governed", "Fill in use, data, metrics and limits where the model is trained.", CALL
)


def _findings(unit: Unit) -> Iterator[Finding]:
    for path, source in sources_of(unit, "model_card_toolkit"):
        written = [call for call in source.calls if call.attribute in _WRITES]
        said = _filled_in(source)
        missing = [topic for topic, fields in _TOPICS.items() if said.isdisjoint(fields)]
        if not any(call.attribute == "export_format" for call in written):
            first = next(iter(source.imports), None)
            message = "Model Card Toolkit is imported, and no card is written."
            yield replace(_say(Rung.E1, message, path, first.line if first else 1), part="card")
            continue
        for site in sites(unit, path, [call for call in written if call.attribute == "export_format"]):
            rung, message = Rung.E3, "The run writes a model card with its figures."
            if missing:
                rung, message = Rung.E1, f"The model card says nothing about {' and '.join(missing)}."
            elif not site.reached:
                rung, message = Rung.E2, "A model card is written in code that nothing runs."
            chain = unit.reach.chain(path, site.scope) if site.reached else ()
            yield replace(_say(rung, message, path, site.line, chain, cell=site.cell), part="card")


def _filled_in(source: PythonSource) -> set[str]:
    """Fields of a card that the code gives a value, or adds one to, and that is no empty one."""
    found = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Assign) and not _is_empty(node.value):
            found |= {target.attr for target in node.targets if isinstance(target, ast.Attribute)}
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            field = node.func.value
            adds = node.func.attr in ("append", "extend") and not _is_empty(node.args[0])
            if adds and isinstance(field, ast.Attribute):
                found.add(field.attr)
    return found


def _is_empty(value: ast.expr) -> bool:
    if isinstance(value, ast.Constant):
        return value.value in (None, "", "TODO")
    return isinstance(value, (ast.List, ast.Tuple, ast.Dict)) and not ast.unparse(value).strip("[](){}")


PROBE = Probe(
    id="model-card-toolkit",
    title="Model Card Toolkit",
    reads="Python code and notebooks",
    credits="declared: no card written, or one without use, data, metrics or limits · configured: code that nothing runs · wired: written by code that runs",
    findings=_findings,
)
