"""Resources that Terraform files declare, and whether anything applies them. Shared by probes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy

_BLOCK = lazy(r'^(resource|data)\s+"([^"]+)"\s+"([^"]+)"\s*\{')
#: The workspace of HCP Terraform that plans and applies what is pushed.
_CLOUD = lazy(r"^terraform\s*\{[^}]*?^\s*(cloud\s*\{|backend\s+\"remote\")", re.MULTILINE | re.DOTALL)
_LARGEST = 300_000
#: Longest part of a resource that is looked at.
_BODY = 3000


class Resource(NamedTuple):
    """A resource.

    Attributes:
        kind: its type, such as ``aws_lambda_function``.
        name: its name.
        body: what its block says, without comments.
        path: the file.
        line: 1-based.
    """

    kind: str
    name: str
    body: str
    path: str
    line: int


def resources(unit: Unit) -> list[Resource]:
    """The Terraform resources of a unit."""
    return [found for kind, found in _known(unit) if kind == "resource"]


def data_blocks(unit: Unit) -> list[Resource]:
    """What the Terraform files of a unit read or make on the way: `data "archive_file" "code" {…}`."""
    return [found for kind, found in _known(unit) if kind == "data"]


def _known(unit: Unit) -> list[tuple[str, Resource]]:
    return unit.once("terraform", lambda: list(_blocks(unit)))


def _blocks(unit: Unit) -> Iterator[tuple[str, Resource]]:
    for file in unit.files.suffixed(".tf"):
        if file.size > _LARGEST:
            continue
        lines = (unit.project.text(file.path) or "").split("\n")
        code = [line for line in lines if not line.lstrip().startswith(("#", "//"))]
        numbers = [number for number, line in enumerate(lines, 1) if not line.lstrip().startswith(("#", "//"))]
        for position, line in enumerate(code):
            found = _BLOCK.match(line)
            if found:
                body = "\n".join(code[position + 1 :])[:_BODY].partition("\n}")[0]
                yield found[1], Resource(found[2], found[3], body, file.path, numbers[position])


def applied(unit: Unit) -> str | None:
    """What applies Terraform's files, as `path:line`: a command, or a service that watches the repository; None where people do."""
    return unit.once("terraform applied", lambda: _applied(unit))


def _applied(unit: Unit) -> str | None:
    for launch in unit.launches:
        for command in launch.commands:
            if command.words[:1] in (("terraform",), ("tofu",), ("terragrunt",)) and "apply" in command.words:
                return f"{launch.path}:{launch.line_of(command)}"
    for file in (*unit.named("atlantis.yaml"), *unit.covering.named("atlantis.yaml")):
        return f"{file.path}:1"
    for file in unit.files.suffixed(".tf"):
        text = (unit.project.text(file.path) or "") if file.size <= _LARGEST else ""
        found = _CLOUD.search(text)
        if found:
            return f"{file.path}:{text.count(chr(10), 0, found.start(1)) + 1}"
    return None
