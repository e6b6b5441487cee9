"""Ploomber: tasks of pipeline.yaml with their sources, products and upstream tasks."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator
from typing import Any

from jupyter_mlops.assessment.findings import PARSED, Finding, Rung
from jupyter_mlops.assessment.probe import Pipeline, Probe, Stage
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.marks import entries, mapping, strings
from jupyter_mlops.project.reach import LAUNCH
from jupyter_mlops.project.shell import join


def _tasks(unit: Unit) -> Iterator[tuple[str, dict[Any, Any], int | None]]:
    for file in unit.named("pipeline.yaml", "pipeline.*.yaml"):
        for document in unit.project.yaml(file.path):
            for task, line in entries(mapping(document).get("tasks")):
                if isinstance(task, dict) and isinstance(task.get("source"), str) and "product" in task:
                    yield file.path, task, line


def _name(task: dict[Any, Any]) -> str:
    return str(task.get("name") or posixpath.splitext(posixpath.basename(task["source"]))[0])


def _launches(unit: Unit) -> Iterator[Launch]:
    for path, task, line in _tasks(unit):
        source = task["source"]
        runs = (
            f"papermill {source} -"
            if source.endswith(".ipynb")
            else f"python {source}"
            if source.endswith(".py")
            else ""
        )
        yield Launch(
            f"{path}#{_name(task)}", "stage", path, line, runs, posixpath.dirname(path) or ".", _name(task), group=path
        )


def _pipelines(unit: Unit) -> Iterator[Pipeline]:
    by_file: dict[str, list[Stage]] = {}
    for path, task, line in _tasks(unit):
        folder = posixpath.dirname(path) or "."
        source = join(folder, task["source"])
        dotted = not task["source"].endswith((".py", ".ipynb", ".R", ".Rmd", ".sql", ".sh", ".md"))
        product = task["product"]
        products = strings(list(product.values())) if isinstance(product, dict) else strings(product)
        missing = None if dotted or unit.project.exists(source) else f"its source {source} is not there"
        by_file.setdefault(path, []).append(
            Stage(
                _name(task),
                path,
                line,
                outputs=frozenset(join(folder, item) for item in products),
                after=frozenset(_upstream(unit, task, source)),
                node=(f"{path}#{_name(task)}", LAUNCH),
                problem=missing,
            )
        )
    for path, stages in by_file.items():
        yield Pipeline("ploomber", "Ploomber", path, stages[0].line, tuple(stages), started_by="ploomber build")


def _upstream(unit: Unit, task: dict[Any, Any], source: str) -> set[str]:
    """Names of upstream tasks: given in the task, or by `upstream` in the source."""
    names = set(strings(task.get("upstream"))) | set(mapping(task.get("upstream")))
    if names or not unit.project.exists(source):
        return names
    code = unit.project.python(source) if source.endswith((".py", ".ipynb")) else None
    if code is None:
        return names
    import ast

    for node in code.tree.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "upstream" for target in node.targets
        ):
            value = node.value
            elements = (
                value.elts
                if isinstance(value, (ast.List, ast.Tuple, ast.Set))
                else value.keys
                if isinstance(value, ast.Dict)
                else []
            )
            names |= {
                element.value
                for element in elements
                if isinstance(element, ast.Constant) and isinstance(element.value, str)
            }
    return names


def _findings(unit: Unit) -> Iterator[Finding]:
    for path, task, line in _tasks(unit):
        if mapping(task.get("params")) and any(
            "{{" in json.dumps(value, default=str) for value in mapping(task["params"]).values()
        ):
            env = join(posixpath.dirname(path) or ".", "env.yaml")
            if unit.project.exists(env):
                yield Finding(
                    "ploomber",
                    "pipeline-reproducible",
                    Rung.E3,
                    f"Task {_name(task)} takes its parameters from {env}.",
                    part="parameters",
                    confidence=PARSED,
                    path=path,
                    line=line,
                    chain=(f"{path}:{line}", env),
                )
                return


PROBE = Probe(
    id="ploomber",
    title="Ploomber",
    reads="pipeline.yaml, env.yaml",
    credits="wired: two or more tasks connected by `upstream`, whose sources are there",
    launches=_launches,
    pipelines=_pipelines,
    findings=_findings,
)
