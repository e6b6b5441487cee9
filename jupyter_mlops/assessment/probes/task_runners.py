"""Named tasks of project managers and task runners: poe, PDM, taskipy, pixi, Hatch, Rye, npm, devbox."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterator
from typing import Any, NamedTuple

from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch, assignments
from jupyter_mlops.project.marks import items, line_of, mapping, sequence, strings
from jupyter_mlops.project.patterns import lazy

#: What stands for a runner that takes a failure for fine.
HIDDEN = " || true"
#: Hatch fills in what the command line gives, else what stands behind the colon.
_GIVEN = lazy(r"\{args(?::([^{}]*))?\}")
#: Names under which a task lists the others that it runs.
_LISTS = ("sequence", "composite", "chain", "depends-on", "depends_on", "deps", "parallel")


class _Table(NamedTuple):
    """The tasks of a file.

    Attributes:
        tool: whose they are.
        path: the file.
        tasks: the table of tasks.
        assigned: variables of the environment that all of them have.
    """

    tool: str
    path: str
    tasks: Any
    assigned: tuple[str, ...] = ()


def _launches(unit: Unit) -> Iterator[Launch]:
    for table in _tables(unit):
        names = {name for name, _task, _line in items(table.tasks)}
        for name, task, line in items(table.tasks):
            yield _launch(table, names, name, task, line)
    for runner, file_name, keys in (
        ("npm", "package.json", ("scripts",)),
        ("devbox", "devbox.json", ("shell", "scripts")),
    ):
        for file in unit.named(file_name):
            node = mapping(unit.project.json(file.path))
            for key in keys:
                node = mapping(node.get(key))
            folder = posixpath.dirname(file.path) or "."
            lines = (unit.project.text(file.path) or "").splitlines() if node else []
            for name, task, _line in items(node):
                line = next((number for number, text in enumerate(lines, 1) if f'"{name}"' in text), 1)
                script = "\n".join(strings(task))
                yield Launch(f"console:{runner} {name}", "console", file.path, line, script, folder, name)


def _tables(unit: Unit) -> Iterator[_Table]:
    for file in (*unit.covering.named("pyproject.toml"), *unit.named("pyproject.toml")):
        tools = mapping(unit.project.toml(file.path).get("tool"))
        yield _Table("poe", file.path, mapping(tools.get("poe")).get("tasks"), _env(mapping(tools.get("poe"))))
        pdm = mapping(mapping(tools.get("pdm")).get("scripts"))
        yield _Table("pdm", file.path, pdm, _env(mapping(pdm.get("_"))))
        yield _Table("rye", file.path, mapping(tools.get("rye")).get("scripts"))
        yield _Table("taskipy", file.path, mapping(tools.get("taskipy")).get("tasks"))
        yield from _of_pixi(file.path, mapping(tools.get("pixi")))
        yield from _of_hatch(file.path, mapping(tools.get("hatch")))
    for file in unit.named("poe_tasks.toml"):
        document = unit.project.toml(file.path)
        poe = mapping(mapping(document.get("tool")).get("poe")) or document
        yield _Table("poe", file.path, poe.get("tasks"), _env(poe))
    for file in unit.named("pixi.toml"):
        yield from _of_pixi(file.path, unit.project.toml(file.path))
    for file in unit.named("hatch.toml"):
        yield from _of_hatch(file.path, unit.project.toml(file.path))


def _of_pixi(path: str, document: dict[Any, Any]) -> Iterator[_Table]:
    holders = [document, *(mapping(part) for _name, part, _line in items(document.get("feature")))]
    for holder in holders:
        assigned = _env(mapping(holder.get("activation")))
        yield _Table("pixi", path, holder.get("tasks"), assigned)
        yield from (
            _Table("pixi", path, mapping(target).get("tasks"), assigned)
            for _name, target, _line in items(holder.get("target"))
        )


def _of_hatch(path: str, document: dict[Any, Any]) -> Iterator[_Table]:
    for _name, environment, _line in items(document.get("envs")):
        yield _Table(
            "hatch",
            path,
            mapping(environment).get("scripts"),
            assignments(mapping(environment).get("env-vars")),
        )


def _env(table: dict[Any, Any]) -> tuple[str, ...]:
    return assignments(table.get("env"))


def _launch(table: _Table, names: set[str], name: str, task: Any, line: int | None) -> Launch:
    options = mapping(task)
    commands, needs = [], [f"pre_{name}", f"post_{name}"]
    for part in _parts(task):
        if part.partition(" ")[0] in names - {name}:
            needs.append(part.partition(" ")[0])  # another of its tasks
        else:
            commands.append(part)
    written = next((key for key in ("cmd", "shell", "call", "script", *_LISTS) if key in options), "")
    # Poe ends well with `ignore_fail = true`, and with "return_non_zero" only after it has run the rest.
    hidden = HIDDEN if options.get("ignore_fail") in (True, "return_zero") else ""
    script = "\n".join(_command(table.tool, command, hidden) for command in commands)
    if hidden and needs[2:]:
        script = "\n".join([*(f"poe {need}{hidden}" for need in needs[2:]), script]).strip()
        needs = needs[:2]
    return Launch(
        f"console:{name}",
        "console",
        table.path,
        line_of(options, written) or line,
        script,
        posixpath.dirname(table.path) or ".",
        name,
        needs=tuple(f"console:{need}" for need in needs if need in names),
        assigned=(*table.assigned, *_env(options)),
    )


def _parts(task: Any) -> Iterator[str]:
    """The commands of a task, and the names of the tasks that it runs."""
    if isinstance(task, str):
        yield task
        return
    if not isinstance(task, dict):
        for part in sequence(task):
            yield from _parts(part)
        return
    for key in _LISTS:
        listed = task.get(key)
        for part in [listed] if isinstance(listed, str) else sequence(listed):
            named = mapping(part).get("task") or mapping(part).get("ref")
            yield from [named] if isinstance(named, str) else _parts(part)
    for key in ("cmd", "shell", "ref"):
        command = task.get(key)
        if isinstance(command, str):
            yield command
        elif words := strings(command):
            yield shlex.join(words)
    called = task.get("script") or task.get("call")
    if isinstance(called, str) and ":" in called:
        module, _, function = called.partition(":")
        function = function.partition("(")[0]
        yield f'python -c "from {module} import {function}; {function}()"'


def _command(tool: str, command: str, hidden: str) -> str:
    if tool == "hatch":
        command = _GIVEN.sub(lambda found: found[1] or "", command)
        if command.startswith("- "):  # its failure is no failure
            command, hidden = command[2:], HIDDEN
    return f"{command}{hidden}"


PROBE = Probe(
    id="task-runners",
    title="poe, PDM, taskipy, pixi, Hatch, Rye, npm, devbox",
    reads="pyproject.toml, poe_tasks.toml, pixi.toml, hatch.toml, package.json, devbox.json",
    credits="earns nothing by itself: shows what leads where",
    launches=_launches,
)
