"""Google Cloud Build and AWS CodeBuild. What starts a build is set in the cloud, mostly a push; Terraform may say so, too."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any

from jupyter_mlops.assessment.ci import Step, joined, launch_of
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.terraform import resources
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.marks import entries, line_of, mapping, sequence, strings
from jupyter_mlops.project.patterns import lazy

_CLOUD_BUILD = lazy(r"(^|/)(cloudbuild[\w.-]*|cloudbuild/[\w.-]+)\.ya?ml$")
_CODE_BUILD = lazy(r"(^|/)buildspec[\w.-]*\.ya?ml$")
#: Where the programs are that Cloud Build offers its steps.
_BUILDER = "gcr.io/cloud-builders/"
_SHELLS = frozenset({"bash", "sh", "/bin/bash", "/bin/sh"})
_PUSH = frozenset({"push"})


def _launches(unit: Unit) -> Iterator[Launch]:
    named = {name for resource in resources(unit) for name in _configured(resource.kind, resource.body)}
    for file in unit.all_files.suffixed(".yml", ".yaml"):
        if _CODE_BUILD.search(file.path):
            yield from map(_launch, _code_build(unit, file.path))
        elif _CLOUD_BUILD.search(file.path) or file.path in named or _BUILDER in (unit.project.text(file.path) or ""):
            yield from map(_launch, _cloud_build(unit, file.path))


def _launch(step: Step) -> Launch:
    return launch_of("ci", step)


def _configured(kind: str, body: str) -> list[str]:
    """The files that a trigger of Cloud Build runs."""
    return re.findall(r'\bfilename\s*=\s*"([^"$]+)"', body) if kind == "google_cloudbuild_trigger" else []


def _document(unit: Unit, path: str) -> dict[Any, Any]:
    return mapping(next(iter(unit.project.yaml(path)), None))


def _cloud_build(unit: Unit, path: str) -> Iterator[Step]:
    for index, item in enumerate(map(mapping, sequence(_document(unit, path).get("steps")))):
        script, line = _script(item)
        if script:
            hidden = "`allowFailure: true` hides its failure" if item.get("allowFailure") is True else None
            folder = str(item.get("dir") or ".")
            folder = folder if unit.project.kind(folder) == "folder" else "."
            name = str(item.get("id") or item.get("name") or "step")
            yield Step(path, line, name, script, "build", index, _PUSH, folder=folder, neutralised=hidden)


def _script(step: dict[Any, Any]) -> tuple[str, int | None]:
    """What a step runs: its script, what its shell is given, or its program with its arguments."""
    if isinstance(step.get("script"), str):
        line = line_of(step, "script")
        return step["script"], line if line is None or "\n" not in step["script"] else line + 1
    words, line = strings(step.get("args")), line_of(step, "args")
    program = step.get("entrypoint")
    if program in _SHELLS and "-c" in words:
        lines = [number for _text, number in entries(step.get("args"))]
        text = words[-1]
        start = lines[-1] if lines else line
        return text, start + 1 if start is not None and "\n" in text else start
    image = str(step.get("name") or "").rpartition("/")[2].partition(":")[0]
    first = program if isinstance(program, str) else image
    return shlex.join([first, *words]) if words and "$" not in first else "", line


def _code_build(unit: Unit, path: str) -> Iterator[Step]:
    phases = mapping(_document(unit, path).get("phases"))
    for index, (name, phase) in enumerate(phases.items()):
        text, line = joined(entries(mapping(phase).get("commands")))
        if text:
            yield Step(path, line, str(name), text, "build", index, _PUSH)


PROBE = Probe(
    id="cloud-builds",
    title="Google Cloud Build, AWS CodeBuild",
    reads="cloudbuild*.yaml, the folder cloudbuild, buildspec*.yml, triggers in *.tf",
    credits="a step counts when nothing hides its failure",
    launches=_launches,
)
