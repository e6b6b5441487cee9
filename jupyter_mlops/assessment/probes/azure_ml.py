"""Azure ML jobs: what they run, in steps or alone, and which version of the data they are given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from jupyter_mlops.assessment.azure_files import azure_documents, submitted
from jupyter_mlops.assessment.findings import CONFIGURED, Finding, Rung
from jupyter_mlops.assessment.probe import Pipeline, Probe, Stage
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.marks import items, line_of, mapping
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.reach import LAUNCH
from jupyter_mlops.project.shell import join

_ASSET = lazy(r"azureml:[\w.-]+:\d[\w.]*$")
_OUTPUT = lazy(r"\$\{\{\s*parent\.jobs\.([\w-]+)\.outputs\.")


class _Job(NamedTuple):
    """A command job, alone or a step of a pipeline job."""

    path: str
    name: str
    content: dict[Any, Any]
    line: int | None
    folder: str

    @property
    def id(self) -> str:
        return f"{self.path}#{self.name}"


def _jobs(unit: Unit) -> list[_Job]:
    return unit.once("Azure ML jobs", lambda: list(_read(unit)))


def _read(unit: Unit) -> Iterator[_Job]:
    documents = dict(azure_documents(unit))
    for path, document in documents.items():
        folder = path.rpartition("/")[0] or "."
        if isinstance(document.get("command"), str):
            yield _Job(path, "job", document, line_of(document, "command"), _code(folder, document))
        for name, content, line in items(document.get("jobs")):
            step = mapping(content)
            if isinstance(step.get("command"), str):
                yield _Job(path, name, step, line_of(step, "command") or line, _code(folder, step))
                continue
            trial = mapping(step.get("trial"))
            other = _component(documents, folder, step.get("component") or step.get("trial"))
            place, said = other or (path, trial)
            if isinstance(said.get("command"), str):
                above = place.rpartition("/")[0] or "."
                yield _Job(path, name, {**said, **step, "command": said["command"]}, line, _code(above, said))


def _component(documents: dict[str, dict[Any, Any]], folder: str, named: object) -> tuple[str, dict[Any, Any]] | None:
    """The file of a component that a step names: by its path, or by the name that it is registered under."""
    if not isinstance(named, str):
        return None
    path = join(folder, named.removeprefix("file:"))
    if path in documents:
        return path, documents[path]
    name = re.match(r"azureml:([\w-]+)", named)
    return next(((path, said) for path, said in documents.items() if name and said.get("name") == name[1]), None)


def _code(folder: str, content: dict[Any, Any]) -> str:
    return join(folder, str(content.get("code") or "."))


def _launches(unit: Unit) -> Iterator[Launch]:
    for job in _jobs(unit):
        yield Launch(
            job.id, "stage", job.path, job.line, str(job.content["command"]), job.folder, job.name, group=job.path
        )


def _pipelines(unit: Unit) -> Iterator[Pipeline]:
    by_path: dict[str, list[_Job]] = {}
    for job in _jobs(unit):
        by_path.setdefault(job.path, []).append(job)
    for path, jobs in by_path.items():
        if len(jobs) > 1:
            stages = tuple(
                Stage(job.name, path, job.line, after=frozenset(_before(job)), node=(job.id, LAUNCH)) for job in jobs
            )
            started = submitted(unit, path, "job")
            yield Pipeline(
                "azure-ml", "Azure ML", path, jobs[0].line, stages, started_by="az ml job create" if started else ""
            )


def _before(job: _Job) -> Iterator[str]:
    for _name, value, _line in items(job.content.get("inputs")):
        text = value if isinstance(value, str) else str(mapping(value).get("path") or "")
        yield from _OUTPUT.findall(text)


def _findings(unit: Unit) -> Iterator[Finding]:
    for job in _jobs(unit):
        script = re.search(r"(?<![\w./-])[\w./-]+\.py\b", str(job.content["command"]))
        runs = script is not None and unit.project.exists(join(job.folder, script[0]))
        for name, value, line in items(job.content.get("inputs")):
            asset = str(mapping(value).get("path") or "")
            if not asset.startswith("azureml:"):
                continue
            started = submitted(unit, job.path, "job")
            pinned = bool(_ASSET.match(asset))
            good = pinned and runs and started is not None
            yield Finding(
                "azure-ml",
                "data-versioned",
                Rung.E3 if good else Rung.E2,
                f"The job is given {asset} as {name}"
                + (", which is one version." if pinned else ", of which no version is named."),
                part="data",
                confidence=CONFIGURED,
                path=job.path,
                line=line_of(mapping(value), "path") or line,
                chain=() if started is None else (started, join(job.folder, script[0]) if script else job.path),
                raise_by=None
                if good
                else "Name a version (`azureml:NAME:VERSION`), and submit the job from CI or a script.",
            )


PROBE = Probe(
    id="azure-ml",
    title="Azure ML jobs",
    reads="YAML files with an Azure ML schema",
    credits="configured: a data asset without version, or a job that nothing submits · wired: one version of the data, submitted by a command; steps that hand on outputs",
    launches=_launches,
    pipelines=_pipelines,
    findings=_findings,
)
