"""Drift that repairs itself: a check whose result starts a training, and a gate that verifies the new model."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from jupyter_mlops.assessment.consumed import Use, uses_of
from jupyter_mlops.assessment.findings import CALL, Finding, Rung
from jupyter_mlops.assessment.flows import own_function
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.probes.drift import checks
from jupyter_mlops.assessment.probes.pipelines import reaches_training
from jupyter_mlops.assessment.probes.retraining import promotion_gates
from jupyter_mlops.assessment.schedules import triggers
from jupyter_mlops.assessment.trainings import trainings
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.reach import Node, scope_named


def _findings(unit: Unit) -> Iterator[Finding]:
    there = unit.reach.behind(*(node for trigger in triggers(unit) for node in trigger.nodes))
    for site in checks(unit):
        if (site.path, site.scope) not in there:
            continue
        for use in uses_of(unit, site):
            started = _training_of(unit, use) if use.counts else None
            if started is None:
                continue
            gate = next((found for found in promotion_gates(unit) if found.rung >= Rung.E3), None)
            yield Finding(
                "drift-repair",
                "self-healing",
                Rung.E3 if gate is not None else Rung.E2,
                f"Drift starts {started[1]}, and a gate verifies the new model."
                if gate is not None
                else f"Drift starts {started[1]}, and nothing verifies the new model.",
                confidence=CALL,
                path=use.path,
                line=started[0],
                chain=(f"{site.path}:{site.line}", f"{use.path}:{use.line}")
                + ((f"{gate.path}:{gate.line}",) if gate is not None else ()),
                raise_by=None if gate is not None else "Compare the new model with the one in production first.",
            )
            return


def _training_of(unit: Unit, use: Use) -> tuple[int, str] | None:
    """The line and the name of what a use of a drift check starts, when that leads to training."""
    source = unit.project.python(use.path) if use.scope is not None else None
    scope = scope_named(source, use.scope) if source is not None and use.scope is not None else None
    if source is None or scope is None:
        return None
    fits: set[Node] = {(site.path, site.scope) for site in trainings(unit)}
    if use.how == "branched on":
        for branch in (node for statement in scope.body for node in ast.walk(statement)):
            if isinstance(branch, ast.If) and branch.lineno == use.line:
                inside = {id(node) for statement in branch.body for node in ast.walk(statement)}
                for call in scope.calls:
                    node = own_function(unit, use.path, call) if id(call.node) in inside else None
                    if node is not None and fits & unit.reach.behind(node):
                        return call.line, f"`{node[1]}`"
    elif use.how == "what decides which tasks run":
        for call in source.calls:
            wanted = call.text(None, "trigger_dag_id") if call.attribute == "TriggerDagRunOperator" else None
            for pipeline in unit.pipelines if wanted else ():
                named = f'"{wanted}"' in (unit.project.text(pipeline.path) or "").replace("'", '"')
                if named and pipeline.path != use.path and reaches_training(unit, pipeline):
                    return call.line, f"the DAG {wanted}"
    return None


PROBE = Probe(
    id="drift-repair",
    title="retraining on drift",
    reads="scheduled drift checks, and what their results start",
    credits="configured: drift starts a training that nothing verifies · wired: a gate verifies the new model",
    findings=_findings,
)
