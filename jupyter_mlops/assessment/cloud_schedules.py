"""Schedules and events of clouds that start pipelines: EventBridge, Cloud Scheduler, schedules of the platforms themselves."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from jupyter_mlops.assessment.azure_code import azure_pipelines
from jupyter_mlops.assessment.azure_files import azure_documents, submitted
from jupyter_mlops.assessment.cloud_formation import declared, deployed
from jupyter_mlops.assessment.kubeflow import compiled
from jupyter_mlops.assessment.sagemaker import Built, built
from jupyter_mlops.assessment.sites import sites, sources_of
from jupyter_mlops.assessment.terraform import applied, resources
from jupyter_mlops.assessment.triggers import Trigger
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import line_of, mapping, sequence
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.reach import LAUNCH
from jupyter_mlops.project.shell import join

_TIMED = lazy(r'schedule_expression\s*=\s*(?!"")\S')
_EVENT = lazy(r'event_pattern\s*=\s*(?!"")\S')
_OF_SAGEMAKER = lazy(r":pipeline/|sagemaker_?pipeline|SageMakerPipeline|aws_sagemaker_pipeline", re.IGNORECASE)
_NAMED = lazy(r":pipeline/([\w-]+)")


def cloud_triggers(unit: Unit) -> list[Trigger]:
    """What starts pipelines of clouds without a person."""
    return unit.once("cloud triggers", lambda: [*_aws(unit), *_google(unit), *_azure(unit)])


def _aws(unit: Unit) -> Iterator[Trigger]:
    yield from _terraform(unit)
    yield from _cloud_formation(unit)
    yield from _boto(unit)
    yield from _sdk(unit)


def _pipelines(unit: Unit, target: str) -> tuple[tuple[str, str], ...]:
    """Where the pipelines are built that a target means: by name, or all of them where it names none."""
    named = _NAMED.search(target)
    return tuple(pipeline.node for pipeline in built(unit) if named is None or _fits(named[1], pipeline))


def _fits(name: str, pipeline: Built) -> bool:
    return pipeline.name is None or "{}" in pipeline.name or pipeline.name.lower() == name.lower()


def _trigger(
    unit: Unit, text: str, what: str, path: str, line: int | None, kind: str = "schedule"
) -> Iterator[Trigger]:
    nodes = _pipelines(unit, text)
    if nodes:
        yield Trigger(kind, what, path, line, nodes)


def _terraform(unit: Unit) -> Iterator[Trigger]:
    if applied(unit) is None:
        return
    rules = {resource.name: resource for resource in resources(unit) if resource.kind == "aws_cloudwatch_event_rule"}
    for resource in resources(unit):
        if not _OF_SAGEMAKER.search(resource.body):
            continue
        if resource.kind == "aws_cloudwatch_event_target":
            rule = next((found for name, found in rules.items() if f"event_rule.{name}." in resource.body), None)
            if rule is not None and not re.search(r"state\s*=\s*\"DISABLED\"|is_enabled\s*=\s*false", rule.body):
                kind = "schedule" if _TIMED.search(rule.body) else "event" if _EVENT.search(rule.body) else ""
                what = f"rule {rule.name} of EventBridge"
                if kind:
                    yield from _trigger(unit, resource.body, what, resource.path, rule.line, kind)
        elif resource.kind == "aws_scheduler_schedule" and _TIMED.search(resource.body):
            what = f"schedule {resource.name} of EventBridge"
            yield from _trigger(unit, resource.body, what, resource.path, resource.line)


def _cloud_formation(unit: Unit) -> Iterator[Trigger]:
    for item in declared(unit):
        if item.kind not in ("AWS::Events::Rule", "AWS::Scheduler::Schedule") or not deployed(unit, item.path):
            continue
        targets = [*sequence(item.settings.get("Targets")), item.settings.get("Target")]
        text = " ".join(str(mapping(target)) for target in targets if target)
        if _OF_SAGEMAKER.search(text) and item.settings.get("State") != "DISABLED":
            kind = "schedule" if item.settings.get("ScheduleExpression") else "event"
            yield from _trigger(unit, text, f"rule {item.name} of EventBridge", item.path, item.line, kind)


def _boto(unit: Unit) -> Iterator[Trigger]:
    """Rules and schedules that code makes: `put_rule` and `put_targets`, `create_schedule`."""
    for path, source in sources_of(unit, "put_targets", "create_schedule"):
        timed = any(call.attribute == "put_rule" and call.argument(None, "ScheduleExpression") for call in source.calls)
        calls = [call for call in source.calls if call.attribute in ("put_targets", "create_schedule")]
        for site in sites(unit, path, calls):
            text = ast.unparse(site.call.node)
            own = site.call.attribute == "create_schedule" and "ScheduleExpression" in text
            if site.reached and _OF_SAGEMAKER.search(text) and (own or site.call.attribute == "put_targets"):
                kind = "schedule" if own or timed else "event"
                yield from _trigger(unit, text, f"a rule of EventBridge in {path}", path, site.line, kind)


def _sdk(unit: Unit) -> Iterator[Trigger]:
    """`pipeline.put_triggers(triggers=[PipelineSchedule(…)])`."""
    for path, source in sources_of(unit, "put_triggers"):
        for site in sites(unit, path, [call for call in source.calls if call.attribute == "put_triggers"]):
            if site.reached:
                yield from _trigger(unit, "", f"`put_triggers` in {path}", path, site.line)


_VERTEX_SCHEDULES = lazy(
    r"^google\.cloud\.aiplatform\.[\w.()]*PipelineJob\(\)\.create_schedule$|^google\.cloud\.aiplatform\.[\w.()]*PipelineJobSchedule\(\)\.create$"
    r"|^kfp\.[\w.()]*\.(create_schedule_from_job_spec|create_recurring_run)$"
)
_STARTS_PIPELINE = lazy(r"pipelineJobs|template_path|pipeline|retrain|train", re.IGNORECASE)
_SCHEDULER = ("gcloud", "scheduler", "jobs", "create")


def _google(unit: Unit) -> Iterator[Trigger]:
    for path, source in sources_of(unit, "create_schedule", "PipelineJobSchedule", "create_recurring_run"):
        for site in sites(unit, path, [call for call in source.calls if _VERTEX_SCHEDULES.match(call.name)]):
            timed = any(
                site.call.argument(None, name) for name in ("cron", "cron_expression", "schedule", "interval_second")
            )
            nodes = _vertex_pipelines(unit, ast.unparse(source.tree)) if site.reached and timed else ()
            if nodes:
                yield Trigger("schedule", f"`{site.call.attribute}` in {path}", path, site.line, nodes)
    if not unit.mentioning("PipelineJob", "create_run_from_job_spec"):
        return  # nothing here runs a pipeline of Vertex AI
    for resource in resources(unit) if applied(unit) else ():
        if resource.kind == "google_cloud_scheduler_job" and re.search(r"\bschedule\s*=\s*(?!\"\")\S", resource.body):
            said = f"{resource.name} {resource.body}"
            nodes = _vertex_pipelines(unit, said) if _STARTS_PIPELINE.search(said) else ()
            if nodes and not re.search(r"paused\s*=\s*true", resource.body):
                yield Trigger(
                    "schedule", f"job {resource.name} of Cloud Scheduler", resource.path, resource.line, nodes
                )
    for launch in unit.launches:
        for command in launch.commands if launch.neutralised is None else ():
            if command.words[: len(_SCHEDULER)] == _SCHEDULER and not command.neutralised:
                nodes = _vertex_pipelines(unit, command.text) if _STARTS_PIPELINE.search(command.text) else ()
                if nodes and "--schedule" in command.text:
                    yield Trigger("schedule", "Cloud Scheduler", launch.path, launch.line_of(command), nodes)


def _vertex_pipelines(unit: Unit, text: str) -> tuple[tuple[str, str], ...]:
    """Where the pipelines are defined whose compiled file a text names; all of them where it names none."""
    found = compiled(unit)
    named = [made for made in found if any(file in text for file in made.files)]
    return tuple(made.node for made in named or found)


def _azure(unit: Unit) -> Iterator[Trigger]:
    """Schedules of Azure ML, in files that a command submits and in code."""
    for path, document in azure_documents(unit):
        job = document.get("create_job")
        named = job if isinstance(job, str) else mapping(job).get("job")
        timed = mapping(document.get("trigger"))
        if not isinstance(named, str) or not timed or document.get("is_enabled") is False:
            continue
        target = join(path.rpartition("/")[0] or ".", named.removeprefix("file:"))
        jobs = {launch.id for launch in unit.launches if launch.kind == "stage" and launch.path == target}
        if jobs and submitted(unit, path, "schedule"):
            nodes = tuple((name, LAUNCH) for name in sorted(jobs))
            what = f"schedule {document.get('name')} of Azure ML"
            yield Trigger("schedule", what, path, line_of(document, "trigger"), nodes)
    for path, source in sources_of(unit, "JobSchedule"):
        made = any(call.attribute == "JobSchedule" and call.argument(None, "trigger") for call in source.calls)
        calls = [call for call in source.calls if "schedules." in call.name and "create_or_update" in call.attribute]
        for site in sites(unit, path, calls if made else []):
            groups = unit.reach.groups(path, site.scope)
            nodes = tuple(one.node for one in azure_pipelines(unit) if unit.reach.groups(*one.node) & groups)
            if site.reached and nodes:
                yield Trigger("schedule", f"a schedule of Azure ML in {path}", path, site.line, nodes)
