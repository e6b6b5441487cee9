"""What runs by itself: schedules, sensors, events; and what they lead to."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from jupyter_mlops.assessment.cloud_schedules import cloud_triggers
from jupyter_mlops.assessment.dagster_jobs import asset_jobs
from jupyter_mlops.assessment.dispatched import nodes_of
from jupyter_mlops.assessment.flows import own_function
from jupyter_mlops.assessment.probe import Stage
from jupyter_mlops.assessment.sites import sites, sources_of
from jupyter_mlops.assessment.triggers import Trigger
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call, PythonSource, Scope
from jupyter_mlops.project.reach import LAUNCH, Node


def triggers(unit: Unit) -> list[Trigger]:
    """The triggers of a unit."""
    return unit.once("triggers", lambda: list(_triggers(unit)))


def _triggers(unit: Unit) -> Iterator[Trigger]:
    for launch in unit.launches:
        # A plan of Flyte loads its whole file, and starts one workflow of it.
        if launch.neutralised or launch.id.startswith("flyte:"):
            continue
        if launch.kind == "schedule":
            yield Trigger("schedule", launch.name or launch.path, launch.path, launch.line, nodes_of(unit, launch))
        elif launch.kind == "ci" and "schedule" in launch.triggers:
            what = f"the schedule of {launch.path}"
            yield Trigger("schedule", what, launch.path, launch.line, nodes_of(unit, launch))
        elif launch.kind == "ci" and launch.triggers & {"dispatch", "chained"}:
            what = f"an event that starts {launch.path}"
            yield Trigger("event", what, launch.path, launch.line, nodes_of(unit, launch))
    for pipeline in unit.pipelines:
        if pipeline.started_by == "its schedule":
            nodes = tuple(dict.fromkeys(node for stage in pipeline.stages for node in _work(unit, stage)))
            yield Trigger("schedule", f"the schedule of {pipeline.path}", pipeline.path, pipeline.line, nodes)
    yield from _asked_of_the_forge(unit)
    yield from cloud_triggers(unit)
    yield from _in_code(unit)
    yield from _of_celery(unit)
    yield from _loops(unit)


def _work(unit: Unit, stage: Stage) -> tuple[Node, ...]:
    """Where the work of a step starts: of a command, what its words choose."""
    if stage.node is None:
        return ()
    launch = unit.reach.launches.get(stage.node[0]) if stage.node[1] == LAUNCH else None
    return nodes_of(unit, launch) if launch is not None else (stage.node,)


_SLEEPS = frozenset({"time.sleep", "asyncio.sleep"})


def _loops(unit: Unit) -> Iterator[Trigger]:
    """Endless loops of containers that work, sleep, and work again."""
    started = [((launch.id, LAUNCH),) for launch in unit.launches if launch.kind == "container"]
    for path, source in sources_of(unit, "sleep("):
        for scope in source.scopes:
            sleeps = [call.line for call in scope.calls if call.name in _SLEEPS]
            loops = (node for node in scope.body if sleeps and isinstance(node, ast.While))
            for loop in loops:
                lines = range(loop.lineno, (loop.end_lineno or loop.lineno) + 1)
                if not any(line in lines for line in sleeps) or not _is_endless(loop):
                    continue
                called = [(call.line, own_function(unit, path, call)) for call in scope.calls]
                own = {found for line, found in called if found is not None and line in lines}
                if all(found is None or line in lines for line, found in called):
                    own.add((path, scope.name))  # nothing of the project is done before
                if own and any((path, scope.name) in unit.reach.behind(*node) for node in started):
                    what = f"the loop of `{scope.name}`"
                    yield Trigger("schedule", what, path, loop.lineno, tuple(sorted(own)))


def _is_endless(loop: ast.While) -> bool:
    """Whether a loop goes on for good: one that something leaves waits for something, and is no schedule."""
    leaves = any(isinstance(node, (ast.Break, ast.Return)) for node in ast.walk(loop))
    return isinstance(loop.test, ast.Constant) and bool(loop.test.value) and not leaves


_JOBS = lazy(
    r"(apscheduler[\w.()]*\.add_job|schedule\.every\(\)?[\w.()]*\.do|rq_scheduler[\w.()]*\.cron|\.(serve|deploy|to_deployment)|prefect[\w.]*Deployment\.build_from_flow|dagster\.ScheduleDefinition|dagster\.build_schedule_from_partitioned_job"
    r"|LaunchPlan\.(create|get_or_create)|create_recurring_run|fastapi_utils[\w.]*repeat_every|fastapi_restful[\w.]*repeat_every)$"
)
_SCHEDULED_BY = frozenset({"schedule", "schedules", "cron", "interval", "cron_expression", "cron_schedule", "rrule"})
_DECORATORS = lazy(
    r"(scheduled_job|repeat_every|periodic_task|on_after_configure\.connect|dagster\.(schedule|sensor|asset_sensor)|metaflow\.(schedule|trigger|trigger_on_finish)|crontab)\(?\)?$"
)


def _in_code(unit: Unit) -> Iterator[Trigger]:
    """Schedulers of the process: APScheduler, schedule, Prefect's serve, Dagster's definitions, Celery beat."""
    words = (
        "schedule",
        "apscheduler",
        "serve(",
        "deploy(",
        "to_deployment(",
        "build_from_flow(",
        "cron",
        "repeat_every",
        "sensor",
        "periodic",
    )
    for path, source in sources_of(unit, *words):
        for site in sites(unit, path, [call for call in source.calls if _JOBS.search(call.name)]):
            prefect = site.call.attribute in ("serve", "deploy", "to_deployment", "build_from_flow")
            planned = prefect or "LaunchPlan" in site.call.name
            if planned and not {keyword.arg for keyword in site.call.node.keywords} & _SCHEDULED_BY:
                continue
            # A deployment that is built and not applied is a file at most.
            if site.call.attribute == "build_from_flow" and not _is_applied(source, site.call):
                continue
            nodes = tuple(_given(unit, path, site.call))
            if nodes and (site.reached or not prefect):
                yield Trigger("schedule", f"`{site.call.attribute}` in {path}", path, site.line, nodes)
        for scope in source.scopes:
            for decorator in scope.decorators:
                if _DECORATORS.search(decorator):
                    kind = "event" if "sensor" in decorator or "trigger" in decorator else "schedule"
                    yield Trigger(
                        kind,
                        f"`@{decorator.replace('()', '').rpartition('.')[2]}` in {path}",
                        path,
                        scope.line,
                        tuple(_below(path, scope)),
                    )


def _asked_of_the_forge(unit: Unit) -> Iterator[Trigger]:
    """Workflows that a scheduled one starts by a command: `python drift.py || gh workflow run retrain.yml`."""
    for launch in unit.launches:
        timed = launch.kind == "schedule" or (
            launch.kind == "ci" and launch.triggers & {"schedule", "dispatch", "chained"}
        )
        for command in launch.commands if timed and launch.neutralised is None else ():
            if command.words[:3] != ("gh", "workflow", "run") or len(command.words) < 4:
                continue
            name = command.words[3].rpartition("/")[2]
            nodes = tuple(
                (one.id, LAUNCH)
                for one in unit.launches
                if one.kind == "ci"
                and "manual" in one.triggers
                and one.path.endswith(f"/{name}")
                and one.neutralised is None
            )
            if nodes:
                line = launch.line_of(command)
                yield Trigger("event", f"`gh workflow run {name}` of {launch.path}", launch.path, line, nodes)


def _of_celery(unit: Unit) -> Iterator[Trigger]:
    """What Celery's beat starts: `app.conf.beat_schedule = {"check": {"task": "jobs.check", "schedule": …}}`, where a beat runs."""
    beats = any(
        "celery" in command.words and {"beat", "-B", "--beat"} & set(command.words)
        for launch in unit.launches
        for command in launch.commands
    )
    for path, source in sources_of(unit, "beat_schedule") if beats else ():
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Dict):
                continue
            said = {
                key.value: value
                for key, value in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Constant)
            }
            task = said.get("task")
            if "schedule" not in said or not isinstance(task, ast.Constant) or not isinstance(task.value, str):
                continue
            found = unit.reach.modules.resolve(task.value, path)
            name = task.value.rpartition(".")[2]
            target = (
                found if found is not None and found[1] else (path, name) if name in source.module.children else None
            )
            if target is not None:
                yield Trigger("schedule", f"Celery's beat in {path}", path, node.lineno, (target,))


def _is_applied(source: PythonSource, built: Call) -> bool:
    """Whether a deployment of Prefect 2 is handed to its server: `deployment.apply()`, or `apply=True`."""
    given = built.argument(None, "apply")
    if isinstance(given, ast.Constant):
        return bool(given.value)
    return any(call.name.endswith("build_from_flow().apply") for call in source.calls)


def _assets(unit: Unit) -> Iterator[Node]:
    """The assets of Dagster, which a job of assets makes."""
    for path, source in sources_of(unit, "dagster"):
        for scope in source.scopes:
            if any(decorator.replace("()", "") == "dagster.asset" for decorator in scope.decorators):
                yield path, scope.name


def _compiled(unit: Unit, path: str, package: object) -> Iterator[Node]:
    """The pipeline of Kubeflow that a file compiles to a package: `Compiler().compile(training, "training.yaml")`."""
    source = unit.project.python(path)
    for call in source.calls if source is not None else ():
        compiled = call.argument(0, "pipeline_func") if call.attribute == "compile" else None
        if compiled is not None and call.text(1, "package_path") == package:
            found = own_function(unit, path, Call(call.scope.dotted(compiled), call.node, call.scope))
            if found is not None:
                yield found


def _below(path: str, scope: Scope) -> Iterator[Node]:
    yield path, scope.name
    for child in scope.children.values():
        yield from _below(path, child)


def _given(unit: Unit, path: str, call: Call) -> Iterator[Node]:
    """The functions that a scheduler is handed, or whose method is called."""
    candidates: list[ast.expr] = [*call.node.args, *(keyword.value for keyword in call.node.keywords)]
    if isinstance(call.node.func, ast.Attribute):
        candidates.append(call.node.func.value)
    for candidate in candidates:
        name = call.scope.dotted(candidate).replace("()", "")
        jobs = [
            job
            for job in asset_jobs(unit)
            if isinstance(candidate, ast.Name) and job.bound == candidate.id and job.path == path
        ]
        if jobs:
            yield from (node for job in jobs for node in job.assets)
            continue
        if call.attribute == "create_recurring_run" and isinstance(candidate, ast.Constant):
            yield from _compiled(unit, path, candidate.value)
            continue
        if name in ("dagster.define_asset_job", "dagster.AssetSelection.all"):
            yield from _assets(unit)
            continue
        if name.startswith(":") or (name and name[0] not in "?("):
            found = own_function(unit, path, Call(name, call.node, call.scope))
            if found is not None:
                yield found
