"""Azure Pipelines, CircleCI, Bitbucket, Travis, Drone, Woodpecker, Buildkite, Jenkins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from jupyter_mlops.assessment.ci import Step, covers, joined, launch_of
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.marks import entries, items, line_of, mapping, sequence, strings
from jupyter_mlops.project.patterns import lazy

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
    for step in _azure_steps(document):
        for key in ("script", "bash", "pwsh", "powershell"):
            if isinstance(step.get(key), str):
                hidden = "`continueOnError: true` hides its failure" if step.get("continueOnError") is True else None
                never = "`condition: false` keeps it from running" if step.get("condition") is False else None
                folder = (
                    str(step.get("workingDirectory") or ".")
                    .replace("$(System.DefaultWorkingDirectory)/", "")
                    .replace("$(Build.SourcesDirectory)/", "")
                )
                yield _step(
                    path,
                    _block(unit, path, step, key),
                    step[key],
                    "job",
                    index,
                    frozenset(triggers),
                    folder=folder,
                    neutralised=hidden or never,
                    pipefail=False,
                )
                index += 1


def _azure_steps(node: Any) -> Iterator[dict[Any, Any]]:
    for step in sequence(mapping(node).get("steps")):
        yield mapping(step)
    for key in ("jobs", "stages"):
        for inner in sequence(mapping(node).get(key)):
            yield from _azure_steps(inner)


def _circle(unit: Unit, path: str) -> Iterator[Step]:
    document = _document(unit, path)
    scheduled = "triggers" in str(mapping(document.get("workflows")))
    for name, job, _line in items(document.get("jobs")):
        folder = str(mapping(job).get("working_directory") or ".")
        for index, (step, line) in enumerate(entries(mapping(job).get("steps"))):
            run = mapping(step).get("run")
            command = run if isinstance(run, str) else mapping(run).get("command")
            if isinstance(command, str):
                place = _block(unit, path, step, "run") if isinstance(run, str) else _block(unit, path, run, "command")
                where = mapping(run).get("working_directory") if isinstance(run, dict) else None
                triggers = _PUSH if not scheduled else frozenset({"push", "schedule"})
                own = str(where or folder)
                yield _step(
                    path, place or line, command, name, index, triggers, folder="." if own.startswith("~") else own
                )


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
                yield _step(path, line, text, kind, index, frozenset({trigger}))
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
    for index, key in enumerate(("install", "before_script", "script", "after_success")):
        text, line = joined(entries(document.get(key)))
        text = text or "\n".join(strings(document.get(key)))
        if text:
            yield _step(path, line or line_of(document, key), text, key, index, frozenset({"push", "pull_request"}))


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
                yield _step(path, line, text, name, index, _PUSH, neutralised=hidden)


def _buildkite(unit: Unit, path: str) -> Iterator[Step]:
    document = _document(unit, path)
    for index, step in enumerate(map(mapping, sequence(document.get("steps")))):
        for key in ("command", "commands"):
            commands = strings(step.get(key))
            if commands:
                hidden = "`soft_fail: true` hides its failure" if step.get("soft_fail") is True else None
                yield _step(
                    path,
                    _block(unit, path, step, key),
                    "\n".join(commands),
                    str(step.get("label") or "step"),
                    index,
                    _PUSH,
                    neutralised=hidden,
                )


_SHELL = lazy(r"""(?<![\w./-])sh\s*(?:\(?\s*(?:script:\s*)?)('''|\"\"\"|'|")(.*?)\1""", re.DOTALL)
#: Comments, and before them strings, in which their marks are no comment.
_NOT_CODE = lazy(
    r"""(?P<text>'''.*?'''|\"\"\".*?\"\"\"|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")|//[^\n]*|/\*.*?\*/""", re.DOTALL
)


def _jenkins(unit: Unit, path: str) -> Iterator[Step]:
    """The `sh` steps of a Jenkinsfile, comments left out. What starts the job is set in Jenkins or by `triggers`."""
    text = unit.project.text(path) or ""
    code = _NOT_CODE.sub(lambda found: found["text"] or "\n" * found[0].count("\n"), text)
    scheduled = bool(re.search(r"\bcron\s*\(", code))
    pushed = bool(re.search(r"pollSCM|githubPush|\bgitlab\s*\(|checkout\s+scm|when\s*\{", code)) or not scheduled
    triggers = frozenset((["push"] if pushed else []) + (["schedule"] if scheduled else []))
    for index, found in enumerate(_SHELL.finditer(code)):
        line = code.count("\n", 0, found.start(2)) + 1
        hidden = (
            "`returnStatus: true` hides its failure"
            if "returnStatus: true" in code[found.start() : found.end() + 40]
            else None
        )
        yield _step(path, line, found[2], "jenkins", index, triggers, neutralised=hidden)


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
    "jenkinsfile": _jenkins,
}

PROBE = Probe(
    id="other-ci",
    title="Azure Pipelines, CircleCI, Bitbucket, Travis, Drone, Woodpecker, Buildkite, Jenkins",
    reads="their configuration files",
    credits="a step counts when it runs on changes and nothing hides its failure",
    launches=_launches,
)
