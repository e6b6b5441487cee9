"""GitLab CI: jobs with their scripts, rules and includes of the repository."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jupyter_mlops.assessment.ci import Step, covers, joined, launch_of, work_of
from jupyter_mlops.assessment.probe import Pipeline, Probe, Stage
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch, assignments
from jupyter_mlops.project.marks import MarkedList, entries, items, line_of, mapping, sequence, strings

_FILE = ".gitlab-ci.yml"
_NOT_JOBS = frozenset(
    {
        "default",
        "include",
        "stages",
        "variables",
        "workflow",
        "image",
        "services",
        "cache",
        "before_script",
        "after_script",
        "pages:deploy",
        "spec",
    }
)


_REFS = {"merge_requests": "pull_request", "schedules": "schedule", "tags": "release", "web": "manual"}


#: Jobs by name: file, content, line.
_Jobs = dict[str, tuple[str, dict[Any, Any], int | None]]


def _jobs(unit: Unit) -> dict[str, tuple[str, dict[Any, Any], int | None]]:
    """Jobs and what they extend, by name: file, content, line."""
    jobs: dict[str, tuple[str, dict[Any, Any], int | None]] = {}
    for path in _with_includes(unit, _FILE) if _FILE in unit.all_files.by_path else ():
        for document in unit.project.yaml(path):
            if _never(mapping(document).get("workflow")):
                return {}
            for name, job, line in items(document):
                if isinstance(job, dict) and name not in _NOT_JOBS:
                    jobs[name] = (path, job, line)
    return jobs


def _launches(unit: Unit) -> Iterator[Launch]:
    jobs = _jobs(unit)
    shared = _variables(unit)
    for name, (path, job, line) in jobs.items():
        if name.startswith("."):
            continue
        merged = _extended(job, jobs)
        if not sequence(merged.get("script")) and not isinstance(merged.get("script"), str):
            continue
        for index, (script, script_line) in enumerate(_scripts(merged, job.get("before_script"), jobs)):
            yield launch_of(
                "ci",
                Step(
                    path=path,
                    line=script_line or line,
                    name=f"script {index + 1}",
                    script=script,
                    job=name,
                    index=index,
                    triggers=_triggers(unit, merged),
                    neutralised=_neutralised(merged),
                    needs=_needs(merged),
                    job_line=line,
                    assigned=(*shared, *assignments(merged.get("variables"))),
                ),
            )


def _variables(unit: Unit) -> tuple[str, ...]:
    """The variables that all jobs have."""
    paths = _with_includes(unit, _FILE) if _FILE in unit.all_files.by_path else []
    documents = [mapping(document) for path in paths for document in unit.project.yaml(path)]
    return tuple(one for document in documents for one in assignments(document.get("variables")))


def _needs(job: dict[Any, Any]) -> tuple[str, ...]:
    """Jobs that a job waits for or takes artefacts of: by name, or as `job: name` with more to say about it."""
    found = [
        item if isinstance(item, str) else mapping(item).get("job")
        for key in ("needs", "dependencies")
        for item in ([job[key]] if isinstance(job.get(key), str) else sequence(job.get(key)))
    ]
    return tuple(dict.fromkeys(name for name in found if isinstance(name, str)))


def _pipelines(unit: Unit) -> Iterator[Pipeline]:
    """Jobs that wait for each other and hand on files: one keeps artefacts that another takes."""
    jobs = _jobs(unit)
    gives = {
        name
        for name, (_path, job, _line) in jobs.items()
        if mapping(_extended(job, jobs).get("artifacts")).get("paths")
    }
    stages = []
    for name, (path, job, line) in jobs.items():
        node = work_of(unit, f"{path}#{name}")
        if node is not None:
            stages.append(Stage(name, path, line, after=frozenset(_needs(_extended(job, jobs))) & gives, node=node))
    linked = {name for stage in stages if stage.after for name in (stage.name, *stage.after)}
    stages = [stage for stage in stages if stage.name in linked]
    if len(stages) > 1:
        found = {event for stage in stages for event in _triggers(unit, _extended(jobs[stage.name][1], jobs))}
        started = "its schedule" if "schedule" in found else "a push" if "push" in found else "the forge"
        first = stages[0]
        yield Pipeline(
            "gitlab-ci", "GitLab CI", first.path, first.line, tuple(stages), started_by=started, confidence=0.85
        )


def _with_includes(unit: Unit, path: str) -> list[str]:
    found = [path]
    for document in unit.project.yaml(path):
        includes = mapping(document).get("include")
        for item in [includes] if isinstance(includes, (str, dict)) else sequence(includes):
            local = item if isinstance(item, str) else mapping(item).get("local")
            if isinstance(local, str) and "://" not in local and unit.project.exists(local.lstrip("/")):
                found.append(local.lstrip("/"))
    return found


def _extended(
    job: dict[Any, Any], jobs: dict[str, tuple[str, dict[Any, Any], int | None]], depth: int = 0
) -> dict[Any, Any]:
    merged: dict[Any, Any] = {}
    for name in strings(job.get("extends")):
        if name in jobs and depth < 5:
            merged |= _extended(jobs[name][1], jobs, depth + 1)
    return merged | job


def _scripts(job: dict[Any, Any], before: Any, jobs: _Jobs) -> Iterator[tuple[str, int | None]]:
    """The job's script as one, so that `cd` and `set` carry over, with its lines where they are in the file."""
    script = job.get("script")
    if isinstance(script, str):
        yield script, line_of(job, "script")
        return
    listed = [*entries(before), *entries(script)]
    text, line = joined(part for item, line in listed for part in _flat(_meant(item, jobs), line))
    if text:
        yield text, line


def _meant(item: Any, jobs: _Jobs) -> Any:
    """What `!reference [.shared, script]` means: that part of another job."""
    words = strings(item) if isinstance(item, MarkedList) else []
    if len(words) == 2 and words[0] in jobs and words[1].endswith("script"):
        return jobs[words[0]][1].get(words[1])
    return item


def _flat(item: Any, line: int | None) -> Iterator[tuple[str, int | None]]:
    if isinstance(item, str):
        yield item, line
    elif isinstance(item, MarkedList):
        for inner, inner_line in entries(item):
            yield from _flat(inner, inner_line)


def _triggers(unit: Unit, job: dict[Any, Any]) -> frozenset[str]:
    if job.get("when") in ("manual", "never"):
        return frozenset({"manual"} if job["when"] == "manual" else ())
    found: set[str] = set()
    unwanted = set(strings(job.get("except")) or strings(mapping(job.get("except")).get("refs")))
    if {"pushes", "branches"} & unwanted:
        return frozenset({"schedule", "manual"} - {_REFS.get(name, "push") for name in unwanted})
    only = job.get("only")
    if only is not None:
        names = strings(only) or strings(mapping(only).get("refs"))
        for name in names:
            found.add(_REFS.get(name, "push"))
        if isinstance(only, dict) and not names:
            found.add("push")
        return frozenset(found)
    rules = sequence(job.get("rules"))
    for rule in map(mapping, rules):
        if rule.get("when") in ("never", "manual"):
            found.add("manual" if rule["when"] == "manual" else "other")
            continue
        changes = rule.get("changes")
        if changes is not None and not covers(unit, strings(changes) or strings(mapping(changes).get("paths")), []):
            continue
        condition = str(rule.get("if") or "")
        if "schedule" in condition and "!=" not in condition:
            found.add("schedule")
        elif "merge_request" in condition:
            found.add("pull_request")
        elif "CI_COMMIT_TAG" in condition:
            found.add("release")
        else:
            found.add("push")
    return frozenset(found) if rules else frozenset({"push"})


def _neutralised(job: dict[Any, Any]) -> str | None:
    rules = [rule for rule in map(mapping, sequence(job.get("rules"))) if rule.get("when") not in ("never", "manual")]
    allowed = [_allowed(rule.get("allow_failure", job.get("allow_failure"))) for rule in rules or [{}]]
    return "`allow_failure: true` hides its failure" if all(allowed) else None


def _allowed(value: Any) -> bool:
    """Whether a test that fails is allowed to: by all codes, or by that of a failed command."""
    codes = mapping(value).get("exit_codes")
    return value is True or codes == 1 or 1 in sequence(codes)


def _never(workflow: Any) -> bool:
    """Whether no pipeline is made at all."""
    rules = [mapping(rule) for rule in sequence(mapping(workflow).get("rules"))]
    return bool(rules) and all(rule.get("when") == "never" for rule in rules)


PROBE = Probe(
    id="gitlab-ci",
    title="GitLab CI",
    reads=".gitlab-ci.yml and the files of the repository that it includes",
    credits="a job counts when its rules cover pushes or merge requests and nothing hides its failure",
    launches=_launches,
    pipelines=_pipelines,
)
