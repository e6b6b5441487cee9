"""SourceHut, Cirrus, AppVeyor, Semaphore, and targets of Earthly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jupyter_mlops.assessment.ci import Step, joined, launch_of
from jupyter_mlops.assessment.conditions import constant
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.marks import entries, items, line_of, mapping, sequence
from jupyter_mlops.project.patterns import lazy

_PUSH = frozenset({"push"})
_CHANGES = frozenset({"push", "pull_request"})
_TARGET = lazy(r"^([a-z][\w-]*):\s*$")
_RUN = lazy(r"^\s+(?:RUN\s+(?:--[\w-]+(?:=\S+)?\s+)*|BUILD\s+)(\S.*)$")


def _launches(unit: Unit) -> Iterator[Launch]:
    for file in unit.all_files.named(*_READERS):
        document = mapping(next(iter(unit.project.yaml(file.path)), None))
        steps = (
            _READERS[file.name](document) if file.name != "semaphore.yml" or file.folder.endswith(".semaphore") else ()
        )
        for index, (name, script, line, hidden) in enumerate(steps):
            yield launch_of(
                "ci",
                Step(
                    path=file.path,
                    line=line,
                    name=name,
                    script=script,
                    job=name,
                    index=index,
                    triggers=_PUSH if file.name == "semaphore.yml" else _CHANGES,
                    neutralised=hidden,
                ),
            )
    for file in unit.all_files.named("Earthfile"):
        yield from _earthly(file.path, unit.project.text(file.path) or "")


_Read = Iterator[tuple[str, str, int | None, str | None]]


def _sourcehut(document: dict[Any, Any]) -> _Read:
    for entry in sequence(document.get("tasks")):
        for name, script, line in items(entry):
            if isinstance(script, str):
                yield name, script, (line or 0) + ("\n" in script), None


def _cirrus(document: dict[Any, Any]) -> _Read:
    for key, task, _line in items(document):
        if key != "task" and not key.endswith("_task"):
            continue
        options = mapping(task)
        hidden = "`allow_failures` hides its failure" if constant(options.get("allow_failures")) is True else None
        if "only_if" in options and constant(options["only_if"]) is False:
            hidden = "`only_if: false` keeps it from running"
        for name, script, line in items(options):
            if name == "script" or name.endswith("_script"):
                text, first = (script, line) if isinstance(script, str) else joined(entries(script))
                yield name, text, first, hidden


def _appveyor(document: dict[Any, Any]) -> _Read:
    if document.get("test") is False or document.get("test") == "off":
        return
    for key in ("build_script", "test_script"):
        lines = [
            (item if isinstance(item, str) else next(iter(mapping(item).values()), None), line)
            for item, line in entries(document.get(key))
        ]
        text, first = joined(lines)
        yield key, text, first or line_of(document, key), None


def _semaphore(document: dict[Any, Any]) -> _Read:
    for block in map(mapping, sequence(document.get("blocks"))):
        never = "it is skipped" if constant(mapping(block.get("skip")).get("when")) is True else None
        for job in map(mapping, sequence(mapping(block.get("task")).get("jobs"))):
            text, line = joined(entries(job.get("commands")))
            yield str(job.get("name") or "job"), text, line, never


_READERS = {
    ".build.yml": _sourcehut,
    ".cirrus.yml": _cirrus,
    "appveyor.yml": _appveyor,
    ".appveyor.yml": _appveyor,
    "semaphore.yml": _semaphore,
}


def _earthly(path: str, text: str) -> Iterator[Launch]:
    """Targets, which commands start as `earthly +test`: what they run, and the targets that they build."""
    name, first, lines, needs = "", 0, list[str](), list[str]()
    for number, line in enumerate([*text.splitlines(), "end:"], 1):
        start = _TARGET.match(line)
        run = _RUN.match(line)
        if start:
            if name:
                yield Launch(
                    f"console:+{name}", "console", path, first, "\n".join(lines), name=name, needs=tuple(needs)
                )
            name, first, lines, needs = start[1], number + 1, [], []
        elif run and run[1].startswith("+"):
            needs.append(f"console:{run[1].split()[0]}")
            lines.append("")
        elif name:
            lines.append(run[1] if run else "")


PROBE = Probe(
    id="small-ci",
    title="SourceHut, Cirrus, AppVeyor, Semaphore, Earthly",
    reads=".build.yml, .cirrus.yml, appveyor.yml, .semaphore/semaphore.yml, Earthfile",
    credits="a step counts when it runs on changes and nothing hides its failure",
    launches=_launches,
)
