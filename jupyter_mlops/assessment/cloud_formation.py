"""Resources that templates of CloudFormation and SAM declare, and whether anything deploys them. Shared by probes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import items, line_of, mapping

_LARGEST = 300_000


class Declared(NamedTuple):
    """A resource.

    Attributes:
        kind: its type, such as ``AWS::SageMaker::Endpoint``.
        name: its logical name.
        settings: its properties; what the template's parameters say by default is put in.
        path: the file.
        line: 1-based.
    """

    kind: str
    name: str
    settings: dict[Any, Any]
    path: str
    line: int | None


def declared(unit: Unit) -> list[Declared]:
    """The resources that templates of a unit declare."""
    return unit.once("CloudFormation", lambda: list(_declared(unit)))


def _declared(unit: Unit) -> Iterator[Declared]:
    for file in unit.files.suffixed(".yml", ".yaml"):
        if file.size > _LARGEST or "AWS::" not in (unit.project.text(file.path) or ""):
            continue
        for document in unit.project.yaml(file.path):
            for name, resource, line in items(mapping(document).get("Resources")):
                kind = mapping(resource).get("Type")
                if isinstance(kind, str) and kind.startswith("AWS::"):
                    settings = mapping(mapping(resource).get("Properties"))
                    yield Declared(kind, name, settings, file.path, line_of(resource) or line)


def deployed(unit: Unit, path: str) -> str | None:
    """The command that deploys a template, as `path:line`; None where none does.

    Args:
        unit: the unit.
        path: the template.
    """
    from jupyter_mlops.assessment.sites import sites, sources_of

    name = path.rpartition("/")[2]
    for launch in unit.launches:
        for command in launch.commands if launch.neutralised is None else ():
            words = command.words
            deploys = words[:2] in (("sam", "deploy"), ("rain", "deploy")) or (
                words[:2] == ("aws", "cloudformation")
                and bool({"deploy", "create-stack", "update-stack"} & set(words[2:3]))
            )
            others = [word for word in words if word.endswith((".yml", ".yaml", ".json")) and "$" not in word]
            if deploys and not command.neutralised and (not others or any(word.endswith(name) for word in others)):
                return f"{launch.path}:{launch.line_of(command)}"
    for source_path, source in sources_of(unit, "TemplateBody", "TemplateURL"):
        calls = [call for call in source.calls if call.attribute in ("create_stack", "update_stack")]
        for site in sites(unit, source_path, calls):
            if site.reached:
                return f"{source_path}:{site.line}"
    return None
