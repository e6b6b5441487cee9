"""What one step leaves in a file for the next: by the paths in the code, or by those in sections of its settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from jupyter_mlops.assessment.data_reads import reads
from jupyter_mlops.assessment.probe import Stage
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.assessment.written_files import makers
from jupyter_mlops.project.marks import items, mapping
from jupyter_mlops.project.reach import Node, scope_named

_SETTINGS = (".yaml", ".yml", ".toml", ".json")
_LARGEST = 50_000
#: Steps of one entry point at most that are compared by their files.
_MOST = 40


def leaves_for(unit: Unit, earlier: Node, later: Node) -> bool:
    """Whether one step writes a file that another reads.

    Args:
        unit: the unit.
        earlier: the function of the step that runs first.
        later: the function of the other.
    """
    before, after = unit.reach.behind(earlier), unit.reach.behind(later)
    for source in reads(unit):
        needs = source.text if (source.site.path, source.site.scope) in after else None
        if needs and any((site.path, site.scope) in before - after for site in makers(unit, needs)):
            return True
    left, needed = _sections_of(unit, earlier), _sections_of(unit, later)
    # A section called as the earlier step is where that step writes to.
    if any(_named_as(name, earlier) and not _named_as(name, later) for name in left.keys() & needed.keys()):
        return True
    return any(
        need == path or need.startswith(f"{path}/")
        for name, paths in left.items()
        if name not in needed
        for path in paths
        for section, needs in needed.items()
        if section not in left
        for need in needs
    )


def linked_by_files(
    unit: Unit, stages: list[Stage], apart: Callable[[Stage, Stage], bool] = lambda _earlier, _later: False
) -> list[Stage]:
    """The stages, those without one before them linked to the last one that leaves a file for them.

    Args:
        unit: the unit.
        stages: the stages, in the order in which they run.
        apart: whether two of them are no steps of each other, whatever they write.
    """
    linked = list(stages)
    for position, stage in enumerate(linked[:_MOST]):
        if stage.after or stage.node is None:
            continue
        for earlier in reversed(linked[:position]):
            if earlier.node is not None and not apart(earlier, stage) and leaves_for(unit, earlier.node, stage.node):
                linked[position] = replace(stage, after=frozenset({earlier.name}))
                break
    return linked


def _named_as(section: str, node: Node) -> bool:
    return section.replace("_", "").lower() in node[1].replace("_", "").lower()


def _sections_of(unit: Unit, node: Node) -> dict[str, frozenset[str]]:
    """The sections of the settings that a step reads, with the paths in them."""
    known = unit.once("paths in settings", lambda: _sections(unit))
    found = {}
    for path, name in unit.reach.behind(node) if known else ():
        source = unit.project.python(path)
        scope = scope_named(source, name) if source is not None else None
        for word in known.keys() & scope.names.keys() if scope is not None else ():
            found[word] = known[word]
    return found


def _sections(unit: Unit) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for file in unit.files.suffixed(*_SETTINGS):
        if file.size > _LARGEST or unit.aside(file.path):
            continue
        project = unit.project
        if file.suffix in (".yaml", ".yml"):
            documents = list(project.yaml(file.path))
        else:
            documents = [project.toml(file.path) if file.suffix == ".toml" else project.json(file.path)]
        for document in documents:
            for name, section, _line in items(mapping(document)):
                paths = {
                    value.rstrip("/")
                    for _key, value, _at in items(mapping(section))
                    if isinstance(value, str) and "/" in value and "://" not in value and " " not in value
                }
                if paths:
                    found[str(name)] = found.get(str(name), frozenset()) | paths
    return found
