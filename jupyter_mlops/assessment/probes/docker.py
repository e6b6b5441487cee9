"""Docker and compose: what containers start and what images are built from."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from jupyter_mlops.assessment.compose_files import compose_files
from jupyter_mlops.assessment.findings import PARSED, Finding, Rung
from jupyter_mlops.assessment.images import Build, builds, built_from, copies_project, entry_words
from jupyter_mlops.assessment.kube import containers_of, objects
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.assessment.workdirs import working_folder
from jupyter_mlops.project.dockerfile import NAMES as DOCKERFILES
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.marks import items, line_of, mapping, strings
from jupyter_mlops.project.shell import join


def _launches(unit: Unit) -> Iterator[Launch]:
    for file in unit.named(*DOCKERFILES):
        folder = posixpath.dirname(file.path) or "."
        content = unit.project.dockerfile(file.path)
        for instruction in content.named("RUN"):
            yield Launch(
                f"{file.path}#{instruction.line}", "image", file.path, instruction.line, instruction.text, folder, "RUN"
            )
        launch = content.launch
        if launch is not None:
            words = launch.words
            script = launch.text if not launch.text.startswith("[") else " ".join(shlex.quote(word) for word in words)
            where = working_folder(unit, file.path) or _workdir(unit, folder)
            yield Launch(f"{file.path}#launch", "container", file.path, launch.line, script, where, file.name)
    for file in compose_files(unit):
        for document in unit.project.yaml(file.path):
            for name, service, line in items(mapping(document).get("services")):
                key = "entrypoint" if mapping(service).get("entrypoint") else "command"
                told = [*_words(mapping(service).get("entrypoint")), *_words(mapping(service).get("command"))]
                entry = _entry(unit, file.folder, mapping(service)) if key == "command" and told else []
                script = " ".join((*entry, *told))
                if script:
                    yield Launch(
                        f"{file.path}#{name}",
                        "container",
                        file.path,
                        line_of(service, key) or line,
                        script,
                        _built_folder(unit, file.folder, mapping(service).get("build")) or file.folder,
                        name,
                    )


def _words(command: object) -> list[str]:
    """A command of compose, as the words of a script."""
    return [command] if isinstance(command, str) else [shlex.quote(word) for word in strings(command)]


def _entry(unit: Unit, folder: str, service: dict[Any, Any]) -> list[str]:
    """What the image of a service starts with, before its command."""
    build = service.get("build")
    if build is None:
        return [shlex.quote(word) for word in entry_words(unit, str(service.get("image") or ""))]
    context = build if isinstance(build, str) else str(mapping(build).get("context") or ".")
    dockerfile = join(join(folder, context), str(mapping(build).get("dockerfile") or "Dockerfile"))
    return [shlex.quote(word) for word in entry_words(unit, "", dockerfile)]


def _built_folder(unit: Unit, folder: str, build: object) -> str | None:
    """The folder that a service of compose works in, where it is built from a Dockerfile that says so."""
    if build is None:
        return None
    context = build if isinstance(build, str) else str(mapping(build).get("context") or ".")
    dockerfile = join(join(folder, context), str(mapping(build).get("dockerfile") or "Dockerfile"))
    return working_folder(unit, dockerfile) if unit.project.kind(dockerfile) == "file" else None


def _workdir(unit: Unit, folder: str) -> str:
    """Where a container's command runs, seen from the project: the build context is mostly the Dockerfile's folder, or the top."""
    return (
        folder if folder == unit.path or any(file.suffix == ".py" for file in unit.files.inside(folder)) else unit.path
    )


def _findings(unit: Unit) -> Iterator[Finding]:
    built = {build.dockerfile: build for build in reversed(builds(unit))}
    for file in unit.named(*DOCKERFILES):
        yield _container(unit, file.path, built.get(file.path))
    yield from _replicas(unit)


def _container(unit: Unit, path: str, build: Build | None) -> Finding:
    content = unit.project.dockerfile(path)
    found = Finding(
        "docker",
        "deployed-and-scaled",
        Rung.E0,
        f"{path} is empty.",
        part="container",
        confidence=PARSED,
        path=path,
        line=1,
    )
    if not content.named("FROM"):
        return found
    copied = copies_project(unit, path, build.context if build is not None else content_folder(path))
    if copied is None:
        message = f"{path} puts none of the project's code into the image."
        return replace(
            found,
            rung=Rung.E1,
            message=message,
            line=content.instructions[0].line,
            raise_by="Copy the project's code into the image.",
        )
    line, text = copied
    if content.launch is None and not _commanded(unit, path):
        return replace(
            found,
            rung=Rung.E2,
            line=line,
            message=f"{path} copies the project, but says not what to run.",
            raise_by="Add a CMD.",
        )
    if build is None:
        return replace(
            found,
            rung=Rung.E2,
            line=line,
            message=f"Nothing builds {path}.",
            raise_by="Build it in CI or in a compose file.",
        )
    chain = (f"{build.path}:{build.line}", f"{path}:{line}")
    return replace(
        found,
        rung=Rung.E3,
        line=line,
        message=f"{path} copies the project (`{text[:40]}`), and {build.path} builds it.",
        chain=chain,
    )


def _commanded(unit: Unit, dockerfile: str) -> bool:
    """Whether a manifest runs the image and says what to run in it."""
    for item in objects(unit, "Deployment", "StatefulSet", "CronJob", "Job"):
        for container in containers_of(item):
            build, _sure = built_from(unit, str(container.get("image") or ""))
            if (
                build is not None
                and build.dockerfile == dockerfile
                and (container.get("command") or container.get("args"))
            ):
                return True
    return False


def content_folder(path: str) -> str:
    """The folder of a Dockerfile."""
    return posixpath.dirname(path) or "."


def _replicas(unit: Unit) -> Iterator[Finding]:
    """Services of compose that are built here, and how many of each run."""
    for file in compose_files(unit):
        for document in unit.project.yaml(file.path):
            for name, service, line in items(mapping(document).get("services")):
                deploy = mapping(mapping(service).get("deploy"))
                own = "build" in mapping(service) or built_from(unit, str(mapping(service).get("image") or ""))[1]
                if not own:
                    continue
                replicas = deploy.get("replicas", mapping(service).get("scale"))
                many = isinstance(replicas, int) and replicas >= 2
                message = (
                    f"{file.path} runs {replicas} replicas of {name}."
                    if many
                    else f"{file.path} runs {name} as one container on one host."
                )
                yield Finding(
                    "docker",
                    "deployed-and-scaled",
                    Rung.E3 if many else Rung.E2,
                    message,
                    part="scaling",
                    confidence=PARSED,
                    path=file.path,
                    line=line_of(deploy, "replicas") or line,
                    raise_by=None if many else "Run two or more replicas, or deploy to a platform that scales.",
                )


PROBE = Probe(
    id="docker",
    title="Docker, compose",
    reads="Dockerfile, docker-compose.yml",
    credits="declared: an image without the project's code · configured: an image that nothing builds, one container on one host · wired: built in CI or compose, two or more replicas",
    launches=_launches,
    findings=_findings,
)
