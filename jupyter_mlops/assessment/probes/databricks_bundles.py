"""Databricks Asset Bundles: jobs with connected tasks, their schedules, serving endpoints and monitors of tables."""

from __future__ import annotations

import fnmatch
import posixpath
import re
import shlex
from collections.abc import Iterator
from typing import Any, NamedTuple

from jupyter_mlops.assessment.findings import CONFIGURED, Finding, Rung
from jupyter_mlops.assessment.probe import Pipeline, Probe, Stage
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.marks import entries, items, line_of, mapping, sequence, strings
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.reach import LAUNCH
from jupyter_mlops.project.shell import join

_DEPLOYS = lazy(r"\bbundle\s+deploy\b")
_VARIABLE = lazy(r"^\$\{var\.([\w-]+)\}$")
_JOB = lazy(r"\$\{resources\.jobs\.([\w-]+)\.id\}")
_LARGEST = 100_000
_ADVICE = "Run `databricks bundle deploy` in CI."


class Resource(NamedTuple):
    """Something that a bundle declares.

    Attributes:
        path: the file it stands in.
        name: its key.
        body: what is said of it.
        line: 1-based.
        variables: defaults of the bundle's variables.
    """

    path: str
    name: str
    body: dict[Any, Any]
    line: int | None
    variables: dict[str, Any]


def _resources(unit: Unit, kind: str) -> list[Resource]:
    return unit.once(f"databricks {kind}", lambda: _merged(_declared(unit, kind)))


def _merged(declared: Iterator[Resource]) -> list[Resource]:
    """Resources with what targets add to them, such as the schedule in production."""
    found: dict[str, Resource] = {}
    for resource in declared:
        known = found.get(resource.name)
        found[resource.name] = known._replace(body=known.body | resource.body) if known else resource
    return list(found.values())


def _declared(unit: Unit, kind: str) -> Iterator[Resource]:
    for file in unit.named("databricks.yml", "databricks.yaml", "bundle.yml"):
        top = mapping(next(iter(unit.project.yaml(file.path)), None))
        if not mapping(top.get("bundle")).get("name"):
            continue
        variables = {name: mapping(value).get("default") for name, value, _ in items(top.get("variables"))}
        written = [
            (path, mapping(document))
            for path in (file.path, *_included(unit, file.folder, strings(top.get("include"))))
            for document in unit.project.yaml(path)
        ]
        places = [(path, document.get("resources")) for path, document in written]
        places += [
            (path, mapping(target).get("resources"))
            for path, document in written
            for _, target, _ in items(document.get("targets"))
        ]
        for path, place in places:
            for name, body, line in items(mapping(place).get(kind)):
                yield Resource(path, name, mapping(body), line, variables)


def _included(unit: Unit, folder: str, patterns: list[str]) -> Iterator[str]:
    wanted = [join(folder, pattern) for pattern in patterns]
    for file in unit.named("*.yml", "*.yaml"):
        if any(fnmatch.fnmatchcase(file.path, pattern) for pattern in wanted):
            yield file.path


def _deployed(unit: Unit) -> bool:
    """Whether a workflow, a script or a make target deploys the bundle."""
    return unit.once("databricks deployed", lambda: any(_deploys(unit, file.path) for file in _commands(unit)))


def _commands(unit: Unit) -> Iterator[Any]:
    for file in unit.all_files.suffixed(".yml", ".yaml", ".sh", ""):
        named = file.name in ("Makefile", "justfile", "Jenkinsfile") or file.suffix
        if named and file.size < _LARGEST and not unit.aside(file.path):
            yield file


def _deploys(unit: Unit, path: str) -> bool:
    return any(
        _DEPLOYS.search(line) and not line.lstrip().startswith("#")
        for line in (unit.project.text(path) or "").splitlines()
    )


def _scheduled(unit: Unit, job: Resource) -> bool:
    """Whether a job that is deployed runs by itself."""
    for key in ("schedule", "trigger", "continuous"):
        timed = mapping(job.body.get(key))
        if timed:
            status = timed.get("pause_status", "UNPAUSED")
            named = _VARIABLE.match(str(status))
            return _deployed(unit) and str(job.variables.get(named[1]) if named else status) != "PAUSED"
    return False


def _id(job: Resource, task: str) -> str:
    return f"{job.path}#{job.name}/{task}"


def _tasks(job: Resource) -> Iterator[tuple[str, dict[Any, Any], int | None]]:
    for task, line in entries(job.body.get("tasks")):
        key = mapping(task).get("task_key")
        if isinstance(key, str):
            yield key, mapping(task), line


def _launches(unit: Unit) -> Iterator[Launch]:
    jobs = _resources(unit, "jobs")
    for job in jobs:
        kind = "schedule" if _scheduled(unit, job) else "stage"
        for key, task, line in _tasks(job):
            called = _JOB.search(str(mapping(task.get("run_job_task")).get("job_id")))
            needs = [
                _id(other, name) for other in jobs if called and other.name == called[1] for name, _, _ in _tasks(other)
            ]
            script = _script(unit, job, task)
            if script or needs:
                yield Launch(
                    _id(job, key),
                    kind,
                    job.path,
                    line,
                    script,
                    unit.path,
                    f"job {job.name}: {key}",
                    triggers=frozenset({"schedule"} if kind == "schedule" else ()),
                    needs=tuple(needs),
                    group=f"{job.path}#{job.name}",
                )


def _script(unit: Unit, job: Resource, task: dict[Any, Any]) -> str:
    """The command that a task comes to: a Python file, a notebook, or an entry point of the project's wheel."""
    script = mapping(task.get("spark_python_task"))
    if isinstance(script.get("python_file"), str):
        words = ["python", _file(unit, job, script["python_file"]), *strings(script.get("parameters"))]
        return shlex.join(words)
    notebook = mapping(task.get("notebook_task")).get("notebook_path")
    if isinstance(notebook, str):
        path = _file(unit, job, notebook)
        return shlex.join(["papermill", path, "-"] if path.endswith(".ipynb") else ["python", path])
    entry = mapping(task.get("python_wheel_task")).get("entry_point")
    return entry if isinstance(entry, str) else ""


def _file(unit: Unit, job: Resource, text: str) -> str:
    """The project's file, relative to the unit, that a path of a task means: beside the file of the job, or below the bundle."""
    folder = posixpath.dirname(job.path) or "."
    text = re.sub(r"^\$\{workspace\.file_path\}/", "", text)
    for start in (folder, unit.path):
        for suffix in ("", ".py", ".ipynb"):
            path = join(start, f"{text}{suffix}")
            if unit.project.exists(path) and not (suffix == "" and "." not in posixpath.basename(path)):
                return unit.local(path)
    return text


def _pipelines(unit: Unit) -> Iterator[Pipeline]:
    for job in _resources(unit, "jobs"):
        stages = tuple(_stages(unit, job))
        if len(stages) >= 2:
            yield Pipeline(
                "databricks-bundles",
                "Databricks",
                job.path,
                job.line,
                stages,
                started_by="its schedule" if _scheduled(unit, job) else f"databricks bundle run {job.name}",
            )


def _stages(unit: Unit, job: Resource) -> Iterator[Stage]:
    names = {key for key, _, _ in _tasks(job)}
    for key, task, line in _tasks(job):
        after = {str(mapping(other).get("task_key")) for other in sequence(task.get("depends_on"))}
        missing = sorted(after - names)
        yield Stage(
            key,
            job.path,
            line or job.line,
            after=frozenset(after),
            node=(_id(job, key), LAUNCH) if _script(unit, job, task) or "run_job_task" in task else None,
            problem=f"there is no task {missing[0]}" if missing else None,
        )


def _findings(unit: Unit) -> Iterator[Finding]:
    for endpoint in _resources(unit, "model_serving_endpoints"):
        served = mapping(endpoint.body.get("config"))
        if sequence(served.get("served_entities")) or sequence(served.get("served_models")):
            yield from _served(unit, endpoint)
    for monitor in _resources(unit, "quality_monitors"):
        yield from _monitored(unit, monitor)


def _finding(unit: Unit, resource: Resource, criterion: str, part: str, message: str, line: int | None) -> Finding:
    deployed = _deployed(unit)
    return Finding(
        "databricks-bundles",
        criterion,
        Rung.E3 if deployed else Rung.E2,
        message if deployed else f"{message[:-1]}, in a bundle that nothing deploys.",
        part=part,
        confidence=CONFIGURED,
        path=resource.path,
        line=line,
        raise_by=None if deployed else _ADVICE,
    )


def _served(unit: Unit, endpoint: Resource) -> Iterator[Finding]:
    for part in ("api", "health", "launch"):
        message = f"Databricks serves the model at {endpoint.name} and answers health checks."
        yield _finding(unit, endpoint, "model-served", part, message, endpoint.line)
    for part in ("container", "scaling"):
        message = f"The endpoint {endpoint.name} scales by itself."
        yield _finding(unit, endpoint, "deployed-and-scaled", part, message, endpoint.line)


def _monitored(unit: Unit, monitor: Resource) -> Iterator[Finding]:
    message = f"The monitor {monitor.name} compares the table with its baseline."
    yield _finding(unit, monitor, "drift-detected", "check", message, monitor.line)
    if mapping(monitor.body.get("schedule")):
        line = line_of(monitor.body, "schedule")
        message = f"The monitor {monitor.name} is scheduled."
        yield _finding(unit, monitor, "drift-detected", "schedule", message, line or monitor.line)


PROBE = Probe(
    id="databricks-bundles",
    title="Databricks Asset Bundles",
    reads="databricks.yml and what it includes",
    credits="configured: one task, tasks without order, or a bundle that nothing deploys · wired: connected tasks that reach training; a schedule, an endpoint or a monitor in a bundle that a command deploys",
    launches=_launches,
    pipelines=_pipelines,
    findings=_findings,
)
