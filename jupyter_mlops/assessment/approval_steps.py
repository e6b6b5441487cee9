"""Steps of CI systems that wait until named people approve: what comes after them does not run without."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jupyter_mlops.assessment.findings import CONFIGURED, PARSED, Finding, Rung
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import entries, items, mapping, sequence, strings
from jupyter_mlops.project.patterns import lazy

#: Actions that open a request and wait → where they are told who may answer it.
_ACTIONS = {"trstringer/manual-approval": "approvers"}
_INPUT = lazy(r"^[ \t]*(?!//|\*)[^\n]*\binput\b[^\n{]*(\{[^}]*)?\bsubmitter\s*:?\s*[\"'][\w,@. -]+[\"']", 8)


def approval_steps(unit: Unit) -> Iterator[Finding]:
    """Steps that wait for an approval, and have something to hold back.

    Args:
        unit: the unit.
    """
    for path, line, who in (*_of_github(unit), *_of_jenkins(unit), *_of_azure(unit)):
        yield Finding(
            "approval",
            "governed",
            Rung.E3,
            f"The release waits until {who} approves it.",
            part="approval",
            confidence=CONFIGURED if path.endswith("Jenkinsfile") else PARSED,
            path=path,
            line=line,
        )
        return


def _of_github(unit: Unit) -> Iterator[tuple[str, int | None, str]]:
    for file in unit.all_files.inside(".github/workflows"):
        for document in unit.project.yaml(file.path) if file.suffix in (".yml", ".yaml") else ():
            jobs = {name: mapping(job) for name, job, _line in items(mapping(document).get("jobs"))}
            waited_for = {need for job in jobs.values() for need in strings(job.get("needs"))}
            for name, job in jobs.items():
                steps = list(entries(job.get("steps")))
                for position, (part, line) in enumerate(steps):
                    step = mapping(part)
                    asked = _ACTIONS.get(str(step.get("uses")).partition("@")[0])
                    who = mapping(step.get("with")).get(asked) if asked else None
                    off = step.get("continue-on-error") is True or "if" in step
                    holds = position + 1 < len(steps) or name in waited_for
                    if isinstance(who, str) and who.strip() and not off and holds:
                        yield file.path, line, f"one of {who.strip()[:60]}"


def _of_jenkins(unit: Unit) -> Iterator[tuple[str, int | None, str]]:
    for file in unit.all_files.named("Jenkinsfile*"):
        text = unit.project.text(file.path) or ""
        found = _INPUT.search(text)
        if found is not None:
            yield file.path, text.count("\n", 0, found.start()) + 1, "its submitter"


def _of_azure(unit: Unit) -> Iterator[tuple[str, int | None, str]]:
    for file in unit.all_files.named("azure-pipelines*.yml", "azure-pipelines*.yaml"):
        for document in unit.project.yaml(file.path):
            for task, line in _tasks(document):
                inputs = mapping(task.get("inputs"))
                who = inputs.get("approvers") or inputs.get("notifyUsers")
                named = str(task.get("task")).startswith("ManualValidation@")
                if named and isinstance(who, str) and who.strip() and inputs.get("onTimeout") != "resume":
                    yield file.path, line, who.strip().splitlines()[0][:60]


def _tasks(node: Any, line: int | None = None) -> Iterator[tuple[dict[Any, Any], int | None]]:
    """The steps of jobs and stages."""
    if "task" in mapping(node):
        yield mapping(node), line
    for key in ("steps", "jobs", "stages"):
        for inner, place in entries(sequence(mapping(node).get(key))):
            yield from _tasks(inner, place)
