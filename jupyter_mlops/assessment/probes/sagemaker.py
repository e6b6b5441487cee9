"""SageMaker: pipelines whose steps hand on what they make, conditions before registration, monitors of endpoints."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from jupyter_mlops.assessment.cloud_alarms import alarms
from jupyter_mlops.assessment.cloud_formation import declared, deployed
from jupyter_mlops.assessment.cloud_schedules import cloud_triggers
from jupyter_mlops.assessment.consumed import uses_of
from jupyter_mlops.assessment.dataflow import bound_to
from jupyter_mlops.assessment.findings import CALL, CONFIGURED, Finding, Findings, Rung
from jupyter_mlops.assessment.probe import Pipeline, Probe, Stage
from jupyter_mlops.assessment.sagemaker import Built, Step, built, started
from jupyter_mlops.assessment.sites import sites, sources_of
from jupyter_mlops.assessment.terraform import applied, resources
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call

_ACTS = ("RegisterModel", "ModelStep", "CreateModelStep", "LambdaStep", "TransformStep", "FailStep", "step")
_CONDITION = lazy(r"^sagemaker\.(mlops\.)?workflow\.conditions\.Condition(Greater|Less)\w+$")
_MONITORS = lazy(r"^sagemaker\.model_monitor\.[\w.()]*create_monitoring_schedule$")
_DRIFT_METRICS = lazy(
    r"sagemaker/Endpoints/(data|model|bias|explainability)-metrics|feature_baseline_drift", re.IGNORECASE
)
_VIOLATIONS = frozenset(
    {
        "list_executions",
        "list_monitoring_executions",
        "latest_monitoring_constraint_violations",
        "constraint_violations",
    }
)


def _pipelines(unit: Unit) -> Iterator[Pipeline]:
    for pipeline in built(unit):
        by, chain = _started(unit, pipeline)
        missing = f"{pipeline.missing} is not there" if pipeline.missing else None
        stages = tuple(
            Stage(
                step.name,
                *_place(unit, pipeline.path, step.call.line),
                after=step.after,
                node=step.node,
                problem=missing,
            )
            for step in pipeline.steps
        )
        line, cell = _place(unit, pipeline.path, pipeline.call.line)[1:]
        if stages:
            yield Pipeline(
                "sagemaker",
                "SageMaker",
                pipeline.path,
                line,
                stages,
                started_by=by,
                chain=chain,
                cell=cell,
                confidence=CALL,
            )


def _started(unit: Unit, pipeline: Built) -> tuple[str, tuple[str, ...]]:
    scheduled = any(pipeline.node in trigger.nodes for trigger in cloud_triggers(unit))
    return started(unit, pipeline, scheduled=scheduled)


def _place(unit: Unit, path: str, line: int) -> tuple[str, int, int | None]:
    """The path, the line and the cell of a line of a source."""
    notebook = unit.project.notebook(path) if path.endswith(".ipynb") else None
    if notebook is None:
        return path, line, None
    cell, inner = notebook.place(line)
    return path, inner, cell


def _findings(unit: Unit) -> Iterator[Finding]:
    for pipeline in built(unit):
        if _started(unit, pipeline)[0]:
            yield from _gates(unit, pipeline)
            yield from _recorded(unit, pipeline)
    yield from _monitored(unit)


def _gates(unit: Unit, pipeline: Built) -> Iterator[Finding]:
    """Conditions on a metric, before a model is registered or deployed."""
    say = Findings(
        "sagemaker",
        "retraining-automated",
        "Take the threshold from a parameter, or compare with the model in use.",
        CALL,
    )
    for step in pipeline.steps:
        if step.kind != "ConditionStep" or not _lets_through(pipeline, step):
            continue
        for condition in pipeline.scope.calls:
            if not _CONDITION.match(condition.name) or not _is_part(condition, step.call):
                continue
            left, right = condition.argument(0, "left"), condition.argument(1, "right")
            if (
                left is None
                or right is None
                or not any("JsonGet" in ast.unparse(_seen(condition, side)) for side in (left, right))
            ):
                continue
            fixed = any(isinstance(_seen(condition, side), ast.Constant) for side in (left, right))
            path, line, cell = _place(unit, pipeline.path, condition.line)
            message = f"{condition.attribute} decides whether the new model goes on" + (
                ", by a figure that is fixed in the code." if fixed else "."
            )
            found = say(Rung.E2 if fixed else Rung.E3, message, path, line, unit.reach.chain(*pipeline.node), cell=cell)
            yield replace(found, part="gate")


def _seen(call: Call, node: ast.expr) -> ast.expr:
    """What a name of the function was given: its value, where that is written there."""
    if isinstance(node, ast.Name):
        for statement in call.scope.body:
            if isinstance(statement, ast.Assign) and any(
                isinstance(target, ast.Name) and target.id == node.id for target in statement.targets
            ):
                return statement.value
    return node


def _is_part(condition: Call, step: Call) -> bool:
    """Whether a step is given a condition, in place or by a name."""
    given = step.argument(None, "conditions")
    names = set(bound_to(condition).split())
    nodes = list(ast.walk(given)) if given is not None else []
    return any(node is condition.node or (isinstance(node, ast.Name) and node.id in names) for node in nodes)


def _lets_through(pipeline: Built, step: Step) -> bool:
    """Whether a condition decides over a step that registers, deploys or fails."""
    acts = {name for other in pipeline.steps if other.kind in _ACTS for name in bound_to(other.call).split()}
    for keyword in ("if_steps", "else_steps"):
        given = step.call.argument(None, keyword)
        for node in ast.walk(given) if given is not None else ():
            if (isinstance(node, ast.Name) and node.id in acts) or (
                isinstance(node, ast.Call) and _name(node) in _ACTS
            ):
                return True
    return False


def _name(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _recorded(unit: Unit, pipeline: Built) -> Iterator[Finding]:
    """Metrics that a pipeline keeps of each run: beside the model that it registers, or that a training job is told to look for."""
    for call in pipeline.scope.calls:
        kept = call.attribute in ("register", "RegisterModel") and call.argument(None, "model_metrics") is not None
        told = call.argument(None, "metric_definitions")
        looks = isinstance(told, (ast.List, ast.Tuple, ast.Name)) and not (
            not isinstance(told, ast.Name) and not told.elts
        )
        if call.name.startswith("sagemaker.") and (kept or looks):
            path, line, cell = _place(unit, pipeline.path, call.line)
            message = "SageMaker keeps the metrics of each run " + (
                "with the model." if kept else "of the training job."
            )
            say = Findings("sagemaker", "experiments-tracked", "Keep the metrics of each run.", CALL)
            found = say(Rung.E3, message, path, line, unit.reach.chain(*pipeline.node), cell=cell)
            yield from (found, replace(found, criterion="metrics-recorded"))
            return


def _monitored(unit: Unit) -> Iterator[Finding]:
    """Model monitors of endpoints."""
    say = Findings(
        "sagemaker", "drift-detected", "Run it in CI or a pipeline, by a schedule, and let an alarm watch it.", CALL
    )
    for path, source in sources_of(unit, "create_monitoring_schedule"):
        calls = [call for call in source.calls if _MONITORS.match(call.name) or _of_boto(call)]
        for site in sites(unit, path, calls):
            rung = Rung.E3 if site.reached else Rung.E2
            chain = unit.reach.chain(path, site.scope)
            yield replace(
                say(
                    rung,
                    "A monitor of SageMaker compares live data with a baseline.",
                    path,
                    site.line,
                    chain,
                    cell=site.cell,
                ),
                part="check",
            )
            timed = site.call.argument(None, "schedule_cron_expression") or site.call.argument(
                None, "MonitoringScheduleConfig"
            )
            if timed is not None and "now()" not in ast.unparse(timed):
                yield replace(
                    say(rung, "The monitor runs by its own schedule.", path, site.line, chain, cell=site.cell),
                    part="schedule",
                )
            yield from _used(unit, say)
            return
    declared_monitor = _declared(unit)
    if declared_monitor is not None:
        path, declared_line, by = declared_monitor
        rung = Rung.E3 if by else Rung.E2
        links = (by,) if by else ()
        for part, message in (
            ("check", "compares live data with a baseline"),
            ("schedule", "runs by its own schedule"),
        ):
            found = say(rung, f"A monitor of SageMaker {message}.", path, declared_line, links, confidence=CONFIGURED)
            yield replace(found, part=part)
        yield from _used(unit, say)


def _of_boto(call: Call) -> bool:
    return (
        call.attribute == "create_monitoring_schedule" and call.argument(None, "MonitoringScheduleConfig") is not None
    )


def _declared(unit: Unit) -> tuple[str, int | None, str | None] | None:
    for item in declared(unit):
        if item.kind == "AWS::SageMaker::MonitoringSchedule":
            return item.path, item.line, deployed(unit, item.path)
    for resource in resources(unit):
        if resource.kind == "aws_sagemaker_monitoring_schedule":
            return resource.path, resource.line, applied(unit)
    return None


def _used(unit: Unit, say: Findings) -> Iterator[Finding]:
    """What learns of drift: an alarm on the monitor's metrics, or code that acts on violations."""
    for alarm in alarms(unit):
        if _DRIFT_METRICS.search(alarm.text):
            rung = Rung.E3 if alarm.by else Rung.E2
            message = f"Alarm {alarm.name} watches what the monitor measures" + (
                "." if alarm.by else ", and nothing makes it."
            )
            yield replace(say(rung, message, alarm.path, alarm.line, alarm.chain, cell=alarm.cell), part="used")
            return
    for path, source in sources_of(unit, "violations", "list_executions", "list_monitoring_executions"):
        for site in sites(unit, path, [call for call in source.calls if call.attribute in _VIOLATIONS]):
            use = next((use for use in uses_of(unit, site) if use.counts), None)
            if use is not None and site.reached:
                message = f"What the monitor found is {use.how}."
                yield replace(say(Rung.E3, message, use.path, use.line, (f"{path}:{site.line}",)), part="used")
                return


PROBE = Probe(
    id="sagemaker",
    title="SageMaker pipelines and model monitors",
    reads="Python code that builds pipelines and monitors, templates of CloudFormation, *.tf",
    credits="configured: steps without data between them, a pipeline that nothing starts, a fixed figure in a condition, a monitor that no alarm watches · wired: connected steps that are started, a condition on a threshold from a parameter, a monitor with a schedule and an alarm",
    pipelines=_pipelines,
    findings=_findings,
)
