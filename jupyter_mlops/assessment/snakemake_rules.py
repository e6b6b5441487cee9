"""The rules of Snakemake: what they are given and make, as words of the file and as what their scripts see of them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import mapping
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.shell import join

_RULE = lazy(r"^(?:rule|checkpoint)\s+(\w+)\s*:")
_SECTION = lazy(r"^\s+(input|output|shell|script|notebook|run|params|log|conda|threads|resources)\s*:(.*)$")
_STRING = lazy(r'"""(.*?)"""|"([^"]*)"|\'([^\']*)\'', re.DOTALL)
_CONFIGFILE = lazy(r"^configfile:\s*[\"']([^\"']+)[\"']", re.MULTILINE)
#: What a section holds: a text, a setting, or what another rule makes; with a name or without.
_ENTRY = lazy(
    r"(?:(\w+)\s*=\s*)?(?:(config(?:\[[\"']\w+[\"']\])+|config\.get\([^)]*\))|rules\.(\w+)\.output(?:\.(\w+)|\[(\d+)\])?"
    r'|"""(.*?)"""|"([^"]*)"|\'([^\']*)\')',
    re.DOTALL,
)
_KEY = lazy(r"[\"'](\w+)[\"']")
_FIELD = lazy(r"\{(\w+)(?:\.(\w+)|\[(\w+)\])?\}")


@dataclass
class Rule:
    """A rule.

    Attributes:
        path: its file.
        name: its name.
        line: 1-based.
        parts: section → its line and its text.
    """

    path: str
    name: str
    line: int
    parts: dict[str, tuple[int, str]] = field(default_factory=dict)

    def strings(self, section: str) -> list[str]:
        """The texts that a section holds."""
        _line, text = self.parts.get(section, (0, ""))
        return ["".join(found) for found in _STRING.findall(text)]

    @property
    def scripts(self) -> list[str]:
        """The scripts and notebooks that it runs, relative to the base."""
        folder = posixpath.dirname(self.path) or "."
        return [join(folder, script) for script in self.strings("script") + self.strings("notebook")]


def rules(unit: Unit) -> list[Rule]:
    """The rules of a unit, in the order of their files."""
    return unit.once("rules of Snakemake", lambda: list(_rules(unit)))


def _rules(unit: Unit) -> Iterator[Rule]:
    for file in unit.named("Snakefile", "*.smk"):
        rule: Rule | None = None
        section = ""
        for number, line in enumerate((unit.project.text(file.path) or "").splitlines(), 1):
            start = _RULE.match(line)
            part = _SECTION.match(line) if rule is not None else None
            if start:
                if rule is not None:
                    yield rule
                rule, section = Rule(file.path, start[1], number), ""
            elif part and rule is not None:
                section = part[1]
                rule.parts[section] = (number, part[2])
            elif rule is not None and section and line.startswith((" ", "\t")):
                first, text = rule.parts[section]
                rule.parts[section] = (first, f"{text}\n{line}")
        if rule is not None:
            yield rule


def value_in_rule(unit: Unit, rule: Rule, section: str, key: str) -> str | None:
    """What a rule has in a section by name or by position: `snakemake.input.data`, `snakemake.output[0]`.

    Args:
        unit: the unit.
        rule: the rule.
        section: "input", "output", "params", or "config" for the settings of the workflow.
        key: a name, or a position as a number; empty for the first one.
    """
    if section == "config":
        return _setting(unit, [key])
    for position, (name, value) in enumerate(_entries(unit, rule, section)):
        if key in (name, str(position), ""):
            return value
    return None


def _entries(unit: Unit, rule: Rule, section: str, depth: int = 0) -> Iterator[tuple[str, str | None]]:
    _line, text = rule.parts.get(section, (0, ""))
    for found in _ENTRY.finditer(text):
        name, setting, other, named, position, *texts = found.groups()
        if setting:
            yield name or "", _setting(unit, _KEY.findall(setting))
        elif other:
            made = next((one for one in rules(unit) if one.name == other), None)
            outs = list(_entries(unit, made, "output", depth + 1)) if made is not None and depth < 3 else []
            wanted = next(
                (value for at, (key, value) in enumerate(outs) if (named or position or "0") in (key, str(at))), None
            )
            yield name or "", wanted
        else:
            yield name or "", next((part for part in texts if part is not None), "")


def _setting(unit: Unit, keys: list[str]) -> str | None:
    """A value of the file of settings that a workflow names."""
    for file in unit.named("Snakefile", "*.smk"):
        named = _CONFIGFILE.search(unit.project.text(file.path) or "")
        # Named from where the workflow is started: the project's folder, or that of the file.
        for folder in (unit.path, posixpath.dirname(file.path) or ".") if named else ():
            place = join(folder, named[1]) if named else ""
            node: Any = mapping(next(iter(unit.project.yaml(place)), None)) if unit.project.exists(place) else None
            for key in keys:
                node = mapping(node).get(key)
            if isinstance(node, (str, int, float)):
                return str(node)
    return None


def shell_of(unit: Unit, rule: Rule) -> str:
    """The commands of a rule, with what stands in braces filled in as far as that can be told."""
    script = "".join(rule.strings("shell"))

    def filled(found: re.Match[str]) -> str:
        value = value_in_rule(unit, rule, found[1], found[2] or found[3] or "")
        return found[0] if value is None else value

    return _FIELD.sub(filled, script)
