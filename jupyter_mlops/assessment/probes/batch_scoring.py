"""Batch scoring: scheduled jobs that ask a kept model about many rows, in the place of a service."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from jupyter_mlops.assessment.findings import CALL, PARSED, Finding, Rung
from jupyter_mlops.assessment.kube import KubeObject, applied_by, containers_of, objects, pod_of
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.schedules import triggers
from jupyter_mlops.assessment.services import PREDICTS, is_check, services
from jupyter_mlops.assessment.sites import sources_of
from jupyter_mlops.assessment.trainings import trainings
from jupyter_mlops.assessment.triggers import Trigger
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import mapping
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call
from jupyter_mlops.project.reach import LAUNCH, Node, scope_named

_LOADS = lazy(
    r"(^|\.)(load_model|load_context|from_pretrained|load_from_checkpoint)$|^(joblib|pickle|cloudpickle|dill|torch|skops\.io)\.load$|\.latest_successful_run"
)
_KEEPS = lazy(
    r"(^|\.)(to_sql|to_parquet|to_csv|to_json|to_gbq|to_delta|write_deltalake|write_parquet|write_csv|saveAsTable|insert\w*|load_table_from_\w+|put_object|upload_\w+|copy_expert|write)$"
)
_POD_OPERATORS = ("KubernetesPodOperator", "DockerOperator", "EcsRunTaskOperator")


def _findings(unit: Unit) -> Iterator[Finding]:
    if any(route.predicts and not is_check(route) for service in services(unit) for route in service.routes):
        return  # a service that answers at once is judged as one
    fits: set[Node] = {(site.path, site.scope) for site in trainings(unit)}
    for trigger in triggers(unit):
        behind = unit.reach.behind(*trigger.nodes)
        if fits & behind:
            continue  # what trains asks the model, too, to judge it
        asked = _asked(unit, behind)
        if asked is not None:
            yield from _scored(trigger, *asked)
            yield from _scaled(unit, trigger)
            return


def _calls(unit: Unit, behind: frozenset[Node]) -> Iterator[tuple[str, Call]]:
    for path, name in sorted(behind):
        source = unit.project.python(path) if name != LAUNCH else None
        scope = scope_named(source, name) if source is not None else None
        for call in scope.calls if scope is not None else ():
            yield path, call


def _asked(unit: Unit, behind: frozenset[Node]) -> tuple[str, int] | None:
    """Where a model that was loaded is asked, in code that keeps its answers; None without one of the three."""
    calls = list(_calls(unit, behind))
    loads = any(_LOADS.search(call.name) for _path, call in calls)
    keeps = any(_KEEPS.search(call.name) for _path, call in calls)
    asks = next(((path, call.line) for path, call in calls if PREDICTS.search(call.name)), None)
    return asks if loads and keeps else None


def _scored(trigger: Trigger, path: str, line: int) -> Iterator[Finding]:
    place = f"{trigger.path}:{trigger.line}"
    yield Finding(
        "batch-scoring",
        "model-served",
        Rung.E3,
        "A scheduled job scores with the model and keeps the answers.",
        part="api",
        confidence=CALL,
        path=path,
        line=line,
        chain=(place, f"{path}:{line}"),
    )
    for part, message in (
        ("launch", f"{trigger.what} starts the scoring."),
        ("health", f"{trigger.what} says by itself whether the scoring ran."),
    ):
        yield Finding(
            "batch-scoring",
            "model-served",
            Rung.E3,
            message,
            part=part,
            confidence=CALL,
            path=trigger.path,
            line=trigger.line,
        )


def _scaled(unit: Unit, trigger: Trigger) -> Iterator[Finding]:
    """Whether the job says what it needs, and is tried again when it fails."""
    for item in objects(unit, "CronJob"):
        if item.path == trigger.path and trigger.what == f"CronJob {item.name}":
            yield _judged(item.path, item.line, f"CronJob {item.name}", *_of_pod(item), applied_by(unit, item.path))
    for path, source in sources_of(unit, "airflow"):
        for call in source.calls:
            if path == trigger.path and call.attribute in _POD_OPERATORS:
                given = {keyword.arg for keyword in call.node.keywords}
                sized = bool(given & {"container_resources", "resources", "mem_limit", "overrides"})
                defaults = any(
                    isinstance(node, ast.Constant) and node.value == "retries" for node in ast.walk(source.tree)
                )
                yield _judged(path, call.line, call.attribute, sized, "retries" in given or defaults, path)
                return


def _of_pod(item: KubeObject) -> tuple[bool, bool]:
    sized = any(mapping(mapping(container).get("resources")) for container in containers_of(item))
    limit = mapping(mapping(item.spec.get("jobTemplate")).get("spec")).get("backoffLimit", 6)
    return sized, pod_of(item).get("restartPolicy") == "OnFailure" or (isinstance(limit, int) and limit > 0)


def _judged(path: str, line: int | None, what: str, sized: bool, retried: bool, by: str | None) -> Finding:
    found = Finding(
        "batch-scoring",
        "deployed-and-scaled",
        Rung.E3,
        f"{what} scores with resources of its own, and is tried again when it fails.",
        part="scaling",
        confidence=PARSED,
        path=path,
        line=line,
        chain=(by,) if by and by != path else (),
    )
    if by is None:
        return found.capped(Rung.E2, "nothing applies the manifest", "Apply it in CI, or list it in a kustomization.")
    if not sized:
        return found.capped(Rung.E2, "it says not what it needs", "Ask for memory and processors.")
    if not retried:
        return found.capped(Rung.E2, "a failed run is not tried again", "Let it be tried again.")
    return found


PROBE = Probe(
    id="batch-scoring",
    title="batch scoring",
    reads="schedules and what they reach; CronJobs, pods of Airflow",
    credits="configured: a job without resources or retries, or that nothing applies · wired: a schedule reaches code that loads a kept model, asks it and keeps the answers",
    findings=_findings,
)
