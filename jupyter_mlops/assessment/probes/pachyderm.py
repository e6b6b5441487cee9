"""Pachyderm: pipelines over versioned repositories of data."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any, NamedTuple

from jupyter_mlops.assessment.findings import PARSED, Finding, Rung
from jupyter_mlops.assessment.probe import Pipeline, Probe, Stage
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.marks import items, line_of, mapping, sequence, strings
from jupyter_mlops.project.reach import LAUNCH

_LARGEST = 100_000


class _Spec(NamedTuple):
    name: str
    path: str
    line: int | None
    script: str
    repos: tuple[str, ...]


def _specs(unit: Unit) -> list[_Spec]:
    return unit.once("pachyderm", lambda: list(_read(unit)))


def _read(unit: Unit) -> Iterator[_Spec]:
    for file in unit.files.suffixed(".json", ".yaml", ".yml"):
        if file.size > _LARGEST:
            continue
        text = unit.project.text(file.path) or ""
        if "transform" not in text or "pfs" not in text:
            continue
        documents = [unit.project.json(file.path)] if file.suffix == ".json" else list(unit.project.yaml(file.path))
        for document in documents:
            for item in map(mapping, document if isinstance(document, list) else [document]):
                name, work = mapping(item.get("pipeline")).get("name"), mapping(item.get("transform"))
                repos = tuple(_repos(item.get("input")))
                if isinstance(name, str) and repos and (work.get("cmd") or work.get("stdin")):
                    yield _Spec(name, file.path, line_of(item, "pipeline") or 1, _script(work), repos)


def _script(work: dict[Any, Any]) -> str:
    lines = strings(work.get("stdin"))
    return "\n".join(lines) if lines else shlex.join(strings(work.get("cmd")))


def _repos(node: Any, depth: int = 0) -> Iterator[str]:
    for key, value, _line in items(mapping(node)):
        if key == "pfs" and isinstance(mapping(value).get("repo"), str):
            yield value["repo"]
        elif depth < 5:
            yield from _repos(value, depth + 1)
    for value in sequence(node):
        if depth < 5:
            yield from _repos(value, depth + 1)


def _launches(unit: Unit) -> Iterator[Launch]:
    for spec in _specs(unit):
        place = f"{spec.path}#{spec.name}"
        yield Launch(place, "stage", spec.path, spec.line, spec.script, unit.path, spec.name, group=place)


def _pipelines(unit: Unit) -> Iterator[Pipeline]:
    specs = _specs(unit)
    if specs:
        names = {spec.name for spec in specs}
        stages = tuple(
            Stage(
                spec.name,
                spec.path,
                spec.line,
                after=frozenset(spec.repos) & names,
                node=(f"{spec.path}#{spec.name}", LAUNCH),
            )
            for spec in specs
        )
        yield Pipeline(
            "pachyderm",
            "Pachyderm",
            specs[0].path,
            specs[0].line,
            stages,
            started_by=_created(unit)[0],
            keeps_state=False,
        )


def _created(unit: Unit) -> tuple[str, str]:
    """The command that creates the pipelines, and where it is; empty without one."""
    for launch in unit.launches:
        for command in launch.commands:
            if command.words[:3] in (("pachctl", "create", "pipeline"), ("pachctl", "update", "pipeline")):
                return command.text[:50], f"{launch.path}:{launch.line_of(command)}"
    return "", ""


def _findings(unit: Unit) -> Iterator[Finding]:
    specs = _specs(unit)
    names = {spec.name for spec in specs}
    command, place = _created(unit)
    for spec in specs:
        for repo in spec.repos:
            if repo not in names:
                yield Finding(
                    "pachyderm",
                    "data-versioned",
                    Rung.E3 if command else Rung.E2,
                    f"Pipeline {spec.name} reads repository {repo}, of which Pachyderm keeps every commit"
                    + ("." if command else ", but nothing creates it."),
                    part="data",
                    confidence=PARSED,
                    path=spec.path,
                    line=spec.line,
                    chain=(place,) if place else (),
                    raise_by=None if command else "Create it by a command: `pachctl create pipeline -f …`.",
                )


PROBE = Probe(
    id="pachyderm",
    title="Pachyderm",
    reads="pipeline specifications in JSON and YAML",
    credits="configured: specifications that nothing creates · wired: connected by their repositories, created by a command",
    launches=_launches,
    pipelines=_pipelines,
    findings=_findings,
)
