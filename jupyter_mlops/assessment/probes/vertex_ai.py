"""Vertex AI and Kubeflow: conditions before a model goes on, and monitors of deployed models."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from jupyter_mlops.assessment.findings import CALL, Finding, Findings, Rung
from jupyter_mlops.assessment.kubeflow import Compiled, compiled
from jupyter_mlops.assessment.probe import Pipeline, Probe
from jupyter_mlops.assessment.sites import sites, sources_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call

_BRANCHES = lazy(r"^kfp\.[\w.]*\b(Condition|If|Elif)$")
_MONITORS = lazy(
    r"^google\.cloud\.aiplatform\.[\w.]*ModelDeploymentMonitoringJob\.create$|^vertexai\.[\w.]*ModelMonitor(\(\)|\.create\(\))\.(create_schedule|run)$"
)
_COMMAND = ("gcloud", "ai", "model-monitoring-jobs", "create")


def _pipelines(unit: Unit) -> Iterator[Pipeline]:
    for made in compiled(unit):
        if made.stages:
            started = unit.reach.reached(*made.node)
            yield Pipeline(
                "vertex-ai",
                "Kubeflow Pipelines",
                made.path,
                made.scope.line,
                made.stages,
                started_by=f"{made.scope.name}()" if started else "",
                chain=unit.reach.chain(*made.node) if started else (),
                confidence=0.9,
            )


def _findings(unit: Unit) -> Iterator[Finding]:
    for made in compiled(unit):
        if unit.reach.reached(*made.node):
            yield from _gates(unit, made)
    yield from _monitored(unit)


def _gates(unit: Unit, made: Compiled) -> Iterator[Finding]:
    """Conditions on the output of a step, with a step inside of them."""
    advice = "Take the threshold from a parameter of the pipeline, or compare with the model in use."
    say = Findings("vertex-ai", "retraining-automated", advice, CALL)
    parameters = {argument.arg for argument in _arguments(made)}
    for node in (inner for statement in made.scope.body for inner in ast.walk(statement)):
        for item in node.items if isinstance(node, ast.With) else ():
            call = next((call for call in made.scope.calls if call.node is item.context_expr), None)
            if call is None or not _BRANCHES.match(call.name) or not isinstance(node, ast.With):
                continue
            test = call.argument(0, "condition")
            if not isinstance(test, ast.Compare) or not _has_step(made, node):
                continue
            if not any(
                isinstance(operator, (ast.Gt, ast.GtE, ast.Lt, ast.LtE)) or _is_decision(made, test)
                for operator in test.ops
            ):
                continue
            sides = [test.left, *test.comparators]
            fixed = any(_is_number(side) for side in sides) and not any(
                isinstance(side, ast.Name) and side.id in parameters for side in sides
            )
            rung, why = (Rung.E2, ", by a figure that is fixed in the code") if fixed else (Rung.E3, "")
            text = ast.unparse(test)[:60]
            found = say(
                rung,
                f"`{text}` decides whether the new model goes on{why}.",
                made.path,
                call.line,
                unit.reach.chain(*made.node),
            )
            yield replace(found, part="gate")


def _arguments(made: Compiled) -> list[ast.arg]:
    arguments = made.scope.node.args if isinstance(made.scope.node, ast.FunctionDef) else None
    return [*arguments.args, *arguments.kwonlyargs] if arguments is not None else []


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool)


def _is_decision(made: Compiled, test: ast.Compare) -> bool:
    """Whether a condition asks a step that itself compares metrics: `gate.outputs["deploy"] == "true"`."""
    texts = [node.value for node in ast.walk(test) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return any(text.lower() in ("true", "deploy", "promote", "pass") for text in texts) and made.compares


def _has_step(made: Compiled, node: ast.With) -> bool:
    lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    return any(stage.line in lines for stage in made.stages)


def _monitored(unit: Unit) -> Iterator[Finding]:
    say = Findings(
        "vertex-ai", "drift-detected", "Let CI or a script create it, with a schedule and people who are told.", CALL
    )
    for path, source in sources_of(unit, "ModelDeploymentMonitoringJob", "ModelMonitor"):
        for site in sites(unit, path, [call for call in source.calls if _MONITORS.match(call.name)]):
            rung = Rung.E3 if site.reached else Rung.E2
            chain = unit.reach.chain(path, site.scope)
            found = say(
                rung,
                "A monitor of Vertex AI compares live data with the training data.",
                path,
                site.line,
                chain,
                cell=site.cell,
            )
            yield replace(found, part="check")
            if site.call.argument(None, "schedule_config") is not None or site.call.attribute == "create_schedule":
                yield replace(found, part="schedule", message="The monitor runs by its own schedule.")
            told = _told(site.call)
            if told is not None:
                message = "People are told what the monitor finds." if told else "The monitor tells nobody."
                yield replace(
                    found,
                    part="used",
                    message=message,
                    rung=rung if told else Rung.E2,
                    raise_by=None if told and site.reached else say.advice,
                )
            return
    for launch in unit.launches:
        for command in launch.commands if launch.neutralised is None else ():
            if command.words[: len(_COMMAND)] == _COMMAND and not command.neutralised:
                line = launch.line_of(command)
                found = say(
                    Rung.E3, "A monitor of Vertex AI compares live data with the training data.", launch.path, line
                )
                yield from (replace(found, part="check"), replace(found, part="schedule"))
                if "--emails" in command.text or "--notification-channels" in command.text:
                    yield replace(found, part="used", message="People are told what the monitor finds.")
                return


def _told(call: Call) -> bool | None:
    """Whether a monitor tells somebody; None where it says nothing of that."""
    for name in ("alert_config", "notification_spec", "output_spec"):
        given = call.argument(None, name)
        if isinstance(given, ast.Name):
            given = next(
                (
                    statement.value
                    for scope in (call.scope, call.scope.parent)
                    for statement in (scope.body if scope is not None else ())
                    if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == given.id
                ),
                given,
            )
        if given is not None and name != "output_spec":
            lists = [node for node in ast.walk(given) if isinstance(node, ast.List)]
            return not lists or any(inner.elts for inner in lists)
    return None


PROBE = Probe(
    id="vertex-ai",
    title="Kubeflow Pipelines on Vertex AI, model monitors",
    reads="Python code that imports kfp or aiplatform, commands of gcloud",
    credits="configured: steps without data between them, a fixed figure in a condition, a monitor that tells nobody · wired: connected steps that are compiled or run, a condition on a threshold from a parameter, a monitor with a schedule and people who are told",
    pipelines=_pipelines,
    findings=_findings,
)
