"""Azure ML jobs: what they run, in steps or alone, and which version of the data they are given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, NamedTuple

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
_VARIABLE = lazy(r"\$\{\w+\}|\$\w+")
_CREATED = lazy(r"\baz\s+ml\s+job\s+create\b")


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
    for file in unit.files.suffixed(".yml", ".yaml"):
        if "azuremlschemas" not in (unit.project.text(file.path) or ""):
            continue
        document = mapping(next(iter(unit.project.yaml(file.path)), None))
        if "azuremlschemas" not in str(document.get("$schema")):
            continue
        if isinstance(document.get("command"), str):
            yield _Job(file.path, "job", document, line_of(document, "command"), _code(file.folder, document))
        for name, content, line in items(document.get("jobs")):
            if isinstance(mapping(content).get("command"), str):
                step = mapping(content)
                yield _Job(file.path, name, step, line_of(step, "command") or line, _code(file.folder, step))


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
            started = _started(unit, path)
            yield Pipeline("azure-ml", "Azure ML", path, jobs[0].line, stages, started_by=started[1] if started else "")


def _before(job: _Job) -> Iterator[str]:
    for _name, value, _line in items(job.content.get("inputs")):
        text = value if isinstance(value, str) else str(mapping(value).get("path") or "")
        yield from _OUTPUT.findall(text)


def _started(unit: Unit, path: str) -> tuple[str, str] | None:
    """The place of the command that submits a job, and the command; None when nothing does."""
    for launch in unit.launches:
        if launch.neutralised is None and _CREATED.search(launch.script):
            for command in launch.commands:
                named = [join(launch.folder, join(command.folder, word)) for word in command.words]
                looped = (
                    any(_may_be(word, path) for word in command.words) and PurePosixPath(path).stem in launch.script
                )
                if (path in named or looped) and not command.neutralised:
                    return f"{launch.path}:{launch.line_of(command)}", "az ml job create"
    return None


def _may_be(word: str, path: str) -> bool:
    """Whether a word with variables of the shell can be a file: `"${HERE}/jobs/${name}.yml"`."""
    parts = _VARIABLE.split(word.strip("\"'"))
    return len(parts) > 1 and "/" in word and bool(re.fullmatch(".*".join(map(re.escape, parts)), f"/{path}"))


def _findings(unit: Unit) -> Iterator[Finding]:
    for job in _jobs(unit):
        script = re.search(r"[\w./-]+\.py\b", str(job.content["command"]))
        runs = script is not None and unit.project.exists(join(job.folder, script[0]))
        for name, value, line in items(job.content.get("inputs")):
            asset = str(mapping(value).get("path") or "")
            if not asset.startswith("azureml:"):
                continue
            started = _started(unit, job.path)
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
                chain=() if started is None else (started[0], join(job.folder, script[0]) if script else job.path),
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
