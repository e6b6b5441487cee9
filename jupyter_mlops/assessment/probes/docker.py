"""Docker and compose: what containers start and what images are built from."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterator

from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.marks import items, line_of, mapping, strings


def _launches(unit: Unit) -> Iterator[Launch]:
    for file in unit.named("Dockerfile", "Dockerfile.*", "*.Dockerfile", "Containerfile"):
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
            yield Launch(
                f"{file.path}#launch", "container", file.path, launch.line, script, _workdir(unit, folder), file.name
            )
    for file in unit.named("docker-compose*.yml", "docker-compose*.yaml", "compose*.yml", "compose*.yaml"):
        for document in unit.project.yaml(file.path):
            for name, service, line in items(mapping(document).get("services")):
                command = mapping(service).get("command")
                script = (
                    command if isinstance(command, str) else " ".join(shlex.quote(word) for word in strings(command))
                )
                if script:
                    yield Launch(
                        f"{file.path}#{name}",
                        "container",
                        file.path,
                        line_of(service, "command") or line,
                        script,
                        posixpath.dirname(file.path) or ".",
                        name,
                    )


def _workdir(unit: Unit, folder: str) -> str:
    """Where a container's command runs, seen from the project: the build context is mostly the Dockerfile's folder, or the top."""
    return (
        folder
        if folder == unit.path or any(file.suffix == ".py" and file.folder == folder for file in unit.files)
        else unit.path
    )


PROBE = Probe(
    id="docker",
    title="Docker, compose",
    reads="Dockerfile, docker-compose.yml",
    credits="earns nothing at Levels 1 and 2: shows what containers start",
    launches=_launches,
)
