"""Snakemake: rules connected by their files."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from jupyter_mlops.assessment.probe import Pipeline, Probe, Stage
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.reach import LAUNCH
from jupyter_mlops.project.shell import join

_RULE = lazy(r"^(?:rule|checkpoint)\s+(\w+)\s*:")
_SECTION = lazy(r"^\s+(input|output|shell|script|notebook|run|params|log|conda|threads|resources)\s*:(.*)$")
_STRING = lazy(r'"""(.*?)"""|"([^"]*)"|\'([^\']*)\'', re.DOTALL)


@dataclass
class _Rule:
    name: str
    line: int
    parts: dict[str, tuple[int, str]] = field(default_factory=dict)

    def strings(self, section: str) -> list[str]:
        _line, text = self.parts.get(section, (0, ""))
        return ["".join(found) for found in _STRING.findall(text)]


def _rules(unit: Unit) -> Iterator[tuple[str, _Rule]]:
    for file in unit.named("Snakefile", "*.smk"):
        rule: _Rule | None = None
        section = ""
        for number, line in enumerate((unit.project.text(file.path) or "").splitlines(), 1):
            start = _RULE.match(line)
            part = _SECTION.match(line) if rule is not None else None
            if start:
                if rule is not None:
                    yield file.path, rule
                rule, section = _Rule(start[1], number), ""
            elif part and rule is not None:
                section = part[1]
                rule.parts[section] = (number, part[2])
            elif rule is not None and section and line.startswith((" ", "\t")):
                first, text = rule.parts[section]
                rule.parts[section] = (first, f"{text}\n{line}")
        if rule is not None:
            yield file.path, rule


def _launches(unit: Unit) -> Iterator[Launch]:
    for path, rule in _rules(unit):
        folder = posixpath.dirname(path) or "."
        scripts = rule.strings("script") + rule.strings("notebook")
        shell = [f"{'papermill' if script.endswith('.ipynb') else 'python'} {script}" for script in scripts] or [
            "".join(rule.strings("shell"))
        ]
        if shell[0]:
            section = "script" if rule.strings("script") else "notebook" if rule.strings("notebook") else "shell"
            base = folder if scripts else unit.path
            yield Launch(
                f"{path}#{rule.name}", "stage", path, rule.parts[section][0], shell[0], base, rule.name, group=path
            )


def _pipelines(unit: Unit) -> Iterator[Pipeline]:
    by_file: dict[str, list[Stage]] = {}
    outputs = {out for _path, rule in _rules(unit) for out in rule.strings("output")}
    for path, rule in _rules(unit):
        if "output" not in rule.parts:
            continue
        missing = next(
            (
                script
                for script in rule.strings("script")
                if not unit.project.exists(join(posixpath.dirname(path) or ".", script))
            ),
            None,
        )
        by_file.setdefault(path, []).append(
            Stage(
                rule.name,
                path,
                rule.line,
                inputs=frozenset(rule.strings("input")),
                outputs=frozenset(rule.strings("output")),
                after=frozenset(re.findall(r"rules\.(\w+)\.output", rule.parts.get("input", (0, ""))[1])),
                node=(f"{path}#{rule.name}", LAUNCH),
                problem=f"its script {missing} is not there" if missing is not None else _unmade(unit, rule, outputs),
            )
        )
    for path, stages in by_file.items():
        yield Pipeline(
            "snakemake", "Snakemake", path, stages[0].line, tuple(stages), started_by="snakemake", confidence=0.85
        )


def _unmade(unit: Unit, rule: _Rule, outputs: set[str]) -> str | None:
    """An input among the files that the rules make, which none of them makes."""
    folders = {posixpath.dirname(out) for out in outputs} - {""}
    patterns = [re.compile(re.sub(r"\\\{[^}]*\\\}", ".+", re.escape(out))) for out in outputs if "{" in out]
    for name in rule.strings("input"):
        made = name in outputs or any(pattern.fullmatch(name) for pattern in patterns)
        if (
            not made
            and "{" not in name
            and posixpath.dirname(name) in folders
            and not unit.project.exists(name)
            and not unit.project.exists(f"{name}.dvc")
        ):
            return f"no rule makes its input {name}"
    return None


PROBE = Probe(
    id="snakemake",
    title="Snakemake",
    reads="Snakefile, *.smk",
    credits="wired: rules whose outputs are inputs of others and whose scripts are there",
    launches=_launches,
    pipelines=_pipelines,
)
