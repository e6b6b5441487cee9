"""uv: does `uv.lock` match pyproject.toml? Computed from the files, without uv."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from jupyter_mlops.assessment.findings import Finding
from jupyter_mlops.assessment.manifests import LockTool, folder_of, lock_findings
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import items, mapping, sequence
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.requirements import normalise, parse_requirement
from jupyter_mlops.project.shell import join
from jupyter_mlops.project.toml_reader import read_toml
from jupyter_mlops.project.yaml_reader import DocumentError

_TOOL = LockTool("uv", "uv", ("uv sync --locked", "uv sync", "uv run", "uv pip sync", "uv export"))
_TERM = lazy(r"""(?<![a-z_])([a-z_]+)\s*(===|[<>=!~]=|[<>]|not\s*in|in)\s*["']([^"']*)["']""")
_OWN = lazy(r"source = \{ (?:virtual|editable) = \"\.\" \}")


def _findings(unit: Unit) -> Iterator[Finding]:
    for file in unit.named("uv.lock"):
        problem, line = _check(unit, file.path)
        yield from lock_findings(unit, _TOOL, file.path, problem, line, checked=True)


def _check(unit: Unit, path: str) -> tuple[str | None, int | None]:
    """What differs between a lock and the pyproject.toml beside it, and the line of the project's entry in the lock."""
    project = mapping(unit.project.toml(join(folder_of(path), "pyproject.toml")))
    if not project:
        return "there is no pyproject.toml beside it", 1
    text = unit.project.text(path, 20_000_000) or ""
    blocks = list(_packages(text))
    names = {name for name, _line, _block in blocks}
    own = [(line, block) for _name, line, block in blocks if _OWN.search(block)]
    if not own:
        return "it has no entry for the project itself", 1
    line, block = own[0]
    try:
        entry = mapping(sequence(read_toml(block).get("package"))[0])
    except (DocumentError, IndexError):
        return "it cannot be read", line
    metadata = mapping(entry.get("metadata"))
    wanted = _wanted(project)
    # A source for each platform splits a requirement by markers that only uv can write.
    split = {
        normalise(name)
        for name, value, _line in items(mapping(mapping(mapping(project.get("tool")).get("uv")).get("sources")))
        if isinstance(value, list)
    }
    locked = {_key(mapping(item)) for item in sequence(metadata.get("requires-dist"))}
    for group, listed, _line in items(metadata.get("requires-dev")):
        locked |= {(*_key(mapping(item))[:4], f"group {group}") for item in sequence(listed)}
    wanted, locked = (
        {(*key[:2], "" if key[0] in split else key[2], *key[3:]) for key in keys} for keys in (wanted, locked)
    )
    if wanted != locked:
        different = min(wanted ^ locked)
        problem = f"{different[0]} is not the same there and in pyproject.toml"
        return problem, _line_of(block, line, f'{{ name = "{different[0]}"', "requires-dist")
    missing = sorted(name for name, *_rest in wanted if name not in names and not _rest[1].count("platform"))
    if missing:
        return f"{missing[0]} is not in it", _line_of(block, line, f'{{ name = "{missing[0]}"', "requires-dist")
    return None, _line_of(block, line, "requires-dist", "name =")


def _line_of(block: str, start: int, *texts: str) -> int:
    """The line of the first of some texts that the requirements of the project's entry, or else the entry, have."""
    requirements = max(block.find("[package.metadata]"), 0)
    places = (block.find(text, begin) for text in texts for begin in (requirements, 0))
    return start + block.count("\n", 0, next((place for place in places if place >= 0), 0))


def _packages(text: str) -> Iterator[tuple[str, int, str]]:
    """Name, line and text of every `[[package]]` table. A lock is machine-written: tables start at the line's start."""
    line = 1
    for position, block in enumerate(re.split(r"(?m)^(?=\[\[package\]\]$)", text)):
        if position:
            name = re.search(r'(?m)^name = "([^"]+)"', block)
            yield (normalise(name[1]) if name else ""), line, block
        line += block.count("\n")


_Key = tuple[str, str, str, str, str]


def _key(item: dict[Any, Any]) -> _Key:
    """What identifies a requirement in a lock."""
    source = next(
        (str(item[key]).partition("?")[0] for key in ("git", "url", "path", "editable", "virtual") if key in item), ""
    )
    marker, extra = _marker(str(item.get("marker") or ""))
    specifier = str(item.get("specifier") or "")
    return (
        normalise(str(item.get("name") or "")),
        _specifier(specifier) or source,
        marker,
        _extras(item.get("extras")),
        extra,
    )


def _wanted(project: dict[Any, Any]) -> set[_Key]:
    table = mapping(project.get("project"))
    sources = {
        normalise(name): mapping(value)
        for name, value, _line in items(mapping(mapping(mapping(project.get("tool")).get("uv")).get("sources")))
    }
    found = {_requirement(text, sources, "") for text in sequence(table.get("dependencies"))}
    for extra, listed, _line in items(table.get("optional-dependencies")):
        found |= {_requirement(text, sources, f"extra {normalise(extra)}") for text in sequence(listed)}
    groups = mapping(project.get("dependency-groups"))
    for group, listed, _line in items(groups):
        found |= {_requirement(text, sources, f"group {normalise(group)}") for text in _group(groups, listed)}
    legacy = sequence(mapping(mapping(project.get("tool")).get("uv")).get("dev-dependencies"))
    found |= {_requirement(text, sources, "group dev") for text in legacy}
    return {key for key in found if key is not None}


def _group(groups: dict[Any, Any], listed: Any, depth: int = 0) -> list[Any]:
    texts = []
    for item in sequence(listed):
        included = mapping(item).get("include-group")
        texts += _group(groups, groups.get(included), depth + 1) if included and depth < 5 else [item]
    return texts


def _requirement(text: Any, sources: dict[str, dict[Any, Any]], where: str) -> _Key | None:
    found = parse_requirement(text) if isinstance(text, str) else None
    if found is None:
        return None
    source = sources.get(found.name, {})
    origin = next((str(source[key]) for key in ("git", "url", "path") if key in source), "")
    specifier = origin or found.specifier.partition("#")[0]
    marker, _extra = _marker(found.marker)
    return found.name, _specifier(specifier), marker, ",".join(found.extras), where


def _specifier(text: str) -> str:
    if "://" in text:
        return text.removeprefix("git+").partition("?")[0].rpartition("@")[0] or text
    return ",".join(sorted(text.replace(" ", "").split(","))) if text else ""


def _extras(value: Any) -> str:
    return ",".join(sorted(normalise(str(item)) for item in sequence(value)))


def _marker(marker: str) -> tuple[str, str]:
    """A marker without `extra == …`, and that extra.

    The lock spells markers in its own way (`python_full_version`, operands and terms in another order), so that what is
    compared is the sorted terms.
    """
    terms = set()
    extra = ""
    for variable, operator, value in _TERM.findall(marker):
        if variable == "extra":
            extra = f"extra {normalise(value)}"
        else:
            terms.add(_term(variable, operator, value))
    return " ".join(sorted(terms)), extra


def _term(variable: str, operator: str, value: str) -> str:
    if variable == "python_version":
        variable = "python_full_version"
        major, _, minor = value.partition(".")
        if operator in (">", "<=") and minor.isdigit():
            operator, value = {">": ">=", "<=": "<"}[operator], f"{major}.{int(minor) + 1}"
        elif operator in ("==", "!=") and minor.isdigit():
            value = f"{value}.*"
    return f"{variable}{operator}{value}"


PROBE = Probe(
    id="uv",
    title="uv",
    reads="uv.lock, pyproject.toml",
    credits="configured: a lock that is stale or that CI ignores · proven: its requirements equal those of pyproject.toml",
    findings=_findings,
)
