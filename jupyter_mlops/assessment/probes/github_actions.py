"""GitHub Actions: what runs on which event; reusable workflows and composite actions of the repository are followed."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from jupyter_mlops.assessment.ci import Step, covers, launch_of, work_of
from jupyter_mlops.assessment.conditions import constant
from jupyter_mlops.assessment.probe import Pipeline, Probe, Stage
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch, assignments
from jupyter_mlops.project.marks import entries, items, line_of, mapping, sequence, strings
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.shell import read_script

_EVENTS = {
    "push": "push",
    "pull_request": "pull_request",
    "pull_request_target": "pull_request",
    "merge_group": "pull_request",
}
_EVENTS |= {
    "schedule": "schedule",
    "workflow_dispatch": "manual",
    "repository_dispatch": "dispatch",
    "release": "release",
}
_EVENTS |= {"workflow_call": "call", "workflow_run": "chained"}


#: What people write for branches where a workflow is to run on none.
_NO_BRANCH = frozenset({"none", "never", "nothing", "disabled", "no-branch"})


def _workflows(unit: Unit) -> list[str]:
    # Forgejo and Gitea read the same files in folders of their own.
    folders = (".github/workflows", ".forgejo/workflows", ".gitea/workflows")
    found = (file for folder in folders for file in unit.all_files.inside(folder))
    return sorted(file.path for file in found if file.suffix in (".yml", ".yaml"))


def _launches(unit: Unit) -> Iterator[Launch]:
    documents = {path: mapping(next(iter(unit.project.yaml(path)), None)) for path in _workflows(unit)}
    callers: dict[str, frozenset[str]] = {}
    for document in documents.values():
        for _name, job, _line in items(document.get("jobs")):
            used = mapping(job).get("uses")
            if isinstance(used, str) and used.startswith("./") and _never(mapping(job).get("if")) is None:
                path = posixpath.normpath(used[2:])
                callers[path] = callers.get(path, frozenset()) | _triggers(unit, document)
    for path, document in documents.items():
        triggers = _triggers(unit, document)
        triggers = (triggers - {"call"}) | callers.get(path, frozenset()) if "call" in triggers else triggers
        for step in _steps(unit, path, document, triggers):
            yield launch_of("ci", step)


def _pipelines(unit: Unit) -> Iterator[Pipeline]:
    """Jobs that need each other and hand on artefacts: one uploads what another downloads."""
    for path in _workflows(unit):
        document = mapping(next(iter(unit.project.yaml(path)), None))
        gives: dict[str, set[str]] = {}
        takes: dict[str, set[str]] = {}
        needs: dict[str, set[str]] = {}
        lines: dict[str, int | None] = {}
        for name, entry, line in items(document.get("jobs")):
            steps = [mapping(step) for step in sequence(mapping(entry).get("steps"))]
            gives[name] = {_artefact(step) for step in steps if str(step.get("uses")).startswith(_UPLOAD)}
            takes[name] = {_artefact(step) for step in steps if str(step.get("uses")).startswith(_DOWNLOAD)}
            needs[name], lines[name] = set(strings(mapping(entry).get("needs"))), line
        after = {
            name: frozenset(need for need in needs[name] & gives.keys() if _handed(gives[need], takes[name]))
            for name in gives
        }
        if not any(after.values()):
            continue
        stages = [
            Stage(name, path, lines[name], after=after[name], node=node)
            for name in gives
            if (node := work_of(unit, f"{path}#{name}")) is not None
        ]
        linked = {name for stage in stages for name in (stage.name, *stage.after) if stage.after}
        stages = [stage for stage in stages if stage.name in linked]
        if len(linked) > 1 and any(stage.after for stage in stages):
            triggers = _triggers(unit, document)
            started = "its schedule" if "schedule" in triggers else "a push" if "push" in triggers else "the forge"
            yield Pipeline(
                "github-actions",
                "GitHub Actions",
                path,
                stages[0].line,
                tuple(stages),
                started_by=started,
                confidence=0.85,
            )


_UPLOAD, _DOWNLOAD = "actions/upload-artifact@", "actions/download-artifact@"


def _artefact(step: dict[Any, Any]) -> str:
    return str(mapping(step.get("with")).get("name") or "")


def _handed(given: set[str], taken: set[str]) -> bool:
    """Whether one of the artefacts is taken; without a name all of them are."""
    return bool(given) and bool(given & taken or "" in taken)


def _triggers(unit: Unit, document: dict[Any, Any]) -> frozenset[str]:
    events = document.get("on", document.get(True))
    found = {_EVENTS.get(event, "other") for event in strings(events)}
    for event, options, _line in items(events):
        limits = mapping(options)
        if event in ("push", "pull_request", "pull_request_target"):
            if not covers(unit, strings(limits.get("paths")), strings(limits.get("paths-ignore"))):
                continue
            wanted = strings(limits.get("branches"))
            if wanted and _NO_BRANCH.issuperset(wanted):
                continue
            if {"*", "**"} & set(strings(limits.get("branches-ignore"))):
                continue
            if event == "push" and "tags" in limits and "branches" not in limits:
                found.add("release")
                continue
        found.add(_EVENTS.get(event, "other"))
    return frozenset(found)


def _steps(unit: Unit, path: str, document: dict[Any, Any], triggers: frozenset[str]) -> Iterator[Step]:
    defaults = mapping(mapping(document.get("defaults")).get("run"))
    by_job = _events_of_jobs(document, triggers)
    for name, entry, line in items(document.get("jobs")):
        job = mapping(entry)
        run = defaults | mapping(mapping(job.get("defaults")).get("run"))
        known = _known(unit, document, job)
        dead = _never(job.get("if"))
        if _goes_on(job.get("continue-on-error"), job):
            dead = dead or "its job has `continue-on-error: true`"
        kept: tuple[str, ...] = (*assignments(document.get("env")), *assignments(job.get("env")))
        for position, (part, step_line) in enumerate(entries(job.get("steps"))):
            step = mapping(part)
            reason = dead or _never(step.get("if"))
            if _goes_on(step.get("continue-on-error"), job) and not _is_answered(step, job, by_job[name]):
                reason = reason or "`continue-on-error: true` hides its failure"
            base = Step(
                path=path,
                line=step_line,
                name=str(step.get("name") or step.get("id") or step.get("uses") or f"step {position + 1}"),
                script="",
                job=name,
                index=position,
                triggers=_limited(step.get("if"), by_job[name]),
                folder=_filled(str(step.get("working-directory") or run.get("working-directory") or "."), known),
                neutralised=reason,
                pipefail=_pipefail(step.get("shell") or run.get("shell")),
                needs=tuple(strings(job.get("needs"))),
                job_line=line,
                assigned=(*kept, *assignments(step.get("env"))),
            )
            if isinstance(step.get("run"), str):
                script = _filled(step["run"], known)
                if str(step.get("shell") or run.get("shell") or "").startswith("python"):
                    script = f"python -c {shlex.quote(script)}"
                yield replace(base, line=_first_line(unit, path, step), script=script)
                kept += tuple(found[1] for found in _KEPT.finditer(step["run"]))
            elif isinstance(step.get("uses"), str):
                yield from _used(unit, step, base, known)


def _used(unit: Unit, step: dict[Any, Any], base: Step, known: dict[str, str]) -> Iterator[Step]:
    """What a step with `uses:` runs: the steps of an action of the repository, or the command that a known one stands for."""
    uses = step["uses"]
    if not uses.startswith("./"):
        script = _ACTIONS.get(uses.partition("@")[0])
        if script:
            options = _Options(mapping(step.get("with")), known)
            yield replace(base, line=line_of(step, "uses") or base.line, script=script.format_map(options))
        return
    for name in ("action.yml", "action.yaml"):
        action = posixpath.normpath(f"{uses[2:]}/{name}")
        for document in unit.project.yaml(action) if unit.project.exists(action) else []:
            inner = sequence(mapping(mapping(document).get("runs")).get("steps"))
            for position, part in enumerate(map(mapping, inner)):
                if isinstance(part.get("run"), str):
                    reason = base.neutralised or _never(part.get("if"))
                    if reason is None and _goes_on(part.get("continue-on-error"), {}):
                        reason = "`continue-on-error: true` hides its failure"
                    yield replace(
                        base,
                        path=action,
                        line=_first_line(unit, action, part),
                        index=1000 * (base.index + 1) + position,
                        script=_filled(part["run"], {}),
                        neutralised=reason,
                        pipefail=_pipefail(part.get("shell")),
                    )


#: Actions that run something of the project, as the command they stand for.
_ACTIONS = {
    "docker/build-push-action": "docker build {tags} -f {file} {context}",
    "pre-commit/action": "pre-commit run --all-files",
    "pypa/cibuildwheel": "",
    "psf/black": "black --check .",
    "astral-sh/ruff-action": "ruff check",
    "chartboost/ruff-action": "ruff check",
    "pavelzw/pytest-action": "pytest",
    "azure/k8s-deploy": "kubectl apply -f {manifests}",
    "google-github-actions/deploy-cloudrun": "gcloud run deploy",
    "aws-actions/amazon-ecs-deploy-task-definition": "aws ecs deploy",
    "azure/webapps-deploy": "az webapp deploy",
    "akhileshns/heroku-deploy": "heroku container:release",
    "superfly/flyctl-actions": "flyctl deploy",
    "dflook/terraform-apply": "terraform apply",
    "dflook/tofu-apply": "tofu apply",
    "hashicorp/tfc-workflows-github/actions/apply-run": "terraform apply",
    "anchore/sbom-action": "syft {path}",
    "CycloneDX/gh-python-generate-sbom": "cyclonedx-py",
    "sigstore/gh-action-sigstore-python": "sigstore sign {inputs}",
    "actions/attest-build-provenance": "cosign attest {subject-name}",
    "grafana/run-k6-action": "k6 run {path}",
    "grafana/k6-action": "k6 run {filename}",
}


class _Options(dict[str, str]):
    def __init__(self, options: dict[Any, Any], known: dict[str, str]) -> None:
        super().__init__({str(key): _filled(str(value), known) for key, value in options.items()})
        # One a line, or with commas between them.
        self["tags"] = " ".join(f"-t {tag.strip()}" for tag in re.split(r"[\n,]", self.get("tags", "")) if tag.strip())

    def __missing__(self, key: str) -> str:
        return {"file": "Dockerfile", "context": "."}.get(key, "")


def _first_line(unit: Unit, path: str, step: dict[Any, Any]) -> int | None:
    """The line of the first command: that of `run:`, or the one below for a block."""
    line = line_of(step, "run")
    if line is None:
        return None
    written = unit.project.line(path, line).partition("run:")[2].strip()
    return line + 1 if written[:1] in ("|", ">") else line


#: What a step leaves in the environment of those after it.
_KEPT = lazy(r"echo\s+[\"']?(\w+=[^\n\"']*?)[\"']?\s*>>\s*\S*GITHUB_ENV")
_EXPRESSION = lazy(r"\$\{\{\s*([\w.-]*).*?\}\}")


def _filled(text: str, known: dict[str, str]) -> str:
    """The text with `${{ … }}` replaced by what it is known to be, else by one word: what it holds may have spaces."""
    return _EXPRESSION.sub(lambda found: known.get(found[1], "$EXPRESSION"), text)


def _known(unit: Unit, document: dict[Any, Any], job: dict[Any, Any]) -> dict[str, str]:
    """Expressions with one value that can be told: settings, and of a matrix the value that is about the unit."""
    found: dict[str, str] = {}
    for table in (document.get("env"), job.get("env")):
        found |= {
            f"env.{name}": value for name, value, _line in items(table) if isinstance(value, str) and "${{" not in value
        }
    matrix = mapping(mapping(job.get("strategy")).get("matrix"))
    choices = [(name, strings(values)) for name, values, _line in items(matrix)]
    choices += [
        (name, [value])
        for entry in sequence(matrix.get("include"))
        for name, value, _line in items(entry)
        if isinstance(value, str)
    ]
    for name, values in choices:
        own = [value for value in values if value.strip("./") and f"{unit.path}/".startswith(f"{value.strip('./')}/")]
        if own or values:
            key = f"matrix.{name}"
            found[key] = own[0] if own else found.get(key, values[0])
    return found


_ON_CHANGE = frozenset({"push", "pull_request"})
#: Only where the author of the commit asks for it in the message; the opposite, `!contains(…, 'skip ci')`, is no limit.
_ASKED_FOR = lazy(r"(?<!!)\b(contains|startsWith)\(\s*github\.event\.(head_commit|commits)[\w.\[\]*]*message")
_EVENT = lazy(r"github\.event_name\s*(==|!=)\s*'(\w+)'")


def _limited(condition: Any, triggers: frozenset[str]) -> frozenset[str]:
    """The events that a condition lets through, of those that start the workflow."""
    if not isinstance(condition, str):
        return triggers
    left: frozenset[str] = frozenset()
    for choice in condition.replace("${{", "").replace("}}", "").split("||"):
        kept = triggers - _ON_CHANGE if _ASKED_FOR.search(choice) else triggers
        for found in _EVENT.finditer(choice):
            event = frozenset({_EVENTS.get(found[2], "other")})
            kept = kept & event if found[1] == "==" else kept - event
        left |= kept
    return left


def _events_of_jobs(document: dict[Any, Any], triggers: frozenset[str]) -> dict[str, frozenset[str]]:
    """The events that each job runs on: those its condition lets through, and those of the jobs that it needs."""
    jobs = {name: mapping(entry) for name, entry, _line in items(document.get("jobs"))}
    own = {name: _limited(job.get("if"), triggers) for name, job in jobs.items()}
    found = dict(own)
    for _round in jobs:
        for name, job in jobs.items():
            if "always()" not in str(job.get("if")):
                for need in strings(job.get("needs")):
                    found[name] &= found.get(need, triggers)
    return found


def _never(condition: Any) -> str | None:
    if condition is not None and condition != "" and constant(condition) is False:
        return "`if: false` keeps it from running"
    return None


def _is_answered(step: dict[Any, Any], job: dict[Any, Any], triggers: frozenset[str]) -> bool:
    """Whether a later step acts where this one has failed: it fails itself or, in what no push starts, does anything but print."""
    asked = re.compile(
        rf"steps\.{re.escape(str(step.get('id')))}\.(outcome|conclusion)\s*(==\s*'failure'|!=\s*'success')"
    )
    for other in map(mapping, sequence(job.get("steps"))):
        if step.get("id") and asked.search(str(other.get("if"))):
            words = [command.words for command in read_script(str(other.get("run") or ""))]
            if any(one[0] == "exit" and one[1:2] not in ((), ("0",)) for one in words):
                return True
            if not triggers & _ON_CHANGE and (
                "uses" in other or any(one[0] not in ("echo", "printf") for one in words)
            ):
                return True
    return False


def _goes_on(value: Any, job: dict[Any, Any]) -> bool:
    """Whether `continue-on-error` holds, for all that a matrix gives."""
    matrix = mapping(mapping(job.get("strategy")).get("matrix"))
    name = re.sub(r"[${}\s]", "", str(value)).removeprefix("matrix.")
    values = [given for given in sequence(matrix.get(name)) if isinstance(given, bool)]
    more = any(name in mapping(entry) for entry in sequence(matrix.get("include")))
    return all(values) if values and not more else value is not None and constant(value) is True


def _pipefail(shell: Any) -> bool:
    """Whether a failure on the left of a pipe counts: only where the shell is named, and no line of its own."""
    return isinstance(shell, str) and (shell in ("bash", "pwsh", "powershell") or "pipefail" in shell)


PROBE = Probe(
    id="github-actions",
    title="GitHub Actions",
    reads=".github/workflows/*.yml, local actions",
    credits="a step counts when its event covers the project and nothing hides its failure",
    launches=_launches,
    pipelines=_pipelines,
)
