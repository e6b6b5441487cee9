"""Taskfiles of go-task: tasks as launches, with what they need, the files that they include, and failures that they ignore."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

from jupyter_mlops.assessment.probe import Pipeline, Probe, Stage
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch, assignments
from jupyter_mlops.project.marks import entries, items, line_of, mapping, strings
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.reach import LAUNCH, TASKFILES
from jupyter_mlops.project.shell import join

_VARIABLE = lazy(r"\{\{\s*(?:\.(\w+))?[^{}]*\}\}")
_SEVERAL = lazy(r"[;\n]\s*\S")


def _launches(unit: Unit) -> Iterator[Launch]:
    for file in (*unit.covering.named(*TASKFILES), *unit.named(*TASKFILES)):
        yield from _tasks(unit, file.path, file.path, "", posixpath.dirname(file.path) or ".")


def _tasks(unit: Unit, root: str, path: str, prefix: str, folder: str) -> Iterator[Launch]:
    """The tasks of a file, called as the file calls them that people start."""
    document = mapping(next(iter(unit.project.yaml(path)), None))
    variables = {"ROOT_DIR": posixpath.dirname(root) or ".", "TASKFILE_DIR": posixpath.dirname(path) or "."}
    variables |= {
        name: str(value) for name, value, _line in items(document.get("vars")) if isinstance(value, (str, int))
    }
    for name, task, line in items(document.get("tasks")):
        launch = _launch(root, path, prefix, name, task, line, variables, folder, assignments(document.get("env")))
        yield launch
        if launch.name == "default":
            yield Launch(f"{root}#<default>", "make", path, line, "", folder, needs=(launch.id,), group=root)
    for name, included, _line in items(document.get("includes")) if prefix.count(":") < 3 else ():
        options = mapping(included)
        written = included if isinstance(included, str) else options.get("taskfile")
        for inner in _included(unit, posixpath.dirname(path) or ".", written):
            own = join(folder, options["dir"]) if isinstance(options.get("dir"), str) else folder
            yield from _tasks(unit, root, inner, prefix if options.get("flatten") is True else f"{prefix}{name}:", own)


def _included(unit: Unit, folder: str, written: Any) -> list[str]:
    """The file that an include means, which may be written as the folder that it is in."""
    if not isinstance(written, str):
        return []
    place = join(folder, written)
    choices = [place, *(join(place, name) for name in TASKFILES)]
    return [choice for choice in choices if choice in unit.project.by_path][:1]


def _launch(
    root: str,
    path: str,
    prefix: str,
    name: str,
    task: Any,
    line: int | None,
    variables: dict[str, str],
    folder: str,
    outer: tuple[str, ...],
) -> Launch:
    options = mapping(task)
    listed = options.get("cmds", options.get("cmd")) if options else task
    parts = [(listed, line_of(options, "cmd") or line)] if isinstance(listed, (str, dict)) else list(entries(listed))
    needs = [_named(need) for need, _line in entries(options.get("deps"))]
    variables = variables | {
        key: str(value) for key, value, _line in items(options.get("vars")) if isinstance(value, (str, int))
    }
    first = next((at for _part, at in parts if at is not None), line)
    lines: list[str] = []
    for part, at in parts:
        lines += [""] * ((at or 0) - (first or 0) - len(lines))
        command = part if isinstance(part, str) else mapping(part).get("cmd")
        if isinstance(command, str):
            ignored = options.get("ignore_error") is True or mapping(part).get("ignore_error") is True
            lines += _command(_filled(command, variables).strip(), ignored).split("\n")
        else:
            needs.append(_named(part))
    within = options.get("dir")
    return Launch(
        f"{root}#{prefix}{name}",
        "make",
        path,
        first,
        "\n".join(lines),
        join(folder, _filled(within, variables)) if isinstance(within, str) else folder,
        f"{prefix}{name}",
        needs=tuple(f"{root}#{need.removeprefix(':')}" for need in _under(prefix, needs)),
        group=root,
        pipefail=False,
        assigned=(*outer, *assignments(options.get("env"))),
    )


def _command(command: str, ignored: bool) -> str:
    # Of several lines the last one says how it ended: the runner sets no `-e`.
    whole = f"(set +e; {command}\n)" if _SEVERAL.search(command.strip()) and "set -e" not in command else command
    return f"{whole} || true" if ignored else whole


def _named(part: Any) -> str:
    named = part if isinstance(part, str) else mapping(part).get("task")
    return named if isinstance(named, str) else ""


def _under(prefix: str, needs: list[str]) -> Iterator[str]:
    """Names as the outermost file has them: `:build` is its own, `build` that of the file around."""
    yield from (need if need.startswith(":") else f"{prefix}{need}" for need in needs if need)


def _filled(text: str, variables: dict[str, str]) -> str:
    return _VARIABLE.sub(lambda found: variables.get(found[1] or "", ""), text)


def _pipelines(unit: Unit) -> Iterator[Pipeline]:
    """Tasks that say what they read and make, as targets of make do: `sources` and `generates`."""
    for file in unit.named(*TASKFILES):
        folder = posixpath.dirname(file.path) or "."
        document = mapping(next(iter(unit.project.yaml(file.path)), None))
        stages = [
            Stage(
                name,
                file.path,
                line,
                inputs=frozenset(join(folder, text) for text in strings(mapping(task).get("sources"))),
                outputs=frozenset(join(folder, text) for text in strings(mapping(task).get("generates"))),
                node=(f"{file.path}#{name}", LAUNCH),
            )
            for name, task, line in items(document.get("tasks"))
            if strings(mapping(task).get("sources")) and strings(mapping(task).get("generates"))
        ]
        if len(stages) > 1:
            first = stages[0]
            yield Pipeline(
                "taskfile", "Task", first.path, first.line, tuple(stages), started_by="task", confidence=0.75
            )


PROBE = Probe(
    id="taskfile",
    title="Task (go-task)",
    reads="Taskfile.yml and what it includes",
    credits="wired: tasks whose sources are made by others; the rest only leads to what it runs",
    launches=_launches,
    pipelines=_pipelines,
)
