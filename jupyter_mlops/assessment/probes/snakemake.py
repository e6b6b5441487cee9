"""Snakemake: rules connected by their files."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from jupyter_mlops.assessment.probe import Pipeline, Probe, Stage
from jupyter_mlops.assessment.snakemake_rules import Rule, rules, shell_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.reach import LAUNCH
from jupyter_mlops.project.shell import join


def _launches(unit: Unit) -> Iterator[Launch]:
    for rule in rules(unit):
        path, folder = rule.path, posixpath.dirname(rule.path) or "."
        scripts = rule.strings("script") + rule.strings("notebook")
        shell = [f"{'papermill' if script.endswith('.ipynb') else 'python'} {script}" for script in scripts] or [
            shell_of(unit, rule)
        ]
        if shell[0]:
            section = "script" if rule.strings("script") else "notebook" if rule.strings("notebook") else "shell"
            base = folder if scripts else unit.path
            yield Launch(
                f"{path}#{rule.name}", "stage", path, rule.parts[section][0], shell[0], base, rule.name, group=path
            )


def _pipelines(unit: Unit) -> Iterator[Pipeline]:
    by_file: dict[str, list[Stage]] = {}
    outputs = {out for rule in rules(unit) for out in rule.strings("output")}
    for rule in rules(unit):
        path = rule.path
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
        # Told no name, Snakemake makes what the first rule wants.
        first = min((rule for rule in rules(unit) if rule.path == path), key=lambda rule: rule.line)
        started = "" if "output" not in first.parts and _unmade(unit, first, outputs) else "snakemake"
        yield Pipeline(
            "snakemake", "Snakemake", path, stages[0].line, tuple(stages), started_by=started, confidence=0.85
        )


def _unmade(unit: Unit, rule: Rule, outputs: set[str]) -> str | None:
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
