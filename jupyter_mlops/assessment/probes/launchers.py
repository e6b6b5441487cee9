"""What else starts things: invoke tasks, console scripts, shell scripts, MLproject, Procfile, functions of Lambda."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator
from dataclasses import replace

from jupyter_mlops.assessment.lambda_functions import scheduled_functions
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.marks import items, line_of, mapping
from jupyter_mlops.project.patterns import lazy


def _launches(unit: Unit) -> Iterator[Launch]:
    for file in unit.files.suffixed(".py"):
        if file.name == "tasks.py" or file.folder == unit.below("tasks"):
            yield from _invoke(unit, file.path)
    for file in unit.named("pyproject.toml"):
        yield from _console(unit, file.path)
    for file in unit.named("*.sh"):
        text = unit.project.text(file.path) or ""
        # A script runs where its caller stands: mostly the project's folder.
        yield Launch(file.path, "shell", file.path, 1, text, unit.path, file.name, pipefail=False)
    for file in unit.files.suffixed(""):
        # `scripts/test`, as its first line says a script of the shell.
        if file.size < _LONGEST and posixpath.basename(file.folder) in _SCRIPTS:
            text = unit.project.text(file.path) or ""
            if _SHELL.match(text):
                yield Launch(file.path, "shell", file.path, 1, text, unit.path, file.name, pipefail=False)
    projects = unit.named("MLproject")
    together = len(projects) > 1 and bool(unit.mentioning("mlflow.run(", "mlflow.projects.run("))
    for file in projects:
        around = [
            other
            for other in projects
            if together and f"{file.folder}/".startswith(f"{other.folder}/".removeprefix("./"))
        ]
        document = mapping(next(iter(unit.project.yaml(file.path)), None))
        for name, entry, line in items(document.get("entry_points")):
            command = mapping(entry).get("command")
            if isinstance(command, str):
                yield Launch(
                    f"{file.path}#{name}",
                    "console",
                    file.path,
                    line_of(entry, "command") or line,
                    command,
                    _folder(file.path),
                    name,
                    # `mlflow.run("src/train")`: the project around others runs them as the steps of one pipeline.
                    group=min((other.path for other in around), key=len, default=""),
                )
    yield from scheduled_functions(unit)
    for file in unit.named("Procfile"):
        for number, text in enumerate((unit.project.text(file.path) or "").splitlines(), 1):
            name, colon, started = text.partition(":")
            if colon and started.strip():
                yield Launch(
                    f"{file.path}#{name}",
                    "container",
                    file.path,
                    number,
                    started.strip(),
                    _folder(file.path),
                    name.strip(),
                )


_SCRIPTS = frozenset({"scripts", "script", "bin", "ci", ".ci", "tools", "dev"})
_SHELL = lazy(r"#!\s*\S*\b(env\s+)?(ba|da|z|a)?sh\b")
_LONGEST = 100_000


def _folder(path: str) -> str:
    return posixpath.dirname(path) or "."


def _invoke(unit: Unit, path: str) -> Iterator[Launch]:
    """Tasks of invoke: functions with @task whose context runs commands, or calls other tasks first."""
    source = unit.project.python(path)
    for scope in source.scopes if source is not None else []:
        if not any(
            decorator.replace("()", "").rpartition(".")[2] == "task" and "invoke" in decorator
            for decorator in scope.decorators
        ):
            continue
        commands: list[str] = []
        first = scope.line
        for call in scope.calls:
            text = call.text(0) if call.attribute == "run" and call.name.startswith(("?", "invoke")) else None
            if text:
                first = first if commands else call.line
                hidden = any(_set_to_true(call.argument(None, name)) for name in ("warn", "dry"))
                commands.append(text.replace("{}", "").replace("\n", " ") + (_HIDDEN if hidden else ""))
        # A task without commands calls the project's functions itself.
        if not commands:
            module = path.removesuffix(".py").replace("/", ".")
            commands.append(f'python -c "from {module} import {scope.name}; {scope.name}()"')
        before = [name for node in getattr(scope.node, "decorator_list", []) for name in _prerequisites(node)]
        name = scope.name.replace("_", "-")
        needs = tuple(f"invoke:{path}#{need.replace('_', '-')}" for need in before)
        task = Launch(
            f"invoke:{path}#{name}", "environment", path, first, "\n".join(commands), unit.path, name, needs=needs
        )
        yield task
        # A module of tasks is a collection: its name runs its default task.
        collection = posixpath.basename(path).removesuffix(".py")
        if collection != "tasks" and any(_is_default(node) for node in getattr(scope.node, "decorator_list", [])):
            yield replace(task, id=f"invoke:{path}#", name=collection)


#: What stands for a runner that takes a failure for fine.
_HIDDEN = " || true"


def _set_to_true(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is True


def _prerequisites(decorator: ast.expr) -> list[str]:
    """Names of the tasks that `@task(a, b)` or `@task(pre=[a, b])` runs first."""
    given = [*getattr(decorator, "args", [])]
    for keyword in getattr(decorator, "keywords", []):
        if keyword.arg == "pre" and isinstance(keyword.value, (ast.List, ast.Tuple)):
            given += keyword.value.elts
    return [node.id for node in given if isinstance(node, ast.Name)]


def _is_default(decorator: ast.expr) -> bool:
    given = [item.value for item in getattr(decorator, "keywords", []) if item.arg == "default"]
    return any(isinstance(value, ast.Constant) and value.value is True for value in given)


def _console(unit: Unit, path: str) -> Iterator[Launch]:
    document = unit.project.toml(path)
    tools = mapping(document.get("tool"))
    tables = (mapping(document.get("project")).get("scripts"), mapping(tools.get("poetry")).get("scripts"))
    for table in tables:
        for name, target, line in items(table):
            if isinstance(target, str) and ":" in target:
                module, _, function = target.partition(":")
                script = (
                    f'python -c "from {module} import {function.partition(" ")[0]}; {function.partition(" ")[0]}()"'
                )
                yield Launch(f"console:{name}", "console", path, line, script, _folder(path), name)


PROBE = Probe(
    id="launchers",
    title="invoke, console scripts, shell scripts, MLproject, Procfile",
    reads="tasks.py, pyproject.toml, *.sh, MLproject, Procfile",
    credits="earns nothing by itself: shows what leads where",
    launches=_launches,
)
