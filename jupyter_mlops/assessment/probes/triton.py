"""Triton: a repository of models with their configurations and versions, and the server that is started on it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from itertools import pairwise

from jupyter_mlops.assessment.findings import PARSED, Finding, Rung
from jupyter_mlops.assessment.model_servers import started_by
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.files import File
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.patterns import lazy

_CRITERION = "model-served"
_COMMENT = lazy(r"#.*")
_TENSORS = lazy(r"\b(input|output)\s*[:\[{]")
_VERSION = lazy(r"\d+\Z")


def _findings(unit: Unit) -> Iterator[Finding]:
    files = unit.named("config.pbtxt")
    started = _server(unit) if files else None
    for file in files:
        yield from _judged(unit, file, started)


def _judged(unit: Unit, file: File, started: tuple[Launch, int | None] | None) -> Iterator[Finding]:
    text = _COMMENT.sub("", unit.project.text(file.path) or "")
    name = posixpath.basename(file.folder)
    said = re.search(r"(?m)^[ \t]*(name|platform|backend)\s*:", text)
    problem = None
    if {found[0] for found in _TENSORS.findall(text)} != {"i", "o"}:
        problem = "has no inputs and outputs"
    elif not _versions(unit, file.folder) and (started is None or not _elsewhere(started[0])):
        problem = "has no version with a model in it"
    elif started is None:
        problem = "is served by nothing: no container starts tritonserver"
    yield Finding(
        "triton",
        _CRITERION,
        Rung.E1 if problem and "inputs" in problem else Rung.E2 if problem else Rung.E3,
        f"Triton model {name} {problem}." if problem else f"Triton serves model {name} of {file.folder}.",
        part="api",
        confidence=PARSED,
        path=file.path,
        line=1 if said is None else text.count("\n", 0, said.start(1)) + 1,
        raise_by="Start tritonserver on the repository, which has `1/` with the model." if problem else None,
    )
    if problem is None and started is not None:
        launch, line = started
        yield from started_by(
            launch,
            line,
            probe="triton",
            server="Triton",
            health="Triton answers health checks by itself.",
            chain=file.path,
        )


def _versions(unit: Unit, folder: str) -> bool:
    """Whether a numbered folder beside the configuration has something in it, or DVC knows what belongs there."""
    for other in unit.files:
        if other.path.startswith(f"{folder}/"):
            version = other.path.removeprefix(f"{folder}/").partition("/")[0].removesuffix(".dvc")
            if _VERSION.match(version) and (other.size > 0 or other.suffix == ".dvc"):
                return True
    # A release fetches the model to where it belongs.
    places = [re.compile(rf"(^|/){re.escape(place)}/\d+/\S+") for place in (folder, unit.local(folder))]
    return any(
        place.search(word)
        for launch in unit.launches
        for command in launch.commands
        if command.words[:1] in (("cp",), ("mv",), ("aws",), ("gsutil",), ("curl",), ("wget",), ("dvc",))
        for word in command.words
        for place in places
    )


def _elsewhere(launch: Launch) -> bool:
    """Whether the server is started on a repository in a bucket, where training puts the versions."""
    words = [word for command in launch.commands for word in command.words]
    return any("model-rep" in word and "://" in word for word in words) or any(
        "model-rep" in word and "://" in following for word, following in pairwise(words)
    )


def _server(unit: Unit) -> tuple[Launch, int | None] | None:
    for launch in unit.launches:
        if launch.kind == "container":
            for command in launch.commands:
                if command.words[:1] == ("tritonserver",) and any("model-rep" in word for word in command.words):
                    return launch, launch.line_of(command)
    return None


PROBE = Probe(
    id="triton",
    title="Triton",
    reads="config.pbtxt and the versions beside it; what starts tritonserver",
    credits="declared: a configuration without inputs and outputs · configured: without a version, or served by nothing · wired: served by a container",
    findings=_findings,
)
