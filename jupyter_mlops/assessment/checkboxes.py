"""What looks like a tick in a box: files that are empty, tools that nothing uses, steps that cannot fail, tests of nothing.

None of it earns anything, and none of it costs anything; a reader should know that it is there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from jupyter_mlops.assessment.manifests import manifests
from jupyter_mlops.assessment.test_facts import Test, tests
from jupyter_mlops.assessment.unit import Unit

#: Modules of tools that say something about maturity where they are used.
_TOOLS = (
    *(
        "mlflow",
        "wandb",
        "neptune",
        "clearml",
        "comet_ml",
        "aim",
        "dvclive",
        "dvc",
        "feast",
        "zenml",
        "kedro",
        "prefect",
    ),
    *(
        "dagster",
        "luigi",
        "metaflow",
        "kfp",
        "bentoml",
        "fastapi",
        "flask",
        "litserve",
        "prometheus_client",
        "evidently",
    ),
    *("nannyml", "alibi_detect", "whylogs", "deepchecks", "frouros", "great_expectations", "pandera", "fairlearn"),
    *("aif360", "shap", "lime", "captum", "tenacity", "opentelemetry"),
)
#: Files that are there for a tool to read, or for a person who looks for them.
_TOLD = (
    *("*.yml", "*.yaml", "*.lock", "*.ipynb", "dockerfile*", "*.dockerfile", "makefile", "snakefile", "mlproject"),
    *("jenkinsfile", "procfile", "pipfile", "pyproject.toml", "requirements*.txt", "test_*.py", "*_test.py", "readme*"),
    *("model_card*", "datasheet*", "codeowners", "security.md", "license*"),
)
_LARGEST = 4_000
_MOST_TESTS = 5


class Checkbox(NamedTuple):
    """Something that looks like more than it is.

    Attributes:
        path: file, relative to the project's base.
        line: 1-based, in the file or in the cell; None where it is about the file.
        message: one sentence.
        cell: cell of a notebook.
    """

    path: str
    line: int | None
    message: str
    cell: int | None = None


def checkboxes(unit: Unit) -> tuple[Checkbox, ...]:
    """What looks like a tick in a box, by path and line.

    Args:
        unit: the unit, its probes done.
    """
    return unit.once(
        "checkboxes",
        lambda: tuple(sorted(set(_found(unit)), key=lambda one: (one.path, one.cell or 0, one.line or 0, one.message))),
    )


def _found(unit: Unit) -> Iterator[Checkbox]:
    yield from _empty(unit)
    yield from _unused(unit)
    yield from _toothless(unit)
    for test in [test for test in tests(unit) if test.problem is not None and not _does(unit, test)][:_MOST_TESTS]:
        yield Checkbox(test.path, test.line, f"`{test.name}` tests nothing.")


def _does(unit: Unit, test: Test) -> bool:
    """Whether a test calls anything, or asserts what is not a constant: what is checked in another way is checked, too."""
    source = unit.project.python(test.path)
    functions = ast.FunctionDef | ast.AsyncFunctionDef
    return source is None or any(
        isinstance(inner, ast.Call) or (isinstance(inner, ast.Assert) and _varies(inner.test))
        for node in ast.walk(source.tree)
        if isinstance(node, functions) and node.name == test.name
        for inner in ast.walk(node)
    )


def _varies(asserted: ast.expr) -> bool:
    return any(isinstance(part, ast.Name) for part in ast.walk(asserted))


def _empty(unit: Unit) -> Iterator[Checkbox]:
    for file in unit.named(*_TOLD):
        if file.special is not None or unit.aside(file.path):
            continue
        size = file.size
        if size == 0:
            yield Checkbox(file.path, None, "It is empty.")
        elif size <= _LARGEST and not file.name.lower().endswith((".md", ".ipynb")):
            lines = (unit.project.text(file.path) or "x").splitlines()
            if all(not line.strip() or line.lstrip().startswith("#") for line in lines):
                yield Checkbox(file.path, None, "It holds nothing but comments.")


def _unused(unit: Unit) -> Iterator[Checkbox]:
    used: set[str] = set()
    imported: list[tuple[str, int, str]] = []
    for path in unit.mentioning(*_TOOLS):
        source = unit.project.python(path)
        if source is None:
            continue
        read = {name.partition(".")[0] for scope in source.scopes for name in scope.names}
        for item in source.imports:
            tool = item.module.partition(".")[0]
            if tool not in _TOOLS:
                continue
            if item.name == "*" or item.bound.partition(".")[0] in read or path.endswith("__init__.py"):
                used.add(tool)
            else:
                imported.append((path, item.line, tool))
    for path, at, tool in imported:
        if tool not in used:
            notebook = unit.project.notebook(path) if path.endswith(".ipynb") else None
            cell, line = notebook.place(at) if notebook is not None else (None, at)
            yield Checkbox(path, line, f"`{tool}` is imported and not used.", cell)
    known = used | {tool for _path, _line, tool in imported}
    for manifest in manifests(unit):
        for requirement in manifest.requirements:
            tool = requirement.name.replace("-", "_")
            if tool in _TOOLS and tool not in known and not _called(unit, tool):
                yield Checkbox(
                    manifest.path, requirement.line, f"`{requirement.name}` is declared, and nothing here uses it."
                )


def _called(unit: Unit, tool: str) -> bool:
    """Whether a command names a tool, or a file that is not empty is called after it."""
    if any(tool in command.words for launch in unit.launches for command in launch.commands):
        return True
    word = tool.partition("_")[0]
    return any(file.size for file in unit.named(f"*{word}*")) or any(
        f".{word}" in file.path.split("/") or word in file.path.split("/")[:-1]
        for file in unit.files
        if word in file.path
    )


def _toothless(unit: Unit) -> Iterator[Checkbox]:
    for launch in unit.launches:
        if launch.kind != "ci":
            continue
        for target, command in unit.reach.targets(launch):
            problem = launch.neutralised or command.neutralised or target.problem
            if problem is not None and target.kind in ("tests", "lint", "stages"):
                yield Checkbox(launch.path, launch.line_of(command), f"`{command.text[:60]}` cannot fail: {problem}.")
