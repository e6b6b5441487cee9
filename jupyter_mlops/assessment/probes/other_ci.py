"""Azure Pipelines, CircleCI, Bitbucket, Travis, Drone, Woodpecker, Buildkite."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from jupyter_mlops.assessment.azure_tasks import CHECKOUT, task_script
from jupyter_mlops.assessment.ci import Step, covers, joined, launch_of
from jupyter_mlops.assessment.conditions import constant
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch, assignments
from jupyter_mlops.project.marks import entries, items, line_of, mapping, sequence, strings
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.shell import join

_PUSH = frozenset({"push"})


def _launches(unit: Unit) -> Iterator[Launch]:
    for file in unit.all_files.suffixed(".yml", ".yaml", ""):
        name, folder = file.name.lower(), file.folder
        reader = _READERS.get(f"{folder}/{name}" if folder in (".circleci", ".buildkite", ".woodpecker") else name)
        if folder == ".woodpecker" and file.suffix in (".yml", ".yaml"):
            reader = _drone
        if reader is None:
            continue
        for step in reader(unit, file.path):
            yield launch_of("ci", step)


def _document(unit: Unit, path: str) -> dict[Any, Any]:
    return mapping(next(iter(unit.project.yaml(path)), None))


def _step(
    path: str, line: int | None, script: str, job: str, index: int, triggers: frozenset[str], **more: Any
) -> Step:
    return Step(
        path=path, line=line, name=f"step {index + 1}", script=script, job=job, index=index, triggers=triggers, **more
    )


def _block(unit: Unit, path: str, container: Any, key: Any) -> int | None:
    """The line of the first command of a script, which starts below its key when it is a block."""
    line = line_of(container, key)
    written = unit.project.line(path, line)
    return line + 1 if line is not None and re.search(r":\s*[|>][+-]?\d*$", written) else line


def _azure(unit: Unit, path: str) -> Iterator[Step]:
    document = _document(unit, path)
    triggers = set()
    trigger = document.get("trigger", "default")
    limits = mapping(mapping(trigger).get("paths"))
    if trigger not in ("none", None) and covers(unit, strings(limits.get("include")), strings(limits.get("exclude"))):
        triggers.add("push")
    if document.get("pr", "default") not in ("none", None):
        triggers.add("pull_request")
    if document.get("schedules"):
        triggers.add("schedule")
    index = 0
    for step, hidden in _azure_steps(unit, path, document, None):
        written = [(step[key], step, key) for key in _AZURE_SCRIPTS if isinstance(step.get(key), str)]
        task = task_script(unit, step) if "task" in step else None
        for script, holder, key in [*written, *([task] if task is not None else [])]:
            place = step.get("workingDirectory") or mapping(step.get("inputs")).get("workingDirectory") or "."
            yield _step(
                path,
                _block(unit, path, holder, key),
                script,
                "job",
                index,
                frozenset(triggers),
                folder=CHECKOUT.sub("", str(place)) or ".",
                neutralised=hidden,
                pipefail=False,
                assigned=(*assignments(document.get("variables")), *assignments(step.get("env"))),
            )
            index += 1


_AZURE_SCRIPTS = ("script", "bash", "pwsh", "powershell")


def _azure_steps(
    unit: Unit, path: str, node: Any, outer: str | None, depth: int = 0
) -> Iterator[tuple[dict[Any, Any], str | None]]:
    """The steps of jobs and stages and of their templates, each with why its failure would go unseen."""
    hidden = outer or _azure_hidden(mapping(node))
    template = mapping(node).get("template")
    place = join(posixpath.dirname(path) or ".", template) if isinstance(template, str) else ""
    for document in unit.project.yaml(place) if depth < 9 and unit.project.exists(place) else ():
        yield from _azure_steps(unit, place, document, hidden, depth + 1)
    for step in sequence(mapping(node).get("steps")):
        if "template" in mapping(step):
            yield from _azure_steps(unit, path, step, hidden, depth + 1)
        yield mapping(step), hidden or _azure_hidden(mapping(step))
    for key in ("jobs", "stages"):
        for inner in sequence(mapping(node).get(key)):
            yield from _azure_steps(unit, path, inner, hidden, depth + 1)


def _azure_hidden(part: dict[Any, Any]) -> str | None:
    if part.get("condition") is not None and _azure_never(part["condition"]):
        return "`condition: false` keeps it from running"
    if part.get("enabled") is False:
        return "`enabled: false` keeps it from running"
    return "`continueOnError: true` hides its failure" if constant(part.get("continueOnError")) is True else None


def _azure_never(condition: Any) -> bool:
    compared = _EQUAL.fullmatch(str(condition).strip())
    return compared[1] != compared[2] if compared else constant(condition) is False


_EQUAL = lazy(r"eq\(\s*('[^']*'|\d+)\s*,\s*('[^']*'|\d+)\s*\)")


def _circle(unit: Unit, path: str) -> Iterator[Step]:
    document = _document(unit, path)
    started = _circle_triggers(document)
    for name, job, _line in items(document.get("jobs")):
        folder = str(mapping(job).get("working_directory") or ".")
        for index, (step, line) in enumerate(_circle_steps(document, mapping(job))):
            run = mapping(step).get("run")
            command = run if isinstance(run, str) else mapping(run).get("command")
            if isinstance(command, str):
                place = _block(unit, path, step, "run") if isinstance(run, str) else _block(unit, path, run, "command")
                own = str(mapping(run).get("working_directory") or folder)
                late = "it runs only after a failure" if mapping(run).get("when") == "on_fail" else None
                yield _step(
                    path,
                    place or line,
                    command,
                    name,
                    index,
                    frozenset(started.get(name, ())),
                    folder="." if own.startswith("~") else own,
                    neutralised=late,
                    assigned=(
                        *assignments(mapping(job).get("environment")),
                        *assignments(mapping(run).get("environment")),
                    ),
                )


def _circle_steps(document: dict[Any, Any], holder: dict[Any, Any], depth: int = 0) -> Iterator[tuple[Any, int | None]]:
    """The steps of a job, with those of the commands that the file defines in their place."""
    commands = mapping(document.get("commands"))
    for step, line in entries(holder.get("steps")):
        name = step if isinstance(step, str) else next(iter(mapping(step)), "")
        if name in commands and depth < 4:
            yield from _circle_steps(document, mapping(commands[name]), depth + 1)
        else:
            yield step, line


def _circle_triggers(document: dict[Any, Any]) -> dict[str, set[str]]:
    """What starts each job: the workflows that name it. Without workflows it is the job called `build`."""
    workflows = [mapping(flow) for name, flow, _line in items(document.get("workflows")) if name != "version"]
    found: dict[str, set[str]] = {} if workflows else {"build": {"push"}}
    for flow in workflows:
        if flow.get("when") is not None and constant(flow["when"]) is False:
            continue
        scheduled = [mapping(one) for one in sequence(flow.get("triggers")) if "schedule" in mapping(one)]
        for job in sequence(flow.get("jobs")):
            for name, options in [(job, {})] if isinstance(job, str) else list(mapping(job).items()):
                branches = mapping(mapping(mapping(options).get("filters")).get("branches"))
                if not {"/.*/", "/.*"} & set(strings(branches.get("ignore"))):
                    found.setdefault(str(name), set()).add("schedule" if scheduled else "push")
    return found


def _bitbucket(unit: Unit, path: str) -> Iterator[Step]:
    document = mapping(_document(unit, path).get("pipelines"))
    kinds = {
        "default": "push",
        "branches": "push",
        "pull-requests": "pull_request",
        "custom": "manual",
        "tags": "release",
    }
    for kind, trigger in kinds.items():
        branches = [document.get(kind)] if kind == "default" else list(mapping(document.get(kind)).values())
        index = 0
        for branch in branches:
            for step in _bitbucket_steps(branch):
                text, line = joined(entries(step.get("script")))
                by_hand = "manual" if step.get("trigger") == "manual" else trigger
                ignored = str(mapping(step.get("on-fail")).get("strategy")) == "ignore"
                hidden = "`on-fail: ignore` hides its failure" if ignored else None
                yield _step(path, line, text, kind, index, frozenset({by_hand}), neutralised=hidden)
                index += 1


def _bitbucket_steps(node: Any) -> Iterator[dict[Any, Any]]:
    for item in sequence(node):
        inner = mapping(item)
        if "step" in inner:
            yield mapping(inner["step"])
        parallel = inner.get("parallel")
        yield from _bitbucket_steps(mapping(parallel).get("steps") if isinstance(parallel, dict) else parallel)


def _travis(unit: Unit, path: str) -> Iterator[Step]:
    document = _document(unit, path)
    never = document.get("if") is not None and constant(document["if"]) is False
    allowed = [
        str(mapping(entry).get("python"))
        for table in (document.get("jobs"), document.get("matrix"))
        for entry in sequence(mapping(table).get("allow_failures"))
    ]
    versions = strings(document.get("python")) or [str(one) for one in sequence(document.get("python"))]
    hidden = "`allow_failures` hides its failure" if versions and set(versions) <= set(allowed) else None
    for index, key in enumerate(("install", "before_script", "script", "after_success")):
        text, line = joined(entries(document.get(key)))
        text = text or "\n".join(strings(document.get(key)))
        if text:
            late = "what comes after success fails nothing" if key == "after_success" else None
            yield _step(
                path,
                line or line_of(document, key),
                text,
                key,
                index,
                frozenset() if never else frozenset({"push", "pull_request"}),
                neutralised=late or hidden,
            )


def _drone(unit: Unit, path: str) -> Iterator[Step]:
    for document in unit.project.yaml(path):
        listed = mapping(document).get("steps", mapping(document).get("pipeline"))
        steps = [(mapping(step), str(mapping(step).get("name") or "step")) for step in sequence(listed)]
        steps += [(mapping(step), name) for name, step, _line in items(listed)]
        for index, (step, name) in enumerate(steps):
            text, line = joined(entries(step.get("commands")))
            text = text or "\n".join(strings(step.get("commands")))
            if text:
                hidden = "`failure: ignore` hides its failure" if step.get("failure") == "ignore" else None
                triggers = _drone_triggers(mapping(document).get("trigger", mapping(document).get("when")))
                triggers &= _drone_triggers(step.get("when"))
                yield _step(path, line, text, name, index, triggers, neutralised=hidden)


def _drone_triggers(limits: Any) -> frozenset[str]:
    """The events that a condition lets through; without one, all of them."""
    choices = [mapping(one) for one in sequence(limits)] or [mapping(limits)]
    found: set[str] = set()
    for choice in choices:
        given = choice.get("event")
        events = strings(given) or strings(mapping(given).get("include"))
        found |= {_DRONE.get(event, "other") for event in events} or {"push", "pull_request", "schedule", "release"}
    return frozenset(found)


_DRONE = {"push": "push", "pull_request": "pull_request", "cron": "schedule", "tag": "release", "custom": "manual"}


def _buildkite(unit: Unit, path: str) -> Iterator[Step]:
    document = _document(unit, path)
    listed = [mapping(step) for step in sequence(document.get("steps"))]
    steps = [
        inner for step in listed for inner in (map(mapping, sequence(step.get("steps"))) if "group" in step else [step])
    ]
    for index, step in enumerate(steps):
        for key in ("command", "commands"):
            commands = strings(step.get(key))
            if commands:
                hidden = "`soft_fail` hides its failure" if _soft(step.get("soft_fail")) else None
                if step.get("skip") or (step.get("if") is not None and constant(step["if"]) is False):
                    hidden = "it is skipped"
                yield _step(
                    path,
                    _block(unit, path, step, key),
                    "\n".join(commands),
                    str(step.get("label") or "step"),
                    index,
                    _PUSH,
                    neutralised=hidden,
                )


def _soft(value: Any) -> bool:
    codes = {str(mapping(one).get("exit_status")) for one in sequence(value)}
    return constant(value) is True if isinstance(value, (bool, str)) else bool({"*", "1"} & codes)


_READERS = {
    "azure-pipelines.yml": _azure,
    "azure-pipelines.yaml": _azure,
    ".circleci/config.yml": _circle,
    "bitbucket-pipelines.yml": _bitbucket,
    ".travis.yml": _travis,
    ".drone.yml": _drone,
    ".woodpecker.yml": _drone,
    ".buildkite/pipeline.yml": _buildkite,
    ".buildkite/pipeline.yaml": _buildkite,
}

PROBE = Probe(
    id="other-ci",
    title="Azure Pipelines, CircleCI, Bitbucket, Travis, Drone, Woodpecker, Buildkite",
    reads="their configuration files",
    credits="a step counts when it runs on changes and nothing hides its failure",
    launches=_launches,
)
